//! What a cluster says of one facet.

use std::fmt;
use std::str::FromStr;

use super::{
    Architecture, Bytes, Cores, Facet, Minor, Nodes, NotAFacet, Os, OtherWorkloads, Part, Runtime, Vendor, Week,
};

/// A value of a facet. It has two forms: [`code`](FacetValue::code), which is kept and read back, and the text that is
/// shown. They differ for sizes, which are kept as the number of their bucket. Values of a facet are in the order in which
/// they are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FacetValue {
    /// Of [`Facet::Kubernetes`].
    Kubernetes(Minor),
    /// Of [`Facet::Vendor`].
    Vendor(Vendor),
    /// Of [`Facet::Os`].
    Os(Os),
    /// Of [`Facet::Kernel`].
    Kernel(Minor),
    /// Of [`Facet::Runtime`].
    Runtime(Runtime),
    /// Of [`Facet::Architecture`].
    Architecture(Architecture),
    /// Of [`Facet::Nodes`].
    Nodes(Nodes),
    /// Of [`Facet::Cpu`].
    Cpu(Cores),
    /// Of [`Facet::Memory`].
    Memory(Bytes),
    /// Of [`Facet::Disk`].
    Disk(Bytes),
    /// Of [`Facet::Creation`].
    Creation(Week),
    /// Of [`Facet::OtherWorkloads`].
    OtherWorkloads(OtherWorkloads),
    /// Of [`Facet::Part`].
    Part(Part),
}

impl FacetValue {
    /// Reads the code of a facet's value.
    ///
    /// # Errors
    /// Where the facet has no such value, or it is written in any other way.
    pub fn read(facet: Facet, code: &str) -> Result<Self, NotAFacet> {
        let value = match facet {
            Facet::Kubernetes => code.parse().map(Self::Kubernetes),
            Facet::Vendor => code.parse().map(Self::Vendor),
            Facet::Os => code.parse().map(Self::Os),
            Facet::Kernel => code.parse().map(Self::Kernel),
            Facet::Runtime => code.parse().map(Self::Runtime),
            Facet::Architecture => code.parse().map(Self::Architecture),
            Facet::Nodes => code.parse().map(Self::Nodes),
            Facet::Cpu => bucket(code).and_then(Cores::numbered).map(Self::Cpu).ok_or(()),
            Facet::Memory => bucket(code).and_then(Bytes::numbered).map(Self::Memory).ok_or(()),
            Facet::Disk => bucket(code).and_then(Bytes::numbered).map(Self::Disk).ok_or(()),
            Facet::Creation => code.parse().map(Self::Creation),
            Facet::OtherWorkloads => code.parse().map(Self::OtherWorkloads),
            Facet::Part => code.parse().map(Self::Part),
        };
        value.map_err(|()| NotAFacet::Value(facet))
    }

    /// The form that is kept, from which it can be [`read`](FacetValue::read).
    #[must_use]
    pub fn code(&self) -> String {
        match self {
            Self::Cpu(cores) => cores.number().to_string(),
            Self::Memory(bytes) | Self::Disk(bytes) => bytes.number().to_string(),
            other => other.to_string(),
        }
    }

    /// Whose value it is.
    #[must_use]
    pub fn facet(&self) -> Facet {
        match self {
            Self::Kubernetes(_) => Facet::Kubernetes,
            Self::Vendor(_) => Facet::Vendor,
            Self::Os(_) => Facet::Os,
            Self::Kernel(_) => Facet::Kernel,
            Self::Runtime(_) => Facet::Runtime,
            Self::Architecture(_) => Facet::Architecture,
            Self::Nodes(_) => Facet::Nodes,
            Self::Cpu(_) => Facet::Cpu,
            Self::Memory(_) => Facet::Memory,
            Self::Disk(_) => Facet::Disk,
            Self::Creation(_) => Facet::Creation,
            Self::OtherWorkloads(_) => Facet::OtherWorkloads,
            Self::Part(_) => Facet::Part,
        }
    }
}

/// As it is shown.
impl fmt::Display for FacetValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kubernetes(version) | Self::Kernel(version) => version.fmt(f),
            Self::Vendor(vendor) => vendor.fmt(f),
            Self::Os(os) => os.fmt(f),
            Self::Runtime(runtime) => runtime.fmt(f),
            Self::Architecture(architecture) => architecture.fmt(f),
            Self::Nodes(nodes) => nodes.fmt(f),
            Self::Cpu(cores) => cores.fmt(f),
            Self::Memory(bytes) | Self::Disk(bytes) => bytes.fmt(f),
            Self::Creation(week) => week.fmt(f),
            Self::OtherWorkloads(workloads) => workloads.fmt(f),
            Self::Part(part) => part.fmt(f),
        }
    }
}

/// A bucket's number, as it is written.
fn bucket(code: &str) -> Option<u8> {
    u8::from_str(code).ok().filter(|number| number.to_string() == code)
}
