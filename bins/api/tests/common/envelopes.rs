//! Envelopes as agents make them.

use std::sync::Arc;

use serde_json::Value;
use wfm_core::anonymizer::{AllowList, Anonymizer, Consent, Envelope, Vocabulary};
use wfm_core::catalog::Catalog;
use wfm_core::cluster::{ClusterId, Cohort};
use wfm_core::collector::{Capacity, Container, Inventory, Node, Workload};
use wfm_core::component::WorkloadKind;
use wfm_core::facets::Part;
use wfm_core::release::Releases;

/// What nodes say of their system, kernel, runtime and processor.
const NODES: [[&str; 4]; 8] = [
    ["Ubuntu 22.04.4 LTS", "5.15.0-91-generic", "containerd://1.7.12", "amd64"],
    ["Debian GNU/Linux 12 (bookworm)", "6.1.0-18-amd64", "containerd://1.6.20", "arm64"],
    ["Bottlerocket OS 1.19.2 (aws-k8s-1.29)", "6.1.77", "containerd://1.6.28+bottlerocket", "amd64"],
    ["Red Hat Enterprise Linux CoreOS 415.92 (Plow)", "5.14.0-284.el9.x86_64", "cri-o://1.28.4", "s390x"],
    ["Talos (v1.7.1)", "6.6.29-talos", "containerd://2.0.4", "amd64"],
    ["Container-Optimized OS from Google", "6.1.75+", "containerd://1.7.13", "amd64"],
    ["Flatcar Container Linux by Kinvolk 3815.2.5", "6.1.96-flatcar", "docker://24.0.9", "amd64"],
    ["Acme Linux 7 (falcon)", "falcon", "falcon://1.0", "falcon"],
];

const API_SERVERS: [Option<&str>; 7] = [
    Some("v1.29.3-eks-adc7111"),
    Some("v1.28.7-gke.1026000"),
    Some("v1.30.2"),
    Some("v1.31.4+k3s1"),
    Some("v1.27.12+rke2r1"),
    Some("v1.9.falcon"),
    None,
];

/// Clusters of some kinds: small and large, of any vendor, with what is published and what is not.
pub(crate) fn inventories(releases: &Releases) -> Vec<Inventory> {
    let catalog = Catalog::workflow();
    (0..56).map(|number: usize| inventory(number, &catalog, releases)).collect()
}

fn inventory(number: usize, catalog: &Catalog, releases: &Releases) -> Inventory {
    let at = "2026-01-01T00:00:00Z".parse().unwrap();
    let ours = catalog.iter().skip(number % 3).step_by(1 + number % 4).enumerate().map(|(place, entry)| {
        let published = releases.versions(entry.name());
        let version = published.get((number * 7 + place) % (published.len() + 1)).map(ToString::to_string);
        workload(entry.name().as_str(), version.as_deref().unwrap_or("git-1a2b3c4"))
    });
    let theirs = (0..number % 13).map(|other| workload(&format!("falcon-{other}"), "v1.0.0"));
    let node = |n: usize| {
        let [os_image, kernel_version, container_runtime, architecture] =
            NODES[(number + n / 7) % NODES.len()].map(std::sync::Arc::from);
        Node {
            name: format!("ip-10-0-21-{n}.acme.example"),
            ready: true,
            capacity: Capacity {
                cpu: Some(["4", "3920m", "16"][number % 3].into()),
                memory: Some(["16Gi", "32779012Ki", "falcon"][number % 3].into()),
                ephemeral_storage: Some("102687672Ki".into()),
            },
            provider: Some(["aws", "azure", "falcon"][number % 3].into()),
            kubelet_version: "v1.29.3".into(),
            os_image,
            kernel_version,
            container_runtime,
            architecture,
            ..Node::default()
        }
    };
    Inventory {
        kubernetes_version: API_SERVERS[number % API_SERVERS.len()].map(str::to_owned),
        cluster_created: (!number.is_multiple_of(5))
            .then(|| jiff::Timestamp::from_second(1_450_000_000 + 5_000_000 * number as i64).unwrap()),
        deployments: Ok(ours.chain(theirs).collect()),
        nodes: Ok((0..[1, 2, 3, 5, 9, 40, 150][number % 7]).map(node).collect::<Vec<_>>().into()),
        ..Inventory::empty(at)
    }
}

fn workload(name: &str, version: &str) -> Workload {
    let image = format!("registry.acme.example/falcon/{name}:{version}");
    Workload {
        containers: vec![Container { name: name.into(), image, init: false }],
        ready: 1,
        ..Workload::new(name, WorkloadKind::Deployment)
    }
}

/// Every envelope of these clusters, each cluster with its own id and cohort.
pub(crate) fn envelopes(releases: &Arc<Releases>) -> Vec<Envelope> {
    let catalog = Catalog::workflow();
    let cohorts = [None, Some(Cohort::Ci), Some(Cohort::Staff), Some(Cohort::Customer)];
    let made = inventories(releases).into_iter().enumerate().flat_map(|(number, inventory)| {
        let id = ClusterId::new(uuid::Builder::from_random_bytes([number as u8 + 1; 16]).into_uuid());
        let consent = Consent { cohort: cohorts[number % cohorts.len()], ..Consent::default() };
        let vocabulary = Vocabulary::new(&catalog, releases);
        let check_in = AllowList.check_in(id, consent, &inventory, vocabulary);
        let facets = Part::ALL.iter().filter_map(|part| AllowList.facets(*part, consent, &inventory, vocabulary));
        std::iter::once(check_in).chain(facets).collect::<Vec<_>>()
    });
    made.collect()
}

/// An envelope as a value.
pub(crate) fn value(envelope: &Envelope) -> Value {
    serde_json::from_slice(envelope.as_bytes()).unwrap()
}
