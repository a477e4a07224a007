//! The page as data: JSON, CSV, metrics, and the description of all of it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "clippy knows only #[test] functions as tests")]

mod world;

use std::collections::BTreeMap;

use serde_json::{Value, json};
use wfm_e2e::{Answer, Fault, RecordedCluster, Recording};
use world::{http, json, page, text, world};

async fn report(recording: Recording, env: &[(&str, &str)]) -> (world::World, Value) {
    let world = world(recording, env).await;
    page(world.agent.addr).await;
    let report = json(world.agent.addr, "/report.json").await;
    (world, report)
}

fn component<'a>(report: &'a Value, name: &str) -> &'a Value {
    report["components"].as_array().unwrap().iter().find(|component| component["name"] == name).unwrap()
}

#[tokio::test]
async fn the_report_says_of_every_component_its_status_health_versions_and_age() {
    let (_world, report) = report(Recording::Onprem2018, &[]).await;
    assert_eq!((report["state"].as_str(), report["releases"]["checks"].as_bool()), (Some("outdated"), Some(true)));
    let router = component(&report, "deis-router");
    assert_eq!((router["status"].as_str(), router["tile"].as_str()), (Some("outdated"), Some("outdated")));
    assert_eq!(router["installed"]["source"], "image_tag");
    assert!(router["behind"]["releases"].as_u64().unwrap() > 0 && router["age_seconds"].is_i64());
    assert_eq!(component(&report, "deis-builder")["installed"]["source"], "annotation");
    let minio = component(&report, "deis-minio");
    assert_eq!((minio["health"]["state"].as_str(), minio["tile"].as_str()), (Some("unhealthy"), Some("unhealthy")));
    assert!(minio["health"]["reasons"][1].as_str().unwrap().contains("CrashLoopBackOff"));
    assert_eq!(
        report["not_installed"],
        json!([{"name": "deis-registry-token-refresher", "code": "optional", "why": "optional"}])
    );
    assert_eq!(component(&report, "globex-payments")["status"], "unmanaged");
    assert!(component(&report, "deis-logger")["why"].as_str().unwrap().starts_with("unknown: "));
    let known = ["current", "outdated", "ahead", "unknown", "missing", "unmanaged"];
    let components = report["components"].as_array().unwrap();
    assert!(components.iter().all(|component| known.contains(&component["status"].as_str().unwrap())));
    let tiles: u64 = report["summary"].as_object().unwrap().values().map(|count| count.as_u64().unwrap()).sum();
    assert_eq!(tiles, components.len() as u64);
    for age in [&report["age_seconds"], &report["releases"]["age_seconds"]] {
        assert!((0..60).contains(&age.as_i64().unwrap()), "{age}");
    }
}

#[tokio::test]
async fn off_is_a_state_of_its_own_in_the_report_too() {
    let (_world, report) = report(Recording::EksCurrent, &[("CHECK_VERSIONS", "false")]).await;
    assert_eq!((report["state"].as_str(), report["releases"]["checks"].as_bool()), (Some("off"), Some(false)));
    assert_eq!(report["releases"]["checked_at"], Value::Null);
}

#[tokio::test]
async fn the_table_has_a_row_for_every_component_of_the_report() {
    let (world, report) = report(Recording::Onprem2018, &[]).await;
    let table = text(world.agent.addr, "/report.csv").await;
    let rows: Vec<Vec<&str>> = table.lines().map(|line| line.split(',').collect()).collect();
    assert_eq!(rows.len(), report["components"].as_array().unwrap().len() + 1);
    let column = |name: &str| rows[0].iter().position(|column| *column == name).unwrap();
    for component in report["components"].as_array().unwrap() {
        let row = rows.iter().find(|row| row[0] == component["name"].as_str().unwrap()).unwrap();
        assert_eq!(row[column("status")], component["status"].as_str().unwrap());
        assert_eq!(row[column("health")], component["health"]["state"].as_str().unwrap());
    }
}

#[tokio::test]
async fn metrics_say_the_same_and_never_the_id() {
    let (world, report) = report(Recording::EksCurrent, &[("SHARE_USAGE_DATA", "true")]).await;
    let metrics = text(world.agent.addr, "/metrics").await;
    assert!(!metrics.contains(report["id"].as_str().unwrap()));
    for line in [
        "wfm_component_info{component=\"deis-router\",kind=\"Deployment\",version=\"v2.19.0\",train=\"stable\"} 1",
        "wfm_component_update_state{component=\"deis-router\",kind=\"Deployment\",state=\"current\"} 1",
        "wfm_component_update_state{component=\"deis-router\",kind=\"Deployment\",state=\"outdated\"} 0",
        "wfm_component_ready_replicas{component=\"deis-minio\",kind=\"Deployment\"} 0",
        "wfm_component_desired_replicas{component=\"deis-minio\",kind=\"Deployment\"} 1",
        "wfm_reporting_enabled 1",
        "wfm_reports_total{result=\"failed\"} 0",
    ] {
        assert!(metrics.lines().any(|found| found == line), "{line}\n{metrics}");
    }
    for name in [
        "wfm_build_info{",
        "wfm_version_check_last_success_timestamp_seconds ",
        "# TYPE wfm_version_check_failures_total counter",
    ] {
        assert!(metrics.contains(name), "{name}\n{metrics}");
    }
    let request = http().get(format!("http://{}/metrics", world.agent.addr));
    let answer = request.header("accept", "application/openmetrics-text").send().await.unwrap();
    assert!(answer.text().await.unwrap().ends_with("# EOF\n"));

    let manual = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/OPERATIONS.md")).unwrap();
    for name in metrics.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next()) {
        assert!(manual.contains(&format!("| `{name}")), "docs/OPERATIONS.md has no row for {name}");
    }
}

#[tokio::test]
async fn self_checks_say_what_does_not_work_and_what_to_do() {
    let cluster = RecordedCluster::start(Recording::Onprem2018).await.unwrap();
    cluster.script(Fault::new("/api/v1/nodes", Answer::status(403)));
    cluster.script(Fault::new("/api/v1/namespaces/deis/secrets", Answer::status(403)));
    let store = std::sync::Arc::new(wfm_core::store::MemoryStore::default());
    let world = world::world_of(cluster, store, &[]).await;
    let page = page(world.agent.addr).await;
    let report = json(world.agent.addr, "/report.json").await;
    let checks: BTreeMap<&str, (&str, &str)> = report["self_checks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|check| {
            (check["name"].as_str().unwrap(), (check["outcome"].as_str().unwrap(), check["message"].as_str().unwrap()))
        })
        .collect();
    for (name, hint) in
        [("Kubernetes API", "kubectl auth can-i list nodes"), ("identity", "kubectl auth can-i get secrets")]
    {
        let (outcome, message) = checks[name];
        assert!(outcome == "fails" && message.contains(hint), "{name}: {message}");
    }
    assert_eq!(checks["clock"].0, "works");
    assert!(page.contains("× Kubernetes API: fails") && page.contains("√ clock: works"), "{page}");
}

#[tokio::test]
async fn every_path_that_is_described_is_there_and_the_footer_leads_to_it() {
    let (world, _) = report(Recording::EksCurrent, &[]).await;
    let description = json(world.agent.addr, "/openapi.json").await;
    let page = page(world.agent.addr).await;
    let paths = description["paths"].as_object().unwrap();
    assert_eq!(paths.len(), 11);
    for (path, operations) in paths {
        let answer = http().get(format!("http://{}{path}", world.agent.addr)).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        let kind = answer.headers()["content-type"].to_str().unwrap().split(';').next().unwrap().to_owned();
        assert!(operations["get"]["responses"]["200"]["content"][&kind].is_object(), "{path} is {kind}");
    }
    for link in ["report.json", "report.csv", "metrics", "openapi.json"] {
        assert!(page.contains(&format!("href=\"{link}\"")), "{link}");
    }
    // Whatever is routed answers HEAD, and whatever is not is 404: so a path that is not described shows here.
    let routed = include_str!("../../agent/src/routes.rs").matches("warp::path!(\"").count() + 1;
    assert_eq!(routed, paths.len(), "a path is described and not there, or there and not described");
}
