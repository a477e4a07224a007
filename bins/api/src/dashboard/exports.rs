//! Where to read on: all of it as files, and what else the service answers.

use maud::{Markup, html};

use super::{Dashboard, Facts, block};

/// Downloads, for whoever is signed in.
pub(super) fn exports(page: &Dashboard) -> Markup {
    let body = html! {
        ul.plain {
            @for (name, what) in [("clusters", "every cluster with its components"), ("checkins", "every check-in"), ("daily", "every day's counts")] {
                li { strong { (what) } ": " @for (at, format) in formats(&page.service).iter().enumerate() {
                    @if at > 0 { " · " }
                    a href={ "v4/export/" (name) "." (format) } { (name) "." (format) }
                } }
            }
        }
        p.soft { "What each column means stands in the " a href="docs" { "data dictionary" } ". Ids are random: no name and no address is among them." }
    };
    block::block("export", "Export", &Markup::default(), &body)
}

fn formats(facts: &Facts) -> &'static [&'static str] {
    if facts.has_parquet { &["ndjson", "csv", "parquet"] } else { &["ndjson", "csv"] }
}

/// What the service is, whoever looks.
pub(super) fn service(page: &Dashboard) -> Markup {
    let trains = &page.service.trains;
    let body = html! {
        p { "It knows which versions of Workflow's components were published, and counts the clusters that chose to check in." }
        @if trains.is_empty() {
            p { "Nothing is published yet. Publish a file of releases with " code { "wfm-api import FILE --store URL" } " or " code { "POST v4/releases:import" } "." }
        }
        ul.plain {
            @for train in trains { li { a href={ "v4/releases/" (train) } { "Every release on " (train) } } }
            @if !matches!(page.shown, super::Shown::Nothing) { li { a href="v3/clusters/count" { "How many clusters are known" } } }
            li { a href="docs" { "Every path of this service" } " " a href="openapi.json" { "(OpenAPI)" } }
            li { a href="readyz?verbose" { "Whether the service is ready" } }
        }
    };
    block::block("service", "This service", &Markup::default(), &body)
}
