//! Which cluster this is, and how old the knowledge.

use maud::{Markup, html};

use crate::agent::View;
use crate::words::ago;

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
                        " · " span #checked { (checked(view)) }
                    }
                }
                p.actions {
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
        Ok(id) => html! { code title=(id) { (id.short()) } },
        Err(_) => html! { span.badge.warn { "id not created yet" } },
    }
}

fn kubernetes(view: &View) -> Option<&str> {
    view.report.as_ref()?.inventory.kubernetes_version.as_deref()
}

/// When the cluster was seen; the age of the releases stands in the banner.
fn checked(view: &View) -> Markup {
    match &view.report {
        Some(report) => html! { "seen " (ago(view.now, report.taken_at)) },
        None => html! { "not seen yet" },
    }
}
