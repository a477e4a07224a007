//! What the agent says of clusters that a real API server and its controllers made (1.20.2, recorded in `clusters/`): stuck,
//! partitioned and paused rollouts, sidecars, odd tags, official charts, sixteen kinds of trouble. Each row of the table holds
//! the truth as an operator would state it beside what the page, `report.json` and the check-in say.

#![allow(clippy::unwrap_used, clippy::panic, reason = "clippy knows only #[test] functions as tests")]

#[path = "acceptance/reading.rs"]
#[allow(dead_code, reason = "a part of it is enough here")]
mod reading;
#[path = "real_clusters/table.rs"]
mod table;
mod world;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use reading::{row, words};
use serde_json::Value;
use table::{CLUSTERS, Row};
use wfm_core::release::PublishMode;
use wfm_core::store::{MemoryStore, Store};
use wfm_e2e::{RELEASES_JSON, RecordedCluster, Recording};
use world::{World, by, json, page, world_of};

/// The agent on a recorded cluster.
async fn cluster(name: &str) -> World {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::default());
    let releases = wfm_api::import::read(RELEASES_JSON.as_bytes()).unwrap();
    store.publish(releases, PublishMode::RefuseChanges, by()).await.unwrap();
    let cluster = RecordedCluster::start(Recording::EksCurrent).await.unwrap();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("clusters").join(format!("{name}.json"));
    let recorded: BTreeMap<String, Value> = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    for (path, document) in recorded {
        cluster.set(&path, document);
    }
    world_of(cluster, store, &[]).await
}

/// The version of each component in the check-in that would be sent.
fn sent(report: &Value) -> BTreeMap<String, String> {
    let previews = report["sharing"]["preview"].as_array().unwrap();
    let mut envelopes = previews.iter().map(|text| serde_json::from_str::<Value>(text.as_str().unwrap()).unwrap());
    let check_in = envelopes.find(|envelope| !envelope["components"].is_null()).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let components = check_in["components"].as_array().unwrap();
    components.iter().map(|component| (text(&component["name"]), text(&component["version"]))).collect()
}

#[tokio::test]
async fn every_row_of_every_cluster_says_what_is_true() {
    let mut faults = Vec::new();
    for (name, rows) in CLUSTERS {
        let world = cluster(name).await;
        let whole = page(world.agent.addr).await;
        let report = json(world.agent.addr, "/report.json").await;
        let sent = sent(&report);
        for expected in *rows {
            let mut fault = |what: &str, said: &str| {
                faults.push(format!("{name} {} ({}): {what}: {said}", expected.component, expected.truth));
            };
            check(expected, &whole, &report, &sent, &mut fault);
        }
    }
    assert!(faults.is_empty(), "{} false:\n{}", faults.len(), faults.join("\n"));
}

fn check(
    expected: &Row,
    page: &str,
    report: &Value,
    sent: &BTreeMap<String, String>,
    fault: &mut impl FnMut(&str, &str),
) {
    let Row { component, page: said, never, status, version, health, check_in, .. } = expected;
    let row = words(row(page, component));
    for part in *said {
        if !row.contains(part) {
            fault(&format!("the page lacks “{part}”"), &row);
        }
    }
    for part in *never {
        if row.contains(part) {
            fault(&format!("the page says “{part}”"), &row);
        }
    }
    let components = report["components"].as_array().unwrap();
    let Some(mine) = components.iter().find(|one| one["name"] == *component) else {
        return fault("report.json lacks it", "");
    };
    let is = (&mine["status"], &mine["installed"]["version"], &mine["health"]["state"]);
    if is != (&Value::from(*status), &version.map_or(Value::Null, Value::from), &Value::from(*health)) {
        fault("report.json", &format!("{is:?}"));
    }
    if sent.get(*component).map(String::as_str) != *check_in {
        fault("the check-in", &format!("{:?}", sent.get(*component)));
    }
}

/// What holds of a cluster as a whole.
#[tokio::test]
async fn the_banner_of_each_cluster_begins_with_its_worst_fact() {
    let mut faults = Vec::new();
    for (name, said, never) in table::BANNERS {
        let world = cluster(name).await;
        let page = page(world.agent.addr).await;
        let banner = words(reading::between(&page, "<main", "<nav"));
        let lacks = said.iter().filter(|part| !banner.contains(**part));
        let false_ones = never.iter().filter(|part| banner.contains(**part));
        faults.extend(lacks.chain(false_ones).map(|part| format!("{name}: “{part}”: {banner}")));
    }
    assert!(faults.is_empty(), "{} false:\n{}", faults.len(), faults.join("\n"));
}

/// Services and nodes as they are: pending, without pods, without a selector, cordoned, short of disk.
#[tokio::test]
async fn services_and_nodes_are_called_well_only_if_they_are() {
    let world = cluster("kinds-services-nodes").await;
    let page = page(world.agent.addr).await;
    let resources = words(reading::block(&page, "resources"));
    for said in [
        "! pending balanced LoadBalancer 80",
        "! no ready pods empty ClusterIP 80",
        "no selector bare ClusterIP 80",
        "✓ headless headless 80",
        "elsewhere outside ExternalName → db.example.com",
        "✓ both ClusterIP 443/TCP, 443/UDP",
        "cordoned node-2",
        "DiskPressure node-3",
        "not ready node-4",
        "502.9 GiB memory",
        "amd64 ×5, arm64 ×1",
    ] {
        assert!(resources.contains(said), "{said}: {resources}");
    }
}
