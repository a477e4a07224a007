//! What the agent says of the recorded clusters, held against the real release history by a count of its own.

#![allow(clippy::unwrap_used, clippy::panic, reason = "clippy knows only #[test] functions as tests")]

mod world;

use std::collections::BTreeMap;

use serde_json::Value;
use wfm_e2e::{RELEASES_JSON, Recording};
use world::{components, names, page, world};

/// The highest stable version of every component, read straight from the file: numbers compared as numbers.
fn latest_by_hand() -> BTreeMap<String, (u64, u64, u64)> {
    let file: Value = serde_json::from_str(RELEASES_JSON).unwrap();
    let mut latest = BTreeMap::new();
    for entry in file["data"].as_array().unwrap() {
        if entry["version"]["train"] == "stable" {
            let name = entry["component"]["name"].as_str().unwrap().to_owned();
            let numbers = numbers(entry["version"]["version"].as_str().unwrap());
            let known = latest.entry(name).or_insert(numbers);
            *known = numbers.max(*known);
        }
    }
    latest
}

/// `v2.13.1-x+y` as (2, 13, 1).
fn numbers(version: &str) -> (u64, u64, u64) {
    let bare = version.trim_start_matches('v').split(['-', '+']).next().unwrap();
    let parts: Vec<u64> = bare.split('.').map(|part| part.parse().unwrap()).collect();
    (parts[0], parts[1], parts[2])
}

fn with_status(components: &[Value], status: &str) -> Vec<String> {
    names(components, |c| c["status"] == status).into_iter().map(ToOwned::to_owned).collect()
}

#[tokio::test]
async fn onprem_2018_names_exactly_what_is_behind_missing_unhealthy_and_unknown() {
    let world = world(Recording::Onprem2018, &[]).await;
    let components = components(world.agent.addr).await;

    let outdated = with_status(&components, "outdated");
    assert_eq!(
        outdated,
        [
            "deis-builder",
            "deis-controller",
            "deis-database",
            "deis-logger-fluentd",
            "deis-logger-redis",
            "deis-minio",
            "deis-monitor-grafana",
            "deis-monitor-influxdb",
            "deis-monitor-telegraf",
            "deis-nsqd",
            "deis-registry",
            "deis-registry-proxy",
            "deis-router",
            "deis-workflow-manager"
        ]
    );
    assert!(with_status(&components, "missing").is_empty());
    assert_eq!(with_status(&components, "unknown"), ["deis-logger"]);
    assert_eq!(with_status(&components, "unmanaged"), ["globex-payments"]);
    let unhealthy = names(&components, |c| c["health"]["state"] == "unhealthy");
    assert_eq!(unhealthy, ["deis-minio", "globex-payments"]);
    assert_eq!(components.len(), 13 + 3);
}

#[tokio::test]
async fn what_is_behind_agrees_with_a_count_by_hand_over_the_release_file() {
    let latest = latest_by_hand();
    for recording in Recording::ALL {
        let world = world(recording, &[]).await;
        for component in components(world.agent.addr).await {
            let name = component["component"]["name"].as_str().unwrap();
            let installed = component["version"]["version"].as_str().unwrap_or_default();
            let (Some(latest), true) = (latest.get(name), installed.starts_with('v')) else { continue };
            let behind = numbers(installed) < *latest;
            assert_eq!(component["status"] == "outdated", behind, "{name} {installed}");
            let offered = component["updateAvailable"].as_str().map(numbers);
            assert_eq!(offered, behind.then_some(*latest), "{name}");
        }
    }
}

#[tokio::test]
async fn every_status_but_current_and_outdated_has_a_reason() {
    let world = world(Recording::Onprem2018, &[]).await;
    world.cluster.remove("/apis/apps/v1/namespaces/deis/daemonsets/deis-registry-proxy").unwrap();
    let components = components(world.agent.addr).await;
    let reason = |name: &str| {
        let component = components.iter().find(|c| c["component"]["name"] == name).unwrap();
        component["reason"].as_str().unwrap_or_default().to_owned()
    };
    assert_eq!(
        reason("deis-logger"),
        "unknown: the annotation component.deis.io/version is “canary”, which is no version"
    );
    assert_eq!(
        reason("deis-registry-proxy"),
        "expected, but no Deployment, DaemonSet, StatefulSet or ReplicationController of this name is in the namespace deis"
    );
    assert_eq!(reason("globex-payments"), "not a component of the product");
    let minio = components.iter().find(|c| c["component"]["name"] == "deis-minio").unwrap();
    let reasons = minio["health"]["reasons"].to_string();
    assert!(reasons.contains("CrashLoopBackOff, restarted 17 times"), "{reasons}");
}

#[tokio::test]
async fn eks_current_is_current_and_only_minio_is_unhealthy() {
    let world = world(Recording::EksCurrent, &[]).await;
    let components = components(world.agent.addr).await;
    assert_eq!(with_status(&components, "current").len(), 15);
    assert_eq!(with_status(&components, "unmanaged"), ["deis-registry-cache"]);
    assert_eq!(components.len(), 16);
    assert_eq!(names(&components, |c| c["health"]["state"] == "unhealthy"), ["deis-minio"]);
    assert_eq!(world::text(world.agent.addr, "/id").await, "8c6da034…");
    let page = page(world.agent.addr).await;
    assert!(page.contains("<h2>deis-minio is unhealthy</h2>"), "{page}");
    assert!(page.contains("Nothing missing."));
}

#[tokio::test]
async fn a_release_that_is_published_shows_without_another_list() {
    let world = world(Recording::EksCurrent, &[("POLL_INTERVAL_SEC", "1")]).await;
    assert!(page(world.agent.addr).await.contains("<h2>deis-minio is unhealthy</h2>"));
    let lists = |world: &world::World| world.cluster.requests().iter().filter(|r| r.path.ends_with("/pods")).count();
    assert_eq!(lists(&world), 1);
    let news = wfm_core::release::Release::new(
        "deis-router".parse().unwrap(),
        wfm_core::version::Train::stable(),
        "v2.20.0".parse().unwrap(),
        "2026-11-01T00:00:00Z".parse().unwrap(),
    );
    world.store.publish(vec![news], wfm_core::release::PublishMode::RefuseChanges, world::by()).await.unwrap();
    let addr = world.agent.addr;
    let page = world::until(|| world::text(addr, "/"), |page| page.contains("out of date")).await;
    assert!(page.contains("<h2>deis-minio is unhealthy; 1 out of date</h2>"), "{page}");
    assert!(page.contains("deis-router v2.19.0 → v2.20.0"));
    assert_eq!(lists(&world), 1, "the inventory is judged anew, not taken anew");
}

/// What readers of the old JSON and of the new members rely on, whole. `cargo insta review` shows a difference.
#[tokio::test]
async fn the_answer_for_a_recorded_cluster_stays_as_it_is() {
    let world = world(Recording::Onprem2018, &[]).await;
    page(world.agent.addr).await;
    let mut answer = world::json(world.agent.addr, "/components").await;
    answer["id"] = "00000000-0000-4000-8000-000000000000".into();
    insta::assert_json_snapshot!("components_of_onprem_2018", answer);
}

#[tokio::test]
async fn the_report_as_data_says_what_the_components_say() {
    let world = world(Recording::Onprem2018, &[]).await;
    let components = components(world.agent.addr).await;
    let report = world::json(world.agent.addr, "/report.json").await;
    let of = |entry: &Value, name: &Value| format!("{name} {} {}", entry["status"], entry["health"]["state"]);
    let said: Vec<String> = report["components"].as_array().unwrap().iter().map(|c| of(c, &c["name"])).collect();
    let expected: Vec<String> = components.iter().map(|c| of(c, &c["component"]["name"])).collect();
    assert_eq!(said, expected);
}
