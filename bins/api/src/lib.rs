//! wfm-api.
