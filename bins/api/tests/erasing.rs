//! Erasure by a cluster's owner, over HTTP.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod common;

use std::sync::Arc;

use common::program::{Process, run};
use common::{ID, Served, check_in, client, id, read, serve, serve_with};
use reqwest::{Method, StatusCode};
use serde_json::json;
use wfm_api::Rates;
use wfm_core::store::MemoryStore;

async fn erase(served: &Served, id: &str) -> (StatusCode, String) {
    let answer = served.request(Method::DELETE, &format!("/v4/clusters/{id}")).send().await.unwrap();
    (answer.status(), answer.text().await.unwrap())
}

#[tokio::test]
async fn whoever_knows_the_id_erases_the_cluster_and_is_told_nothing_more() {
    let served = serve().await;
    for n in [1, 2] {
        check_in(&served, n, "v2.9.0", "2026-01-01T10:00:00Z").await;
    }
    assert_eq!(erase(&served, &id(1)).await, (StatusCode::NO_CONTENT, String::new()));
    assert_eq!(served.get(&format!("/v3/clusters/{}", id(1))).await.0, StatusCode::NOT_FOUND);
    assert_eq!(served.count().await, 1);
    let (_, listed) = read(served.analyst(Method::GET, "/v4/clusters").send().await.unwrap()).await;
    assert!(!listed.to_string().contains(&id(1)) && listed.to_string().contains(&id(2)));
    let summary = served.analyst(Method::GET, "/v4/insights/summary").send().await.unwrap();
    assert_eq!(read(summary).await.1["known"], 1);
    let (_, log) = read(served.admin(Method::GET, "/v4/audit").send().await.unwrap()).await;
    let line = &log["data"][0];
    assert_eq!(
        (&line["actor"], &line["action"], &line["subject"]),
        (&json!("owner"), &json!("erase"), &json!("a cluster"))
    );
    assert!(!log.to_string().contains(&id(1)));
}

#[tokio::test]
async fn what_is_not_there_is_a_404_and_what_is_no_id_a_400_that_repeats_nothing() {
    let served = serve().await;
    check_in(&served, 1, "v2.9.0", "2026-01-01T10:00:00Z").await;
    assert_eq!(erase(&served, &id(1)).await.0, StatusCode::NO_CONTENT);
    assert_eq!(erase(&served, &id(1)).await.0, StatusCode::NOT_FOUND);
    assert_eq!(erase(&served, ID).await.0, StatusCode::NOT_FOUND);
    let (status, said) = erase(&served, "acme").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(!said.contains("acme"), "{said}");
    assert_eq!(erase(&served, &format!("{ID}?force=acme")).await.0, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_network_erases_at_the_rate_at_which_it_may_ask() {
    let rates = Rates { per_cluster: 0, per_address: 12 };
    let served = serve_with(Arc::new(MemoryStore::default()), |settings| wfm_api::Settings { rates, ..settings }).await;
    for expected in [StatusCode::NOT_FOUND, StatusCode::NOT_FOUND, StatusCode::TOO_MANY_REQUESTS] {
        assert_eq!(erase(&served, ID).await.0, expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_erased_is_not_there_after_a_kill() {
    let folder = tempfile::TempDir::new().unwrap();
    let store = format!("sled://{}", folder.path().display());
    let mut service = Process::start(&store);
    for n in 0..20 {
        let body = json!({"id": id(n), "components": []});
        let kept = client().post(format!("http://{}/v3/clusters", service.addr)).json(&body).send().await.unwrap();
        assert_eq!(kept.status(), StatusCode::OK);
    }
    for n in 0..10 {
        let url = format!("http://{}/v4/clusters/{}", service.addr, id(n));
        assert_eq!(client().delete(url).send().await.unwrap().status(), StatusCode::NO_CONTENT);
    }
    service.kill();
    let service = Process::start(&store);
    for n in 0..20 {
        let answer = client().get(format!("http://{}/v3/clusters/{}", service.addr, id(n))).send().await.unwrap();
        assert_eq!(answer.status() == StatusCode::OK, n >= 10, "{n}");
    }
    drop(service);
    let verified = run(&["verify", "--store", &store]);
    assert!(verified.status.success(), "{verified:?}");
}
