//! What the page is, whom it counts, and how to ask it something else.

use jiff::Timestamp;
use maud::{Markup, html};
use wfm_core::cluster::Cohort;
use wfm_core::wire::insights::About;

use super::words::{clusters, count};
use super::{Asked, Dashboard, Range, Shown};

pub(super) fn header(page: &Dashboard) -> Markup {
    let facts = &page.service;
    html! {
        header.top { div.wrap.bar {
            div {
                h1 { "Workflow versions" }
                p.facts.soft {
                    span { (count(facts.releases as u64, "release")) " on " (count(facts.trains.len() as u64, "train")) }
                    " · " span.nobreak { "as of " time datetime=(page.at) { (minute(page.at)) } }
                }
            }
            p.who {
                @match &page.shown {
                    Shown::Everything(..) => span.badge.ok { "✓ signed in" },
                    Shown::Rounded(_) | Shown::Nothing => a.button href=(page.asked.sign_in()) { "Sign in" },
                }
            }
        } }
    }
}

/// Range and cohorts: links and a form, all of it in the query string.
pub(super) fn controls(asked: &Asked) -> Markup {
    html! {
        div.controls {
            nav.ranges aria-label="Range" {
                @for range in Range::ALL {
                    a href=(Asked { range, ..asked.clone() }.href("")) aria-current=[(range == asked.range).then_some("true")] { (range.words()) }
                }
            }
            form.cohorts action="./" method="get" {
                (asked.carried(&["include"]))
                fieldset {
                    legend { "Count" }
                    @for cohort in Cohort::ALL {
                        label { input type="checkbox" name="include" value=(cohort) checked[asked.include.contains(cohort)]; " " (cohort) }
                    }
                }
                button type="submit" { "Show" }
            }
        }
    }
}

/// Who is counted, and what is not told.
pub(super) fn caveat(about: &About, asked: &Asked) -> Markup {
    html! {
        p.caveat {
            "Counted: " strong { (clusters(about.included)) } " of " (whose(asked)) ", known because they chose to check in; "
            (clusters(about.excluded)) " of other cohorts left out. Days are UTC."
            @if let Some(step) = about.rounded_to {
                " A cluster is counted while it has been known for 14 days and was heard of in the last 14. Numbers are rounded down to a multiple of "
                (step) ", at steps that are secret: there are fewer than twenty more than is shown, and "
                span.nobreak { "<20" } " stands for fewer than twenty. A day is counted once, when it is over."
            }
        }
    }
}

/// `the cohort customer`, `the cohorts customer, staff and ci`.
fn whose(asked: &Asked) -> String {
    let mut words: Vec<&str> = asked.include.iter().map(Cohort::as_str).collect();
    match (words.pop(), words.is_empty()) {
        (Some(last), false) => format!("the cohorts {} and {last}", words.join(", ")),
        (last, _) => format!("the cohort {}", last.unwrap_or_default()),
    }
}

/// A moment to the minute: `2026-01-05 12:00 UTC`.
pub(super) fn minute(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}
