//! What the catalog expects and the cluster does not have.

use maud::{Markup, html};
use wfm_core::diff::{Freshness, UnknownReason};
use wfm_core::report::ClusterReport;

use crate::agent::View;

pub(super) fn missing(view: &View, report: &ClusterReport) -> Markup {
    let missing: Vec<_> = report.components.iter().filter(|c| c.freshness == Freshness::Missing).collect();
    let unseen = report
        .components
        .iter()
        .any(|c| matches!(&c.freshness, Freshness::Unknown { reason: UnknownReason::Unreadable { .. } }));
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
            } @else {
                p { "Nothing missing." }
            }
        }
    }
}
