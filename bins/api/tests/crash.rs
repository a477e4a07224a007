//! What was acknowledged survives a kill.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod common;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use common::client;
use common::program::{Process, run};
use reqwest::StatusCode;
use serde_json::{Value, json};
use tempfile::TempDir;

const CONNECTIONS: u128 = 16;

/// How many check-ins of each cluster were acknowledged.
type Acknowledged = Arc<Mutex<BTreeMap<u128, u64>>>;

/// Checks clusters in over one connection until told to stop: each of them three times, saying something else now and
/// then, and notes what was acknowledged.
async fn check_in(addr: String, first: u128, stop: Arc<AtomicBool>, acknowledged: Acknowledged) {
    let client = client();
    for n in 0.. {
        let cluster = first + n / 3;
        let components = if n % 5 == 0 { json!([]) } else { json!([{"component": {"name": "deis-router"}}]) };
        let body = json!({"id": uuid::Uuid::from_u128(cluster).to_string(), "components": components});
        match client.post(format!("http://{addr}/v3/clusters")).json(&body).send().await {
            Ok(answer) if answer.status() == StatusCode::OK => {
                *acknowledged.lock().unwrap().entry(cluster).or_default() += 1;
            }
            _ if stop.load(Ordering::SeqCst) => return,
            other => panic!("a check-in failed while the service ran: {other:?}"),
        }
    }
}

async fn kill_again_and_again(kills: u128) {
    let folder = TempDir::new().unwrap();
    let store = format!("sled://{}", folder.path().display());
    let acknowledged = Acknowledged::default();
    for round in 0..kills {
        let mut service = Process::start(&store);
        let stop = Arc::new(AtomicBool::new(false));
        let connections: Vec<_> = (0..CONNECTIONS)
            .map(|connection| {
                let first = (round * CONNECTIONS + connection) << 64;
                tokio::spawn(check_in(service.addr.clone(), first, Arc::clone(&stop), Arc::clone(&acknowledged)))
            })
            .collect();
        // At moments that have nothing to do with what the store is doing, its own flush twice a second among it.
        tokio::time::sleep(Duration::from_millis(150 + u64::try_from(round * 137 % 500).unwrap())).await;
        stop.store(true, Ordering::SeqCst);
        service.kill();
        for connection in connections {
            connection.await.unwrap();
        }
    }
    let acknowledged = acknowledged.lock().unwrap().clone();
    assert!(acknowledged.len() as u128 > 5 * kills, "enough happened to mean something: {}", acknowledged.len());
    let counted = counted(&Process::start(&store)).await;
    for (cluster, check_ins) in &acknowledged {
        let id = uuid::Uuid::from_u128(*cluster).to_string();
        let kept = counted.get(&id).copied().unwrap_or_default();
        // A check-in whose answer the kill swallowed may be there too.
        assert!(
            (*check_ins..=check_ins + 1).contains(&kept),
            "of {id} {check_ins} check-ins were acknowledged and {kept} are kept"
        );
    }
    let most = acknowledged.len() + usize::try_from(kills * CONNECTIONS).unwrap();
    assert!((acknowledged.len()..=most).contains(&counted.len()), "{} clusters", counted.len());
    let verified = run(&["verify", "--store", &store]);
    assert!(verified.status.success(), "{verified:?}");
    let total: u64 = acknowledged.values().sum();
    println!("{kills} kills, {total} acknowledged check-ins, none lost: {}", String::from_utf8_lossy(&verified.stdout));
}

/// The check-ins of every cluster, by the service's own backup.
async fn counted(service: &Process) -> BTreeMap<String, u64> {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("backup");
    let output = run(&["backup", "--store", &service.store, file.to_str().unwrap()]);
    assert!(output.status.success(), "{output:?}");
    let text = std::fs::read_to_string(&file).unwrap();
    let clusters = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let clusters = clusters.filter_map(|record| record.get("cluster").cloned()).map(|cluster| {
        let runs = cluster["runs"].as_array().unwrap().iter();
        let check_ins = runs.map(|run| run["at"].as_array().unwrap().len() as u64).sum();
        (cluster["id"].as_str().unwrap().to_owned(), check_ins)
    });
    clusters.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_before_a_kill_is_there_after_it() {
    kill_again_and_again(4).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "200 kills take minutes"]
async fn what_was_acknowledged_before_any_of_200_kills_is_there_after_them() {
    kill_again_and_again(200).await;
}
