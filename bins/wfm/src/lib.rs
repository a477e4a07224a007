//! wfm.
