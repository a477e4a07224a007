//! Whether the agent itself can do its work, with a hint where it cannot.

use std::fmt::Write;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use wfm_core::collector::NamespaceState;
use wfm_core::release::Issue;
use wfm_core::report::ClusterReport;
use wfm_core::source::SourceErrorCause;

use crate::agent::{UpdateView, View};
use crate::identity::KnownId;
use crate::words::{ago, grouped};

/// How far ahead of the agent's clock a moment of the past may lie.
const TOLERATED: SignedDuration = SignedDuration::from_mins(5);

/// One thing that must work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct SelfCheck {
    /// What, as one short word or two.
    pub(crate) name: &'static str,
    /// What came of it.
    pub(crate) outcome: Outcome,
    /// One sentence: what was found, or what is wrong and what to do about it.
    pub(crate) message: String,
}

/// What came of a self-check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    /// It works.
    Works,
    /// It does not.
    Fails,
    /// It is not wanted.
    Off,
    /// It was not tried yet.
    NotYet,
}

/// All of them, in the order in which they are shown.
pub(crate) fn self_checks(view: &View) -> Vec<SelfCheck> {
    [("Kubernetes API", api(view)), ("versions", versions(view)), ("identity", identity(view)), ("clock", clock(view))]
        .into_iter()
        .map(|(name, (outcome, message))| SelfCheck { name, outcome, message })
        .collect()
}

type Found = (Outcome, String);

fn api(view: &View) -> Found {
    if let Some(failure) = &view.failure {
        return (Outcome::Fails, failure.to_string());
    }
    let Some(report) = &view.report else { return (Outcome::NotYet, "the first collection has not ended yet".into()) };
    let failed: Vec<String> = report.inventory.unreadable().into_iter().map(ToString::to_string).collect();
    match failed.as_slice() {
        [] => (Outcome::Works, format!("every resource could be read{}", unread(view, report))),
        failed => (Outcome::Fails, failed.join("; ")),
    }
}

/// What is no list and could not be read, with the command that checks the permission.
fn unread(view: &View, report: &ClusterReport) -> String {
    let inventory = &report.inventory;
    let namespace = (inventory.namespace == NamespaceState::Unknown)
        .then(|| ("whether the namespace is being deleted", view.namespace.as_str()));
    let created = inventory.cluster_created.is_none().then_some(("how old the cluster is", "kube-system"));
    let mut text = String::new();
    for (what, name) in namespace.into_iter().chain(created) {
        let _ = write!(text, "; {what} could not: check with `kubectl auth can-i get namespaces/{name}`");
    }
    text
}

fn versions(view: &View) -> Found {
    let (updates, learnt) = (&view.updates, &view.updates.learnt);
    match (&learnt.failure, learnt.checked_at) {
        _ if !updates.is_on => (Outcome::Off, "update checks are off".into()),
        (Some(failure), _) if failure.cause == SourceErrorCause::Older => {
            let hint = "what was known is kept; if the product's maker restored a backup, its next change ends this";
            (Outcome::Fails, format!("{}: {hint}", failure.message))
        }
        (Some(failure), _) => {
            let hint =
                "see VERSIONS_API_URL, the proxy and the DNS of the cluster; RELEASES_FILE does without a network";
            (Outcome::Fails, format!("{}: {hint}", failure.message))
        }
        (None, Some(_)) => (Outcome::Works, read(updates)),
        (None, None) => (Outcome::NotYet, "the first check has not ended yet".into()),
    }
}

/// Which list was read: two operators who compare the hash know whether they were sent the same.
fn read(updates: &UpdateView) -> String {
    let learnt = &updates.learnt;
    let mut text = format!("the releases of the train {} could be read", updates.train);
    if let Some(Issue { serial, issued }) = learnt.issue(&updates.train) {
        let _ = write!(text, ": list {serial}, issued {issued}");
    }
    if !learnt.sha256.is_empty() {
        let _ = write!(text, ", SHA-256 {}", learnt.sha256);
    }
    if learnt.passed_over > 0 {
        let entries = if learnt.passed_over == 1 { "entry" } else { "entries" };
        let number = grouped(learnt.passed_over);
        let _ = write!(text, "; {number} {entries} of it could not be read, or exceed what an agent keeps");
    }
    text
}

fn identity(view: &View) -> Found {
    match &view.id {
        Ok(KnownId { read_at, failure: Some(why), .. }) => {
            (Outcome::Fails, format!("{why}; the cluster's id is as it was read {}", ago(view.now, *read_at)))
        }
        Ok(KnownId { read_at, .. }) if view.failure.is_some() => {
            let read = ago(view.now, *read_at);
            (Outcome::Fails, format!("the cluster could not be read; its id is as it was read {read}"))
        }
        Ok(KnownId { read_at, .. }) => {
            (Outcome::Works, format!("the cluster's id was read from its Secret {}", ago(view.now, *read_at)))
        }
        Err(_) => (Outcome::Fails, format!("the cluster's id is {}", view.id_trouble().unwrap_or_default())),
    }
}

/// A clock that is behind shows: the past lies ahead of it. One that is ahead does not.
fn clock(view: &View) -> Found {
    let latest = view.now + TOLERATED;
    let ahead = |at: &Timestamp| *at > latest;
    let created = view.report.iter().flat_map(|report| report.components.iter().filter_map(|c| c.created));
    let seen = view.report.iter().map(|report| report.taken_at);
    match created.chain(seen).chain(view.updates.learnt.checked_at).find(ahead) {
        Some(at) => {
            let hint = "the clock of this node, or of the cluster's API servers, is wrong: set it, for instance by NTP";
            (Outcome::Fails, format!("something happened at {at}, which is not yet: {hint}"))
        }
        None => (Outcome::Works, "nothing that was seen lies in the future".into()),
    }
}
