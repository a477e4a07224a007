//! Numbers for Prometheus. No label ever holds an id, an address, an image or anything else of a cluster but the names of
//! its workloads.

use std::fmt;
use std::sync::atomic::AtomicU64;

use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue, LabelValueEncoder};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};
use wfm_core::collector::Resource;
use wfm_core::release::Issue;
use wfm_core::report::{ClusterReport, ComponentReport};
use wfm_core::source::SourceErrorCause;
use wfm_core::text::one_line;

use crate::agent::View;

/// Every state that a component can have.
const STATES: [&str; 7] = ["current", "outdated", "ignored", "ahead", "unknown", "missing", "unmanaged"];

/// Every kind of failure of an update check.
const CAUSES: [SourceErrorCause; 6] = [
    SourceErrorCause::Dns,
    SourceErrorCause::Unreachable,
    SourceErrorCause::Timeout,
    SourceErrorCause::Status,
    SourceErrorCause::BadAnswer,
    SourceErrorCause::Older,
];

/// Every resource that is read.
const RESOURCES: [Resource; 8] = [
    Resource::Deployments,
    Resource::DaemonSets,
    Resource::StatefulSets,
    Resource::ReplicationControllers,
    Resource::Pods,
    Resource::Services,
    Resource::Nodes,
    Resource::Events,
];

/// The longest value of a label that the cluster chooses, in characters: a name has 253 at most.
const LABEL: usize = 253;

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ComponentInfo {
    component: String,
    kind: &'static str,
    version: String,
    train: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ComponentState {
    component: String,
    kind: &'static str,
    state: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ComponentLabels {
    component: String,
    kind: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct FailureLabels {
    reason: Reason,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Reason(SourceErrorCause);

impl EncodeLabelValue for Reason {
    fn encode(&self, encoder: &mut LabelValueEncoder) -> fmt::Result {
        let word = match self.0 {
            SourceErrorCause::Dns => "dns",
            SourceErrorCause::Unreachable => "unreachable",
            SourceErrorCause::Timeout => "timeout",
            SourceErrorCause::Status => "status",
            SourceErrorCause::BadAnswer => "bad_answer",
            SourceErrorCause::Older => "older",
        };
        word.encode(encoder)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ResourceLabels {
    resource: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ResultLabels {
    result: &'static str,
}

/// What is known now, as OpenMetrics. Every number is made anew, so that a component that is gone leaves no number behind.
pub(crate) fn text(view: &View) -> Result<String, fmt::Error> {
    let mut registry = Registry::with_prefix("wfm");
    registry.register("build", "What runs here", Info::new([("version", env!("CARGO_PKG_VERSION"))]));
    if let Some(report) = &view.report {
        components(&mut registry, report, view.updates.train.as_str());
    }
    readings(&mut registry, view);
    checks(&mut registry, view);
    sharing(&mut registry, view);
    let mut text = String::new();
    encode(&mut text, &registry)?;
    Ok(text)
}

fn components(registry: &mut Registry, report: &ClusterReport, train: &str) {
    let info: Family<ComponentInfo, Gauge> = Family::default();
    let state: Family<ComponentState, Gauge> = Family::default();
    let (ready, desired): (Family<ComponentLabels, Gauge>, Family<ComponentLabels, Gauge>) = Default::default();
    for one in &report.components {
        let ComponentReport { name, kind, freshness, .. } = one;
        let (component, kind) = (one_line(name, LABEL), kind.as_str());
        let version = one_line(&one.version_text().unwrap_or_default(), LABEL);
        let named = ComponentInfo { component: component.clone(), kind, version, train: train.to_owned() };
        info.get_or_create(&named).set(1);
        for word in STATES {
            let labels = ComponentState { component: component.clone(), kind, state: word };
            state.get_or_create(&labels).set(i64::from(word == freshness.status()));
        }
        let labels = ComponentLabels { component, kind };
        ready.get_or_create(&labels).set(one.ready.into());
        desired.get_or_create(&labels).set(one.desired.into());
    }
    registry.register("component_info", "What runs, at which version; always 1", info);
    registry.register("component_update_state", "1 for the state that a component is in, 0 for the others", state);
    registry.register("component_ready_replicas", "Pods that are ready", ready);
    registry.register("component_desired_replicas", "Pods that are wanted", desired);
}

/// When the cluster was read last, as a whole and each resource: without these, all other numbers look alike whether they are
/// of now or of yesterday.
fn readings(registry: &mut Registry, view: &View) {
    let readable: Family<ResourceLabels, Gauge> = Family::default();
    let read_at: Family<ResourceLabels, Gauge> = Family::default();
    for resource in RESOURCES {
        let labels = ResourceLabels { resource: resource.qualified() };
        let report = view.report.as_deref().filter(|_| view.failure.is_none());
        let is_readable = report.is_some_and(|report| report.inventory.is_readable(resource));
        readable.get_or_create(&labels).set(is_readable.into());
        if let Some(at) = view.report.as_deref().and_then(|report| report.inventory.read_at(resource)) {
            read_at.get_or_create(&labels).set(at.as_second());
        }
    }
    if let Some(report) = &view.report {
        let gauge: Gauge = Gauge::default();
        gauge.set(report.taken_at.as_second());
        let about = "When anything of the cluster was read last, in seconds since 1970";
        registry.register_with_unit("cluster_last_read_timestamp", about, Unit::Seconds, gauge);
    }
    let about = "When a resource was read last, in seconds since 1970; absent if it never was";
    registry.register_with_unit("resource_last_read_timestamp", about, Unit::Seconds, read_at);
    registry.register("resource_readable", "1 if the last attempt to read a resource succeeded, else 0", readable);
}

fn checks(registry: &mut Registry, view: &View) {
    if let Some(at) = view.updates.learnt.checked_at {
        let gauge: Gauge = Gauge::default();
        gauge.set(at.as_second());
        let about = "When the published releases were read last, in seconds since 1970";
        registry.register_with_unit("version_check_last_success_timestamp", about, Unit::Seconds, gauge);
    }
    if let Some(Issue { serial, issued }) = view.updates.learnt.issue(&view.updates.train) {
        let (number, at): (Gauge<u64, AtomicU64>, Gauge) = Default::default();
        number.set(serial);
        registry.register("releases_serial", "The serial of the list of releases that is known", number);
        at.set(issued.as_second());
        let about = "When the list of releases that is known was issued, in seconds since 1970";
        registry.register_with_unit("releases_issued_timestamp", about, Unit::Seconds, at);
    }
    let passed_over: Gauge<u64, AtomicU64> = Gauge::default();
    passed_over.set(view.updates.learnt.passed_over);
    registry.register("releases_passed_over", "Entries of the list of releases that were not read", passed_over);
    let failures: Family<FailureLabels, Counter<u64, AtomicU64>> = Family::default();
    for cause in CAUSES {
        // Zero from the start: a rate needs a number before the first one happens.
        let count = view.updates.failed.get(&cause).copied().unwrap_or_default();
        failures.get_or_create(&FailureLabels { reason: Reason(cause) }).inc_by(count);
    }
    registry.register("version_check_failures", "Update checks that failed, by the kind of failure", failures);
}

fn sharing(registry: &mut Registry, view: &View) {
    let reports: Family<ResultLabels, Counter<u64, AtomicU64>> = Family::default();
    for (result, count) in [("acknowledged", view.sharing.acknowledged), ("failed", view.sharing.failed)] {
        reports.get_or_create(&ResultLabels { result }).inc_by(count);
    }
    registry.register("reports", "Envelopes that were to be sent, by what became of them", reports);
    let enabled: Gauge = Gauge::default();
    enabled.set(view.sharing.is_on.into());
    registry.register("reporting_enabled", "Whether usage data is shared", enabled);
}
