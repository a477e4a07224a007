//! What the catalog expects and the cluster does not have.

use maud::{Markup, html};
use wfm_core::collector::NamespaceState;
use wfm_core::diff::{Freshness, UnknownReason};
use wfm_core::report::{ClusterReport, ComponentReport};

use crate::agent::View;
use crate::words::count;

pub(super) fn missing(view: &View, report: &ClusterReport) -> Markup {
    if report.inventory.namespace == NamespaceState::Absent {
        return html! {
            section aria-labelledby="missing" {
                h2 #missing { "Missing" }
                p { "The namespace " strong { (view.namespace) } " does not exist, and with it everything that the catalog expects." }
            }
        };
    }
    let missing: Vec<_> = report.components.iter().filter(|c| c.freshness == Freshness::Missing).collect();
    let doubtful = |wanted: fn(&UnknownReason) -> bool| {
        let unknown = |c: &&ComponentReport| matches!(&c.freshness, Freshness::Unknown { reason } if wanted(reason));
        report.components.iter().filter(unknown).count() as u64
    };
    let unseen = doubtful(|reason| matches!(reason, UnknownReason::Unreadable { .. })) > 0;
    let unlisted = doubtful(|reason| *reason == UnknownReason::ReleaseNotTold);
    html! {
        section aria-labelledby="missing" {
            h2 #missing { "Missing" }
            @if !missing.is_empty() {
                ul {
                    @for component in &missing {
                        li {
                            span.badge.bad { "✕ missing" } " " strong { (component.name) }
                            " is expected as a " (component.kind) ". To look for it: "
                            code { "kubectl -n " (view.namespace) " get " (component.kind.as_str().to_lowercase()) " " (component.name) }
                        }
                    }
                }
            } @else if unseen {
                p { "Could not tell: not every kind of workload could be read (see Resources)." }
            } @else if unlisted == 0 {
                p { "Nothing missing." }
            }
            @if unlisted > 0 {
                p { "Could not tell of " (count(unlisted, "component")) ": the product's release is not known, and not every release has them." }
            }
        }
    }
}
