use std::error::Error as StdError;
use std::fmt;

/// A call that did not succeed: one sentence, and a kind to decide by.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    message: String,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// What a caller may want to tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The client's settings are at fault: the URL, the certificates.
    Settings,
    /// The host's name is not known.
    Dns,
    /// No connection, or it broke.
    Unreachable,
    /// No answer within the time limit.
    Timeout,
    /// The service answered with this status.
    Status(u16),
    /// The answer could not be understood.
    BadAnswer,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), source: None }
    }

    pub(crate) fn caused_by(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// What a caller may want to tell apart.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Whether the service does not know what was asked for.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.kind == ErrorKind::Status(404)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}
