//! Doctor reports of old agents, and hostile ones.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use std::sync::Arc;

use common::program::Process;
use common::{ID, Served, client, id, read, serve, serve_with};
use jiff::SignedDuration;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use wfm_api::{Rates, Settings};
use wfm_core::store::MemoryStore;

const MIB: u64 = 1024 * 1024;

fn report(component: &str) -> Value {
    json!({"workflow": {"components": [{"component": {"name": component}}]}})
}

async fn stored(served: &Served, id: &str) -> (StatusCode, Value) {
    let request = served.request(Method::GET, &format!("/v3/doctor/{id}")).bearer_auth(common::doctor());
    read(request.send().await.unwrap()).await
}

#[tokio::test]
async fn a_service_takes_no_doctor_reports_without_the_option() {
    let served = serve_with(Arc::new(MemoryStore::default()), |s| Settings { rates: Rates::none(), ..s }).await;
    // An old agent sends all pods and nodes of its cluster, and looks at the status.
    for body in [report("deis-router").to_string(), " ".repeat(900_000)] {
        let (status, said) = served.post(&format!("/v3/doctor/{ID}"), body).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        assert!(said["message"].as_str().unwrap().contains("--doctor"), "{said}");
    }
    assert_eq!(stored(&served, ID).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_report_is_kept_once_and_for_fourteen_days() {
    let served = serve().await;
    let path = format!("/v3/doctor/{ID}");
    for _ in 0..2 {
        assert_eq!(served.post(&path, report("deis-router").to_string()).await.0, StatusCode::OK);
    }
    assert_eq!(served.post(&path, report("deis-minio").to_string()).await.0, StatusCode::CONFLICT);
    served.clock.advance(SignedDuration::from_hours(14 * 24 - 1));
    let (status, kept) = stored(&served, ID).await;
    assert!(status == StatusCode::OK && kept.to_string().contains("deis-router"), "{kept}");
    served.clock.advance(SignedDuration::from_hours(1));
    assert_eq!(stored(&served, ID).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_report_that_is_too_long_is_refused() {
    let served = serve().await;
    let components = |count| json!({"workflow": {"components": vec![json!({}); count]}}).to_string();
    let padded = |length| format!("{}{}", components(0), " ".repeat(length - components(0).len()));
    for (n, (body, expected)) in (0..).zip([
        (components(256), StatusCode::OK),
        (components(257), StatusCode::BAD_REQUEST),
        (padded(64 * 1024), StatusCode::OK),
        (padded(64 * 1024 + 1), StatusCode::PAYLOAD_TOO_LARGE),
    ]) {
        assert_eq!(served.post(&format!("/v3/doctor/{}", id(n)), body).await.0, expected, "{n}");
    }
}

/// Bodies whose only purpose is to be dear: each as long as may be, and some longer.
fn hostile(n: usize) -> String {
    let fill = |piece: &str, length: usize| vec![piece; length / (piece.len() + 1)].join(",");
    let within = |inside: &str| format!(r#"{{"workflow":{{"components":[{inside}]}}}}"#);
    match n % 8 {
        0 => within(&vec!["{}"; 349_000].join(",")),
        1 => within(&fill("{}", 65_000)),
        2 => within(&fill(r#"{"component":{},"version":{}}"#, 65_000)),
        3 => within(&fill(r#"{"component":{"name":"\u0064eis-router"},"version":{"version":"1"}}"#, 65_000)),
        4 => within(&format!(r#"{{"component":{{"name":"{}"}}}}"#, "\\u0061".repeat(10_000))),
        5 => format!(r#"{{"workflow":{}{}}}"#, "[".repeat(32_000), "]".repeat(32_000)),
        6 => format!(r#"{{"nodes":[{}],"workflow":null}}"#, fill(r#"{"a":[1,"\n",{}]}"#, 65_000)),
        _ => (0..60_000).map(|at: usize| char::from(b" {}[]:,\"0a\\n"[(at * 7919 + n * 31) % 12])).collect(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_reports_cost_the_service_little_memory() {
    let folder = tempfile::TempDir::new().unwrap();
    let store = format!("sled://{}", folder.path().join("store").display());
    let service = Process::start_with(&store, |program| program.arg("--doctor").stderr(std::process::Stdio::null()));
    let before = service.peak_memory();
    let mut sending = tokio::task::JoinSet::new();
    for n in 0..64_usize {
        let url = format!("http://{}/v3/doctor/{}", service.addr, id(u8::try_from(n).unwrap()));
        sending.spawn(async move { client().post(url).body(hostile(n)).send().await.map(|answer| answer.status()) });
    }
    let statuses = sending.join_all().await;
    let grown = service.peak_memory() - before;
    println!("64 hostile reports: {} MiB before, {} MiB more", before / MIB, grown / MIB);
    assert!(statuses.iter().flatten().all(|status| *status != StatusCode::INTERNAL_SERVER_ERROR), "{statuses:?}");
    assert!(grown < 48 * MIB, "{} MiB more", grown / MIB);
    let alive = client().get(format!("http://{}/livez", service.addr)).send().await.unwrap();
    assert_eq!(alive.status(), StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_check_ins_cost_the_service_little_memory() {
    let service = Process::start("memory://");
    let before = service.peak_memory();
    let mut sending = tokio::task::JoinSet::new();
    for n in 0..64_usize {
        let (url, id) = (format!("http://{}/v3/clusters", service.addr), id(u8::try_from(n).unwrap()));
        let components = vec!["{}"; 5_300].join(",");
        let body = format!(r#"{{"components":[{components}],"id":"{id}"}}"#);
        sending.spawn(async move { client().post(url).body(body).send().await.unwrap().status() });
    }
    assert!(sending.join_all().await.iter().all(|status| *status == StatusCode::OK));
    let grown = service.peak_memory() - before;
    println!("64 hostile check-ins: {} MiB before, {} MiB more", before / MIB, grown / MIB);
    assert!(grown < 24 * MIB, "{} MiB more", grown / MIB);
}
