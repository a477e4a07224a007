//! wfm-agent.

fn main() {}
