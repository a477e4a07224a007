//! Active clusters by day.

use jiff::civil::Date;
use maud::{Markup, html};
use wfm_core::wire::insights::{Bucket, Interval, Series};

use super::chart::line::{self, Line};
use super::chart::points::{MOST, Point, most, thin};
use super::chart::scale::Scale;
use super::chart::{Frame, key, number, when};
use super::words::told;
use super::{Dashboard, block, table};

pub(super) fn active(page: &Dashboard, series: &Series) -> Markup {
    let buckets = thin(&series.buckets, MOST, |bucket| bucket.clusters.is_none());
    let every = match series.interval {
        Interval::Day => "day",
        Interval::Week => "week",
    };
    let body = if buckets.is_empty() {
        html! { p.soft { "No " (every) " of this range was counted." } }
    } else {
        chart(&buckets, every)
    };
    let links = block::series(page, "active", series.interval, &[]);
    block::block("active", &format!("Active clusters per {every}"), &links, &body)
}

fn chart(buckets: &[&Bucket], every: &str) -> Markup {
    let days: Vec<Date> = buckets.iter().map(|bucket| bucket.from).collect();
    let points: Vec<Point> = buckets.iter().map(|bucket| bucket.clusters.into()).collect();
    let scale = Scale::up_to(buckets.iter().filter_map(|bucket| bucket.clusters).map(most).max().unwrap_or(0));
    let notes = notes(&points);
    let is_open = buckets.last().is_some_and(|bucket| !bucket.complete);
    let title = format!("Active clusters per {every}");
    let told_all = in_words(buckets);
    let frame = Frame { id: "active-chart", title: &title, told: &told_all, days: &days, scale: &scale };
    let rows: Vec<Vec<String>> = buckets.iter().rev().map(|bucket| row(bucket)).collect();
    html! {
        figure {
            (line::chart(&frame, &[Line { class: "first", filled: true, points }], is_open))
            figcaption { (when("", &rows)) (number("first", "active clusters", 1, &rows)) @if is_open { (key("hollow", &format!("this {every} is not over"))) } (notes) }
            (table::behind_chart(&title, &[if every == "day" { "Day" } else { "Week from" }, "Clusters"], &rows))
        }
    }
}

/// The legend's lines for what is no number.
pub(super) fn notes(points: &[Point]) -> Markup {
    html! {
        @if points.contains(&Point::Gap) { (key("gap", "no count: nobody checked in, or the service was not there")) }
        @if points.contains(&Point::Few) { (key("few", "fewer than twenty")) }
    }
}

/// A number in a table, with a word where it is none, or may still grow.
pub(super) fn cell(bucket: &Bucket) -> String {
    match bucket.clusters {
        None => "no count".to_owned(),
        Some(clusters) if bucket.complete => told(clusters),
        Some(clusters) => format!("{} so far", told(clusters)),
    }
}

fn row(bucket: &Bucket) -> Vec<String> {
    vec![bucket.from.to_string(), cell(bucket)]
}

/// The chart in a sentence.
fn in_words(buckets: &[&Bucket]) -> String {
    let ends = buckets.first().zip(buckets.last());
    let said = ends.map(|(first, last)| format!("{}: {}. {}: {}.", first.from, cell(first), last.from, cell(last)));
    said.unwrap_or_default()
}
