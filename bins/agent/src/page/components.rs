//! Every component in a row, with its details.

use maud::{Markup, html};
use wfm_core::collector::{Container, Event, Pod, Resource, Workload};
use wfm_core::component::WorkloadKind;
use wfm_core::diff::{Behind, Freshness, UnknownReason};
use wfm_core::health::{Health, PodsByOwner};
use wfm_core::image;
use wfm_core::installed::VersionOrigin;
use wfm_core::report::{ClusterReport, ComponentReport};
use wfm_core::rollout::RolloutState;
use wfm_core::version::{Step, Version};

use super::resources::rest;
use super::{Query, badge, unseen};
use crate::agent::View;
use crate::components::{remarks, why};
use crate::words::{age, ago, count};

const KINDS: [WorkloadKind; 4] =
    [WorkloadKind::Deployment, WorkloadKind::DaemonSet, WorkloadKind::StatefulSet, WorkloadKind::ReplicationController];

/// So many pods of a component are listed.
const PODS: usize = 25;
/// So few pods are listed however they fare.
const FEW: usize = 5;

pub(super) fn components(view: &View, report: &ClusterReport, query: &Query) -> Markup {
    let shown: Vec<&ComponentReport> = report.by_trouble().into_iter().filter(|c| query.matches(c)).collect();
    let pods = PodsByOwner::new(report.inventory.pods.as_deref().unwrap_or_default());
    html! {
        section aria-labelledby="components" {
            h2 #components { "Components" }
            (unseen::unreadable(view, report))
            (filter(query))
            p.soft role="status" {
                @if query.is_all() { (count(shown.len() as u64, "row")) }
                @else { (shown.len()) " of " (count(report.components.len() as u64, "row")) " · " a href="./#components" { "show all" } }
            }
            @if shown.is_empty() && !query.is_all() {
                p { "No component matches. " a href="./#components" { "Clear the filter" } }
            } @else {
                @if report.inventory.workloads().next().is_none() { (unseen::nothing_found(view, report)) }
                table.rows {
                    caption.skip { "Components with their versions and health" }
                    thead { tr {
                        th scope="col" { "Status" } th scope="col" { "Component" } th scope="col" { "Installed → available" }
                        th scope="col" { "Behind by" } th scope="col" { "Ready" } th scope="col" { "Age" }
                    } }
                    tbody { @for component in &shown { (row(view, report, component, &pods)) } }
                }
            }
        }
    }
}

fn filter(query: &Query) -> Markup {
    html! {
        form.filter action="./#components" method="get" {
            label { "Name " input type="search" name="text" value=(query.text) maxlength="63"; }
            label { "Status " select name="status" {
                option value="" { "all" }
                @for name in ["current", "outdated", "missing", "unhealthy", "unknown", "unmanaged"] {
                    option value=(name) selected[query.status == name] { (name) }
                }
            } }
            label { "Kind " select name="kind" {
                option value="" { "all" }
                @for kind in KINDS { option value=(kind) selected[query.kind == kind.as_str()] { (kind) } }
            } }
            button type="submit" { "Filter" }
        }
    }
}

fn row(view: &View, report: &ClusterReport, component: &ComponentReport, pods: &PodsByOwner<'_>) -> Markup {
    let unseen = matches!(
        component.freshness,
        Freshness::Missing
            | Freshness::Unknown { reason: UnknownReason::Unreadable { .. } | UnknownReason::ReleaseUnknown { .. } }
    );
    let old = view.failure.is_some() || unseen::seen_before(report, Resource::of(component.kind)).is_some();
    html! {
        tr.old[old] {
            td data-label="Status" { (badge::badges(component)) }
            th.name scope="row" data-label="Component" {
                (component.name) " " span.soft.kind { (component.kind) }
                @if let Some(image) = component.image() { div.why { code { (image::shown(image)) } } }
                @for line in explanations(component, view, report) { div.why { (line) } }
                @if !unseen { (details(view, report, component, pods)) }
            }
            td data-label="Installed → available" { (versions(component)) }
            td.behind data-label="Behind by" { (behind(view, &component.freshness)) }
            td data-label="Ready" { @if unseen { "–" } @else { (component.ready) " of " (component.desired) } }
            td data-label="Age" { @match component.created { Some(created) => (age(view.now, created)), None => "–" } }
        }
    }
}

/// Why it has its status, and what is wrong with its pods.
fn explanations(component: &ComponentReport, view: &View, report: &ClusterReport) -> Vec<String> {
    let mut lines: Vec<String> = why(component, view.namespace.as_str()).into_iter().collect();
    // What runs while a rollout is stuck is why the component is unhealthy, below.
    let is_stuck = component.rollout.as_ref().is_some_and(|rollout| rollout.state == RolloutState::Stuck);
    lines.extend(component.runs.clone().filter(|_| !is_stuck));
    lines.extend(remarks(&component.remarks));
    lines.extend(super::notices::security(view, component));
    let resource = Resource::of(component.kind);
    if let Some(seen) = unseen::seen_before(report, resource) {
        lines.push(format!("as seen {}: {resource} could not be read since", ago(view.now, seen)));
    }
    if !matches!(component.health, Health::Unknown { .. }) {
        lines.extend(component.health.sentences().iter().cloned());
    }
    lines
}

fn versions(component: &ComponentReport) -> Markup {
    html! {
        @match &component.installed {
            Some(installed) => {
                (installed.version)
                @match installed.source {
                    VersionOrigin::ImageTag => { " " span.soft { "(from the image tag)" } },
                    VersionOrigin::Label => { " " span.soft { "(from the label)" } },
                    VersionOrigin::Annotation => {},
                }
            },
            None => @match component.version_text() { Some(text) => span.soft { "“" (text) "”" }, None => "–" },
        }
        @match &component.freshness {
            Freshness::Outdated { latest, .. } => { " → " strong { (latest) } },
            Freshness::Ignored { latest, .. } => { " → " (latest) },
            _ => {},
        }
    }
}

fn behind(view: &View, freshness: &Freshness) -> Markup {
    let (Freshness::Outdated { behind, .. } | Freshness::Ignored { behind, .. }) = freshness else {
        return html! { "–" };
    };
    let Behind { step, releases, since, .. } = behind;
    let step = match step {
        Step::Major => "major",
        Step::Minor => "minor",
        Step::Patch => "patch",
        Step::PreRelease => "pre-release",
    };
    html! {
        span { (step) ", " (count((*releases).into(), "release")) "," } " "
        span { "for " (age(view.now, *since)) }
    }
}

fn details(view: &View, report: &ClusterReport, component: &ComponentReport, pods: &PodsByOwner<'_>) -> Markup {
    let workload = report.inventory.workloads().find(|w| w.name == component.name && w.kind == component.kind);
    html! {
        details data-key={ (component.kind) "/" (component.name) } {
            summary { "Details" span.skip { " of " (component.name) } }
            @for image in &component.images { div { "Image " code { (image) } } }
            @if let Some(workload) = workload {
                (pod_list(pods.of(workload)))
                (events(view, report, component))
                (super::notes::notes(view, component))
                @if let Freshness::Outdated { latest, .. } = &component.freshness {
                    @let next = component.remarks.stopover.as_ref().map_or(Some(latest), |stopover| stopover.first.as_ref());
                    @if let Some(next) = next { (upgrade(view, component, workload, next)) }
                }
            }
        }
    }
}

/// What is not ready first, and no more than can be read: of many pods those that fare well are only counted.
fn pod_list(pods: &[&Pod]) -> Markup {
    let mut pods = pods.to_vec();
    pods.sort_by_key(|pod| (pod.has_ended(), pod.ready, std::cmp::Reverse(pod.restarts())));
    let is_in_trouble = |pod: &&&Pod| !pod.has_ended() && (!pod.ready || pod.restarts() > 0);
    let in_trouble = pods.iter().filter(is_in_trouble).count();
    let (shown, more) = pods.split_at(if pods.len() <= FEW { pods.len() } else { in_trouble.min(PODS) });
    html! {
        @if pods.is_empty() { p { "No pods." } }
        ul.pods {
            @for pod in shown { li { (pod_line(pod)) } }
            @if shown.is_empty() && !more.is_empty() { li.soft { (count(more.len() as u64, "pod")) ", none of them in trouble" } }
            @else if !more.is_empty() { li.soft { (rest(more.iter().map(|pod| pod.ready || pod.has_ended()))) } }
        }
    }
}

fn pod_line(pod: &Pod) -> Markup {
    let restarts = pod.restarts();
    html! {
        @if pod.has_ended() { span.badge.dim { "– ended" } }
        @else if pod.deleted.is_some() { span.badge.dim { "– being deleted" } }
        @else if pod.ready { span.badge.ok { "✓ ready" } }
        @else { span.badge.bad { "! not ready" } }
        " " code { (pod.name) }
        @if restarts > 0 { ", " (count(restarts, "restart")) }
    }
}

/// The warnings that explain what is unhealthy, or why there are none to see.
fn events(view: &View, report: &ClusterReport, component: &ComponentReport) -> Markup {
    html! {
        @if !component.events.is_empty() {
            "Warnings, newest first:"
            ul { @for event in &component.events { li { (event_line(view, event)) } } }
        }
        @if component.health.is_unhealthy() && let Err(failure) = &report.inventory.events {
            p.note.bad { "✕ Events could not be read: " (failure.message) }
        }
    }
}

fn event_line(view: &View, event: &Event) -> Markup {
    let object = &event.involved_object;
    html! {
        strong { (event.reason) } " " (object.kind) " " code { (object.name) } ": " (event.message) " "
        span.soft {
            "(" @if let Some(seen) = event.last_seen { (ago(view.now, seen)) ", " } (count(event.count.into(), "time")) ")"
        }
    }
}

/// How to bring a component to the next version.
fn upgrade(view: &View, component: &ComponentReport, workload: &Workload, next: &Version) -> Markup {
    let own = component.container.as_ref().and_then(|name| workload.containers.iter().find(|one| one.name == *name));
    let tag = own.and_then(|own| image::tag(&own.image));
    let is_set = tag.and_then(|tag| tag.parse().ok()).is_some_and(|version: Version| version == *next);
    let keeps_pods = workload.rollout.on_delete || workload.kind == WorkloadKind::ReplicationController;
    let is_annotated = workload.version_annotation.as_ref().is_some_and(|text| !text.trim().is_empty());
    html! {
        @if is_set { p { "Its template has " (next) " already." } }
        @else if let Some(line) = own.and_then(|own| upgrade_line(view, workload, own, next)) {
            "To upgrade it alone:" pre { (line) }
            @if is_annotated { p { "Set its annotation to the new version, too." } }
        }
        @if keeps_pods && own.is_some() { p { "Pods of the older version stay until you delete them." } }
    }
}

/// The command that sets the component's own image to the next version; `None` if its image has no tag to replace.
fn upgrade_line(view: &View, workload: &Workload, own: &Container, next: &Version) -> Option<String> {
    let tag = image::tag(&own.image)?;
    let name = own.image.split('@').next()?.strip_suffix(tag)?;
    let kind = workload.kind.as_str().to_lowercase();
    Some(format!("kubectl -n {} set image {kind}/{} {}={name}{next}", view.namespace, workload.name, own.name))
}
