//! Capacities of all nodes are summed, and the sum becomes a bucket.

use crate::collector::Node;
use crate::facets::{Bytes, Cores, Nodes};
use crate::quantity::Quantity;

/// How many nodes there are.
pub(in crate::anonymizer) fn nodes(nodes: &[Node]) -> Option<Nodes> {
    Nodes::of(nodes.len() as u64)
}

/// Whole cores of all nodes, one at least.
pub(in crate::anonymizer) fn cpu(nodes: &[Node]) -> Option<Cores> {
    Cores::of(sum(nodes, |node| node.capacity.cpu.as_deref())?.whole().max(1))
}

/// Memory of all nodes.
pub(in crate::anonymizer) fn memory(nodes: &[Node]) -> Option<Bytes> {
    Bytes::of(sum(nodes, |node| node.capacity.memory.as_deref())?.whole())
}

/// Local disk of all nodes.
pub(in crate::anonymizer) fn disk(nodes: &[Node]) -> Option<Bytes> {
    Bytes::of(sum(nodes, |node| node.capacity.ephemeral_storage.as_deref())?.whole())
}

/// The sum; nothing where a node says nothing, or something that is no quantity: a part of a sum would be false.
fn sum<'a>(nodes: &'a [Node], quantity: impl Fn(&'a Node) -> Option<&'a str>) -> Option<Quantity> {
    let mut sum = Quantity::default();
    for node in nodes {
        sum = sum.checked_add(quantity(node)?.parse().ok()?)?;
    }
    (!nodes.is_empty()).then_some(sum)
}
