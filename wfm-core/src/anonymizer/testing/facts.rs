//! What may be said of a cluster.

use super::dice::Dice;
use super::sizes::{BYTES, CORES};
use super::tables::{AKS, ARCHITECTURE, KERNEL, NONE, OS, RUNTIME, VENDOR};
use super::world::LISTED;
use crate::anonymizer::Consent;
use crate::cluster::{ClusterId, Cohort};

/// How many names a catalog has that facts are drawn of.
const NAMES: usize = 19;
/// The weeks from that of 2013-12-30, the first of 2014, to the last of 2100.
pub(super) const WEEKS: usize = 4540;

/// What may be said of a cluster, as rows of tables. Different facts are told differently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    pub(super) id: u128,
    pub(super) cohort: Option<Cohort>,
    /// How many weeks it began after the first of 2014.
    pub(super) week: Option<usize>,
    /// Names in order, each with its lowest listed version, or none where it is custom.
    pub(super) components: Vec<(usize, Option<usize>)>,
    /// The bucket of other workloads; absent if not all workloads can be read.
    pub(super) others: Option<usize>,
    /// The API server's minor, where it can be read; none of those that are told is 100.
    pub(super) kubernetes: Option<u64>,
    /// A row of the vendors.
    pub(super) vendor: usize,
    pub(super) nodes: Option<NodeFacts>,
}

/// What may be said of nodes, where there are any.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NodeFacts {
    /// The bucket of their number.
    pub(super) count: usize,
    pub(super) os: usize,
    pub(super) kernel: usize,
    pub(super) runtime: usize,
    pub(super) architecture: usize,
    pub(super) cpu: Option<usize>,
    pub(super) memory: Option<usize>,
    pub(super) disk: Option<usize>,
}

impl Facts {
    /// Draws facts: of small clusters mostly.
    #[must_use]
    pub fn draw(dice: &mut Dice<'_>) -> Self {
        let mut components = Vec::new();
        let mut name = dice.below(NAMES);
        for _ in 0..dice.pick(&[0, 1, 1, 1, 1, 1, 2, 2, 2, 2, 3, 8]) {
            if name >= NAMES {
                break;
            }
            let listed = dice.percent(70).then(|| dice.below(LISTED.len()));
            components.push((name, listed));
            name += 1 + dice.below(5);
        }
        let mut facts = Self {
            id: u128::from(dice.next()) << 64 | u128::from(dice.next()),
            cohort: dice.percent(20).then(|| dice.pick(&Cohort::ALL)),
            week: dice.percent(80).then(|| dice.below(WEEKS)),
            components,
            others: dice.percent(95).then(|| match dice.percent(97) {
                true => dice.pick(&[0, 0, 0, 1, 1, 2]),
                false => dice.below(7),
            }),
            kubernetes: dice.percent(95).then(|| dice.below(101) as u64),
            vendor: dice.below(VENDOR.len()),
            nodes: dice.percent(90).then(|| NodeFacts::draw(dice)),
        };
        facts.settle();
        facts
    }

    /// The same with one fact of other ones.
    #[must_use]
    pub(super) fn changed(&self, dice: &mut Dice<'_>) -> Self {
        let (mut changed, other) = (self.clone(), Self::draw(dice));
        match dice.below(8) {
            0 => changed.cohort = other.cohort,
            1 => changed.week = other.week,
            2 => changed.components = other.components,
            3 => changed.others = other.others,
            4 => changed.kubernetes = other.kubernetes,
            5 => changed.vendor = other.vendor,
            _ => match (&mut changed.nodes, other.nodes) {
                (Some(nodes), Some(other)) => nodes.change(&other, dice),
                (nodes, other) => *nodes = other,
            },
        }
        changed.settle();
        changed
    }

    /// Whose cluster it is is told by nodes alone at Azure, and by nobody where nothing can be read.
    fn settle(&mut self) {
        let silent = self.nodes.is_none() && self.kubernetes.is_none();
        if silent || self.nodes.is_none() && self.vendor == AKS {
            self.vendor = NONE;
        }
    }

    pub(super) fn id(&self) -> ClusterId {
        ClusterId::new(uuid::Builder::from_random_bytes(self.id.to_be_bytes()).into_uuid())
    }

    pub(super) fn consent(&self) -> Consent {
        Consent { cohort: self.cohort, ..Consent::default() }
    }
}

impl NodeFacts {
    fn draw(dice: &mut Dice<'_>) -> Self {
        let count = match dice.below(1000) {
            0..700 => 0,
            700..900 => 1,
            900..970 => 2,
            970..990 => 3,
            990..997 => 4,
            997..999 => 5,
            _ => 6,
        };
        Self {
            count,
            os: dice.below(OS.len()),
            kernel: dice.below(KERNEL.len()),
            runtime: dice.below(RUNTIME.len()),
            architecture: dice.below(ARCHITECTURE.len()),
            cpu: dice.percent(95).then(|| dice.below(CORES.len())),
            memory: dice.percent(95).then(|| dice.below(BYTES.len())),
            disk: dice.percent(95).then(|| dice.below(BYTES.len())),
        }
    }

    fn change(&mut self, other: &Self, dice: &mut Dice<'_>) {
        match dice.below(8) {
            0 => self.count = other.count,
            1 => self.os = other.os,
            2 => self.kernel = other.kernel,
            3 => self.runtime = other.runtime,
            4 => self.architecture = other.architecture,
            5 => self.cpu = other.cpu,
            6 => self.memory = other.memory,
            _ => self.disk = other.disk,
        }
    }
}
