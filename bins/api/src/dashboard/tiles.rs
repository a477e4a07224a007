//! The numbers for a glance, and what they mean.

use maud::{Markup, html};
use wfm_core::wire::insights::{AgeSinceCreation, Ages, Count, Distributions, Summary, Windows};

use super::words::{change, count, span, told};
use super::{Dashboard, block};

pub(super) fn tiles(page: &Dashboard, summary: &Summary, reported: Option<&Distributions>) -> Markup {
    let is_public = summary.about.rounded_to.is_some();
    let age = |seconds: fn(&Ages) -> i64| summary.age.as_ref().map(seconds).map(span);
    let created = reported.and_then(|reported| reported.age_since_creation);
    let weeks = |of: fn(&AgeSinceCreation) -> u64| created.as_ref().map(of).map(|weeks| count(weeks, "week"));
    let body = html! {
        dl.tiles {
            @if is_public {
                (tile("active in the last 14 days", &told(summary.active)))
                (tile("known", &told(summary.known)))
            } @else {
                (tile("active in the last 24 hours", &told(summary.active)))
                (tile("known", &told(summary.known)))
                (tile("median age of the active", &age(|age| age.median_seconds).unwrap_or_else(|| "–".into())))
                (tile("mean age of the active", &age(|age| age.mean_seconds).unwrap_or_else(|| "–".into())))
            }
            @if created.is_some() {
                (tile("median age since creation", &weeks(|age| age.median_weeks).unwrap_or_default()))
                (tile("mean age since creation", &weeks(|age| age.mean_weeks).unwrap_or_default()))
            }
        }
        @if !is_public {
            div.tiles {
                (windows("Appeared", summary.appeared.as_ref(), summary.appeared_before.as_ref()))
                (windows("Disappeared", summary.disappeared.as_ref(), summary.disappeared_before.as_ref()))
                (windows("Returned", summary.returned.as_ref(), None))
                (windows("Bounced", summary.bounced.as_ref(), None))
            }
            (meanings())
        }
    };
    block::block("now", "Now", &block::data(page, "summary", &[]), &body)
}

fn tile(what: &str, number: &str) -> Markup {
    html! { div.tile { dd.number { (number) } dt.soft { (what) } } }
}

/// A window, and where its number stands.
type Row = (&'static str, fn(&Windows) -> Count);

fn windows(what: &str, now: Option<&Windows>, before: Option<&Windows>) -> Markup {
    let Some(now) = now else { return Markup::default() };
    let rows: [Row; 3] = [("7 days", |all| all.week), ("30 days", |all| all.month), ("90 days", |all| all.quarter)];
    html! {
        div.tile { table.windows {
            caption { (what) }
            thead.skip { tr {
                th scope="col" { "In the last" } th scope="col" { "Clusters" }
                @if before.is_some() { th scope="col" { "Against the window before" } }
            } }
            tbody { @for (window, of) in rows { tr {
                th scope="row" { (window) }
                td { (told(of(now))) }
                @if let Some(before) = before { td.soft { (change(of(now), of(before)).unwrap_or_default()) } }
            } } }
        } }
    }
}

fn meanings() -> Markup {
    html! {
        details.data {
            summary { "What these words mean" }
            dl.meanings {
                dt { "Active" } dd { "checked in within the last 24 hours." }
                dt { "Known" } dd { "ever checked in." }
                dt { "Age" } dd { "since a cluster's first check-in." }
                dt { "Age since creation" } dd {
                    "from the week in which a cluster was created to the last week that is over, as clusters reported it without "
                    "their id."
                }
                dt { "Appeared" } dd { "checked in for the first time; beside it the change against the window of the same length before." }
                dt { "Disappeared" } dd { "was silent for 24 hours, and still is; the window holds the end of those hours." }
                dt { "Returned" } dd { "checked in after more than 24 hours of silence." }
                dt { "Bounced" } dd { "appeared, was never seen on a second day, and is silent." }
            }
        }
    }
}
