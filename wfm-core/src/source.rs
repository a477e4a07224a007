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
    /// The list of a train, as published now.
    ///
    /// # Errors
    /// If the list could not be read; the caller keeps what it knew.
    async fn releases(&self, train: &Train) -> Result<ReleaseList, SourceError>;

    /// Forgets every earlier answer, so that the next question carries nothing of it.
    async fn forget(&self) {}
}

/// The list of a train, as a source answered it: its releases, notices and issue.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReleaseList {
    /// The releases and notices, and the issue of the list if it has one.
    pub releases: Arc<Releases>,
    /// The SHA-256 of the whole list in its canonical form, in hexadecimal digits: equal for two readers of one list. Empty
    /// if the source computes none.
    pub sha256: String,
    /// How many entries were passed over: they cannot be read, or are more than a reader keeps.
    pub passed_over: u64,
}

impl From<Releases> for ReleaseList {
    fn from(releases: Releases) -> Self {
        Self { releases: Arc::new(releases), ..Self::default() }
    }
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
    /// A list that is older than one that was read before.
    Older,
}
