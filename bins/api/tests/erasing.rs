//! Erasure of a cluster, over HTTP: by its owner's secret, or by an administrator.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod common;

use std::sync::Arc;

use common::program::{Process, run};
use common::{ID, Served, check_in, client, id, read, serve, serve_with};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use reqwest::{Method, StatusCode};
use serde_json::json;
use wfm_api::Rates;
use wfm_core::cluster::ErasureSecret;
use wfm_core::store::MemoryStore;

/// The secret of owner `n`.
fn secret(n: u8) -> ErasureSecret {
    ErasureSecret::new([n; 32])
}

/// The cluster of owner `n` checks in.
async fn join(served: &Served, n: u8) -> String {
    let id = secret(n).cluster_id().to_string();
    let body = json!({"id": id, "components": []}).to_string();
    assert_eq!(served.post("/v3/clusters", body).await.0, StatusCode::OK);
    id
}

async fn erase(served: &Served, id: &str, secret: &str) -> (StatusCode, String) {
    let request = served.request(Method::DELETE, &format!("/v4/clusters/{id}"));
    let answer = request.header(ErasureSecret::HEADER, secret).send().await.unwrap();
    (answer.status(), answer.text().await.unwrap())
}

/// The last line of the audit log about an erasure.
async fn last_line(served: &Served) -> serde_json::Value {
    let (_, log) = read(served.admin(Method::GET, "/v4/audit").send().await.unwrap()).await;
    let mut erasures = log["data"].as_array().unwrap().iter().rev().filter(|line| line["action"] == "erase");
    erasures.next().cloned().unwrap_or_default()
}

#[tokio::test]
async fn the_owner_erases_by_the_secret_and_nothing_names_the_cluster_any_more() {
    let served = serve().await;
    let (mine, other) = (join(&served, 1).await, join(&served, 2).await);
    assert_eq!(erase(&served, &mine, &secret(1).reveal()).await, (StatusCode::NO_CONTENT, String::new()));
    assert_eq!(served.get(&format!("/v3/clusters/{mine}")).await.0, StatusCode::NOT_FOUND);
    assert_eq!(served.count().await, 1);
    let (_, listed) = read(served.analyst(Method::GET, "/v4/clusters").send().await.unwrap()).await;
    assert!(!listed.to_string().contains(&mine) && listed.to_string().contains(&other));
    let summary = served.analyst(Method::GET, "/v4/insights/summary").send().await.unwrap();
    assert_eq!(read(summary).await.1["known"], 1);
    let line = last_line(&served).await;
    assert_eq!(
        (&line["actor"], &line["action"], &line["subject"]),
        (&json!("owner"), &json!("erase"), &json!("clusters"))
    );
    assert_eq!(line["count"], 1);
    let (_, log) = read(served.admin(Method::GET, "/v4/audit").send().await.unwrap()).await;
    assert!(!log.to_string().contains(&mine) && !log.to_string().contains(&secret(1).reveal()));
}

#[tokio::test]
async fn the_id_alone_erases_nothing() {
    let served = serve().await;
    let mine = join(&served, 1).await;
    let bare = served.request(Method::DELETE, &format!("/v4/clusters/{mine}")).send().await.unwrap();
    assert_eq!(bare.status(), StatusCode::UNAUTHORIZED);
    for role in [served.analyst(Method::DELETE, ""), served.publisher(Method::DELETE, "")] {
        let mut request = role.build().unwrap();
        request.url_mut().set_path(&format!("/v4/clusters/{mine}"));
        assert_eq!(client().execute(request).await.unwrap().status(), StatusCode::FORBIDDEN);
    }
    assert_eq!(served.get(&format!("/v3/clusters/{mine}")).await.0, StatusCode::OK);
}

/// Whatever is sent as a secret: the answer to an id that is known is the answer to one that is not.
#[tokio::test]
async fn a_wrong_secret_is_refused_without_a_word_on_whether_the_id_is_known() {
    let served = serve().await;
    let (known, unknown) = (join(&served, 1).await, secret(9).cluster_id().to_string());
    let mut runner = TestRunner::deterministic();
    let texts = prop_oneof!["[0-9a-f]{64}", "[ -~]{1,80}", Just(known.clone()), Just(secret(2).reveal())];
    for _ in 0..200 {
        let wrong = texts.new_tree(&mut runner).unwrap().current();
        let answer = erase(&served, &known, &wrong).await;
        assert_eq!(answer.0, StatusCode::FORBIDDEN, "{wrong}");
        assert_eq!(erase(&served, &unknown, &wrong).await, answer);
        assert!(wrong.len() < 16 || !answer.1.contains(&wrong));
    }
    let twice = served.request(Method::DELETE, &format!("/v4/clusters/{known}"));
    let twice = twice.header(ErasureSecret::HEADER, secret(1).reveal()).header(ErasureSecret::HEADER, "x");
    assert_eq!(twice.send().await.unwrap().status(), StatusCode::FORBIDDEN);
    assert_eq!(served.get(&format!("/v3/clusters/{known}")).await.0, StatusCode::OK);
    assert_eq!(last_line(&served).await, serde_json::Value::Null);
}

#[tokio::test]
async fn an_administrator_erases_an_older_id_and_the_audit_log_names_it() {
    let served = serve().await;
    check_in(&served, 1, "v2.9.0", "2026-01-01T10:00:00Z").await;
    let erased = served.admin(Method::DELETE, &format!("/v4/clusters/{}", id(1))).send().await.unwrap();
    assert_eq!(erased.status(), StatusCode::NO_CONTENT);
    assert_eq!(served.count().await, 0);
    let line = last_line(&served).await;
    assert_eq!((&line["actor"], &line["subject"]), (&json!("admin"), &json!(id(1))));
    let again = served.admin(Method::DELETE, &format!("/v4/clusters/{}", id(1))).send().await.unwrap();
    assert_eq!(again.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_is_not_there_is_a_404_and_what_is_no_id_a_400_that_repeats_nothing() {
    let served = serve().await;
    let (mine, mine_is) = (join(&served, 1).await, secret(1).reveal());
    assert_eq!(erase(&served, &mine, &mine_is).await.0, StatusCode::NO_CONTENT);
    assert_eq!(erase(&served, &mine, &mine_is).await.0, StatusCode::NOT_FOUND);
    let (status, said) = erase(&served, "acme", &mine_is).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(!said.contains("acme"), "{said}");
    assert_eq!(erase(&served, &format!("{mine}?force=acme"), &mine_is).await.0, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_network_erases_at_the_rate_at_which_it_may_ask() {
    let rates = Rates { per_address: 12, ..Rates::none() };
    let served = serve_with(Arc::new(MemoryStore::default()), |settings| wfm_api::Settings { rates, ..settings }).await;
    for expected in [StatusCode::FORBIDDEN, StatusCode::FORBIDDEN, StatusCode::TOO_MANY_REQUESTS] {
        assert_eq!(erase(&served, ID, &secret(1).reveal()).await.0, expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_erased_is_not_there_after_a_kill() {
    let folder = tempfile::TempDir::new().unwrap();
    let store = format!("sled://{}", folder.path().display());
    let mut service = Process::start(&store);
    for n in 0..20 {
        let body = json!({"id": secret(n).cluster_id(), "components": []});
        let kept = client().post(format!("http://{}/v3/clusters", service.addr)).json(&body).send().await.unwrap();
        assert_eq!(kept.status(), StatusCode::OK);
    }
    for n in 0..10 {
        let url = format!("http://{}/v4/clusters/{}", service.addr, secret(n).cluster_id());
        let erased = client().delete(url).header(ErasureSecret::HEADER, secret(n).reveal()).send().await.unwrap();
        assert_eq!(erased.status(), StatusCode::NO_CONTENT);
    }
    service.kill();
    let service = Process::start(&store);
    for n in 0..20 {
        let url = format!("http://{}/v3/clusters/{}", service.addr, secret(n).cluster_id());
        assert_eq!(client().get(url).send().await.unwrap().status() == StatusCode::OK, n >= 10, "{n}");
    }
    drop(service);
    let verified = run(&["verify", "--store", &store]);
    assert!(verified.status.success(), "{verified:?}");
}
