//! `just bench-fleet`: what the numbers of a fleet cost: a question, a check-in, bytes on the disk, memory.
//!
//! `WFM_BENCH_FOLDER` names the folder (a disk, to mean something), `WFM_BENCH_CLUSTERS` the size of the larger fleet (a
//! million), `WFM_BENCH_DAYS` how long both have lived (365). The smaller fleet has a tenth of its check-ins.
//! `WFM_BENCH_LIVED` is how many clusters live a year check-in by check-in (2000). `WFM_BENCH_ALL=0` asks questions alone.

#![allow(clippy::unwrap_used, reason = "a bench that fails has nothing to say")]

use std::path::Path;
use std::time::Instant;

use jiff::Timestamp;
use tempfile::TempDir;
use wfm_api::seed::{Fleet, RELEASES_JSON};
use wfm_api::store::SledStore;
use wfm_core::fleet::{self, Cohorts, Counted, Day, Range, Rollups};
use wfm_core::release::Releases;
use wfm_core::store::{Store, StoreError, ask};
use wfm_core::wire::insights::Interval;

mod fleet_cost;

use fleet_cost::{check_in_cost, disk_cost, lived_cost};

const END: &str = "2026-01-31T09:30:15Z";

fn main() {
    let clusters = setting("WFM_BENCH_CLUSTERS", 1_000_000);
    let days = u32::try_from(setting("WFM_BENCH_DAYS", 365)).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        if setting("WFM_BENCH_ALL", 1) > 0 {
            disk_cost().await;
            check_in_cost().await;
            lived_cost(setting("WFM_BENCH_LIVED", 2000)).await;
        }
        let small = questions(clusters / 10, days).await;
        let large = questions(clusters, days).await;
        println!("the larger fleet's dashboard takes {:.2} × the smaller one's", large / small);
    });
}

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().unwrap())
}

fn folder() -> TempDir {
    std::env::var_os("WFM_BENCH_FOLDER").map_or_else(TempDir::new, TempDir::new_in).unwrap()
}

/// Fills a store and asks it everything the dashboard shows; answers the median time, in milliseconds.
async fn questions(clusters: u64, days: u32) -> f64 {
    let end: Timestamp = END.parse().unwrap();
    let releases: Releases = wfm_api::import::read(RELEASES_JSON.as_bytes()).unwrap().into_iter().collect();
    let (folder, before) = (folder(), resident());
    let store = SledStore::open(folder.path()).await.unwrap();
    let began = Instant::now();
    let records = Fleet::new(clusters, days, 42, end).unwrap().records(&releases).unwrap();
    store.load(records).await.unwrap();
    let loaded = began.elapsed().as_secs_f64();
    drop(store);
    let began = Instant::now();
    let store = SledStore::open(folder.path()).await.unwrap();
    let opened = began.elapsed().as_secs_f64();
    println!(
        "{clusters} clusters × {days} days: loaded in {loaded:.0} s, opened in {opened:.1} s, {} MiB on the disk, {} MiB of memory more",
        size(folder.path()) >> 20,
        resident().saturating_sub(before) >> 10
    );
    let (mut took, mut parts) = (Vec::new(), Vec::new());
    for _ in 0..51 {
        let began = Instant::now();
        let releases = store.releases().await.unwrap();
        parts = ask(&store, move |rollups| dashboard(rollups, &releases, days, end)).await.unwrap();
        took.push(began.elapsed().as_secs_f64() * 1e3);
    }
    let parts: Vec<String> = parts.into_iter().map(|(what, took)| format!("{what} {took:.2}")).collect();
    println!("  of the last one, in ms: {}", parts.join(", "));
    let first = took[0];
    took.sort_by(f64::total_cmp);
    println!(
        "  the whole dashboard: {:.2} ms (the first time {first:.2} ms, at worst {:.2} ms); {} MiB of memory more",
        took[took.len() / 2],
        took[took.len() - 1],
        resident().saturating_sub(before) >> 10
    );
    took[took.len() / 2]
}

/// All that the page of a year shows; answers how long each part took, in milliseconds.
fn dashboard(
    rollups: &dyn Rollups,
    releases: &Releases,
    days: u32,
    now: Timestamp,
) -> Result<Vec<(&'static str, f64)>, StoreError> {
    let (include, component) = (Cohorts::default(), "deis-router".parse().unwrap());
    let to = Day::of(now.as_second());
    let range = |interval| Range { from: to.plus(1 - i64::from(days)), to, interval };
    let (day, week) = (range(Interval::Day), range(Interval::Week));
    let mut took = Vec::new();
    let mut part = |what, ask: &dyn Fn() -> Result<(), StoreError>| {
        let began = Instant::now();
        ask()?;
        took.push((what, began.elapsed().as_secs_f64() * 1e3));
        Ok::<_, StoreError>(())
    };
    part("summary", &|| fleet::summary(rollups, now, include).map(drop))?;
    part("active", &|| fleet::series(rollups, Counted::Active, day, now, include).map(drop))?;
    part("appeared", &|| fleet::series(rollups, Counted::Appeared, week, now, include).map(drop))?;
    part("disappeared", &|| fleet::series(rollups, Counted::Disappeared, week, now, include).map(drop))?;
    part("age", &|| fleet::age_series(rollups, week, now, include).map(drop))?;
    part("adoption", &|| fleet::adoption(rollups, &component, day, now, include).map(drop))?;
    part("lag", &|| fleet::lag(rollups, releases, &component, now, include).map(drop))?;
    part("releases", &|| fleet::releases_in_use(rollups, releases, now, include).map(drop))?;
    Ok(took)
}

/// The process's resident memory, in KiB; 0 where the system does not tell.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or_default()
}

fn size(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).unwrap().map(Result::unwrap);
    entries.map(|entry| entry.metadata().unwrap()).filter(std::fs::Metadata::is_file).map(|file| file.len()).sum()
}
