//! Put another collector behind the port: everything downstream stays as it is.
//!
//! `cargo run -p wfm-examples --bin own_collector`

use async_trait::async_trait;
use wfm_core::anonymizer::{AllowList, Anonymizer, Consent, Vocabulary};
use wfm_core::catalog::Catalog;
use wfm_core::collector::{CollectError, Collector, Inventory, Workload};
use wfm_core::component::WorkloadKind;
use wfm_core::release::Releases;

/// Knows one component without asking anybody.
struct OneComponent;

#[async_trait]
impl Collector for OneComponent {
    async fn collect(&self) -> Result<Inventory, CollectError> {
        let workload = Workload {
            version_annotation: Some("v2.19.0-hotfix.1".into()),
            ready: 1,
            ..Workload::new("deis-router", WorkloadKind::Deployment)
        };
        Ok(Inventory { deployments: Ok(vec![workload]), ..Inventory::empty(jiff::Timestamp::UNIX_EPOCH) })
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let inventory = OneComponent.collect().await?;
    let (catalog, releases) = (Catalog::workflow(), Releases::default());
    let id = "8c6da034-c8b1-489a-a55d-a2215d93f934".parse()?;
    let check_in = AllowList.check_in(id, Consent::default(), &inventory, Vocabulary::new(&catalog, &releases));
    // The version was never published, so all that would leave is that a router runs, at some version of its own.
    println!("{}", String::from_utf8_lossy(check_in.as_bytes()));
    Ok(())
}
