//! What an agent sees in a seeded cluster: its nodes, which are drawn here, and the workloads that it runs.

use std::collections::BTreeMap;

use jiff::Timestamp;
use wfm_core::anonymizer::ReportedVersion;
use wfm_core::collector::{Capacity, Container, Inventory, Node, Workload};
use wfm_core::component::{ComponentName, WorkloadKind};

/// Seconds.
const DAY: u64 = 24 * 60 * 60;

/// SplitMix64.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((u128::from(mixed ^ (mixed >> 31)) * u128::from(end)) >> 64) as u64
    }

    fn within(&mut self, first: u64, last: u64) -> u64 {
        first + self.below(last - first + 1)
    }

    /// One of several, each as often as its weight says.
    fn pick<T: Copy>(&mut self, of: &[(u64, T)]) -> T {
        let mut left = self.below(of.iter().map(|(weight, _)| weight).sum());
        for (weight, one) in of {
            match left.checked_sub(*weight) {
                Some(rest) => left = rest,
                None => return *one,
            }
        }
        of[0].1
    }
}

/// A vendor: the tail of its versions, the scheme of its nodes, and which systems they run with which kernels.
type Vendor = (&'static str, Option<&'static str>, &'static [(u64, (&'static str, &'static str))]);

const JAMMY: (&str, &str) = ("Ubuntu 22.04.5 LTS", "5.15.0");
const NOBLE: (&str, &str) = ("Ubuntu 24.04.1 LTS", "6.8.0");
const ANY: &[(u64, (&str, &str))] = &[
    (350, JAMMY),
    (220, NOBLE),
    (150, ("Debian GNU/Linux 12 (bookworm)", "6.1.0")),
    (80, ("Red Hat Enterprise Linux 9.4 (Plow)", "5.14.0")),
    (80, ("Rocky Linux 9.4 (Blue Onyx)", "5.14.0")),
    (60, ("Flatcar Container Linux by Kinvolk 3815.2.5 (Oklo)", "6.1.96")),
    (60, ("Talos (v1.9.2)", "6.6.43")),
];
const VENDORS: &[(u64, Vendor)] = &[
    (
        320,
        (
            "-eks-3abbec1",
            Some("aws"),
            &[
                (550, ("Amazon Linux 2023.9.20260114", "6.1.159")),
                (250, ("Amazon Linux 2", "5.10.230")),
                (200, ("Bottlerocket OS 1.20.3 (aws-k8s-1.30)", "6.1.90")),
            ],
        ),
    ),
    (160, ("-gke.1443001", Some("gce"), &[(850, ("Container-Optimized OS from Google", "6.6.56")), (150, JAMMY)])),
    (140, ("", Some("azure"), &[(900, JAMMY), (100, NOBLE)])),
    (90, ("+k3s1", Some("k3s"), ANY)),
    (80, ("+rke2r1", Some("rke2"), ANY)),
    (30, ("-acme.4", None, ANY)),
    (180, ("", None, ANY)),
];

/// A pool of alike machines.
struct Pool {
    nodes: u64,
    cores: u64,
    memory_per_core: u64,
    disk: u64,
}

impl Pool {
    fn of(dice: &mut Dice, nodes: u64) -> Self {
        Self {
            nodes,
            cores: dice.pick(&[(200, 2), (350, 4), (250, 8), (150, 16), (50, 32)]),
            memory_per_core: dice.pick(&[(250, 2), (550, 4), (200, 8)]),
            disk: dice.pick(&[(200, 40), (350, 100), (300, 200), (150, 500)]),
        }
    }
}

/// Whether the machines of a cluster are alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pools {
    /// All of them.
    Alike,
    /// Three clusters in ten have a second pool, of other machines.
    Mixed,
}

/// What the seeded fleet knows of a cluster.
pub(crate) struct Seeded<'a> {
    /// Its number.
    pub(crate) number: u64,
    /// What it runs.
    pub(crate) components: &'a BTreeMap<ComponentName, ReportedVersion>,
    /// When it first checked in, in seconds since 1970.
    pub(crate) born: i64,
    /// Whether it was there before the fleet's first day.
    pub(crate) settled: bool,
}

/// The inventory of a cluster.
pub(crate) fn inventory(seeded: &Seeded<'_>, pools: Pools) -> Inventory {
    let mut dice = Dice(seeded.number.wrapping_mul(0xD134_2543_DE82_EF95));
    // As the seeder draws both for the weekly reports.
    let older = if seeded.settled { dice.within(8 * DAY, 1000 * DAY).cast_signed() } else { 0 };
    let others = dice.pick(&[(500, 0), (150, 1), (100, 2), (70, 3), (80, 4), (60, 6), (40, 11)]);
    let (tail, scheme, systems) = dice.pick(VENDORS);
    let (os, kernel) = dice.pick(systems);
    let minor = 34 - dice.below(4) - dice.below(4);
    let version = format!("v1.{minor}.{}{tail}", dice.below(12));
    let (major, line) = match minor {
        ..=27 => (1, 6),
        28..=32 => (1, 7),
        _ => (2, dice.below(2)),
    };
    let runtime = match dice.pick(&[(900, 0), (90, 1), (10, 2)]) {
        0 => format!("containerd://{major}.{line}.{}", dice.below(24)),
        1 => format!("cri-o://1.{minor}.{}", dice.below(9)),
        _ => format!("docker://28.3.{}", dice.below(3)),
    };
    let kernel = format!("{kernel}-{}-generic", dice.below(120));
    let architecture = dice.pick(&[(900, "amd64"), (95, "arm64"), (5, "s390x")]);
    let (least, most) = dice.pick(&[
        (150, (1, 1)),
        (350, (2, 5)),
        (300, (6, 20)),
        (150, (21, 100)),
        (45, (101, 500)),
        (5, (501, 2000)),
    ]);
    let nodes = dice.within(least, most);
    let mixed = dice.below(10) < 3;
    let second = if pools == Pools::Mixed && nodes > 2 && mixed { dice.within(1, nodes / 2) } else { 0 };
    let pools = [Pool::of(&mut dice, nodes - second), Pool::of(&mut dice, second)];
    let mut all = Vec::new();
    for (index, pool) in pools.iter().enumerate() {
        for number in 0..pool.nodes {
            // A machine has a little less than its size says, and never the same.
            let memory = pool.cores * pool.memory_per_core * 1_048_576 - dice.within(40_000, 400_000);
            let disk = pool.disk * 1_048_576 - dice.within(0, 100_000);
            all.push(Node {
                name: format!("pool-{index}-{number}"),
                ready: true,
                capacity: Capacity {
                    cpu: Some(pool.cores.to_string().into()),
                    memory: Some(format!("{memory}Ki").into()),
                    ephemeral_storage: Some(format!("{disk}Ki").into()),
                },
                provider: scheme.map(Into::into),
                kubelet_version: version.as_str().into(),
                os_image: os.into(),
                kernel_version: kernel.as_str().into(),
                container_runtime: runtime.as_str().into(),
                architecture: architecture.into(),
                ..Node::default()
            });
        }
    }
    Inventory {
        kubernetes_version: Some(version),
        cluster_created: Timestamp::from_second(seeded.born - older).ok(),
        nodes: Ok(all.into()),
        deployments: Ok(workloads(seeded, others)),
        ..Inventory::empty(Timestamp::UNIX_EPOCH)
    }
}

/// The product's workloads, each with its version in the annotation, and others beside.
fn workloads(seeded: &Seeded<'_>, others: u64) -> Vec<Workload> {
    let components = seeded.components.iter();
    let product = components.map(|(name, version)| workload(name.as_str(), &version.to_string()));
    product.chain((0..others).map(|number| workload(&format!("globex-{number}"), "v1.0.0"))).collect()
}

fn workload(name: &str, version: &str) -> Workload {
    Workload {
        version_annotation: Some(version.into()),
        containers: vec![Container { name: name.into(), image: format!("hephy/{name}:{version}"), init: false }],
        ready: 1,
        ..Workload::new(name, WorkloadKind::Deployment)
    }
}
