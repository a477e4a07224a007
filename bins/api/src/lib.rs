//! wfm-api.

pub mod store;
