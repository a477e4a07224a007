//! Every component in a row, with its details.

use maud::{Markup, html};
use wfm_core::collector::{Pod, Workload};
use wfm_core::component::WorkloadKind;
use wfm_core::diff::{Behind, Freshness};
use wfm_core::health::{Health, belongs};
use wfm_core::installed::VersionOrigin;
use wfm_core::report::{ClusterReport, ComponentReport};
use wfm_core::version::{Step, Version};

use super::{Query, badge};
use crate::agent::View;
use crate::components::{reason, remarks};
use crate::words::{age, count};

const KINDS: [WorkloadKind; 4] =
    [WorkloadKind::Deployment, WorkloadKind::DaemonSet, WorkloadKind::StatefulSet, WorkloadKind::ReplicationController];

pub(super) fn components(view: &View, report: &ClusterReport, query: &Query) -> Markup {
    let shown: Vec<&ComponentReport> = report.components.iter().filter(|c| query.matches(c)).collect();
    html! {
        section aria-labelledby="components" {
            h2 #components { "Components" }
            (filter(query))
            p.soft role="status" {
                @if query.is_all() { (count(shown.len() as u64, "row")) }
                @else { (shown.len()) " of " (count(report.components.len() as u64, "row")) " · " a href="./#components" { "show all" } }
            }
            @if shown.is_empty() && !query.is_all() {
                p { "No component matches. " a href="./#components" { "Clear the filter" } }
            } @else if shown.is_empty() {
                p { "No workload and no expected component. This command shows the same:" }
                pre { "kubectl -n " (view.namespace) " get deployments,daemonsets,statefulsets,replicationcontrollers" }
            } @else {
                table.rows {
                    caption.skip { "Components with their versions and health" }
                    thead { tr {
                        th scope="col" { "Status" } th scope="col" { "Component" } th scope="col" { "Installed" }
                        th scope="col" { "Behind by" } th scope="col" { "Ready" } th scope="col" { "Age" }
                    } }
                    tbody { @for component in &shown { (row(view, report, component)) } }
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

fn row(view: &View, report: &ClusterReport, component: &ComponentReport) -> Markup {
    let missing = component.freshness == Freshness::Missing;
    html! {
        tr {
            td data-label="Status" { (badge::badges(component)) }
            th.name scope="row" data-label="Component" {
                (component.name) " " span.soft.kind { (component.kind) }
                @for line in explanations(component, view) { div.why { (line) } }
                @if !missing { (details(view, report, component)) }
            }
            td data-label="Installed" { (versions(component)) }
            td.behind data-label="Behind by" { (behind(&component.freshness)) }
            td data-label="Ready" { @if missing { "–" } @else { (component.ready) " of " (component.desired) } }
            td data-label="Age" { @match component.created { Some(created) => (age(view.now, created)), None => "–" } }
        }
    }
}

/// Why it has its status, and what is wrong with its pods.
fn explanations(component: &ComponentReport, view: &View) -> Vec<String> {
    let mut lines: Vec<String> = reason(&component.freshness, view.namespace.as_str()).into_iter().collect();
    lines.extend(remarks(&component.remarks));
    lines.extend(super::notices::security(view, component).map(|notice| format!("security: {}", notice.text)));
    if let Health::Unhealthy { reasons } = &component.health {
        lines.extend(reasons.iter().cloned());
    }
    lines
}

fn versions(component: &ComponentReport) -> Markup {
    html! {
        @match &component.installed {
            Some(installed) => {
                (installed.version)
                @if installed.source == VersionOrigin::ImageTag { " " span.soft { "(from the image tag)" } }
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

fn behind(freshness: &Freshness) -> Markup {
    let (Freshness::Outdated { behind, .. } | Freshness::Ignored { behind, .. }) = freshness else {
        return html! { "–" };
    };
    let Behind { step, releases, days } = behind;
    let step = match step {
        Step::Major => "major",
        Step::Minor => "minor",
        Step::Patch => "patch",
        Step::PreRelease => "pre-release",
    };
    html! {
        span { (step) ", " (count((*releases).into(), "release")) "," } " "
        @match days {
            Some(days) => span { (count((*days).into(), "day")) },
            None => span.soft { "days unknown: this version was never published" },
        }
    }
}

fn details(view: &View, report: &ClusterReport, component: &ComponentReport) -> Markup {
    let workload = report.inventory.workloads().find(|w| w.name == component.name && w.kind == component.kind);
    let pods = report.inventory.pods.as_deref().unwrap_or_default();
    html! {
        details data-key={ (component.kind) "/" (component.name) } {
            summary { "Details" }
            @for image in &component.images { div { "Image " code { (image) } } }
            @if let Some(workload) = workload {
                ul.pods { @for pod in pods.iter().filter(|pod| belongs(pod, workload)) { li { (pod_line(pod)) } } }
                @if let Freshness::Outdated { latest, .. } = &component.freshness {
                    @let next = component.remarks.stopover.as_ref().map_or(Some(latest), |stopover| stopover.first.as_ref());
                    @if let Some(line) = next.and_then(|next| upgrade_line(view, workload, next)) { "To upgrade it alone:" pre { (line) } }
                }
            }
        }
    }
}

fn pod_line(pod: &Pod) -> Markup {
    let restarts = pod.restarts();
    html! {
        @if pod.ready { span.badge.ok { "✓ ready" } } @else { span.badge.bad { "! not ready" } }
        " " code { (pod.name) }
        @if restarts > 0 { ", " (count(restarts, "restart")) }
    }
}

/// The command that sets the component's own image to the next version; `None` where its image has no tag to replace.
fn upgrade_line(view: &View, workload: &Workload, next: &Version) -> Option<String> {
    let own = workload.own_container()?;
    let tag = wfm_core::image::tag(&own.image)?;
    let name = own.image.split('@').next()?.strip_suffix(tag)?;
    let kind = workload.kind.as_str().to_lowercase();
    Some(format!("kubectl -n {} set image {kind}/{} {}={name}{next}", view.namespace, workload.name, own.name))
}
