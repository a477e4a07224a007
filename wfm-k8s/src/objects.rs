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

use std::borrow::Cow;

use jiff::Timestamp;
use serde::Deserialize;

pub(crate) use self::event::EventObject;
pub(crate) use self::namespace::NamespaceObject;
pub(crate) use self::node::NodeObject;
pub(crate) use self::pod::{PodList, PodObject};
pub(crate) use self::service::{Selectors, ServiceObject};
pub(crate) use self::words::Words;
pub(crate) use self::workload::WorkloadObject;

/// Kubernetes counts in signed integers; less than nothing is nothing.
fn count(number: Option<i64>, absent: u32) -> u32 {
    let clamped = |number: i64| u32::try_from(number.max(0)).unwrap_or(u32::MAX);
    number.map_or(absent, clamped)
}

/// So many characters of a message are kept: some quote whole pages.
const MESSAGE_CHARS: usize = 300;

/// A condition of an object's status.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Condition {
    #[serde(rename = "type")]
    kind: Option<String>,
    status: Option<String>,
    reason: Option<String>,
    message: Option<String>,
    last_transition_time: Option<String>,
}

impl Condition {
    fn is_true(&self) -> bool {
        self.status.as_deref() == Some("True")
    }

    fn is_false(&self) -> bool {
        self.status.as_deref() == Some("False")
    }
}

/// The condition of this type, if the object has it.
fn condition<'a>(conditions: Option<&'a [Condition]>, kind: &str) -> Option<&'a Condition> {
    conditions.unwrap_or_default().iter().find(|condition| condition.kind.as_deref() == Some(kind))
}

/// Whether the condition `Ready` is there and true.
fn is_ready(conditions: Option<&[Condition]>) -> bool {
    condition(conditions, "Ready").is_some_and(Condition::is_true)
}

/// A message, cut to a readable length in its middle: it begins with what failed and ends with the cause.
fn shortened(message: &str) -> Cow<'_, str> {
    if message.char_indices().nth(MESSAGE_CHARS).is_none() {
        return Cow::Borrowed(message);
    }
    let tail = MESSAGE_CHARS / 3;
    let position = |character: usize| message.char_indices().nth(character).map_or(message.len(), |(at, _)| at);
    let from = message.char_indices().rev().nth(tail - 1).map_or(0, |(at, _)| at);
    Cow::Owned(format!("{}…{}", &message[..position(MESSAGE_CHARS - tail)], &message[from..]))
}

fn timestamp(text: Option<&str>) -> Option<Timestamp> {
    text?.parse().ok()
}
