//! What counts as out of date: pins, ignored components, and releases from a file that changes.

#![allow(clippy::unwrap_used, clippy::panic, reason = "clippy knows only #[test] functions as tests")]

mod world;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use wfm_agent::Flags;
use wfm_core::release::{Notice, NoticeLevel};
use wfm_core::version::Train;
use wfm_e2e::{RELEASES_JSON, RecordedCluster, Recording};
use world::{components, page, text, until, world};

fn numbers(page: &str) -> Vec<u32> {
    let tiles = page.split("<span class=\"number\">").skip(1);
    tiles.map(|rest| rest.split('<').next().unwrap().parse().unwrap()).collect()
}

#[tokio::test]
async fn an_ignored_component_leaves_the_banner_and_the_tiles_stay_a_partition() {
    let world = world(Recording::Onprem2018, &[("IGNORE", "deis-builder")]).await;
    let page = page(world.agent.addr).await;
    assert!(page.contains("; 12 out of date; "), "{page}");
    assert_eq!(numbers(&page), [1, 12, 0, 1, 1], "current, outdated, missing, unhealthy, unknown");
    let components = components(world.agent.addr).await;
    let builder = components.iter().find(|c| c["component"]["name"] == "deis-builder").unwrap();
    assert_eq!((&builder["status"], builder.get("updateAvailable")), (&json!("ignored"), None));
}

#[tokio::test]
async fn a_pin_keeps_what_is_newer_out_of_the_banner_and_says_it_in_the_row() {
    let world = world(Recording::Onprem2018, &[("PIN", "deis-builder=2.13.1")]).await;
    let page = page(world.agent.addr).await;
    assert!(page.contains("; 12 out of date; "), "{page}");
    assert!(page.contains("pinned to 2.13.1; newer, and not counted: v2.13.7"), "{page}");
    let report = world::json(world.agent.addr, "/report.json").await;
    let builder = report["components"].as_array().unwrap().iter().find(|c| c["name"] == "deis-builder").unwrap();
    assert_eq!((&builder["status"], &builder["remarks"]["held"]["latest"]), (&json!("current"), &json!("v2.13.7")));
}

/// A folder as a ConfigMap is mounted: the files are links through `..data`, which is changed at one go.
struct Mounted(tempfile::TempDir);

impl Mounted {
    fn new(text: &str) -> Self {
        let mounted = Self(tempfile::tempdir().unwrap());
        mounted.change("1", text);
        symlink("..data/releases.json", mounted.file()).unwrap();
        mounted
    }

    fn file(&self) -> PathBuf {
        self.0.path().join("releases.json")
    }

    fn change(&self, generation: &str, text: &str) {
        let at = |name: &str| self.0.path().join(name);
        let folder = at(&format!("..{generation}"));
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("releases.json"), text).unwrap();
        symlink(Path::new(&format!("..{generation}")), at("..next")).unwrap();
        fs::rename(at("..next"), at("..data")).unwrap();
    }
}

/// The real release history, with a router that is newer than any cluster has.
fn with_news() -> String {
    let mut releases: Value = serde_json::from_str(RELEASES_JSON).unwrap();
    releases["data"].as_array_mut().unwrap().push(json!({
        "component": {"name": "deis-router"},
        "version": {"train": "stable", "version": "v2.20.0", "released": "2026-11-01T00:00:00Z"},
    }));
    releases.to_string()
}

#[tokio::test]
async fn a_mounted_file_that_changes_is_noticed_and_a_broken_one_is_said_while_the_old_knowledge_stays() {
    let folder = tempfile::tempdir().unwrap();
    let mounted = Mounted::new(RELEASES_JSON);
    let cluster = RecordedCluster::start(Recording::EksCurrent).await.unwrap();
    let flags = Flags {
        kubeconfig: Some(cluster.write_kubeconfig(folder.path()).unwrap()),
        releases: Some(mounted.file()),
        poll_interval: Some("1".into()),
        ..Flags::default()
    };
    let agent = world::agent(&flags, &[]).await;
    let addr = agent.addr;
    assert!(page(addr).await.contains("<h2>deis-minio is unhealthy</h2>"));

    mounted.change("2", &with_news());
    let changed = until(|| text(addr, "/"), |page| page.contains("out of date")).await;
    assert!(changed.contains("deis-router v2.19.0 → v2.20.0"), "{changed}");

    mounted.change("3", "{\"data\": [");
    let broken = until(|| text(addr, "/"), |page| page.contains("The last update check failed")).await;
    assert!(broken.contains("is not a file of releases") && broken.contains("releases.json"), "{broken}");
    assert!(broken.contains("deis-router v2.19.0 → v2.20.0"), "what was known stays: {broken}");
    let old = until(|| text(addr, "/"), |page| page.contains("; update check is old</h2>")).await;
    assert!(
        old.contains("<span class=\"badge warn\">checked just now</span>"),
        "its age is that of the last good file: {old}"
    );

    mounted.change("4", RELEASES_JSON);
    until(
        || text(addr, "/"),
        |page| page.contains("<h2>deis-minio is unhealthy</h2>") && !page.contains("The last update check failed"),
    )
    .await;
}

#[tokio::test]
async fn a_notice_reaches_a_hot_fix_of_an_affected_version() {
    let world = world(Recording::Onprem2018, &[("POLL_INTERVAL_SEC", "1")]).await;
    let controller = "deis-controller".parse().unwrap();
    let notice = Notice {
        id: "cve-2026-1".parse().unwrap(),
        train: Train::stable(),
        level: NoticeLevel::Security,
        component: Some(controller),
        affected: Some(">=2.0,<2.22".parse().unwrap()),
        text: "CVE-2026-1: upgrade now.".parse().unwrap(),
        published: "2026-10-02T00:00:00Z".parse().unwrap(),
    };
    world.store.put_notice(notice, world::by()).await.unwrap();
    let addr = world.agent.addr;
    let report = until(|| world::json(addr, "/report.json"), |report| report.to_string().contains("CVE-2026-1")).await;
    let components = report["components"].as_array().unwrap();
    let controller = components.iter().find(|c| c["name"] == "deis-controller").unwrap();
    assert!(controller.to_string().contains("v2.19.0-hotfix.jdoe+gita1b2c3d"), "{controller}");
    let page = page(addr).await;
    assert!(page.contains("CVE-2026-1: upgrade now."), "the notice is on the page");
}

#[tokio::test]
async fn a_follower_of_beta_is_not_called_current_once_stable_has_overtaken() {
    let world = world(Recording::Onprem2018, &[("TRAIN", "beta")]).await;
    let components = components(world.agent.addr).await;
    let router = components.iter().find(|c| c["component"]["name"] == "deis-router").unwrap();
    assert_eq!((&router["status"], &router["updateAvailable"]), (&json!("outdated"), &json!("v2.19.0")));
    assert!(components.iter().all(|c| c["status"] != "ahead"), "{components:?}");
}
