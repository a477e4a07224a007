//! The same against a real API server: `KUBECONFIG=… cargo test -p wfm-e2e --test real_cluster -- --ignored`.
//!
//! It needs the namespace `deis`, the permissions of `rbac.yaml`, and for the identity also a second kubeconfig that may
//! delete and create Secrets, `KUBECONFIG_ADMIN`. It replaces the Secret `deis-workflow-manager`: use a test cluster.

#![allow(clippy::unwrap_used, clippy::panic, reason = "clippy knows only #[test] functions as tests")]

mod support;
mod world;

use std::collections::BTreeSet;
use std::path::PathBuf;

use jiff::Timestamp;
use serde_json::json;
use support::{collect_by, id_of, secret};
use wfm_core::cluster::Namespace;
use wfm_core::collector::Inventory;
use wfm_k8s::Client;
use wfm_k8s::identity::{ensure, erasure_secret, read, replace_schedule, reset, schedule};

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

/// The Secret as `rbac.yaml` makes it, with these data.
async fn ship(root: &Client, data: serde_json::Value) {
    admin(root, "DELETE", SECRET, None).await;
    let secret = json!({"metadata": {"name": "deis-workflow-manager"}, "type": "Opaque", "data": data});
    assert_eq!(admin(root, "POST", SECRETS, Some(secret)).await, 201);
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
async fn racing_agents_agree_on_one_id() {
    let (client, root) = (client("KUBECONFIG").await, client("KUBECONFIG_ADMIN").await);
    let namespace = &Namespace::default();
    for _ in 0..20 {
        ship(&root, json!({"other": "b3RoZXI="})).await;
        let secrets = [1, 2, 3].map(secret);
        let (a, b, c) = tokio::join!(
            ensure(&client, namespace, &secrets[0]),
            ensure(&client, namespace, &secrets[1]),
            ensure(&client, namespace, &secrets[2])
        );
        let agreed = a.unwrap();
        assert_eq!((b, c), (Ok(agreed), Ok(agreed)));
        assert_eq!(read(&client, namespace).await, Ok(Some(agreed)));
        let request = http::Request::get(SECRET).body(Vec::new()).unwrap();
        let kept: serde_json::Value = root.request(request).await.unwrap();
        assert_eq!(kept["data"]["other"], "b3RoZXI=");
    }
    ship(&root, json!({})).await;
}

#[tokio::test]
#[ignore = "needs a real cluster: set KUBECONFIG and KUBECONFIG_ADMIN"]
async fn a_schedule_is_replaced_once_and_a_reset_replaces_everything() {
    let (client, root) = (client("KUBECONFIG").await, client("KUBECONFIG_ADMIN").await);
    let namespace = &Namespace::default();
    ship(&root, json!({})).await;
    ensure(&client, namespace, &secret(1)).await.unwrap();
    let replace = |new: &'static str| replace_schedule(&client, namespace, None, new);
    let (a, b) = tokio::join!(replace("a"), replace("b"));
    assert_eq!(usize::from(a.unwrap()) + usize::from(b.unwrap()), 1);
    reset(&client, namespace, &secret(2), "new").await.unwrap();
    assert_eq!(read(&client, namespace).await, Ok(Some(id_of(2))));
    assert_eq!(erasure_secret(&client, namespace).await, Ok(Some(secret(2))));
    assert_eq!(schedule(&client, namespace).await, Ok(Some("new".to_owned())));
    ship(&root, json!({})).await;
}

/// The escalation that the Role permitted once: a Secret that Kubernetes fills with another service account's token.
#[tokio::test]
#[ignore = "needs a real cluster: set KUBECONFIG and KUBECONFIG_ADMIN"]
async fn the_agent_cannot_create_a_secret_nor_read_another() {
    let (client, root) = (client("KUBECONFIG").await, client("KUBECONFIG_ADMIN").await);
    let token = json!({
        "metadata": {"name": "deis-workflow-manager", "annotations": {"kubernetes.io/service-account.name": "default"}},
        "type": "kubernetes.io/service-account-token",
    });
    admin(&root, "DELETE", SECRET, None).await;
    assert_eq!(admin(&client, "POST", SECRETS, Some(token)).await, 403);
    let missing = ensure(&client, &Namespace::default(), &secret(1)).await.unwrap_err().to_string();
    assert!(missing.contains("kubectl create secret generic deis-workflow-manager -n deis"), "{missing}");
    ship(&root, json!({})).await;
    for (method, path) in [("GET", SECRETS), ("DELETE", SECRET), ("GET", "/api/v1/namespaces/deis/secrets/another")] {
        assert_eq!(admin(&client, method, path, None).await, 403, "{method} {path}");
    }
}

#[tokio::test]
#[ignore = "needs a real cluster: set KUBECONFIG and KUBECONFIG_ADMIN"]
async fn the_agent_lists_detects_and_draws_its_identity() {
    let root = client("KUBECONFIG_ADMIN").await;
    ship(&root, json!({})).await;
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
    assert_eq!(report["id"], format!("{}…", kept.short()));
    agent.stop().await;
    ship(&root, json!({})).await;
}
