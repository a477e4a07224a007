//! wfm.

fn main() {}
