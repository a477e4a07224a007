//! Charts as SVG: what all of them share is the frame with its axes, its gaps and its legend.
//!
//! Text and round things keep their size at every width: across, everything stands at a share of the width; downwards
//! at a pixel. Only the paths are stretched, in a box of their own.

use jiff::civil::Date;
use maud::{Markup, html};

pub(super) mod bars;
pub(super) mod days;
pub(super) mod line;
pub(super) mod path;
pub(super) mod points;
pub(super) mod scale;
pub(super) mod stack;

use points::Point;
use scale::Scale;

/// How high the plot is, in pixels.
const HEIGHT: i64 = 200;
/// The plot and the labels beneath it.
const WHOLE: i64 = HEIGHT + 26;
/// The least height at which a hatched band is seen as one.
const BAND: i64 = 8;

/// What surrounds a plot.
pub(super) struct Frame<'a> {
    /// What its ids begin with; unique on the page.
    pub(super) id: &'a str,
    /// What it shows.
    pub(super) title: &'a str,
    /// What there is to see, in a sentence.
    pub(super) told: &'a str,
    /// The day of each place on the axis.
    pub(super) days: &'a [Date],
    /// The other axis.
    pub(super) scale: &'a Scale,
}

impl Frame<'_> {
    /// The chart. `stretched` are paths: a place is one wide, a tenth of a pixel one high. What is in `fixed` stands at
    /// percents and pixels.
    pub(super) fn svg(&self, stretched: &Markup, fixed: &Markup) -> Markup {
        let places = self.days.len();
        html! {
            svg.chart role="img" aria-labelledby={ (self.id) "-title " (self.id) "-desc" } width="100%" height=(WHOLE) {
                title id={ (self.id) "-title" } { (self.title) }
                desc id={ (self.id) "-desc" } { (self.told) }
                defs { (hatch(self.id, "gap", 45)) (hatch(self.id, "few", -45)) (hatch(self.id, "open", -45)) }
                @for tick in self.scale.ticks() {
                    line.grid.zero[tick.is_zero] x2="100%" y1=(tick.y) y2=(tick.y) {}
                    text.tick x="-8" y=(tick.y) dy="4" text-anchor="end" { (tick.label) }
                }
                svg width="100%" height=(HEIGHT) viewBox=(format!("0 0 {places} {}", HEIGHT * 10)) preserveAspectRatio="none" {
                    (stretched)
                }
                (fixed)
                @for tick in days::ticks(self.days) {
                    text.tick.minor[tick.is_minor] x=(across(tick.place, 0.5, places)) y=(WHOLE - 6)
                        text-anchor=(anchor(tick.place, places)) { (tick.label) }
                }
            }
        }
    }

    /// Where nothing was counted, and where what was counted is not told.
    pub(super) fn gaps(&self, points: &[Point]) -> Markup {
        let places = points.len();
        let few = (self.scale.y(10.0) / 10).min(self.scale.y(0.0) / 10 - BAND).max(0);
        html! {
            @for (from, to) in points::stretches(points, |point| matches!(point, Point::Gap)) {
                rect x=(across(from, 0.0, places)) width=(across(to - from, 0.0, places)) height=(HEIGHT) fill={ "url(#" (self.id) "-gap)" } {}
            }
            @for (from, to) in points::stretches(points, |point| matches!(point, Point::Few)) {
                rect x=(across(from, 0.0, places)) width=(across(to - from, 0.0, places)) y=(few)
                    height=(self.scale.y(0.0) / 10 - few) fill={ "url(#" (self.id) "-few)" } {}
            }
        }
    }

    /// A dot; hollow where the day is not over.
    pub(super) fn dot(&self, class: &str, place: usize, value: f64, is_open: bool) -> Markup {
        let y = path::tenth(self.scale.y(value));
        html! { circle.dot.(class).open[is_open] cx=(across(place, 0.5, self.days.len())) cy=(y) r="3.5" {} }
    }
}

/// A share of the width: so many places and a part of one.
fn across(place: usize, part: f64, places: usize) -> String {
    format!("{}%", path::short((place as f64 + part) * 100.0 / places.max(1) as f64))
}

/// Labels at the edges do not stick out.
fn anchor(place: usize, places: usize) -> &'static str {
    match (place * 2 + 1) * 100 / (places.max(1) * 2) {
        0..10 => "start",
        90.. => "end",
        _ => "middle",
    }
}

fn hatch(id: &str, name: &str, angle: i32) -> Markup {
    html! {
        pattern id={ (id) "-" (name) } width="6" height="6" patternUnits="userSpaceOnUse" patternTransform={ "rotate(" (angle) ")" } {
            rect.(name) width="6" height="6" {}
            path.(name) d=(if name == "few" { "M0 0V6M0 0H6" } else { "M0 0V6" }) {}
        }
    }
}

/// The day that a legend's numbers are of: the newest row of the table behind the chart, or the one that is pointed at.
pub(super) fn when(words: &str, rows: &[Vec<String>]) -> Markup {
    html! { @if let Some(day) = rows.first().and_then(|row| row.first()) { span.key { (words) b data-cell="0" { (day) } } } }
}

/// One line of a legend with its number, which stands in this cell of the table's rows.
pub(super) fn number(class: &str, words: &str, cell: usize, rows: &[Vec<String>]) -> Markup {
    html! {
        span.key {
            @if !class.is_empty() { span.swatch.(class) {} }
            (words)
            @if let Some(said) = rows.first().and_then(|row| row.get(cell)) { " " b data-cell=(cell) { (said) } }
        }
    }
}

/// One line of a legend: how it looks, and what it means.
pub(super) fn key(class: &str, words: &str) -> Markup {
    html! { span.key { span.swatch.(class) {} (words) } }
}
