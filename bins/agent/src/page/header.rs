//! Which cluster this is, and how old the knowledge.

use maud::{Markup, html};

use crate::agent::View;
use crate::identity::{NoId, NoIdCause};
use crate::words::{ago, short_id};

pub(super) fn header(view: &View) -> Markup {
    html! {
        header.top {
            div.wrap.bar {
                div {
                    h1 { (view.product) " " span.soft { "in " (view.namespace) } }
                    p.facts.soft {
                        span { "train " strong { (view.updates.train) } }
                        " · " span { "agent " (env!("CARGO_PKG_VERSION")) }
                        " · " span { "cluster " (id(view)) }
                        @if let Some(version) = kubernetes(view) { " · " span { "Kubernetes " (version) } }
                        " · " span #ages { (seen(view)) " · " (checked(view)) (issued(view)) }
                    }
                }
                p.actions {
                    span #unanswered.badge.warn role="status" {}
                    " "
                    button #pause type="button" hidden { "Pause" }
                    " "
                    a.button href="" { "Reload" }
                }
            }
        }
    }
}

fn id(view: &View) -> Markup {
    match &view.id {
        Ok(known) => html! { code { (short_id(known.id)) } },
        Err(NoId { cause: NoIdCause::Absent, .. }) => html! { span.badge.warn { "id not created yet" } },
        Err(_) => html! { span.badge.warn { "id unknown" } },
    }
}

fn kubernetes(view: &View) -> Option<&str> {
    view.report.as_ref()?.inventory.kubernetes_version.as_deref()
}

/// How old the inventory is.
fn seen(view: &View) -> Markup {
    match &view.report {
        Some(report) => html! { "seen " (ago(view.now, report.taken_at)) },
        None => html! { "not seen yet" },
    }
}

/// How old the knowledge of the releases is: amber when it is stale, red past a week.
fn checked(view: &View) -> Markup {
    let updates = &view.updates;
    match updates.learnt.checked_at {
        _ if !updates.is_on => html! { "checks off" },
        None => html! { span.badge.warn { "never checked" } },
        Some(at) if updates.is_too_old(view.now) => html! { span.badge.bad { "checked " (ago(view.now, at)) } },
        Some(at) if updates.is_stale(view.now) => html! { span.badge.warn { "checked " (ago(view.now, at)) } },
        Some(at) => html! { "checked " (ago(view.now, at)) },
    }
}

/// How old the list itself is, however lately it was asked for.
fn issued(view: &View) -> Markup {
    let issue = view.updates.learnt.issue(&view.updates.train).filter(|_| view.updates.is_on);
    html! { @if let Some(issue) = issue { " · list issued " (ago(view.now, issue.issued)) } }
}
