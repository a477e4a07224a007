//! Who did what: the audit log, and what of it is in the program's log.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use std::fs::{self, File};

use common::program::Process;
use common::{check_in, client, read, serve};
use reqwest::{Method, StatusCode};
use serde_json::json;
use tempfile::TempDir;
use wfm_api::tokens::{Role, Token};
use wfm_core::cluster::ErasureSecret;

#[tokio::test]
async fn whoever_reads_ids_of_clusters_leaves_a_line_with_the_name_of_the_token() {
    let served = serve().await;
    check_in(&served, 1, "v2.9.0", "2026-01-01T12:00:00Z").await;
    for path in [
        "/v4/clusters",
        "/v4/clusters",
        "/v4/export/clusters.ndjson",
        "/v4/export/checkins.csv",
        "/v3/clusters/age",
        "/v3/clusters/checkins",
        "/v3/clusters/persistent",
        "/",
        "/v4/insights/summary",
        "/metrics",
        "/v4/export/daily.csv",
    ] {
        assert_eq!(served.analyst(Method::GET, path).send().await.unwrap().status(), StatusCode::OK, "{path}");
    }
    served.request(Method::GET, "/").send().await.unwrap();
    served.admin(Method::GET, "/v4/backup").send().await.unwrap().text().await.unwrap();
    let (_, log) = read(served.admin(Method::GET, "/v4/audit").send().await.unwrap()).await;
    let lines: Vec<_> = log["data"].as_array().unwrap().iter().map(|line| (&line["subject"], &line["count"])).collect();
    let expected = [
        ("/v4/clusters", 2),
        ("/v4/export/clusters.ndjson", 1),
        ("/v4/export/checkins.csv", 1),
        ("/v3/clusters/age", 1),
        ("/v3/clusters/checkins", 1),
        ("/v3/clusters/persistent", 1),
        ("/", 1),
        ("/v4/backup", 1),
    ]
    .map(|(path, count)| (json!(path), json!(count)));
    assert_eq!(lines, expected.each_ref().map(|(path, count)| (path, count)));
    let of = |at: usize| (&log["data"][at]["actor"], &log["data"][at]["action"], &log["data"][at]["name"]);
    assert_eq!(of(0), (&json!("analyst"), &json!("read"), &json!("the-analyst")));
    assert_eq!(of(7), (&json!("admin"), &json!("read"), &json!("the-admin")));
}

#[tokio::test]
async fn a_flood_of_erasures_hides_no_other_line() {
    let served = serve().await;
    for n in 1..40 {
        let secret = ErasureSecret::new([n; 32]);
        let id = secret.cluster_id().to_string();
        assert_eq!(served.post("/v3/clusters", json!({"id": id}).to_string()).await.0, StatusCode::OK);
        let erasure = served.request(Method::DELETE, &format!("/v4/clusters/{id}"));
        let erased = erasure.header(ErasureSecret::HEADER, secret.reveal()).send().await.unwrap();
        assert_eq!(erased.status(), StatusCode::NO_CONTENT);
        if n == 20 {
            served.publish_router("stable", "v2.9.0").await;
        }
    }
    let (_, log) = read(served.admin(Method::GET, "/v4/audit").send().await.unwrap()).await;
    let log = log["data"].as_array().unwrap();
    assert_eq!((log.len(), &log[0]["count"], &log[1]["action"]), (2, &json!(39), &json!("publish")));
    assert_eq!(log[1]["name"], "the-publisher");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_tokens_file_and_refused_tokens_have_a_line_each_however_often() {
    let folder = TempDir::new().unwrap();
    let (tokens, log) = (folder.path().join("tokens"), folder.path().join("log"));
    let token = Token::new([7; 32]);
    fs::write(&tokens, token.line(Role::Analyst)).unwrap();
    let stderr = File::create(&log).unwrap();
    let service = Process::start_with("memory://", |program| program.arg("--tokens-file").arg(&tokens).stderr(stderr));
    let ask = async |token: &Token| {
        let request = client().get(format!("http://{}/v4/clusters", service.addr)).bearer_auth(token.reveal());
        request.send().await.unwrap().status()
    };
    for n in 0..30 {
        assert_eq!(ask(&Token::new([n + 100; 32])).await, StatusCode::UNAUTHORIZED);
    }
    fs::write(&tokens, "globex").unwrap();
    for _ in 0..30 {
        assert_eq!(ask(&token).await, StatusCode::SERVICE_UNAVAILABLE);
    }
    let log = fs::read_to_string(log).unwrap();
    let lines = |text: &str| log.lines().filter(|line| line.contains(text)).count();
    assert_eq!((lines("tokens were refused"), lines("tokens file cannot be used")), (1, 1), "{log}");
    assert!(!log.contains(&token.reveal()[4..]) && !log.contains("globex"), "{log}");
}
