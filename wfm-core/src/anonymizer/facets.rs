//! The envelopes without an id: what a cluster runs on, how large it is, when it was created, and what runs beside.

use serde::{Serialize, Serializer};

use super::envelope::{Closed, Members};
use super::{Consent, Envelope, EnvelopeKind, Vocabulary, fields, normalise};
use crate::collector::{Inventory, Node};
use crate::facets::{Facet, FacetValue, OtherWorkloads, Part, Vendor, Week};

/// A facet's value as an envelope holds it: software as its words, a size as the first number of its bucket, a week as its
/// two numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Told(pub(super) FacetValue);

impl FacetValue {
    /// Whether an envelope may say this: there is more that can be written, and told of [`Facet::Part`] is never any.
    #[must_use]
    pub fn is_reported(self) -> bool {
        normalise::is_in_vocabulary(self)
    }
}

impl Closed for Told {}
impl Closed for Part {}

impl Serialize for Told {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match (self.0, number(self.0)) {
            (FacetValue::Creation(week), _) => week.serialize(serializer),
            (_, Some(number)) => serializer.serialize_u64(number),
            (value, None) => serializer.collect_str(&value),
        }
    }
}

impl Serialize for Part {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// The number that stands for a size; nothing for what is said in words.
pub(super) fn number(value: FacetValue) -> Option<u64> {
    match value {
        FacetValue::Nodes(nodes) => Some(nodes.first()),
        FacetValue::Cpu(cores) => Some(cores.first()),
        FacetValue::Memory(bytes) | FacetValue::Disk(bytes) => Some(bytes.first_mebibytes()),
        FacetValue::OtherWorkloads(workloads) => Some(workloads.first().into()),
        _ => None,
    }
}

/// The envelope of a part; nothing if nothing of it is known.
pub(super) fn envelope(
    part: Part,
    consent: Consent,
    inventory: &Inventory,
    vocabulary: Vocabulary<'_>,
) -> Option<Envelope> {
    let nodes = inventory.nodes.as_deref().unwrap_or_default();
    let mut members = Members::new(EnvelopeKind::of(part), consent.schema);
    members.put(&fields::SCHEMA, &consent.schema.sent());
    members.put(fields::of_part(part), &part);
    members.put_option(&fields::COHORT, consent.cohort.as_ref());
    let mut says_something = false;
    for facet in normalise::facets(part) {
        if let (Some(field), Some(value)) = (fields::of(facet), value(facet, inventory, nodes, vocabulary)) {
            members.put(field, &Told(value));
            says_something = true;
        }
    }
    says_something.then(|| members.seal())
}

/// What is told of a facet.
fn value(facet: Facet, inventory: &Inventory, nodes: &[Node], vocabulary: Vocabulary<'_>) -> Option<FacetValue> {
    let api_server = inventory.kubernetes_version.as_deref();
    match facet {
        Facet::Kubernetes => api_server.map(normalise::kubernetes::normalise).map(FacetValue::Kubernetes),
        Facet::Vendor => vendor(api_server, nodes).map(FacetValue::Vendor),
        Facet::Os => normalise::majority::of(nodes.iter().map(|node| normalise::os::normalise(&node.os_image)))
            .map(FacetValue::Os),
        Facet::Kernel => {
            normalise::majority::of(nodes.iter().map(|node| normalise::kernel::normalise(&node.kernel_version)))
                .map(FacetValue::Kernel)
        }
        Facet::Runtime => {
            normalise::majority::of(nodes.iter().map(|node| normalise::runtime::normalise(&node.container_runtime)))
                .map(FacetValue::Runtime)
        }
        Facet::Architecture => {
            normalise::majority::of(nodes.iter().map(|node| normalise::architecture::normalise(&node.architecture)))
                .map(FacetValue::Architecture)
        }
        Facet::Nodes => normalise::capacity::nodes(nodes).map(FacetValue::Nodes),
        Facet::Cpu => normalise::capacity::cpu(nodes).map(FacetValue::Cpu),
        Facet::Memory => normalise::capacity::memory(nodes).map(FacetValue::Memory),
        Facet::Disk => normalise::capacity::disk(nodes).map(FacetValue::Disk),
        Facet::Creation => inventory.cluster_created.and_then(Week::of).map(FacetValue::Creation),
        Facet::OtherWorkloads => other_workloads(inventory, vocabulary).map(FacetValue::OtherWorkloads),
        Facet::Part => None,
    }
}

/// The workloads whose name is not in the vocabulary; nothing unless all workloads could be read.
fn other_workloads(inventory: &Inventory, vocabulary: Vocabulary<'_>) -> Option<OtherWorkloads> {
    let all_read = inventory.workload_sections().into_iter().all(Result::is_ok);
    let others =
        inventory.workloads().filter(|workload| normalise::component::normalise(workload, vocabulary).is_none());
    all_read.then(|| OtherWorkloads::of(others.count()))
}

/// The API server's vendor, else that of most kubelets, else that of most providers' ids: the first that says anything.
fn vendor(api_server: Option<&str>, nodes: &[Node]) -> Option<Vendor> {
    let server = api_server.map(normalise::vendor::by_version);
    let kubelets =
        || normalise::majority::of(nodes.iter().map(|node| normalise::vendor::by_version(&node.kubelet_version)));
    let schemes = || {
        let scheme = |node: &Node| node.provider.as_deref().map_or(Vendor::None, normalise::vendor::by_scheme);
        normalise::majority::of(nodes.iter().map(scheme))
    };
    let says = |vendor: &Vendor| *vendor != Vendor::None;
    let found = server.filter(says).or_else(|| kubelets().filter(says)).or_else(|| schemes().filter(says));
    found.or_else(|| (server.is_some() || !nodes.is_empty()).then_some(Vendor::None))
}
