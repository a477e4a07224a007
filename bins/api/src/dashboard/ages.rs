//! How old the active clusters are, day by day.

use jiff::civil::Date;
use maud::{Markup, html};
use wfm_core::wire::insights::{AgeBucket, AgeSeries, Ages, Interval};

use super::chart::line::{self, Line};
use super::chart::points::{MOST, Point, thin};
use super::chart::scale::Scale;
use super::chart::{Frame, key, number, when};
use super::words::days as in_days;
use super::{Dashboard, block, table};

const DAY: i64 = 86_400;
const TITLE: &str = "Age of the active clusters, in days";

pub(super) fn ages(page: &Dashboard, series: &AgeSeries) -> Markup {
    let buckets = thin(&series.buckets, MOST, |bucket| bucket.age.is_none());
    let body = if buckets.is_empty() {
        html! { p.soft { "No cluster was active in this range." } }
    } else {
        chart(&buckets, series.interval)
    };
    block::block("ages", TITLE, &block::series(page, "age", series.interval, &[]), &body)
}

fn chart(buckets: &[&AgeBucket], interval: Interval) -> Markup {
    let days: Vec<Date> = buckets.iter().map(|bucket| bucket.from).collect();
    let points = |of: fn(&Ages) -> i64| -> Vec<Point> {
        let point =
            |bucket: &&AgeBucket| bucket.age.as_ref().map_or(Point::Gap, |age| Point::At(of(age) as f64 / DAY as f64));
        buckets.iter().map(point).collect()
    };
    let oldest =
        buckets.iter().filter_map(|bucket| bucket.age).map(|age| age.mean_seconds.max(age.median_seconds)).max();
    let scale = Scale::up_to((oldest.unwrap_or(0).max(0) / DAY).unsigned_abs() + 1);
    let (mean, median) = (points(|age| age.mean_seconds), points(|age| age.median_seconds));
    let has_gap = mean.contains(&Point::Gap);
    let lines =
        [Line { class: "first", filled: false, points: median }, Line { class: "second", filled: false, points: mean }];
    let is_open = buckets.last().is_some_and(|bucket| !bucket.complete);
    let rows: Vec<Vec<String>> = buckets.iter().rev().map(|bucket| row(bucket)).collect();
    let told = rows.first().map(|row| format!("{}: median {} days, mean {} days.", row[0], row[1], row[2]));
    let told = told.unwrap_or_default();
    let frame = Frame { id: "ages-chart", title: TITLE, told: &told, days: &days, scale: &scale };
    let first = if interval == Interval::Day { "Day" } else { "Week from" };
    html! {
        figure {
            (line::chart(&frame, &lines, is_open))
            figcaption {
                (when("", &rows)) (number("first", "median", 1, &rows)) (number("second", "mean", 2, &rows))
                @if has_gap { (key("gap", "nobody was active")) }
            }
            (table::behind_chart(TITLE, &[first, "Median, days", "Mean, days"], &rows))
        }
    }
}

fn row(bucket: &AgeBucket) -> Vec<String> {
    let (median, mean) = match &bucket.age {
        Some(age) => (in_days(age.median_seconds), in_days(age.mean_seconds)),
        None => ("none active".to_owned(), "none active".to_owned()),
    };
    vec![bucket.from.to_string(), median, mean]
}
