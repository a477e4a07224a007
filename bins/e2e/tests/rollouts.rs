//! Rollouts over HTTP: what the page, `/components`, `report.json`, `report.csv`, `/metrics` and a check-in have for
//! workloads whose pods do not run what their template has.

#![allow(clippy::unwrap_used, clippy::panic, reason = "clippy knows only #[test] functions as tests")]

mod world;

use std::sync::Arc;

use serde_json::{Value, json};
use wfm_core::clock::{Clock, SystemClock};
use wfm_core::release::PublishMode;
use wfm_core::store::{MemoryStore, Store};
use wfm_e2e::{RELEASES_JSON, RecordedCluster, Recording};
use world::World;

const DEPLOYMENTS: &str = "/apis/apps/v1/namespaces/deis/deployments";
const STATEFUL_SETS: &str = "/apis/apps/v1/namespaces/deis/statefulsets";
const DAEMON_SETS: &str = "/apis/apps/v1/namespaces/deis/daemonsets";
const PODS: &str = "/api/v1/namespaces/deis/pods";

/// Gives the pods of a component these versions and this readiness, in order, and makes as many as there are.
fn pods(cluster: &RecordedCluster, component: &str, image: &str, wanted: &[(&str, bool)]) {
    let mut list = cluster.get(PODS).unwrap();
    let items = list["items"].as_array_mut().unwrap();
    let is_of = |pod: &Value| {
        let owner = pod["metadata"]["ownerReferences"][0]["name"].as_str().unwrap();
        let hash = pod["metadata"]["labels"]["pod-template-hash"].as_str();
        hash.map_or(owner, |hash| owner.strip_suffix(hash).unwrap().trim_end_matches('-')) == component
    };
    let sample = items.iter().find(|pod| is_of(pod)).unwrap().clone();
    items.retain(|pod| !is_of(pod));
    for (at, (version, ready)) in wanted.iter().enumerate() {
        let mut pod = sample.clone();
        pod["metadata"]["name"] = json!(format!("{component}-{at}"));
        pod["spec"]["containers"][0]["image"] = json!(format!("{image}:{version}"));
        for condition in pod["status"]["conditions"].as_array_mut().unwrap() {
            if condition["type"] == "Ready" {
                condition["status"] = json!(if *ready { "True" } else { "False" });
            }
        }
        items.push(pod);
    }
    cluster.set(PODS, list);
}

/// The current cluster, in which four upgrades did not reach the pods and one image was set by hand.
async fn scene() -> World {
    let cluster = RecordedCluster::start(Recording::EksCurrent).await.unwrap();
    let update = |path: String, change: &dyn Fn(&mut Value)| cluster.update(&path, |object| change(object)).unwrap();

    let since = SystemClock.now() - jiff::SignedDuration::from_secs(14 * 60 + 20);
    pods(&cluster, "deis-router", "hephy/router", &[("v2.18.1", true), ("v2.18.1", true), ("v2.19.0", false)]);
    update(format!("{DEPLOYMENTS}/deis-router"), &|router| {
        let progressing = json!({"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded",
            "lastTransitionTime": since.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()});
        router["status"]["conditions"] = json!([progressing]);
    });
    pods(&cluster, "deis-nsqd", "hephy/nsq", &[("v2.4.1", true), ("v2.4.1", true), ("v2.5.1", true)]);
    update(format!("{STATEFUL_SETS}/deis-nsqd"), &|nsqd| {
        nsqd["spec"]["replicas"] = json!(3);
        nsqd["status"]["readyReplicas"] = json!(3);
        nsqd["spec"]["updateStrategy"]["rollingUpdate"]["partition"] = json!(2);
    });
    pods(&cluster, "deis-logger-fluentd", "hephy/fluentd", &[("v2.14.2", true); 3]);
    update(format!("{DAEMON_SETS}/deis-logger-fluentd"), &|fluentd| {
        fluentd["spec"]["updateStrategy"] = json!({"type": "OnDelete"});
    });
    pods(&cluster, "deis-builder", "hephy/builder", &[("v2.13.5", true)]);
    update(format!("{DEPLOYMENTS}/deis-builder"), &|builder| builder["spec"]["paused"] = json!(true));
    pods(&cluster, "deis-registry", "hephy/registry", &[("v2.5.0", true)]);
    update(format!("{DEPLOYMENTS}/deis-registry"), &|registry| {
        registry["spec"]["template"]["spec"]["containers"][0]["image"] = json!("hephy/registry:v2.5.0");
    });

    let store: Arc<dyn Store> = Arc::new(MemoryStore::default());
    let releases = wfm_api::import::read(RELEASES_JSON.as_bytes()).unwrap();
    store.publish(releases, PublishMode::RefuseChanges, world::by()).await.unwrap();
    world::world_of(cluster, store, &[]).await
}

/// The component, the version that runs, and what is said of it.
const ROWS: [(&str, &str, &str); 5] = [
    (
        "deis-router",
        "v2.18.1",
        "v2.18.1 on 2 pods, v2.19.0 on 1, not ready: rollout stuck since 14 min (ProgressDeadlineExceeded)",
    ),
    ("deis-nsqd", "v2.4.1", "v2.4.1 on 2 pods, v2.5.1 on 1: partition 2 keeps older pods"),
    ("deis-logger-fluentd", "v2.14.2", "v2.14.2 on 3 pods: pods keep v2.14.2 until they are deleted (OnDelete)"),
    ("deis-builder", "v2.13.5", "v2.13.5 on 1 pod: rollout to v2.13.7 is paused"),
    ("deis-registry", "v2.5.0", "the annotation component.deis.io/version is v2.6.1"),
];

/// The row of a component, without markup.
fn row<'a>(page: &'a str, component: &str) -> &'a str {
    let rows = page.split("<tr").skip(1).map(|row| row.split("</tr>").next().unwrap());
    rows.into_iter().find(|row| row.contains(&format!("data-label=\"Component\">{component} "))).unwrap()
}

#[tokio::test]
async fn every_answer_has_the_version_that_runs_and_the_page_the_reason() {
    let world = scene().await;
    let addr = world.agent.addr;
    let page = world::page(addr).await;
    let components = world::components(addr).await;
    let report = world::json(addr, "/report.json").await;
    let table = world::text(addr, "/report.csv").await;
    let metrics = world::text(addr, "/metrics").await;
    let check_in: Value = serde_json::from_str(report["sharing"]["preview"][0].as_str().unwrap()).unwrap();
    for (name, version, words) in ROWS {
        let of_name = |one: &&Value| one["name"] == name;
        let row = row(&page, name);
        assert!(
            row.contains(words) && row.contains(&format!("data-label=\"Installed → available\">{version} ")),
            "{row}"
        );
        let old = components.iter().find(|one| one["component"]["name"] == name).unwrap();
        assert_eq!((old["version"]["version"].as_str(), old["status"].as_str()), (Some(version), Some("outdated")));
        let one = report["components"].as_array().unwrap().iter().find(of_name).unwrap();
        assert_eq!(one["installed"]["version"], version);
        let found = one["runs"].as_str().map_or_else(|| one["remarks"]["overruled"]["version"].clone(), Value::from);
        assert!(words.ends_with(found.as_str().unwrap()), "{name}: {found}");
        assert!(table.lines().any(|line| line.starts_with(&format!("{name},")) && line.contains(version)), "{table}");
        assert!(metrics.contains(&format!(
            "component=\"{name}\",kind=\"{}\",version=\"{version}\"",
            one["kind"].as_str().unwrap()
        )));
        let sent = check_in["components"].as_array().unwrap().iter().find(of_name).unwrap();
        assert_eq!(sent["version"], version, "{check_in}");
    }
    assert!(table.contains(ROWS[1].2), "{table}");
}

#[tokio::test]
async fn a_stuck_rollout_is_unhealthy_and_its_state_is_data() {
    let world = scene().await;
    world::page(world.agent.addr).await;
    let report = world::json(world.agent.addr, "/report.json").await;
    let of = |name: &str| report["components"].as_array().unwrap().iter().find(|one| one["name"] == name).unwrap();
    let router = of("deis-router");
    assert_eq!((router["tile"].as_str(), router["ready"].as_u64()), (Some("unhealthy"), Some(2)));
    assert_eq!(router["health"]["reasons"][0], ROWS[0].2);
    assert_eq!(router["rollout"]["state"], "stuck");
    assert_eq!(router["rollout"]["target"], "v2.19.0");
    assert_eq!(router["rollout"]["reason"], "ProgressDeadlineExceeded");
    assert_eq!(
        router["running"],
        json!([{"version": "v2.18.1", "pods": 2, "ready": 2}, {"version": "v2.19.0", "pods": 1, "ready": 0}])
    );
    let states = ["deis-nsqd", "deis-logger-fluentd", "deis-builder"].map(|name| of(name)["rollout"]["state"].clone());
    assert_eq!(states, ["partitioned", "on_delete", "paused"]);
    assert_eq!(of("deis-registry")["rollout"], Value::Null);
    assert_eq!(of("deis-controller")["runs"], Value::Null);
}

#[tokio::test]
async fn the_advice_fits_what_the_template_has() {
    let world = scene().await;
    let page = world::page(world.agent.addr).await;
    let fluentd = row(&page, "deis-logger-fluentd");
    assert!(fluentd.contains("Its template has v2.15.1 already."), "{fluentd}");
    assert!(fluentd.contains("Pods of the older version stay until you delete them."), "{fluentd}");
    assert!(!fluentd.contains("set image"), "{fluentd}");
    let registry = row(&page, "deis-registry");
    assert!(registry.contains("set image deployment/deis-registry deis-registry=hephy/registry:v2.6.1"), "{registry}");
}

#[tokio::test]
async fn an_injected_sidecar_is_neither_the_version_nor_the_image_nor_what_is_upgraded() {
    let cluster = RecordedCluster::start(Recording::EksCurrent).await.unwrap();
    let istio = json!({"name": "istio-proxy", "image": "docker.io/istio/proxyv2:1.22.3"});
    let own = json!({"name": "router", "image": "hephy/router:v2.18.1"});
    cluster
        .update(&format!("{DEPLOYMENTS}/deis-router"), |router| {
            router["metadata"]["annotations"] = json!({});
            router["spec"]["template"]["spec"]["containers"] = json!([istio, own]);
        })
        .unwrap();
    let mut list = cluster.get(PODS).unwrap();
    for pod in list["items"].as_array_mut().unwrap() {
        if pod["metadata"]["name"].as_str().unwrap().starts_with("deis-router-") {
            pod["spec"]["containers"] = json!([istio, own]);
        }
    }
    cluster.set(PODS, list);
    let store: Arc<dyn Store> = Arc::new(MemoryStore::default());
    let releases = wfm_api::import::read(RELEASES_JSON.as_bytes()).unwrap();
    store.publish(releases, PublishMode::RefuseChanges, world::by()).await.unwrap();
    let world = world::world_of(cluster, store, &[]).await;
    let page = world::page(world.agent.addr).await;
    let router = row(&page, "deis-router");
    assert!(router.contains("data-label=\"Installed → available\">v2.18.1 "), "{router}");
    assert!(router.contains("<code>hephy/router:v2.18.1</code>"), "{router}");
    assert!(router.contains("set image deployment/deis-router router=hephy/router:v2.19.0"), "{router}");
    let components = world::components(world.agent.addr).await;
    let old = components.iter().find(|one| one["component"]["name"] == "deis-router").unwrap();
    assert_eq!(old["version"]["data"]["image"], "hephy/router:v2.18.1");
}
