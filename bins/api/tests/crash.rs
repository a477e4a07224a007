//! What was acknowledged survives a kill.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod common;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use common::client;
use common::program::Process;
use reqwest::StatusCode;
use serde_json::{Value, json};
use tempfile::TempDir;

/// Checks new clusters in over one connection until told to stop, and notes those that were acknowledged.
async fn check_in(addr: String, first: u128, stop: Arc<AtomicBool>, acknowledged: Arc<Mutex<Vec<u128>>>) {
    let client = client();
    for n in first.. {
        let body =
            json!({"id": uuid::Uuid::from_u128(n).to_string(), "components": [{"component": {"name": "deis-router"}}]});
        match client.post(format!("http://{addr}/v3/clusters")).json(&body).send().await {
            Ok(answer) if answer.status() == StatusCode::OK => acknowledged.lock().unwrap().push(n),
            _ if stop.load(Ordering::SeqCst) => return,
            other => panic!("a check-in failed while the service ran: {other:?}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_before_a_kill_is_there_after_it() {
    const CONNECTIONS: u128 = 4;
    let folder = TempDir::new().unwrap();
    let store = format!("sled://{}", folder.path().display());
    let acknowledged = Arc::new(Mutex::new(Vec::new()));
    for round in 0..3u128 {
        let mut service = Process::start(&store);
        let stop = Arc::new(AtomicBool::new(false));
        let connections: Vec<_> = (0..CONNECTIONS)
            .map(|connection| {
                let first = (round * CONNECTIONS + connection) << 64;
                tokio::spawn(check_in(service.addr.clone(), first, Arc::clone(&stop), Arc::clone(&acknowledged)))
            })
            .collect();
        tokio::time::sleep(Duration::from_millis(300 + 130 * u64::try_from(round).unwrap())).await;
        stop.store(true, Ordering::SeqCst);
        service.kill();
        for connection in connections {
            connection.await.unwrap();
        }
    }
    let service = Process::start(&store);
    let client = client();
    let get = async |path: String| client.get(format!("http://{}{path}", service.addr)).send().await.unwrap();
    let acknowledged = acknowledged.lock().unwrap().clone();
    assert!(acknowledged.len() > 30, "enough happened to mean something: {}", acknowledged.len());
    for n in &acknowledged {
        let id = uuid::Uuid::from_u128(*n);
        assert_eq!(get(format!("/v3/clusters/{id}")).await.status(), StatusCode::OK, "{id} was acknowledged");
    }
    // A cluster whose answer the kill swallowed may be there too: at most one for each connection and round.
    let count: Value = get("/v3/clusters/count".into()).await.json().await.unwrap();
    let count = usize::try_from(count.as_u64().unwrap()).unwrap();
    let most = acknowledged.len() + usize::try_from(3 * CONNECTIONS).unwrap();
    assert!((acknowledged.len()..=most).contains(&count), "{count} for {} acknowledged", acknowledged.len());
}
