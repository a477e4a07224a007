//! Five numbers that add up to the components; each is a link that shows what it counts. A zero that could not be told is a
//! question mark: nothing found is not the same as nothing there.

use maud::{Markup, html};
use wfm_core::diff::{Freshness, UnknownReason};
use wfm_core::report::{ClusterReport, Tile};

use super::{Query, tile_name};
use crate::agent::View;

const TILES: [(Tile, &str, &str); 5] = [
    (Tile::Current, "✓", "ok"),
    (Tile::Outdated, "▲", "warn"),
    (Tile::Missing, "✕", "bad"),
    (Tile::Unhealthy, "!", "bad"),
    (Tile::Unknown, "?", "dim"),
];

pub(super) fn tiles(view: &View, query: &Query) -> Markup {
    let report = view.report.as_deref();
    html! {
        nav.tiles aria-label="Components by status" {
            @for (tile, icon, class) in TILES {
                @let number = report.map_or(0, |report| report.count(tile));
                @let name = tile_name(Some(tile));
                a.tile.(if number > 0 { class } else { "none" }) href={ "./?status=" (name) "#components" }
                    aria-current=[(query.status == name).then_some("true")] {
                    span.number { @if number == 0 && !is_told(view, tile) { "?" } @else { (number) } }
                    span.word { (icon) " " (name) }
                    @if let (Tile::Unhealthy, Some(report)) = (tile, report) { (also_outdated(report)) }
                }
            }
        }
    }
}

/// Whether it could be seen how many a tile counts.
fn is_told(view: &View, tile: Tile) -> bool {
    let Some(report) = &view.report else { return false };
    let inventory = &report.inventory;
    let all_kinds = inventory.unreadable().iter().all(|failure| !failure.resource.is_workload());
    match tile {
        Tile::Current | Tile::Outdated => view.updates.is_on && view.updates.learnt.releases.is_some(),
        Tile::Missing => report.components.iter().all(|component| !may_be_missing(&component.freshness)),
        Tile::Unhealthy => all_kinds,
        Tile::Unknown => true,
    }
}

/// Whether a component was not seen, and it is unknown whether that is a fault.
fn may_be_missing(freshness: &Freshness) -> bool {
    use UnknownReason::{ReleaseUnknown, Unreadable};
    matches!(freshness, Freshness::Unknown { reason: Unreadable { .. } | ReleaseUnknown { .. } })
}

fn also_outdated(report: &ClusterReport) -> Markup {
    let both = super::unhealthy_and_outdated(report);
    html! { @if both > 0 { span.also { (both) " also outdated" } } }
}
