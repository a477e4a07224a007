//! The port to published releases.

use std::sync::Arc;

use async_trait::async_trait;

use crate::release::Releases;
use crate::version::Train;

/// Where published releases are read: a versions service, a file.
///
/// Asking tells nothing of who asks: the train is the only argument, and every installation that follows it asks alike.
#[async_trait]
pub trait VersionSource: Send + Sync {
    /// Every release of a train, as published now.
    ///
    /// # Errors
    /// Where the releases could not be read; whoever asked keeps what it knew.
    async fn releases(&self, train: &Train) -> Result<Arc<Releases>, SourceError>;
}

/// The published releases could not be read.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct SourceError {
    /// What kind of failure, in one word for counters.
    pub cause: SourceErrorCause,
    /// One sentence for the operator.
    pub message: String,
}

/// The kinds of failure, told apart because each asks for something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceErrorCause {
    /// The host's name is not known.
    Dns,
    /// No connection, or it broke.
    Unreachable,
    /// No answer within the time limit.
    Timeout,
    /// An answer with another status than 200 or 304.
    Status,
    /// An answer that is no list of releases, or of another train.
    BadAnswer,
}
