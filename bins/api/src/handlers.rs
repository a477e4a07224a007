//! What each path answers: plain async functions from a [`Request`](crate::request::Request) to an answer.

pub(crate) mod audit;
pub(crate) mod backup;
pub(crate) mod clusters;
pub(crate) mod docs;
pub(crate) mod doctor;
pub(crate) mod envelopes;
pub(crate) mod erase;
pub(crate) mod export;
pub(crate) mod fleet;
pub(crate) mod health;
pub(crate) mod insights;
pub(crate) mod listing;
pub(crate) mod metrics;
pub(crate) mod notices;
pub(crate) mod page;
pub(crate) mod publish;
pub(crate) mod releases;
pub(crate) mod schemas;
pub(crate) mod versions;
pub(crate) mod withdraw;
