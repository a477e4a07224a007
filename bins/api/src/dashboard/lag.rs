//! How long the fleet takes to follow a release.

use maud::{Markup, html};
use wfm_core::wire::insights::{Lag, ReleaseLag};

use super::asked::today;
use super::table::Column::Text;
use super::words::count;
use super::{Dashboard, block, table};

/// Releases that are shown at once.
const SHOWN: usize = 8;

pub(super) fn lag(page: &Dashboard, lag: &Lag) -> Markup {
    let (newest, older) = lag.releases.split_at(lag.releases.len().min(SHOWN));
    let name = &lag.component;
    let body = html! {
        p.soft { "Days from a release of " (name) " until half, and nine tenths, of the active clusters ran it or a later one." }
        @if newest.is_empty() {
            p { "No release of " (name) " has a known day of publication." }
        } @else {
            (rows(&format!("Release lag of {name}"), newest))
        }
        @if !older.is_empty() {
            details.data {
                summary { (count(older.len() as u64, "older release")) }
                (rows(&format!("Release lag of {name}, older releases"), older))
            }
        }
    };
    block::block("lag", "Release lag", &block::data(page, "lag", &[("component", name.as_str())]), &body)
}

fn rows(caption: &str, releases: &[ReleaseLag]) -> Markup {
    let slowest = releases.iter().filter_map(|one| one.days_to_nine_tenths.max(one.days_to_half)).max().unwrap_or(0);
    let row = |release: &ReleaseLag| {
        vec![
            html! { (release.version) },
            html! { (today(release.released)) },
            days(release.days_to_half, slowest),
            days(release.days_to_nine_tenths, slowest),
        ]
    };
    let rows: Vec<Vec<Markup>> = releases.iter().map(row).collect();
    table::scrolling(caption, &[Text("Version"), Text("Released"), Text("50 % after"), Text("90 % after")], &rows)
}

fn days(days: Option<u32>, slowest: u32) -> Markup {
    html! { @match days { Some(days) => (table::bar(days.into(), slowest.into(), &count(days.into(), "day"))), None => span.badge.dim { "… not yet" } } }
}
