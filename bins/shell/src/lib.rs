//! wfm-shell.
