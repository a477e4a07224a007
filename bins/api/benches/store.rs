//! `cargo bench -p wfm-api --bench store`: durable check-ins a second into the store alone, without HTTP.
//!
//! `WFM_BENCH_FOLDER` names the folder (a disk, not a memory file system, to mean something), `WFM_BENCH_CLUSTERS` the
//! size of the fleet, `WFM_BENCH_SECONDS` how long each number of callers runs.

#![allow(clippy::unwrap_used, reason = "a bench that fails has nothing to say")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use wfm_api::store::SledStore;
use wfm_core::anonymizer::{Arrival, Vocabulary};
use wfm_core::catalog::Catalog;
use wfm_core::release::Releases;
use wfm_core::store::Store;
use wfm_core::wire::v3;

fn main() {
    let setting = |name: &str, default: u64| std::env::var(name).map_or(default, |text| text.parse().unwrap());
    let (clusters, seconds) = (setting("WFM_BENCH_CLUSTERS", 100_000), setting("WFM_BENCH_SECONDS", 5));
    let folder = match std::env::var_os("WFM_BENCH_FOLDER") {
        Some(folder) => tempfile::tempdir_in(folder).unwrap(),
        None => tempfile::tempdir().unwrap(),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let fleet: Arc<Vec<Arrival>> = Arc::new((0..clusters).map(arrival).collect());
        let before = resident();
        let store = Arc::new(SledStore::open(folder.path()).await.unwrap());
        let made = AtomicU64::new(0);
        let made = Arc::new(made);
        println!("callers  check-ins/s   p50 ms   p99 ms   clusters");
        for callers in [64, 256, 256] {
            let until = Instant::now() + Duration::from_secs(seconds);
            let all = (0..callers)
                .map(|_| tokio::spawn(check_in(Arc::clone(&store), Arc::clone(&fleet), Arc::clone(&made), until)));
            let mut took = Vec::new();
            for caller in all.collect::<Vec<_>>() {
                took.extend(caller.await.unwrap());
            }
            took.sort_unstable();
            let ms = |part: usize| took[took.len() * part / 100].as_secs_f64() * 1e3;
            let known = store.count_clusters().await.unwrap();
            let rate = took.len() as u64 / seconds;
            println!("{callers:>7} {rate:>12} {:>8.2} {:>8.2} {known:>10}", ms(50), ms(99));
        }
        println!("kept as {} bytes a check-in in the folder", size(folder.path()) / made.load(Ordering::Relaxed));
        println!("{} MiB of memory more than without the store", resident().saturating_sub(before) / 1024);
        let started = Instant::now();
        let found = store.verify().await.unwrap();
        assert!(found.differences.is_empty(), "{:?}", found.differences);
        println!("verified in {:.1} s", started.elapsed().as_secs_f64());
        let started = Instant::now();
        let records = store.records().await.unwrap();
        let waited = started.elapsed().as_secs_f64();
        let records = records.map(Result::unwrap).count();
        println!("{records} records read in {:.1} s, writers waited {waited:.2} s", started.elapsed().as_secs_f64());
        drop(store);
        let started = Instant::now();
        drop(SledStore::open(folder.path()).await.unwrap());
        println!("opened again in {:.2} s", started.elapsed().as_secs_f64());
    });
}

async fn check_in(
    store: Arc<SledStore>,
    fleet: Arc<Vec<Arrival>>,
    made: Arc<AtomicU64>,
    until: Instant,
) -> Vec<Duration> {
    let start: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
    let mut took = Vec::new();
    while Instant::now() < until {
        let n = made.fetch_add(1, Ordering::Relaxed);
        let size = fleet.len() as u64;
        // Scattered over the fleet, as clusters check in, and every cluster as often as any other.
        let which = usize::try_from((n.wrapping_mul(7_919)) % size).unwrap();
        let at = start + SignedDuration::from_secs(i64::try_from(n / size * 43_200).unwrap());
        let asked = Instant::now();
        store.check_in(fleet[which].clone(), at).await.unwrap();
        took.push(asked.elapsed());
    }
    took
}

fn arrival(n: u64) -> Arrival {
    let id = u128::from(n).wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835);
    let catalog = Catalog::workflow();
    let components = catalog.iter().map(|entry| v3::ComponentVersion {
        component: v3::Component { name: entry.name().to_string(), ..v3::Component::default() },
        ..v3::ComponentVersion::default()
    });
    let components = components.skip(usize::try_from(n % 8).unwrap()).collect();
    let body = v3::Cluster { id: uuid::Uuid::from_u128(id).to_string(), components, first_seen: None, last_seen: None };
    Arrival::reduce(&body, Vocabulary::new(&catalog, &Releases::default())).unwrap()
}

/// The process's resident memory, in KiB; 0 where the system does not tell.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or_default()
}

fn size(folder: &std::path::Path) -> u64 {
    let entries = std::fs::read_dir(folder).unwrap().map(Result::unwrap);
    entries.map(|entry| entry.metadata().unwrap()).filter(std::fs::Metadata::is_file).map(|file| file.len()).sum()
}
