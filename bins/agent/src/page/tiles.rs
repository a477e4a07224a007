//! Five numbers that add up to the components; each is a link that shows what it counts.

use maud::{Markup, html};
use wfm_core::diff::Freshness;
use wfm_core::report::{ClusterReport, Tile};

use super::{Query, tile_name};

const TILES: [(Tile, &str, &str); 5] = [
    (Tile::Current, "✓", "ok"),
    (Tile::Outdated, "▲", "warn"),
    (Tile::Missing, "✕", "bad"),
    (Tile::Unhealthy, "!", "bad"),
    (Tile::Unknown, "?", "dim"),
];

pub(super) fn tiles(report: &ClusterReport, query: &Query) -> Markup {
    html! {
        nav.tiles aria-label="Components by status" {
            @for (tile, icon, class) in TILES {
                @let number = report.count(tile);
                @let name = tile_name(Some(tile));
                a.tile.(if number > 0 { class } else { "none" }) href={ "./?status=" (name) "#components" }
                    aria-current=[(query.status == name).then_some("true")] {
                    span.number { (number) }
                    span.word { (icon) " " (name) }
                    @if tile == Tile::Unhealthy { (also_outdated(report)) }
                }
            }
        }
    }
}

fn also_outdated(report: &ClusterReport) -> Markup {
    let behind = |c: &&wfm_core::report::ComponentReport| matches!(c.freshness, Freshness::Outdated { .. });
    let both = report.components.iter().filter(|c| c.tile() == Some(Tile::Unhealthy)).filter(behind).count();
    html! { @if both > 0 { span.also { (both) " also outdated" } } }
}
