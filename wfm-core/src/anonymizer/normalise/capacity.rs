//! Capacities of all nodes are summed, and the sum becomes a bucket.

use crate::collector::{Node, totals};
use crate::facets::{Bytes, Cores, Nodes};

/// How many nodes there are.
pub(in crate::anonymizer) fn nodes(nodes: &[Node]) -> Option<Nodes> {
    Nodes::of(nodes.len() as u64)
}

/// Whole cores of all nodes, one at least.
pub(in crate::anonymizer) fn cpu(nodes: &[Node]) -> Option<Cores> {
    nodes.first()?;
    Cores::of(totals::cpu(nodes)?.whole().max(1))
}

/// Memory of all nodes.
pub(in crate::anonymizer) fn memory(nodes: &[Node]) -> Option<Bytes> {
    Bytes::of(totals::memory(nodes)?.whole())
}

/// Local disk of all nodes.
pub(in crate::anonymizer) fn disk(nodes: &[Node]) -> Option<Bytes> {
    Bytes::of(totals::ephemeral_storage(nodes)?.whole())
}
