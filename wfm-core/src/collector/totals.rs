use super::Node;
use crate::quantity::Quantity;

/// What all nodes have together, as they tell it. Each sum is `None` where a node says nothing, or something that is no
/// quantity: a part of a sum would be false.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Totals {
    /// Processor cores.
    pub cpu: Option<Quantity>,
    /// Memory, in bytes.
    pub memory: Option<Quantity>,
    /// Local disk, in bytes.
    pub ephemeral_storage: Option<Quantity>,
}

impl Totals {
    /// Adds the nodes' capacities.
    #[must_use]
    pub fn of(nodes: &[Node]) -> Self {
        Self { cpu: cpu(nodes), memory: memory(nodes), ephemeral_storage: ephemeral_storage(nodes) }
    }
}

pub(crate) fn cpu(nodes: &[Node]) -> Option<Quantity> {
    sum(nodes, |node| node.capacity.cpu.as_deref())
}

pub(crate) fn memory(nodes: &[Node]) -> Option<Quantity> {
    sum(nodes, |node| node.capacity.memory.as_deref())
}

pub(crate) fn ephemeral_storage(nodes: &[Node]) -> Option<Quantity> {
    sum(nodes, |node| node.capacity.ephemeral_storage.as_deref())
}

fn sum(nodes: &[Node], quantity: impl Fn(&Node) -> Option<&str>) -> Option<Quantity> {
    nodes.iter().try_fold(Quantity::default(), |sum, node| sum.checked_add(quantity(node)?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collector::Capacity;

    fn node(cpu: &str, memory: Option<&str>) -> Node {
        let capacity =
            Capacity { cpu: Some(cpu.into()), memory: memory.map(Into::into), ephemeral_storage: Some("big".into()) };
        let unknown = || "".into();
        Node {
            name: String::new(),
            ready: true,
            capacity,
            kubelet_version: unknown(),
            os_image: unknown(),
            kernel_version: unknown(),
            container_runtime: unknown(),
            architecture: unknown(),
            ..Node::default()
        }
    }

    #[test]
    fn capacities_are_added_and_a_part_of_a_sum_is_no_sum() {
        let totals = Totals::of(&[node("32", Some("1Ki")), node("500m", Some("1Mi"))]);
        assert_eq!(totals.cpu.map(Quantity::whole), Some(32));
        assert_eq!(totals.memory.map(Quantity::whole), Some(1024 + (1 << 20)));
        assert_eq!(totals.ephemeral_storage, None);
        assert_eq!(Totals::of(&[node("1", None), node("1", Some("1Ki"))]).memory, None);
    }
}
