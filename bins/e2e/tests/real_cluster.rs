//! The same against a real API server: `KUBECONFIG=… cargo test -p wfm-e2e --test real_cluster -- --ignored`.
//!
//! It needs the namespace `deis`, the permissions that wfm-k8s names, and for the identity also `delete` on Secrets
//! through a second kubeconfig, `KUBECONFIG_ADMIN`. It deletes the Secret `deis-workflow-manager`: use a test cluster.

#![allow(clippy::unwrap_used, clippy::panic, reason = "clippy knows only #[test] functions as tests")]

mod support;
mod world;

use std::collections::BTreeSet;
use std::path::PathBuf;

use jiff::Timestamp;
use serde_json::json;
use support::{collect_by, id};
use wfm_core::cluster::Namespace;
use wfm_core::collector::Inventory;
use wfm_k8s::Client;
use wfm_k8s::identity::{ensure, keep_slots, read, reset, slots};

const SECRETS: &str = "/api/v1/namespaces/deis/secrets";
const SECRET: &str = "/api/v1/namespaces/deis/secrets/deis-workflow-manager";

async fn client(variable: &str) -> Client {
    let path = PathBuf::from(std::env::var_os(variable).unwrap_or_else(|| panic!("set {variable}")));
    wfm_k8s::connect(Some(&path)).await.unwrap()
}

/// A request that the product never makes.
async fn admin(client: &Client, method: &str, path: &str, body: Option<serde_json::Value>) -> u16 {
    let body = body.map(|json| json.to_string().into_bytes()).unwrap_or_default();
    let request = http::Request::builder().method(method).uri(path).header("content-type", "application/json");
    client.send(request.body(body.into()).unwrap()).await.unwrap().status().as_u16()
}

#[tokio::test]
#[ignore = "needs a real cluster: set KUBECONFIG"]
async fn small_pages_show_the_same_as_big_ones() {
    let client = client("KUBECONFIG").await;
    let content = |inventory| Inventory { taken_at: Timestamp::UNIX_EPOCH, ..inventory };
    let small = content(collect_by(&client, 5).await);
    assert_eq!(small.unreadable(), Vec::<&wfm_core::collector::Unreadable>::new());
    assert!(small.kubernetes_version.is_some() && small.cluster_created.is_some());
    assert!(small.workloads().count() > 0, "the namespace deis is empty");
    assert_eq!(small, content(collect_by(&client, 500).await));
    for pod in small.pods.as_ref().unwrap() {
        assert!(pod.owner.is_some(), "{}", pod.name);
    }
}

#[tokio::test]
#[ignore = "needs a real cluster: set KUBECONFIG and KUBECONFIG_ADMIN"]
async fn racing_creations_and_mendings_agree() {
    let (client, root) = (client("KUBECONFIG").await, client("KUBECONFIG_ADMIN").await);
    let namespace = &Namespace::default();
    for round in 0..20 {
        admin(&root, "DELETE", SECRET, None).await;
        if round % 2 == 1 {
            let secret = json!({"metadata": {"name": "deis-workflow-manager"}, "data": {"other": "b3RoZXI="}});
            assert_eq!(admin(&root, "POST", SECRETS, Some(secret)).await, 201);
        }
        let (a, b, c) = tokio::join!(
            ensure(&client, namespace, id('1')),
            ensure(&client, namespace, id('2')),
            ensure(&client, namespace, id('3'))
        );
        let agreed = a.unwrap();
        assert_eq!((b, c), (Ok(agreed), Ok(agreed)));
        assert_eq!(read(&client, namespace).await, Ok(Some(agreed)));
        if round % 2 == 1 {
            let request = http::Request::get(SECRET).body(Vec::new()).unwrap();
            let secret: serde_json::Value = root.request(request).await.unwrap();
            assert_eq!(secret["data"]["other"], "b3RoZXI=");
        }
    }
    admin(&root, "DELETE", SECRET, None).await;
}

#[tokio::test]
#[ignore = "needs a real cluster: set KUBECONFIG and KUBECONFIG_ADMIN"]
async fn slots_are_kept_and_a_reset_replaces_both_or_makes_them() {
    let (client, root) = (client("KUBECONFIG").await, client("KUBECONFIG_ADMIN").await);
    let namespace = &Namespace::default();
    for there in [true, false] {
        admin(&root, "DELETE", SECRET, None).await;
        if there {
            ensure(&client, namespace, id('1')).await.unwrap();
            keep_slots(&client, namespace, "old").await.unwrap();
            assert_eq!(slots(&client, namespace).await, Ok(Some("old".to_owned())));
        }
        reset(&client, namespace, id('2'), "new").await.unwrap();
        assert_eq!(read(&client, namespace).await, Ok(Some(id('2'))));
        assert_eq!(slots(&client, namespace).await, Ok(Some("new".to_owned())));
    }
    admin(&root, "DELETE", SECRET, None).await;
}

#[tokio::test]
#[ignore = "needs a real cluster: set KUBECONFIG and KUBECONFIG_ADMIN"]
async fn the_agent_lists_detects_and_creates_its_identity() {
    let root = client("KUBECONFIG_ADMIN").await;
    admin(&root, "DELETE", SECRET, None).await;
    let folder = tempfile::tempdir().unwrap();
    let releases = folder.path().join("releases.json");
    std::fs::write(&releases, wfm_e2e::RELEASES_JSON).unwrap();
    let flags = wfm_agent::Flags {
        kubeconfig: std::env::var_os("KUBECONFIG").map(PathBuf::from),
        releases: Some(releases),
        ..wfm_agent::Flags::default()
    };
    let agent = world::agent(&flags, &[]).await;
    world::page(agent.addr).await;
    let report = world::json(agent.addr, "/report.json").await;
    let checks = report["self_checks"].as_array().unwrap();
    assert!(checks.iter().all(|check| check["outcome"] == "works"), "{checks:#?}");
    let components = report["components"].as_array().unwrap();
    let statuses: BTreeSet<&str> = components.iter().map(|component| component["status"].as_str().unwrap()).collect();
    assert!(statuses.contains("current") || statuses.contains("outdated"), "{statuses:?}");
    assert!(components.iter().any(|component| component["installed"].is_object()));
    let kept = read(&client("KUBECONFIG").await, &Namespace::default()).await.unwrap().unwrap();
    assert_eq!(report["id"], kept.to_string());
    agent.stop().await;
    admin(&root, "DELETE", SECRET, None).await;
}
