//! The page, block by block in the order that it shows them.

use maud::{Markup, PreEscaped, html};
use serde::Deserialize;
use wfm_core::diff::Freshness;
use wfm_core::report::{ClusterReport, ComponentReport, Tile};
use wfm_core::text::printable;
use wfm_shell::page::Page;

use crate::agent::View;

mod badge;
mod banner;
mod components;
mod header;
mod missing;
mod notes;
mod notices;
mod resources;
mod self_checks;
mod sharing;
mod tiles;
mod unseen;

/// What of the components a viewer wants to see; nothing set means all.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Query {
    /// The name of a tile, or `unmanaged`.
    pub(crate) status: String,
    /// A workload kind, such as `Deployment`.
    pub(crate) kind: String,
    /// A part of the name.
    pub(crate) text: String,
}

impl Query {
    fn is_all(&self) -> bool {
        self.status.is_empty() && self.kind.is_empty() && self.text.is_empty()
    }

    fn matches(&self, component: &ComponentReport) -> bool {
        (self.status.is_empty() || self.status == tile_name(component.tile()))
            && (self.kind.is_empty() || self.kind == component.kind.as_str())
            && component.name.to_lowercase().contains(&self.text.trim().to_lowercase())
    }
}

/// The word that a query and a tile use; a workload that no tile counts is `unmanaged`.
pub(crate) fn tile_name(tile: Option<Tile>) -> &'static str {
    match tile {
        Some(Tile::Current) => "current",
        Some(Tile::Outdated) => "outdated",
        Some(Tile::Missing) => "missing",
        Some(Tile::Unhealthy) => "unhealthy",
        Some(Tile::Unknown) => "unknown",
        None => "unmanaged",
    }
}

/// How many components are out of date that the tile of the unhealthy ones counts.
fn unhealthy_and_outdated(report: &ClusterReport) -> usize {
    let is_outdated = |row: &ComponentReport| matches!(row.freshness, Freshness::Outdated { .. });
    report.count_components(|row| row.tile() == Some(Tile::Unhealthy) && is_outdated(row))
}

/// The whole page. What is not printable is dropped here, once, from every text in it: of the cluster and of the maker.
pub(crate) fn page(view: &View, query: &Query) -> Page {
    Page {
        title: printable(&format!("{} in {}", view.product, view.namespace)).into_owned(),
        style: include_str!("page/agent.css"),
        script: include_str!("page/poll.js"),
        body: PreEscaped(printable(&body(view, query).0).into_owned()),
    }
}

fn body(view: &View, query: &Query) -> Markup {
    html! {
        a.skip href="#components" { "Skip to the components" }
        (header::header(view))
        main #main {
            (banner::banner(view))
            @if let Some(failure) = &view.failure {
                div.wrap { p.note.bad role="alert" { (cluster_failure(view, &failure.0.message)) } }
            }
            @if let Some(why) = view.id_trouble() {
                div.wrap { p.note.warn { "The cluster's id is " (why) "." } }
            }
            div.wrap {
                @match &view.report {
                    Some(report) => {
                        (notices::notices(view, report))
                        (tiles::tiles(view, query))
                        (components::components(view, report, query))
                        (missing::missing(view, report))
                        (resources::resources(view, report))
                    }
                    None => { (tiles::tiles(view, query)) (nothing_yet(view)) },
                }
                (self_checks::block(view))
                (sharing::sharing(view))
            }
        }
        (footer())
    }
}

fn cluster_failure(view: &View, message: &str) -> Markup {
    html! {
        "✕ The cluster could not be read: " (message) ". "
        @if let Some(report) = &view.report {
            "What follows was seen " (crate::words::ago(view.now, report.taken_at)) "."
        }
    }
}

fn nothing_yet(view: &View) -> Markup {
    html! {
        section aria-labelledby="components" {
            h2 #components { "Components" }
            p { "Nothing of the namespace " strong { (view.namespace) } " has been seen yet. This command shows the same:" }
            (unseen::look_for(view))
        }
    }
}

fn footer() -> Markup {
    html! {
        footer.wrap.soft {
            p {
                "As data: " a href="report.json" { "JSON" } " · " a href="report.csv" { "CSV" } " · "
                a href="metrics" { "metrics" } " · " a href="components" { "components as old agents told them" } " · "
                a href="id" { "cluster id" } " · " a href="readyz?verbose" { "readiness" } " · "
                a href="openapi.json" { "API description" }
            }
            // Written out and no link: this page leads nowhere but to itself.
            p { "Documentation: docs/OPERATIONS.md and docs/PRIVACY.md of " code { (env!("CARGO_PKG_REPOSITORY")) } }
            p { "Build: wfm-agent " (env!("CARGO_PKG_VERSION")) }
        }
    }
}

#[cfg(test)]
mod tests;
