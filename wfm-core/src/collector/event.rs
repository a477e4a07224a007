use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A warning that some part of Kubernetes noted about an object: an Event of type `Warning`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// What it is about.
    pub involved_object: InvolvedObject,
    /// One word, such as `BackOff` or `FailedScheduling`.
    pub reason: String,
    /// A sentence, cut to a readable length. It may name images, nodes and paths.
    pub message: String,
    /// How often it was noted.
    pub count: u32,
    /// When it was noted last.
    pub last_seen: Option<Timestamp>,
}

/// The object that an event is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct InvolvedObject {
    /// Its kind, such as `Pod`.
    pub kind: String,
    /// Its name.
    pub name: String,
}
