//! Non-interference: inventories that agree on what may leave and differ anywhere else give the same bytes.
//!
//! From a seed, or from any bytes, [`Facts`] are drawn: what may be said of a cluster. They are rendered twice into raw
//! inventories that have nothing else in common, and say by themselves which envelopes they must become. Both inventories
//! must become those, byte for byte; so an anonymizer that says too much fails, and one that says too little, too.

use std::borrow::Cow;
use std::fmt;

use super::{AllowList, Anonymizer, Consent, Envelope, EnvelopeKind, Vocabulary};
use crate::cluster::ClusterId;
use crate::collector::Inventory;

mod dice;
mod expected;
mod facts;
mod nodes;
mod noise;
mod render;
mod sizes;
mod tables;
mod world;

pub use dice::Dice;
pub use facts::Facts;
pub use world::World;

/// The bytes of a cluster's envelopes, in the order of [`EnvelopeKind::ALL`].
pub type Expected = [Option<Vec<u8>>; EnvelopeKind::ALL.len()];
/// The same as they are made.
pub type Made = [Option<Envelope>; EnvelopeKind::ALL.len()];

/// What two inventories of the same facts became.
#[derive(Debug)]
pub struct Difference {
    /// What the facts say.
    pub expected: Expected,
    /// What an inventory became.
    pub found: Made,
    /// That inventory.
    pub inventory: Inventory,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fn text(body: Option<&[u8]>) -> Cow<'_, str> {
            body.map_or("nothing".into(), String::from_utf8_lossy)
        }
        for (expected, found) in self.expected.iter().zip(&self.found) {
            let (expected, found) = (expected.as_deref(), found.as_ref().map(Envelope::as_bytes));
            if expected != found {
                writeln!(f, "expected {}\nfound    {}", text(expected), text(found))?;
            }
        }
        write!(f, "of {:#?}", self.inventory)
    }
}

/// Draws facts, renders them twice, anonymizes both inventories and compares all envelopes.
///
/// # Errors
/// The first inventory that became something else than its facts say.
pub fn check(world: &World, dice: &mut Dice<'_>) -> Result<(), Box<Difference>> {
    let facts = Facts::draw(dice);
    let expected = facts.expected(world);
    for _ in 0..2 {
        agree(world, &facts, &expected, dice)?;
    }
    Ok(())
}

/// Draws facts, changes one of them, and looks whether the envelopes change with it, to what the changed facts say.
/// Whether a fact could be changed is told.
///
/// # Errors
/// Where an inventory of the changed facts became anything else.
///
/// # Panics
/// Where different facts are expected to become the same.
pub fn check_change(world: &World, dice: &mut Dice<'_>) -> Result<bool, Box<Difference>> {
    let facts = Facts::draw(dice);
    let changed = facts.changed(dice);
    let expected = changed.expected(world);
    let same = facts == changed;
    assert_eq!(same, expected == facts.expected(world), "of every fact something is told: {facts:?} {changed:?}");
    agree(world, &changed, &expected, dice).map(|()| !same)
}

fn agree(world: &World, facts: &Facts, expected: &Expected, dice: &mut Dice<'_>) -> Result<(), Box<Difference>> {
    let inventory = facts.render(world, dice);
    let found = envelopes(facts.id(), facts.consent(), &inventory, world.vocabulary());
    let found_bytes = found.iter().map(|envelope| envelope.as_ref().map(Envelope::as_bytes));
    if found_bytes.eq(expected.iter().map(Option::as_deref)) {
        return Ok(());
    }
    Err(Box::new(Difference { expected: expected.clone(), found, inventory }))
}

/// What an inventory becomes.
#[must_use]
pub fn envelopes(id: ClusterId, consent: Consent, inventory: &Inventory, vocabulary: Vocabulary<'_>) -> Made {
    EnvelopeKind::ALL.map(|kind| match kind.part() {
        None => Some(AllowList.check_in(id, consent, inventory, vocabulary)),
        Some(part) => AllowList.facets(part, consent, inventory, vocabulary),
    })
}

#[cfg(test)]
mod tests;
