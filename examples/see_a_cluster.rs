//! Read a cluster with the real Kubernetes client; here a recorded one, so that it runs anywhere.
//!
//! `cargo run -p wfm-examples --bin see_a_cluster`, or with a kubeconfig as its argument.

use std::path::PathBuf;
use std::sync::Arc;

use wfm_core::clock::SystemClock;
use wfm_core::cluster::Namespace;
use wfm_core::collector::Collector;
use wfm_e2e::{RecordedCluster, Recording};
use wfm_k8s::KubeCollector;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let recorded = RecordedCluster::start(Recording::EksCurrent).await?;
    let kubeconfig = match std::env::args_os().nth(1) {
        Some(path) => PathBuf::from(path),
        None => recorded.write_kubeconfig(&std::env::temp_dir())?,
    };
    let client = wfm_k8s::connect(Some(&kubeconfig)).await?;
    let inventory = KubeCollector::new(client, Namespace::default(), Arc::new(SystemClock)).collect().await?;
    for workload in inventory.workloads() {
        println!("{:<32} {:<24} {} of {} ready", workload.name, workload.kind, workload.ready, workload.desired);
    }
    for failure in inventory.unreadable() {
        println!("could not be read: {failure}");
    }
    Ok(())
}
