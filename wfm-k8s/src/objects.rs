//! The few fields of Kubernetes' objects that are read, and what becomes of them.
//!
//! Own structs rather than k8s-openapi's: serde passes over every field that is not named here without keeping it, so the
//! environment, arguments and `managedFields` of ten thousand pods never take memory, and cannot leak from where they are
//! not. Every field is optional, because a list must not fail for one odd object in it.

mod event;
mod namespace;
mod node;
mod pod;
mod service;
mod words;
mod workload;

use jiff::Timestamp;
use serde::Deserialize;

pub(crate) use self::event::EventObject;
pub(crate) use self::namespace::NamespaceObject;
pub(crate) use self::node::NodeObject;
pub(crate) use self::pod::PodObject;
pub(crate) use self::service::ServiceObject;
pub(crate) use self::words::Words;
pub(crate) use self::workload::WorkloadObject;

/// Kubernetes counts in signed integers; less than nothing is nothing.
fn count(number: Option<i64>, absent: u32) -> u32 {
    let clamped = |number: i64| u32::try_from(number.max(0)).unwrap_or(u32::MAX);
    number.map_or(absent, clamped)
}

/// A condition of an object's status.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Condition {
    #[serde(rename = "type")]
    kind: Option<String>,
    status: Option<String>,
}

/// Whether the condition `Ready` is there and true.
fn is_ready(conditions: Option<&[Condition]>) -> bool {
    let ready = conditions.unwrap_or_default().iter().find(|condition| condition.kind.as_deref() == Some("Ready"));
    ready.is_some_and(|condition| condition.status.as_deref() == Some("True"))
}

fn timestamp(text: Option<&str>) -> Option<Timestamp> {
    text?.parse().ok()
}
