//! Compare one workload with published releases: nothing but `wfm-core`, no I/O.
//!
//! `cargo run -p wfm-examples --bin what_is_behind`

use wfm_core::catalog::Catalog;
use wfm_core::collector::{Inventory, Workload};
use wfm_core::component::WorkloadKind;
use wfm_core::diff::{Freshness, Knowledge, TrainDiff, VersionDiff};
use wfm_core::release::{Release, Releases};
use wfm_core::version::Train;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let release = |version: &str, day: &str| -> Result<Release, Box<dyn std::error::Error>> {
        Ok(Release::new("deis-router".parse()?, Train::stable(), version.parse()?, day.parse()?))
    };
    let releases: Releases = [release("v2.18.1", "2020-10-08T20:29:47Z")?, release("v2.19.0", "2021-04-19T01:08:22Z")?]
        .into_iter()
        .collect();

    let router = Workload {
        version_annotation: Some("v2.18.1".into()),
        ready: 1,
        ..Workload::new("deis-router", WorkloadKind::Deployment)
    };
    let inventory = Inventory { deployments: Ok(vec![router]), ..Inventory::empty("2021-06-01T00:00:00Z".parse()?) };

    let diff = TrainDiff::new(Catalog::workflow(), Train::stable());
    for component in diff.diff(&inventory, Knowledge::Known(&releases)) {
        match component.freshness {
            Freshness::Outdated { latest, behind } => println!(
                "{} is behind {latest} by {} release and {} days",
                component.name,
                behind.releases,
                behind.days.unwrap_or_default()
            ),
            Freshness::Missing => println!("{} is missing", component.name),
            other => println!("{} is {}", component.name, other.status()),
        }
    }
    Ok(())
}
