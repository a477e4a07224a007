//! Any annotation and image beside any published versions: no panic, and the result agrees with the order of versions.
//!
//! Input: lines; the first is the annotation, the second the image, the others are published versions.

use wfm_core::catalog::Catalog;
use wfm_core::collector::{Container, Inventory, Workload};
use wfm_core::component::WorkloadKind;
use wfm_core::diff::{Freshness, Knowledge, TrainDiff, VersionDiff};
use wfm_core::release::{Release, Releases};
use wfm_core::version::{Train, Version};

/// Compares a router with what was published.
pub fn run(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let mut lines = text.lines();
    let annotation = lines.next().map(ToOwned::to_owned);
    let image = lines.next().unwrap_or_default().to_owned();
    let release = |version: &str| {
        let version = version.parse().ok()?;
        Some(Release::new("deis-router".parse().ok()?, Train::stable(), version, jiff::Timestamp::UNIX_EPOCH))
    };
    let releases: Releases = lines.filter_map(release).collect();
    let workload = Workload {
        version_annotation: annotation,
        containers: vec![Container { name: "deis-router".into(), image, init: false }],
        ready: 1,
        ..Workload::new("deis-router", WorkloadKind::Deployment)
    };
    let inventory = Inventory { deployments: Ok(vec![workload]), ..Inventory::empty(jiff::Timestamp::UNIX_EPOCH) };
    let diff = TrainDiff::new(Catalog::workflow(), Train::stable());
    let all = diff.diff(&inventory, Knowledge::Known(&releases));
    let router = all.iter().find(|c| c.name == "deis-router").expect("a workload is always listed");
    // A variant is compared as its release, unless it is published itself.
    let line = releases.line(&Train::stable(), &"deis-router".parse().expect("it is a component's name"));
    let is_published = |version: &Version| line.iter().any(|release| release.version().precedence(version).is_eq());
    let place =
        |version: &Version| version.variant_of().filter(|_| !is_published(version)).unwrap_or_else(|| version.clone());
    match (&router.freshness, &router.installed) {
        (Freshness::Outdated { latest, behind }, Some(installed)) => {
            assert!(place(&installed.version).precedence(latest).is_lt());
            assert!(behind.releases >= 1);
        }
        (Freshness::Ahead { latest }, Some(installed)) => assert!(place(&installed.version).precedence(latest).is_gt()),
        (Freshness::Current, Some(_)) => {}
        (Freshness::Unknown { .. }, installed) => assert!(installed.is_none() || releases.is_empty()),
        other => panic!("a router that runs cannot be {other:?}"),
    }
}
