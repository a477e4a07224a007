//! Page = API = a recount: a seeded fleet is asked over HTTP, and every raw check-in is counted again.
#![allow(clippy::unwrap_used, reason = "a test may")]

mod common;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use wfm_api::seed::{Fleet, RELEASES_JSON, Raw};
use wfm_api::store::StoreUrl;
use wfm_api::{InsightsPublic, Rates, Settings};
use wfm_core::anonymizer::ReportedVersion;
use wfm_core::cluster::{ClusterId, Cohort};
use wfm_core::component::ComponentName;
use wfm_core::fleet::{Cohorts, Counted, Day, Range, Steps, reference};
use wfm_core::release::Releases;
use wfm_core::store::{ClusterFacts, Record, Store};
use wfm_core::wire::insights::*;

use common::{Served, serve_with};

const END: &str = "2026-01-01T10:00:00Z";
const NOW: &str = common::NOON;

#[tokio::test]
async fn the_page_and_the_api_say_what_a_recount_of_every_check_in_gives() {
    recount(150, 100, 12).await;
}

#[tokio::test]
#[ignore = "counting four million check-ins again for every question takes minutes: just recount"]
async fn a_large_fleet_is_what_a_recount_gives() {
    recount(5_000, 400, 60).await;
}

/// A raw check-in.
#[derive(Deserialize)]
struct Line {
    id: ClusterId,
    at: Timestamp,
    cohort: Cohort,
    components: BTreeMap<ComponentName, ReportedVersion>,
}

/// When, and what was said.
type CheckIns = Vec<(i64, Arc<ClusterFacts>)>;

fn counted(raw: &[u8]) -> reference::Fleet {
    let mut said: HashMap<BTreeMap<ComponentName, ReportedVersion>, Arc<ClusterFacts>> = HashMap::new();
    let mut clusters: BTreeMap<ClusterId, (Cohort, CheckIns)> = BTreeMap::new();
    for line in raw.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let Line { id, at, cohort, components } = serde_json::from_slice(line).unwrap();
        let facts = said
            .entry(components.clone())
            .or_insert_with(|| Arc::new(ClusterFacts { components, ..ClusterFacts::default() }));
        let (_, check_ins) = clusters.entry(id).or_insert_with(|| (cohort, Vec::new()));
        check_ins.push((at.as_second(), Arc::clone(facts)));
    }
    let clusters = clusters.into_values().map(|(cohort, check_ins)| reference::History::new(cohort, check_ins));
    reference::Fleet { clusters: clusters.collect() }
}

async fn ask<T: DeserializeOwned>(served: &Served, path: &str) -> T {
    served.analyst(Method::GET, path).send().await.unwrap().error_for_status().unwrap().json().await.unwrap()
}

async fn recount(clusters: u64, days: u32, moments: i64) {
    let end: Timestamp = END.parse().unwrap();
    let releases: Releases = wfm_api::import::read(RELEASES_JSON.as_bytes()).unwrap().into_iter().collect();
    let records: Vec<Record> =
        Fleet::new(clusters, days, 20, end).unwrap().records(&releases).unwrap().map(Result::unwrap).collect();
    let mut raw = Raw::new(Vec::new());
    records.iter().for_each(|record| raw.write(record).unwrap());
    let counted = counted(&raw.into_inner());
    let folder = tempfile::tempdir().unwrap();
    let store = StoreUrl::Sled(folder.path().join("store")).open().await.unwrap();
    store.load(Box::new(records.into_iter().map(Ok))).await.unwrap();
    let releases = store.releases().await.unwrap();
    let (rates, insights_public) = (Rates::none(), InsightsPublic::Aggregate);
    let kept = Arc::clone(&store);
    let served = serve_with(store, |settings| Settings { rates, insights_public, ..settings }).await;
    let first = Day::of(end.as_second()).plus(-i64::from(days));
    let mut answers = 0;
    for include in ["customer", "customer,staff", "staff,ci,test", "customer,staff,ci,test"] {
        answers += moments_are_exact(&served, &counted, include.parse().unwrap(), (days, moments)).await;
        answers += series_are_exact(&served, &counted, include.parse().unwrap(), days).await;
        answers += versions_are_exact(&served, &counted, &releases, include.parse().unwrap(), days).await;
    }
    the_page_shows_the_same(&served, &counted).await;
    public_days_are_exact(&served, kept.as_ref(), &counted, first).await;
    println!("{clusters} clusters × {days} days: {answers} answers are what a recount gives, and the page shows them");
}

/// Summaries at moments and days all over the fleet's life, and now.
async fn moments_are_exact(
    served: &Served,
    counted: &reference::Fleet,
    include: Cohorts,
    (days, moments): (u32, i64),
) -> usize {
    let (end, now): (Timestamp, Timestamp) = (END.parse().unwrap(), NOW.parse().unwrap());
    let step = SignedDuration::from_secs(i64::from(days) * 86_400 / moments - 4_321);
    let mut asked = 0;
    for n in 0..moments {
        let at = end - step * i32::try_from(n).unwrap();
        let summary: Summary = ask(served, &format!("/v4/insights/summary?include={include}&at={at}")).await;
        assert_eq!(summary, counted.summary(at, include));
        let day = Day::of(at.as_second()).plus(-1);
        let summary: Summary = ask(served, &format!("/v4/insights/summary?include={include}&at={}", day.date())).await;
        assert_eq!(summary, counted.summary(Timestamp::from_second(day.last_second()).unwrap(), include));
        asked += 2;
    }
    let summary: Summary = ask(served, &format!("/v4/insights/summary?include={include}")).await;
    assert_eq!(summary, counted.summary(now, include));
    asked + 1
}

async fn series_are_exact(served: &Served, counted: &reference::Fleet, include: Cohorts, days: u32) -> usize {
    let now: Timestamp = NOW.parse().unwrap();
    let to = Day::of(now.as_second());
    let mut asked = 0;
    for (interval, word) in [(Interval::Day, "day"), (Interval::Week, "week")] {
        let range = Range { from: to.plus(-i64::from(days) - 2), to, interval };
        let query = format!("include={include}&interval={word}&from={}", range.from.date());
        for (what, question) in
            [(Counted::Active, "active"), (Counted::Appeared, "appeared"), (Counted::Disappeared, "disappeared")]
        {
            let series: Series = ask(served, &format!("/v4/insights/{question}?{query}")).await;
            assert_eq!(series.buckets, counted.series(what, range, now.as_second(), include), "{question} by {word}");
            asked += 1;
        }
        let ages: AgeSeries = ask(served, &format!("/v4/insights/age?{query}")).await;
        assert_eq!(ages.buckets, counted.age_series(range, now.as_second(), include), "age by {word}");
        asked += 1;
    }
    asked
}

async fn versions_are_exact(
    served: &Served,
    counted: &reference::Fleet,
    releases: &Releases,
    include: Cohorts,
    days: u32,
) -> usize {
    let now: Timestamp = NOW.parse().unwrap();
    let to = Day::of(now.as_second());
    let range = Range { from: to.plus(-i64::from(days)), to, interval: Interval::Day };
    for name in ["deis-router", "deis-minio"] {
        let component: ComponentName = name.parse().unwrap();
        let query = format!("include={include}&component={name}");
        let adoption: Adoption =
            ask(served, &format!("/v4/insights/adoption?{query}&from={}", range.from.date())).await;
        assert_eq!(adoption.days, counted.adoption(&component, range, now.as_second(), include), "{name}");
        assert_eq!(adoption.now, counted.running(&component, now.as_second(), include), "{name} now");
        let lag: Lag = ask(served, &format!("/v4/insights/lag?{query}")).await;
        assert_eq!(lag.releases, counted.lag(releases, &component, now.as_second(), include), "{name}'s lag");
    }
    let in_use: ReleasesInUse = ask(served, &format!("/v4/insights/releases?include={include}")).await;
    for release in in_use.releases {
        let running = counted.running(&release.component, now.as_second(), include).versions;
        let listed = ReportedVersion::listed(&release.version).unwrap();
        assert_eq!(release.clusters, running.get(&listed).copied().unwrap_or(Count::Told(0)), "{}", release.version);
    }
    5
}

/// The days as the public is shown them, which were never shown before.
async fn public_days_are_exact(served: &Served, store: &dyn Store, counted: &reference::Fleet, first: Day) {
    let (status, _) = served.get("/v4/insights/summary").await;
    assert_eq!(status, reqwest::StatusCode::OK);
    let steps = store.steps(Steps::of([0; Steps::RANDOM])).await.unwrap();
    let last = Day::of(NOW.parse::<Timestamp>().unwrap().as_second()).plus(-1);
    let kept = store.public_days(first.plus(-9), last).await.unwrap();
    assert!(kept.len() > 60 && kept.last().unwrap().known != Count::Few, "{}", kept.len());
    assert_eq!(kept, counted.public_days(first.plus(-9), last, &steps));
}

/// The numbers in the tiles of the page.
async fn the_page_shows_the_same(served: &Served, counted: &reference::Fleet) {
    let summary = counted.summary(NOW.parse().unwrap(), Cohorts::default());
    let page = served.analyst(Method::GET, "/?range=1y").send().await.unwrap().text().await.unwrap();
    let shown = |count: Count| {
        let Count::Told(number) = count else { return false };
        page.contains(&format!(">{}<", wfm_core::words::grouped(number)))
    };
    assert!(shown(summary.known) && shown(summary.active), "{summary:?}");
    for windows in [summary.appeared, summary.disappeared, summary.returned, summary.bounced].map(Option::unwrap) {
        assert!(shown(windows.week) && shown(windows.month) && shown(windows.quarter), "{windows:?}");
    }
}
