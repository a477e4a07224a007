//! What clusters report once a week, each part on its own and without any id.
//!
//! A [`FacetReport`] is all that one cluster says in one envelope. Nobody keeps it: it is added to the [`FacetCount`]s of
//! its week, and what it said together is gone. There is no text in it: a [`FacetValue`] holds words of closed lists,
//! bounded numbers, and the numbers of buckets.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

mod age;
mod nodes;
mod numbers;
mod report;
mod sizes;
mod software;
#[cfg(test)]
mod tests;
mod value;
mod week;
mod words;
mod workloads;

pub use age::CreationAges;
pub use nodes::Nodes;
pub use numbers::Minor;
pub use report::{FacetCount, FacetReport, NotAFacetReport, is_monday};
pub use sizes::{Bytes, Cores};
pub use software::{Os, Runtime, Software, SoftwareName};
pub use value::FacetValue;
pub use week::Week;
pub use words::{Architecture, OsFamily, Part, RuntimeName, Vendor};
pub use workloads::OtherWorkloads;

/// One of the things that a cluster tells about itself; they are shown in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Facet {
    /// The version of Kubernetes, major and minor.
    Kubernetes,
    /// Whose Kubernetes it is.
    Vendor,
    /// The nodes' operating system.
    Os,
    /// The version of the nodes' kernel, major and minor.
    Kernel,
    /// What runs the containers.
    Runtime,
    /// The nodes' processors.
    Architecture,
    /// How many nodes there are.
    Nodes,
    /// Cores of all nodes together.
    Cpu,
    /// Memory of all nodes together.
    Memory,
    /// Disk of all nodes together.
    Disk,
    /// The week in which the cluster was created.
    Creation,
    /// How many workloads run beside the product's.
    OtherWorkloads,
    /// Which parts of all this a report told. No report holds it: it is counted once for each part of which a report says
    /// anything, so that the number of reports is known though a report may leave out any of the other facets.
    Part,
}

impl Facet {
    /// What a report can hold, in the order in which it is shown.
    pub const REPORTED: [Self; 12] = [
        Self::Kubernetes,
        Self::Vendor,
        Self::Os,
        Self::Kernel,
        Self::Runtime,
        Self::Architecture,
        Self::Nodes,
        Self::Cpu,
        Self::Memory,
        Self::Disk,
        Self::Creation,
        Self::OtherWorkloads,
    ];

    /// The facet as one word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Kubernetes => "kubernetes",
            Self::Vendor => "vendor",
            Self::Os => "os",
            Self::Kernel => "kernel",
            Self::Runtime => "runtime",
            Self::Architecture => "architecture",
            Self::Nodes => "nodes",
            Self::Cpu => "cpu",
            Self::Memory => "memory",
            Self::Disk => "disk",
            Self::Creation => "creation",
            Self::OtherWorkloads => "other-workloads",
            Self::Part => "part",
        }
    }

    /// The part that it belongs to; none for [`Facet::Part`].
    #[must_use]
    pub fn part(self) -> Option<Part> {
        match self {
            Self::Kubernetes | Self::Vendor | Self::Os | Self::Kernel | Self::Runtime | Self::Architecture => {
                Some(Part::Software)
            }
            Self::Nodes | Self::Cpu | Self::Memory | Self::Disk => Some(Part::Capacity),
            Self::Creation => Some(Part::Creation),
            Self::OtherWorkloads => Some(Part::OtherWorkloads),
            Self::Part => None,
        }
    }
}

impl fmt::Display for Facet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Facet {
    type Err = NotAFacet;

    fn from_str(text: &str) -> Result<Self, NotAFacet> {
        let all = Self::REPORTED.into_iter().chain([Self::Part]);
        all.into_iter().find(|facet| facet.as_str() == text).ok_or(NotAFacet::Facet)
    }
}

impl TryFrom<String> for Facet {
    type Error = NotAFacet;

    fn try_from(text: String) -> Result<Self, NotAFacet> {
        text.parse()
    }
}

impl From<Facet> for String {
    fn from(facet: Facet) -> Self {
        facet.as_str().into()
    }
}

/// The text is nothing that is counted. It is not repeated: a report may hold anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAFacet {
    /// It names no facet.
    #[error("not a facet")]
    Facet,
    /// It is none of the facet's values.
    #[error("{0}: not one of its values")]
    Value(Facet),
}
