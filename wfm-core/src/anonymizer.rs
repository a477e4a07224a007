//! What may leave a cluster.
//!
//! The anonymizer constructs, it does not scrub: it looks allowed values up in a closed [`Vocabulary`] and builds the
//! outgoing type from the vocabulary's own copies. What is not in the vocabulary has no way through.
//!
//! **Architecture invariant:** nothing but this module can build an [`Envelope`], and a
//! [`ReportSink`](crate::report::ReportSink) takes nothing else.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::cluster::{ClusterId, Cohort};
use crate::collector::Inventory;
use crate::component::ComponentName;
use crate::facets::Part;
use crate::health::PodsByOwner;

mod accept;
mod arrival;
mod envelope;
mod facets;
mod fields;
mod normalise;
mod schema;
#[cfg(feature = "testing")]
pub mod testing;
mod vocabulary;

pub use accept::NotTaken;
pub use arrival::{Arrival, DoctorFacts, NotAccepted, Reduction};
pub use envelope::{Consent, Envelope, EnvelopeKind, SchemaVersion};
pub use fields::Field;
pub use schema::schema;
pub use vocabulary::{ReportedVersion, Vocabulary};

use envelope::{Closed, Members};

/// Turns an inventory into the only type that may leave.
pub trait Anonymizer: Send + Sync {
    /// The check-in of this cluster: catalog names and listed versions.
    fn check_in(
        &self,
        cluster: ClusterId,
        consent: Consent,
        inventory: &Inventory,
        vocabulary: Vocabulary<'_>,
    ) -> Envelope;

    /// One part of what this cluster reports without any id; nothing if nothing of it could be read.
    fn facets(
        &self,
        part: Part,
        consent: Consent,
        inventory: &Inventory,
        vocabulary: Vocabulary<'_>,
    ) -> Option<Envelope>;
}

/// The allow-list: exact names from the catalog, canonical versions found in the release list, entries of tables, everything else
/// left out.
#[derive(Debug, Clone, Copy, Default)]
pub struct AllowList;

impl Anonymizer for AllowList {
    fn check_in(
        &self,
        cluster: ClusterId,
        consent: Consent,
        inventory: &Inventory,
        vocabulary: Vocabulary<'_>,
    ) -> Envelope {
        let mut components = BTreeMap::new();
        let pods = inventory.pods.as_ref().map(|pods| PodsByOwner::new(pods));
        for workload in inventory.workloads() {
            if let Some(name) = normalise::component::normalise(workload, vocabulary) {
                let mine = pods.as_ref().map(|pods| pods.of(workload)).map_err(|unreadable| *unreadable);
                let version = normalise::version::normalise(workload, mine, name, vocabulary);
                note(&mut components, name, (workload.desired == 0, version));
            }
        }
        let mut members = Members::new(EnvelopeKind::CheckIn, consent.schema);
        members.put(&fields::SCHEMA, &consent.schema.sent());
        members.put(&fields::ID, &cluster);
        members.put_option(&fields::COHORT, consent.cohort.as_ref());
        members.put(&fields::COMPONENTS, &components.iter().map(Running::of).collect::<Vec<_>>());
        members.seal()
    }

    fn facets(
        &self,
        part: Part,
        consent: Consent,
        inventory: &Inventory,
        vocabulary: Vocabulary<'_>,
    ) -> Option<Envelope> {
        facets::envelope(part, consent, inventory, vocabulary)
    }
}

/// A component as a check-in names it.
#[derive(Serialize)]
struct Running<'a> {
    name: &'a ComponentName,
    version: &'a ReportedVersion,
}

impl<'a> Running<'a> {
    fn of((name, (_, version)): (&'a ComponentName, &'a Noted)) -> Self {
        Self { name, version }
    }
}

impl Closed for SchemaVersion {}
impl Closed for ClusterId {}
impl Closed for Cohort {}
impl Closed for Vec<Running<'_>> {}

/// A version, after whether the workload that runs it wants no pods. Such a one does not count beside one that wants some: a
/// component that moved from one kind to another leaves it.
type Noted = (bool, ReportedVersion);

/// Notes what is known of a component. Of two with one name the lower counts, whatever the order they were seen in.
fn note<V: Ord>(components: &mut BTreeMap<ComponentName, V>, name: &ComponentName, noted: V) {
    match components.get_mut(name) {
        Some(known) if *known <= noted => {}
        Some(known) => *known = noted,
        None => {
            components.insert(name.clone(), noted);
        }
    }
}

#[cfg(test)]
mod tests;
