use jiff::Timestamp;
use proptest::prelude::*;

use super::*;
use crate::collector::{Capacity, Node};
use crate::facets::{Minor, OtherWorkloads, Week};

/// A text of every facet that is not read from numbers, and what becomes of it.
const CASES: &[(Facet, &str, &str)] = &[
    (Facet::Kubernetes, "v1.36.2-eks-3abbec1", "1.36"),
    (Facet::Kubernetes, "v1.31.4+falcon", "1.31"),
    (Facet::Kubernetes, "v1.100.0", "other"),
    (Facet::Kubernetes, "v2.0.0", "other"),
    (Facet::Kubernetes, "1.31.4", "other"),
    (Facet::Kubernetes, "v1.31falcon", "other"),
    (Facet::Kubernetes, "falcon", "other"),
    (Facet::Vendor, "v1.36.2-eks-3abbec1", "eks"),
    (Facet::Vendor, "v1.30.5-gke.1443001", "gke"),
    (Facet::Vendor, "v1.31.4+k3s1", "k3s"),
    (Facet::Vendor, "v1.31.4+rke2r1", "rke2"),
    (Facet::Vendor, "v1.31.4", "none"),
    (Facet::Vendor, "v1.30.8+falcon.prod", "other"),
    (Facet::Vendor, "v1.30.8-falcon-eks-1", "other"),
    (Facet::Vendor, "v1.30.8-eksfalcon", "other"),
    (Facet::Os, "Ubuntu 24.04.1 LTS", "ubuntu 24.04"),
    (Facet::Os, "Ubuntu 24.10", "ubuntu 24.10"),
    (Facet::Os, "Ubuntu 24.07 falcon", "ubuntu"),
    (Facet::Os, "Ubuntu Core 22", "ubuntu"),
    (Facet::Os, "Debian GNU/Linux 12 (bookworm)", "debian 12"),
    (Facet::Os, "Red Hat Enterprise Linux 9.4 (Plow)", "rhel 9"),
    (Facet::Os, "Red Hat Enterprise Linux CoreOS 415.92.202402201450-0 (Plow)", "rhel"),
    (Facet::Os, "CentOS Stream 9", "centos 9"),
    (Facet::Os, "CentOS Linux 7 (Core)", "centos 7"),
    (Facet::Os, "Rocky Linux 9.4 (Blue Onyx)", "rocky 9"),
    (Facet::Os, "AlmaLinux 9.4 (Seafoam Ocelot)", "alma 9"),
    (Facet::Os, "Amazon Linux 2023.9.20260114", "amazon 2023"),
    (Facet::Os, "Amazon Linux 2", "amazon 2"),
    (Facet::Os, "Bottlerocket OS 1.20.3 (aws-k8s-1.30)", "bottlerocket 1"),
    (Facet::Os, "Flatcar Container Linux by Kinvolk 3815.2.5 (Oklo)", "flatcar"),
    (Facet::Os, "Container-Optimized OS from Google", "cos"),
    (Facet::Os, "Talos (v1.9.2)", "talos 1"),
    (Facet::Os, "SUSE Linux Enterprise Server 15 SP5", "sles 15"),
    (Facet::Os, "VMware Photon OS/Linux", "photon"),
    (Facet::Os, "Windows Server 2022 Datacenter", "windows 2022"),
    (Facet::Os, "FalconLinux 3.2 (built by jdoe)", "other"),
    (Facet::Os, "Ubuntu", "ubuntu"),
    (Facet::Os, "UbuntuFalcon 24.04", "other"),
    (Facet::Os, "ubuntu 24.04", "other"),
    (Facet::Kernel, "6.8.0-91-generic", "6.8"),
    (Facet::Kernel, "6.12.4-falcon+", "6.12"),
    (Facet::Kernel, "6.1.159-182.297.amzn2023.x86_64", "6.1"),
    (Facet::Kernel, "10.0.20348.2402", "10.0"),
    (Facet::Kernel, "6.99.1", "other"),
    (Facet::Kernel, "6.8falcon", "other"),
    (Facet::Kernel, "6", "other"),
    (Facet::Runtime, "containerd://1.7.2-falcon.421", "containerd 1.7"),
    (Facet::Runtime, "cri-o://1.31.3", "cri-o 1.31"),
    (Facet::Runtime, "docker://28.3.2", "docker 28.3"),
    (Facet::Runtime, "docker://20.11.0", "docker"),
    (Facet::Runtime, "containerd://falcon", "containerd"),
    (Facet::Runtime, "containerd", "other"),
    (Facet::Runtime, "falcond://1.7.2", "other"),
    (Facet::Architecture, "amd64", "amd64"),
    (Facet::Architecture, "AMD64", "other"),
    (Facet::Architecture, "falcon", "other"),
];

fn normalised(facet: Facet, text: &str) -> FacetValue {
    match facet {
        Facet::Kubernetes => FacetValue::Kubernetes(kubernetes::normalise(text)),
        Facet::Vendor => FacetValue::Vendor(vendor::by_version(text)),
        Facet::Os => FacetValue::Os(os::normalise(text)),
        Facet::Kernel => FacetValue::Kernel(kernel::normalise(text)),
        Facet::Runtime => FacetValue::Runtime(runtime::normalise(text)),
        Facet::Architecture => FacetValue::Architecture(architecture::normalise(text)),
        other => panic!("{other} is not read from a text"),
    }
}

#[test]
fn a_text_becomes_an_entry_of_its_table() {
    for (facet, text, expected) in CASES {
        assert_eq!(normalised(*facet, text).to_string(), *expected, "{facet} {text}");
    }
}

#[test]
fn a_scheme_says_a_vendor_only_where_it_is_one_vendors() {
    for (scheme, vendor) in [("azure", Vendor::Aks), ("k3s", Vendor::K3s), ("rke2", Vendor::Rke2)] {
        assert_eq!(vendor::by_scheme(scheme), vendor);
    }
    for scheme in ["aws", "gce", "falconcloud", "", "AZURE"] {
        assert_eq!(vendor::by_scheme(scheme), Vendor::None, "{scheme}");
    }
}

#[test]
fn every_entry_can_be_kept_and_read_back() {
    let mut facets = Facet::REPORTED.into_iter().flat_map(vocabulary);
    assert!(facets.all(|value| FacetValue::read(value.facet(), &value.code()) == Ok(value)));
    let listed = Facet::REPORTED.into_iter().filter(|facet| *facet != Facet::Creation);
    let most: Vec<usize> = listed.map(|facet| vocabulary(facet).count()).collect();
    assert!(most.iter().all(|count| (2..=200).contains(count)), "{most:?}");
    assert!(!is_in_vocabulary(FacetValue::Kernel(Minor::new(5, 917).unwrap())));
}

#[test]
fn most_nodes_decide_and_of_equals_the_first_in_order() {
    assert_eq!(majority::of([3, 1, 3]), Some(3));
    assert_eq!(majority::of([2, 1, 1, 2]), Some(1));
    assert_eq!(majority::of::<u8>([]), None);
}

fn node(cpu: &str, memory: &str) -> Node {
    Node {
        name: String::new(),
        ready: true,
        capacity: Capacity { cpu: Some(cpu.into()), memory: Some(memory.into()), ephemeral_storage: None },
        kubelet_version: "".into(),
        os_image: "".into(),
        kernel_version: "".into(),
        container_runtime: "".into(),
        architecture: "".into(),
        ..Node::default()
    }
}

#[test]
fn sizes_are_sums_in_buckets_and_part_of_a_sum_is_none() {
    let nodes = [node("3500m", "15885Mi"), node("500m", "32386544Ki")];
    assert_eq!(capacity::cpu(&nodes).unwrap().first(), 4);
    assert_eq!(capacity::memory(&nodes).unwrap().to_string(), "45–64 GiB");
    assert_eq!(capacity::disk(&nodes), None);
    for malformed in ["32Gi;db01", "1e999", "NaN", "-1", ""] {
        assert_eq!(capacity::memory(&[node("1", "1Gi"), node("1", malformed)]), None, "{malformed}");
    }
    assert_eq!((capacity::nodes(&[]), capacity::cpu(&[])), (None, None));
    assert_eq!(capacity::cpu(&[node("100m", "1")]).unwrap().first(), 1);
}

#[test]
fn workloads_and_weeks_lie_in_their_buckets() {
    for (count, first) in [(0, 0), (3, 3), (5, 4), (10, 6), (11, 11), (usize::MAX, 11)] {
        assert_eq!(OtherWorkloads::of(count).first(), first);
    }
    let week = |at: &str| Week::of(at.parse::<Timestamp>().unwrap()).map(|week| (week.year(), week.week()));
    assert_eq!(week("2026-11-20T12:53:37Z"), Some((2026, 47)));
    assert_eq!(week("2027-01-01T00:00:00Z"), Some((2026, 53)));
    assert_eq!((week("1999-01-01T00:00:00Z"), week("2200-01-01T00:00:00Z")), (None, None));
    assert_eq!((Week::new(2025, 53), Week::new(2026, 0)), (None, None));
    assert_eq!(Week::new(2026, 47).unwrap().monday().to_string(), "2026-11-16");
}

proptest! {
    #[test]
    fn any_text_becomes_an_entry_of_its_table(text in "\\PC{0,40}", facet in 0usize..6) {
        let facet = Facet::REPORTED[facet];
        prop_assert!(is_in_vocabulary(normalised(facet, &text)));
    }

    #[test]
    fn what_follows_a_version_changes_nothing(case in 0..CASES.len(), tail in "[-+ ][a-z.]{0,20}") {
        let (facet, text, expected) = CASES[case];
        // A vendor is told by what follows, and a listed architecture is a whole word.
        prop_assume!(!matches!(facet, Facet::Vendor | Facet::Architecture));
        prop_assert_eq!(normalised(facet, &format!("{text}{tail}")).to_string(), expected);
    }
}
