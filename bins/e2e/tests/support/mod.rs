//! What the tests of this folder share.

#![allow(dead_code, reason = "each test file uses its part")]
#![allow(clippy::unwrap_used, reason = "clippy knows only #[test] functions as tests")]

use std::num::NonZeroU32;
use std::sync::Arc;

use wfm_core::clock::SystemClock;
use wfm_core::cluster::{ClusterId, ErasureSecret, Namespace};
use wfm_core::collector::{Collector, Inventory};
use wfm_e2e::{RecordedCluster, Recording};
use wfm_k8s::{Client, KubeCollector};

pub(crate) async fn start(recording: Recording) -> (RecordedCluster, Client) {
    let cluster = RecordedCluster::start(recording).await.unwrap();
    let client = client(&cluster).await;
    (cluster, client)
}

pub(crate) async fn client(cluster: &RecordedCluster) -> Client {
    let dir = tempfile::tempdir().unwrap();
    let kubeconfig = cluster.write_kubeconfig(dir.path()).unwrap();
    wfm_k8s::connect(Some(&kubeconfig)).await.unwrap()
}

pub(crate) fn collector(client: &Client) -> KubeCollector {
    KubeCollector::new(client.clone(), Namespace::default(), Arc::new(SystemClock))
}

/// An inventory through pages of so many objects.
pub(crate) async fn collect_by(client: &Client, page_size: u32) -> Inventory {
    collector(client).page_size(NonZeroU32::new(page_size).unwrap()).collect().await.unwrap()
}

pub(crate) fn id(digit: char) -> ClusterId {
    format!("00000000-0000-4000-8000-00000000000{digit}").parse().unwrap()
}

/// The erasure secret of a candidate.
pub(crate) fn secret(number: u8) -> ErasureSecret {
    ErasureSecret::new([number; 32])
}

/// The id of that candidate.
pub(crate) fn id_of(number: u8) -> ClusterId {
    secret(number).cluster_id()
}
