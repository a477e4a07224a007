//! What may leave a cluster.
//!
//! The anonymizer constructs, it does not scrub: it looks allowed values up in a closed [`Vocabulary`] and builds the
//! outgoing type from the vocabulary's own copies. What is not in the vocabulary has no way through.
//!
//! **Architecture invariant:** nothing but this module can build a [`CheckIn`], and a
//! [`ReportSink`](crate::report::ReportSink) takes nothing else.

use std::collections::BTreeMap;

use crate::cluster::ClusterId;
use crate::collector::Inventory;
use crate::component::ComponentName;

mod arrival;
mod vocabulary;

pub use arrival::{Arrival, DoctorFacts, NotAccepted};
pub use vocabulary::{ReportedVersion, Vocabulary};

/// Turns an inventory into the only type that may leave.
pub trait Anonymizer: Send + Sync {
    /// The check-in of this cluster: catalog names and listed versions, nothing else of the inventory.
    fn check_in(&self, cluster: ClusterId, inventory: &Inventory, vocabulary: Vocabulary<'_>) -> CheckIn;
}

/// The allow-list: exact names from the catalog, versions found in the release list, everything else left out.
#[derive(Debug, Clone, Copy, Default)]
pub struct AllowList;

impl Anonymizer for AllowList {
    fn check_in(&self, cluster: ClusterId, inventory: &Inventory, vocabulary: Vocabulary<'_>) -> CheckIn {
        let mut components = BTreeMap::new();
        for workload in inventory.workloads() {
            let Some(name) = vocabulary.component(&workload.name) else { continue };
            let version = crate::installed::installed(workload)
                .map_or(ReportedVersion::Custom, |installed| vocabulary.version(name, &installed.version));
            note(&mut components, name, version);
        }
        CheckIn::new(cluster, &components)
    }
}

/// A check-in: what a cluster says of itself, as the very bytes that are sent.
///
/// Its fields are private and nothing outside this module builds one:
///
/// ```compile_fail,E0451
/// let forged = wfm_core::anonymizer::CheckIn { body: b"{\"host\":\"db01\"}".to_vec() };
/// ```
///
/// ```compile_fail,E0624
/// let id = wfm_core::cluster::ClusterId::new(uuid::Uuid::nil());
/// let forged = wfm_core::anonymizer::CheckIn::new(id, &Default::default());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckIn {
    body: Vec<u8>,
}

impl CheckIn {
    fn new(cluster: ClusterId, components: &BTreeMap<ComponentName, ReportedVersion>) -> Self {
        let wire = crate::wire::v3::Cluster::outgoing(cluster, components);
        let body = serde_json::to_vec(&wire).expect("names, versions and an id always have a JSON form");
        Self { body }
    }

    /// The JSON body as it is sent: a preview shows these bytes and computes no others.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.body
    }
}

/// Notes a component. Of two with one name the lower version counts, whatever the order they were seen in.
fn note(components: &mut BTreeMap<ComponentName, ReportedVersion>, name: &ComponentName, version: ReportedVersion) {
    match components.get_mut(name) {
        Some(known) if *known <= version => {}
        Some(known) => *known = version,
        None => {
            components.insert(name.clone(), version);
        }
    }
}

#[cfg(test)]
mod tests;
