//! Who came and who went, week by week.

use jiff::civil::Date;
use maud::{Markup, html};
use wfm_core::fleet::Newcomers;
use wfm_core::wire::insights::{Bucket, Interval, Series};

use super::active::{cell, notes};
use super::chart::bars::{self, Pair};
use super::chart::points::{MOST, Point, most, thin};
use super::chart::scale::Scale;
use super::chart::{Frame, key, number, when};
use super::words::grouped;
use super::{Dashboard, block, table};

const TITLE: &str = "Appeared and disappeared";

pub(super) fn arrivals(page: &Dashboard, appeared: &Series, disappeared: &Series, newcomers: &Newcomers) -> Markup {
    let weeks: Vec<(&Bucket, Option<&Bucket>)> =
        appeared.buckets.iter().map(|up| (up, disappeared.buckets.iter().find(|down| down.from == up.from))).collect();
    let weeks = thin(&weeks, MOST, |(up, _)| up.clusters.is_none());
    let body = if weeks.is_empty() {
        html! { p.soft { "No week of this range was counted." } }
    } else {
        chart(&weeks)
    };
    let body = html! { (body) (last_hour(newcomers)) };
    let links = html! {
        span.soft { "↑ " } (block::series(page, "appeared", Interval::Week, &[])) " "
        span.soft { "↓ " } (block::series(page, "disappeared", Interval::Week, &[]))
    };
    block::block("arrivals", TITLE, &links, &body)
}

/// Anyone may check in under ids of their own making: many new clusters at once may be false ones.
fn last_hour(newcomers: &Newcomers) -> Markup {
    let Newcomers { last_hour, median_week, median_month } = newcomers;
    html! {
        p.soft {
            "New in the last hour, of any cohort: " strong { (grouped(*last_hour)) } ". The median hour of the last 7 days had "
            (grouped(*median_week)) ", of the last 30 days " (grouped(*median_month)) "."
            @if newcomers.is_unusual() {
                " " strong { "This is unusual: some of them may be false." }
            }
        }
    }
}

fn chart(weeks: &[&(&Bucket, Option<&Bucket>)]) -> Markup {
    let days: Vec<Date> = weeks.iter().map(|(up, _)| up.from).collect();
    let pairs: Vec<Pair> = weeks.iter().map(|week| pair(week)).collect();
    let highest = |buckets: &mut dyn Iterator<Item = &Bucket>| {
        buckets.filter_map(|bucket| bucket.clusters).map(most).max().unwrap_or(0)
    };
    let up = highest(&mut weeks.iter().map(|(up, _)| *up));
    let down = highest(&mut weeks.iter().filter_map(|(_, down)| *down));
    let scale = Scale::around(down, up);
    let told = in_words(weeks);
    let frame = Frame { id: "arrivals-chart", title: TITLE, told: &told, days: &days, scale: &scale };
    let ups: Vec<Point> = pairs.iter().flat_map(|pair| [pair.up, pair.down]).collect();
    let rows: Vec<Vec<String>> = weeks.iter().rev().map(|week| row(week)).collect();
    html! {
        figure {
            (bars::chart(&frame, &pairs))
            figcaption {
                (when("week from ", &rows)) (number("up", "↑ appeared", 1, &rows)) (number("down", "↓ disappeared", 2, &rows))
                @if pairs.iter().any(|pair| !pair.complete) { (key("open", "this week is not over")) }
                (notes(&ups))
            }
            (table::behind_chart(TITLE, &["Week from", "Appeared", "Disappeared"], &rows))
        }
    }
}

fn pair((up, down): &(&Bucket, Option<&Bucket>)) -> Pair {
    Pair { up: up.clusters.into(), down: down.and_then(|down| down.clusters).into(), complete: up.complete }
}

fn row((up, down): &(&Bucket, Option<&Bucket>)) -> Vec<String> {
    vec![up.from.to_string(), cell(up), down.map_or_else(|| "no count".to_owned(), cell)]
}

fn in_words(weeks: &[&(&Bucket, Option<&Bucket>)]) -> String {
    let last = weeks.last().map(|week| row(week));
    match last.as_deref() {
        Some([from, up, down]) => format!("Week from {from}: appeared {up}, disappeared {down}."),
        _ => String::new(),
    }
}
