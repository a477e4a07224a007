//! Watch another product than Workflow: its own catalog, the same rules.
//!
//! `cargo run -p wfm-examples --bin another_product`

use std::sync::Arc;

use wfm_core::catalog::{Catalog, CatalogEntry, Presence};
use wfm_core::collector::{Inventory, Workload};
use wfm_core::component::WorkloadKind;
use wfm_core::diff::{Knowledge, TrainDiff};
use wfm_core::report::{ClusterReport, Tile};
use wfm_core::version::Train;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let entry = |name: &str, presence| -> Result<CatalogEntry, Box<dyn std::error::Error>> {
        Ok(CatalogEntry::new(name.parse()?, WorkloadKind::Deployment, presence, String::new()))
    };
    let catalog = Catalog::new(
        "Warehouse",
        [
            entry("warehouse-api", Presence::Expected)?,
            entry("warehouse-db", Presence::Expected)?,
            entry("warehouse-migrate", Presence::OnDemand)?,
        ],
    );

    let api = Workload {
        version_annotation: Some("1.4.0".into()),
        desired: 2,
        ready: 1,
        ..Workload::new("warehouse-api", WorkloadKind::Deployment)
    };
    let inventory = Inventory { deployments: Ok(vec![api]), ..Inventory::empty("2026-01-01T00:00:00Z".parse()?) };
    let diff = TrainDiff::new(catalog, Train::stable());
    let report = ClusterReport::assemble(Arc::new(inventory), &diff, Knowledge::Never);
    println!("missing: {}, unhealthy: {}", report.count(Tile::Missing), report.count(Tile::Unhealthy));
    for component in &report.components {
        println!("{}: {}, {:?}", component.name, component.freshness.status(), component.health);
    }
    Ok(())
}
