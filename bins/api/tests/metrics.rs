//! Numbers for Prometheus.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use common::{ID, Served, read, serve_history, serve_with};
use reqwest::{Method, StatusCode, header};
use serde_json::json;
use std::sync::Arc;
use wfm_api::store::SledStore;
use wfm_api::{Rates, Settings};
use wfm_core::store::MemoryStore;

async fn metrics(served: &Served) -> String {
    served.analyst(Method::GET, "/metrics").send().await.unwrap().text().await.unwrap()
}

#[tokio::test]
async fn the_text_format_is_the_default_and_open_metrics_is_for_who_asks_for_it() {
    let served = serve_history().await;
    for (accept, kind) in [
        (None, "text/plain; version=0.0.4"),
        (Some("text/plain;version=0.0.4"), "text/plain; version=0.0.4"),
        (Some("application/openmetrics-text;version=1.0.0;q=0.5,text/plain;q=0.3"), "application/openmetrics-text"),
    ] {
        let request = served.analyst(Method::GET, "/metrics");
        let request = accept.into_iter().fold(request, |request, accept| request.header(header::ACCEPT, accept));
        let answer = request.send().await.unwrap();
        assert!(answer.headers()[header::CONTENT_TYPE].to_str().unwrap().starts_with(kind), "{accept:?}");
        let text = answer.text().await.unwrap();
        assert_eq!(text.ends_with("# EOF\n"), kind.contains("openmetrics"), "{accept:?}");
        assert_eq!(text.contains(" info\n"), kind.contains("openmetrics"), "{accept:?}");
    }
}

#[tokio::test]
async fn series_keep_their_order() {
    let served = serve_history().await;
    for n in 0..20 {
        common::check_in(&served, n, "v2.18.1", common::NOON).await;
        served.get(&format!("/v3/versions/stable/deis-router/v{n}.0.0")).await;
    }
    let names = |text: String| -> Vec<String> {
        text.lines()
            .filter(|line| !line.starts_with('#'))
            .map(|line| line.rsplit_once(' ').unwrap().0.to_owned())
            .collect()
    };
    metrics(&served).await;
    let first = names(metrics(&served).await);
    for _ in 0..5 {
        assert_eq!(names(metrics(&served).await), first);
    }
    let families: Vec<&str> = first.iter().map(|name| name.split('{').next().unwrap()).collect();
    assert!(families.contains(&"wfm_api_component_clusters"));
}

#[tokio::test]
async fn refusals_are_counted_by_their_reason_and_limits_by_their_name() {
    let served = serve_with(Arc::new(MemoryStore::default()), |settings| Settings {
        rates: Rates { per_cluster: 6, per_address: 0, new_clusters: 1 },
        ..settings
    })
    .await;
    let post =
        async |path: &str, body: String| served.request(Method::POST, path).body(body).send().await.unwrap().status();
    let envelope = |id: &str| json!({"schema": 1, "id": id, "components": []}).to_string();
    assert_eq!(post("/v4/reports", envelope(ID)).await, StatusCode::NO_CONTENT);
    assert_eq!(post("/v4/reports", envelope(ID)).await, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(post("/v4/reports", envelope(&common::id(7))).await, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(post("/v4/reports", "{}".to_owned()).await, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(post("/v4/reports", "[".to_owned()).await, StatusCode::BAD_REQUEST);
    assert_eq!(post("/v3/clusters", "x".repeat(17 * 1024)).await, StatusCode::PAYLOAD_TOO_LARGE);
    let text = metrics(&served).await;
    for line in [
        "wfm_api_checkins_refused_total{reason=\"schema\"} 1",
        "wfm_api_checkins_refused_total{reason=\"malformed\"} 1",
        "wfm_api_checkins_refused_total{reason=\"too_large\"} 1",
        "wfm_api_checkins_refused_total{reason=\"cluster_rate\"} 1",
        "wfm_api_checkins_refused_total{reason=\"new_clusters\"} 1",
        "wfm_api_checkins_refused_total{reason=\"clock\"} 0",
        "wfm_api_rate_limited_total{limit=\"cluster_rate\"} 1",
        "wfm_api_rate_limited_total{limit=\"new_clusters\"} 1",
        "wfm_api_rate_limited_total{limit=\"network_rate\"} 0",
    ] {
        assert!(text.lines().any(|found| found == line), "{line}\n{text}");
    }
}

#[tokio::test]
async fn the_store_the_backup_and_the_process_have_numbers_as_far_as_they_are_known() {
    let folder = tempfile::TempDir::new().unwrap();
    let store = Arc::new(SledStore::open(folder.path()).await.unwrap());
    let served = serve_with(store, |settings| settings).await;
    served.publish_router("stable", "v2.9.0").await;
    let number = async |name: &str| -> Option<f64> {
        let text = metrics(&served).await;
        let line = text.lines().find(|line| line.split([' ', '{']).next() == Some(name))?;
        line.rsplit_once(' ').unwrap().1.parse().ok()
    };
    assert_eq!(number("wfm_api_releases").await, Some(1.0));
    assert!(number("wfm_api_store_bytes").await.is_some_and(|bytes| bytes > 1000.0));
    assert!(number("process_resident_memory_bytes").await.is_none_or(|bytes| bytes > 1e6));
    assert_eq!(number("wfm_api_last_backup_timestamp_seconds").await, None, "there was none yet");
    served.clock.set("2026-01-02T00:00:00Z".parse().unwrap());
    let backup = served.admin(Method::GET, "/v4/backup").send().await.unwrap();
    assert!(backup.text().await.unwrap().contains("\"end\""));
    assert_eq!(number("wfm_api_last_backup_timestamp_seconds").await, Some(1_767_312_000.0));

    let memory = serve_history().await;
    assert!(!metrics(&memory).await.contains("wfm_api_store_bytes"), "a store in memory takes no disk");
}

#[tokio::test]
async fn the_operations_manual_names_every_metric() {
    let served = serve_history().await;
    common::check_in(&served, 1, "v2.18.1", common::NOON).await;
    read(served.analyst(Method::GET, "/v4/clusters").send().await.unwrap()).await;
    served.admin(Method::GET, "/v4/backup").send().await.unwrap().text().await.unwrap();
    let manual = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/OPERATIONS.md")).unwrap();
    let text = metrics(&served).await;
    let names: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next()).collect();
    assert!(names.len() >= 15, "{names:?}");
    for name in &names {
        assert!(manual.contains(&format!("| `{name}")), "{name} has no row");
    }
    let listed = manual.lines().filter_map(|line| line.strip_prefix("| `wfm_api_")?.split(['{', '`']).next());
    for name in listed.filter(|name| *name != "store_bytes") {
        assert!(names.contains(&&*format!("wfm_api_{name}")), "{name} is no metric");
    }
}
