//! New clusters in numbers that no fleet has, and how to be rid of them.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use std::sync::Arc;

use common::envelopes::{envelopes, value};
use common::program::{Process, run};
use common::{Served, client, client_at, id, read, serve_with};
use jiff::SignedDuration;
use reqwest::{Client, Method, StatusCode, header};
use serde_json::{Value, json};
use tempfile::TempDir;
use uuid::{Builder, Uuid};
use wfm_api::{Rates, Settings};
use wfm_core::store::MemoryStore;

/// Ids that no one has drawn before, all alike to whoever looks.
fn random(n: u64) -> Uuid {
    let mixed = u128::from(n + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835);
    Builder::from_random_bytes(mixed.to_be_bytes()).into_uuid()
}

async fn limited(new_clusters: u32, behind_proxy: bool) -> Served {
    serve_with(Arc::new(MemoryStore::default()), |mut settings| {
        settings.limits.behind_proxy = behind_proxy;
        Settings { rates: Rates { new_clusters, ..Rates::none() }, ..settings }
    })
    .await
}

/// One check-in, by one of the ways that there are.
async fn check_in(client: &Client, served: &Served, id: Uuid, way: usize) -> StatusCode {
    let base = format!("http://{}", served.running.addr());
    let request = match way % 3 {
        0 => client.post(format!("{base}/v3/clusters")).body(json!({"id": id}).to_string()),
        1 => client.post(format!("{base}/v2/clusters/{id}")).body("{}"),
        _ => {
            let mut body = value(&envelopes(&Arc::default())[0]);
            body["id"] = json!(id);
            client.post(format!("{base}/v4/reports")).body(body.to_string())
        }
    };
    request.send().await.unwrap().status()
}

async fn count(served: &Served) -> Value {
    let summary = served.analyst(Method::GET, "/v4/insights/summary").send().await.unwrap();
    read(summary).await.1["known"].clone()
}

#[tokio::test]
async fn a_flood_of_new_clusters_is_limited_by_network_and_known_clusters_go_on() {
    const LIMIT: u64 = 5;
    let served = limited(LIMIT as u32, false).await;
    let known: Vec<Uuid> = (0..LIMIT).map(|n| random(1_000_000 + n)).collect();
    for id in &known {
        assert!(check_in(&served.client, &served, *id, 0).await.is_success());
    }
    let mut n = 0;
    for network in 1..=8 {
        let client = client_at([127, 0, network, 1]);
        let mut kept = 0;
        for at in 0..30 {
            if at % 3 == 0 {
                let id = known[at % known.len()];
                assert!(check_in(&client, &served, id, at).await.is_success(), "a known cluster goes on");
            }
            n += 1;
            match check_in(&client, &served, random(n), at).await {
                StatusCode::TOO_MANY_REQUESTS => {}
                status => kept += u64::from(status.is_success()),
            }
        }
        assert_eq!(kept, LIMIT, "network {network}");
    }
    assert_eq!(count(&served).await, 9 * LIMIT);
    served.clock.advance(SignedDuration::from_hours(24));
    assert!(check_in(&client_at([127, 0, 3, 9]), &served, random(9_999), 0).await.is_success(), "the next day");
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_at_the_same_moment_do_not_pass_the_limit_together() {
    let served = Arc::new(limited(7, false).await);
    let mut sending = tokio::task::JoinSet::new();
    for n in 0..60 {
        let served = Arc::clone(&served);
        sending.spawn(async move { check_in(&served.client, &served, random(n), n as usize).await });
    }
    let kept = sending.join_all().await.into_iter().filter(StatusCode::is_success).count();
    assert_eq!((kept, count(&served).await), (7, json!(7)));
}

#[tokio::test]
async fn the_refusal_says_what_it_is_and_when_to_come_back() {
    let served = limited(1, false).await;
    assert!(check_in(&served.client, &served, random(1), 0).await.is_success());
    let request = served.request(Method::POST, "/v3/clusters").body(json!({"id": random(2)}).to_string());
    let refused = request.send().await.unwrap();
    assert_eq!(refused.headers()[header::RETRY_AFTER], "43200", "noon to midnight, UTC");
    let (status, said) = read(refused).await;
    assert_eq!(status, StatusCode::TOO_MANY_REQUESTS);
    assert!(said["message"].as_str().unwrap().starts_with("too many new clusters from one network today"), "{said}");
}

#[tokio::test]
async fn behind_a_proxy_the_network_that_it_saw_counts() {
    let served = limited(1, true).await;
    let ask = async |n, forwarded: &str| {
        let body = json!({"id": random(n)}).to_string();
        let request = served.request(Method::POST, "/v3/clusters").header("x-forwarded-for", forwarded).body(body);
        request.send().await.unwrap().status()
    };
    assert_eq!(ask(1, "203.0.113.7").await, StatusCode::OK);
    assert_eq!(ask(2, "203.0.113.99").await, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(ask(3, "198.51.100.1").await, StatusCode::OK);
}

#[tokio::test]
async fn a_flood_shows_on_the_page_and_in_the_metrics() {
    let served = limited(0, false).await;
    for n in 0..40 {
        check_in(&served.client, &served, random(n), 0).await;
    }
    let metrics = served.analyst(Method::GET, "/metrics").send().await.unwrap().text().await.unwrap();
    for line in ["wfm_api_clusters_new_last_hour 40", r#"wfm_api_clusters_new_hour_median{window="7d"} 0"#] {
        assert!(metrics.contains(line), "{metrics}");
    }
    let page = served.analyst(Method::GET, "/").send().await.unwrap().text().await.unwrap();
    assert!(page.contains("New in the last hour, of any cohort: <strong>40</strong>"), "{page}");
    assert!(page.contains("This is unusual"));
}

#[tokio::test(flavor = "multi_thread")]
async fn false_clusters_are_dropped_by_when_they_were_first_seen() {
    let folder = TempDir::new().unwrap();
    let store = format!("sled://{}", folder.path().join("store").display());
    let service = Process::start(&store);
    let url = format!("http://{}/v3/clusters", service.addr);
    let send = async |id: String| {
        let body = json!({"id": id, "components": [{"component": {"name": "deis-router"}}]});
        assert!(client().post(&url).json(&body).send().await.unwrap().status().is_success());
    };
    for n in 0..5 {
        send(id(n)).await;
        send(id(n)).await;
    }
    for n in 0..300 {
        send(random(n).to_string()).await;
    }
    let arguments = ["drop", "--store", &store, "--first-seen", "2020-01-01..2100-01-01"];
    let drop = |more: &[&str]| run(&[arguments.as_slice(), more].concat());
    let refused = drop(&["--only-once"]);
    assert!(!refused.status.success());
    assert!(String::from_utf8_lossy(&refused.stderr).contains("in use by another process"), "{refused:?}");
    service.stop();
    let said = |output: std::process::Output| {
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let dry = said(drop(&["--only-once", "--dry-run"]));
    for line in ["300 clusters, 300 of them checked in once", "runs deis-router custom: 300", "nothing erased"] {
        assert!(dry.contains(line), "{dry}");
    }
    assert!(said(run(&["verify", "--store", &store])).contains("305 clusters, 310 check-ins"));
    assert!(said(drop(&["--only-once"])).contains("300 clusters erased"));
    assert!(said(run(&["verify", "--store", &store])).contains("5 clusters, 10 check-ins"));
    assert!(said(run(&["rebuild", "--store", &store])).contains("are what the check-ins say"));
    assert!(said(drop(&["--only-once"])).starts_with("0 clusters"), "there is nothing left to drop");
    let backup = folder.path().join("backup.ndjson");
    said(run(&["backup", "--store", &store, backup.to_str().unwrap()]));
    let log = std::fs::read_to_string(backup).unwrap();
    assert!(log.contains("300 clusters first seen 2020-01-01T00:00:00Z..2100-01-01T00:00:00Z, that checked in once"));
    assert!(log.contains(r#""action":"erase","subject":"clusters","count":300"#), "{log}");
}
