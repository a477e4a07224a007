//! wfm-api.

fn main() {}
