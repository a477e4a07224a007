//! What every block begins with: its heading, and links to the same answer as data.

use maud::{Markup, html};
use wfm_core::wire::insights::Interval;

use super::Dashboard;

/// A block: its heading, links to its data, and what it shows.
pub(super) fn block(id: &str, heading: &str, links: &Markup, body: &Markup) -> Markup {
    html! {
        section aria-labelledby=(id) {
            div.head { h2 id=(id) { (heading) } p.links { (links) } }
            (body)
        }
    }
}

/// Links to the answer to a question, as this page asks it.
pub(super) fn data(page: &Dashboard, question: &str, parameters: &[(&str, &str)]) -> Markup {
    let csv = format!("{question}.csv");
    html! {
        a href=(page.asked.data(question, parameters)) aria-label={ "JSON: " (question) } { "JSON" } " "
        a href=(page.asked.data(&csv, parameters)) aria-label={ "CSV: " (question) } { "CSV" }
    }
}

/// The same for an answer by days or weeks, from the first day of the page's range on.
pub(super) fn series(page: &Dashboard, question: &str, interval: Interval, more: &[(&str, &str)]) -> Markup {
    let since = page.since();
    let interval = match interval {
        Interval::Day => "day",
        Interval::Week => "week",
    };
    let mut parameters = vec![("interval", interval)];
    parameters.extend(since.as_deref().map(|since| ("from", since)));
    parameters.extend(more);
    data(page, question, &parameters)
}
