//! wfm-agent.
