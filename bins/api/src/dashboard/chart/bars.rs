//! Mirrored bars: what came stands above the line, what went beneath it.

use maud::{Markup, html};

use super::points::Point;
use super::{BAND, Frame, across, path};

/// Both numbers of a place.
pub(crate) struct Pair {
    /// Above the line.
    pub(crate) up: Point,
    /// Beneath it.
    pub(crate) down: Point,
    /// Whether the bucket is over.
    pub(crate) complete: bool,
}

/// The chart.
pub(crate) fn chart(frame: &Frame<'_>, pairs: &[Pair]) -> Markup {
    let zero = frame.scale.y(0.0);
    let width = path::bar_width(pairs.len());
    let paths = |side: fn(&Pair) -> Point, sign: f64| -> String {
        let over = pairs.iter().enumerate().filter(|(_, pair)| pair.complete);
        let told = over.filter_map(|(at, pair)| match side(pair) {
            Point::At(value) if value > 0.0 => Some(path::bar(at, width, frame.scale.y(sign * value), zero)),
            _ => None,
        });
        told.collect()
    };
    let (up, down) = (paths(|pair| pair.up, 1.0), paths(|pair| pair.down, -1.0));
    let stretched = html! {
        @if !up.is_empty() { path.bar.up d=(up) {} }
        @if !down.is_empty() { path.bar.down d=(down) {} }
    };
    let shown: Vec<Point> = pairs.iter().map(|pair| gap_alone(pair.up)).collect();
    let fixed = html! {
        (frame.gaps(&shown))
        @for (at, pair) in pairs.iter().enumerate() {
            (hatched(frame, at, pair.up, pair.complete, "up", 1.0))
            (hatched(frame, at, pair.down, pair.complete, "down", -1.0))
        }
    };
    frame.svg(&stretched, &fixed)
}

/// Few are drawn bar by bar, each on its side of the line.
fn gap_alone(point: Point) -> Point {
    if point == Point::Few { Point::At(0.0) } else { point }
}

/// A bar that may still grow, or of which only the most it can be is known.
fn hatched(frame: &Frame<'_>, at: usize, point: Point, complete: bool, class: &str, sign: f64) -> Markup {
    let zero = frame.scale.y(0.0) / 10;
    let (value, pattern) = match point {
        Point::At(value) if value > 0.0 && !complete => (value, "open"),
        Point::Few => (10.0, "few"),
        _ => return Markup::default(),
    };
    let least = if pattern == "few" { BAND } else { 1 };
    let height = (frame.scale.y(sign * value) / 10 - zero).abs().max(least);
    let y = if sign > 0.0 { zero - height } else { zero };
    let places = frame.days.len();
    let width = path::bar_width(places);
    html! {
        rect.hatched.(class) x=(across(at, 0.5 - width / 2.0, places)) width=(across(0, width, places)) y=(y) height=(height) fill={ "url(#" (frame.id) "-" (pattern) ")" } {}
    }
}

#[cfg(test)]
mod tests {
    use super::super::scale::Scale;
    use super::*;

    fn drawn(pairs: &[Pair]) -> String {
        let days: Vec<_> = (0..pairs.len()).map(|at| jiff::civil::date(2026, 1, 5 + 7 * at as i8)).collect();
        let scale = Scale::around(2, 2);
        let frame = Frame { id: "c", title: "Weeks", told: "Two weeks.", days: &days, scale: &scale };
        chart(&frame, pairs).into_string()
    }

    #[test]
    fn the_open_week_is_hatched_and_what_is_not_told_too() {
        let svg = drawn(&[
            Pair { up: Point::At(2.0), down: Point::At(1.0), complete: true },
            Pair { up: Point::At(1.0), down: Point::Few, complete: false },
        ]);
        assert!(svg.contains(r#"<path class="bar up" d="M0.43 1000V0h0.14V1000z">"#), "{svg}");
        assert!(svg.contains(r#"<path class="bar down" d="M0.43 1000V1500h0.14V1000z">"#), "{svg}");
        assert!(
            svg.contains(r##"class="hatched up" x="71.5%" width="7%" y="50" height="50" fill="url(#c-open)""##),
            "{svg}"
        );
        assert!(svg.contains(r##"class="hatched down" x="71.5%" width="7%" y="100""##), "{svg}");
    }

    #[test]
    fn a_week_without_a_count_is_a_gap() {
        let svg = drawn(&[Pair { up: Point::Gap, down: Point::Gap, complete: true }]);
        assert!(svg.contains("url(#c-gap)") && !svg.contains("class=\"bar"), "{svg}");
    }
}
