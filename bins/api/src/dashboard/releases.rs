//! Every release, and how many run it now: a fold for each component.

use maud::{Markup, html};
use wfm_core::wire::insights::{About, Count, ReleaseInUse, ReleasesInUse};

use super::asked::today;
use super::chart::points::most;
use super::table::Column::{Number, Text};
use super::words::{clusters, count, share, told};
use super::{Dashboard, block, table};

pub(super) fn releases(page: &Dashboard, all: &ReleasesInUse) -> Markup {
    let body = html! {
        @if all.releases.is_empty() {
            p { "Nothing is published yet." }
        } @else {
            p.soft { "Of " (clusters(all.active)) " active now." }
            @for releases in all.releases.chunk_by(|a, b| a.component == b.component) { (component(&all.about, all.active, releases)) }
        }
    };
    block::block("releases", "Releases in use", &block::data(page, "releases", &[]), &body)
}

fn component(about: &About, active: Count, releases: &[ReleaseInUse]) -> Markup {
    let Some(newest) = releases.first() else { return Markup::default() };
    let row = |release: &ReleaseInUse| {
        let trains: Vec<&str> = release.trains.iter().map(wfm_core::version::Train::as_str).collect();
        vec![
            html! { (release.version) @if release.yanked { " " span.badge.warn { "✕ withdrawn" } } },
            html! { (today(release.released)) },
            html! { (trains.join(", ")) },
            html! { (told(release.clusters)) },
            table::share(release.clusters, active, most(active), about),
        ]
    };
    let rows: Vec<Vec<Markup>> = releases.iter().map(row).collect();
    html! {
        details.data.component {
            summary {
                span.title { (newest.component) } " "
                span.soft { (count(releases.len() as u64, "release")) " · newest " (newest.version)
                    @if let Some(share) = share(newest.clusters, active, about) { " on " (share) } }
            }
            (table::scrolling(&format!("Releases of {}", newest.component), &[Text("Version"), Text("Released"), Text("Trains"), Number("Clusters"), Text("Share of active")], &rows))
        }
    }
}
