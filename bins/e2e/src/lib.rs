//! wfm-e2e.
