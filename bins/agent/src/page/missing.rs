//! What the catalog has and the cluster does not: missing, unknown, or rightly absent.

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
    let undated = doubtful(|reason| matches!(reason, UnknownReason::ReleaseUnknown { .. }));
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
                p { "Unknown: not every workload and Service could be read (see Resources)." }
            } @else if undated == 0 {
                p { "Nothing missing." }
            }
            @if undated > 0 {
                p { "Unknown for " (count(undated, "component")) ": not every release of the product has them, and the installed release is unknown." }
            }
            @if !report.not_installed.is_empty() {
                p.soft {
                    "Not installed here: "
                    @for (at, absent) in report.not_installed.iter().enumerate() {
                        @if at > 0 { ", " } (absent.name) " (" (absent.reason.to_string()) ")"
                    }
                    "."
                }
            }
        }
    }
}
