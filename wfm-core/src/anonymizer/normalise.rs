//! One file for each kind of value: what is allowed stands there as a table, and a function finds the entry that a text
//! or a number belongs to. Nothing is cut, replaced or masked: the result is an entry of the table, or none.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use crate::facets::{Architecture, Bytes, Cores, Facet, FacetValue, Nodes, OtherWorkloads, Part, Vendor};

pub(super) mod architecture;
pub(super) mod capacity;
pub(super) mod component;
pub(super) mod kernel;
pub(super) mod kubernetes;
pub(super) mod majority;
mod numbers;
pub(super) mod os;
pub(super) mod runtime;
pub(super) mod vendor;
pub(super) mod version;

#[cfg(test)]
mod tests;

/// Every value that a facet can have in a report, in order. Weeks of creation are not listed: each one is two bounded
/// numbers.
pub(super) fn vocabulary(facet: Facet) -> impl Iterator<Item = FacetValue> {
    WORDS.iter().copied().filter(move |value| value.facet() == facet)
}

/// Whether a report may say this.
pub(super) fn is_in_vocabulary(value: FacetValue) -> bool {
    matches!(value, FacetValue::Creation(_)) || WORDS.contains(&value)
}

static WORDS: LazyLock<BTreeSet<FacetValue>> = LazyLock::new(|| {
    let all: [Box<dyn Iterator<Item = FacetValue>>; 11] = [
        Box::new(kubernetes::words().map(FacetValue::Kubernetes)),
        Box::new(Vendor::ALL.iter().copied().map(FacetValue::Vendor)),
        Box::new(os::words().map(FacetValue::Os)),
        Box::new(kernel::words().map(FacetValue::Kernel)),
        Box::new(runtime::words().map(FacetValue::Runtime)),
        Box::new(Architecture::ALL.iter().copied().map(FacetValue::Architecture)),
        Box::new(Nodes::all().map(FacetValue::Nodes)),
        Box::new((0..=u8::MAX).filter_map(Cores::numbered).map(FacetValue::Cpu)),
        Box::new((0..=u8::MAX).filter_map(Bytes::numbered).map(FacetValue::Memory)),
        Box::new((0..=u8::MAX).filter_map(Bytes::numbered).map(FacetValue::Disk)),
        Box::new(OtherWorkloads::all().map(FacetValue::OtherWorkloads)),
    ];
    all.into_iter().flatten().collect()
});

/// The facets of a part, in order.
pub(super) fn facets(part: Part) -> impl Iterator<Item = Facet> {
    Facet::REPORTED.into_iter().filter(move |facet| facet.part() == Some(part))
}
