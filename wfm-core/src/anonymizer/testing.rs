//! Non-interference: inventories that agree on what may leave and differ anywhere else give the same bytes, whatever the
//! release list.
//!
//! From a seed, or from any bytes, [`Facts`] are drawn: what may be said of a cluster. They are rendered twice into raw
//! inventories that have nothing else in common. Then a release list is drawn that publishes names and versions of these
//! very inventories. Facts and list say by themselves which envelopes there must be. Both inventories must become those,
//! byte for byte; so an anonymizer that says too much fails, and one that says too little, too.

use std::borrow::Cow;
use std::fmt;

use super::{AllowList, Anonymizer, Consent, Envelope, EnvelopeKind, Vocabulary};
use crate::cluster::ClusterId;
use crate::collector::Inventory;
use crate::release::Releases;

mod components;
mod dice;
mod expected;
mod facts;
mod hostile;
mod nodes;
mod noise;
mod render;
mod sizes;
mod tables;
mod world;

pub use dice::Dice;
pub use facts::Facts;
pub use world::World;

use world::ReleaseList;

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
    /// The list that was known.
    pub releases: Releases,
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
        write!(f, "of {:#?}\nwhere these are published: {:#?}", self.inventory, self.releases)
    }
}

/// Draws facts, renders them twice, draws a release list, anonymizes both inventories and compares all envelopes.
///
/// # Errors
/// The first inventory that became something else than its facts say.
pub fn check(world: &World, dice: &mut Dice<'_>) -> Result<(), Box<Difference>> {
    let facts = Facts::draw(dice);
    let inventories = [facts.render(world, dice), facts.render(world, dice)];
    let list = facts.release_list(world, &inventories, dice);
    let expected = facts.expected(world, &list);
    inventories.into_iter().try_for_each(|inventory| agree(world, &facts, &list, &expected, inventory))
}

/// Draws facts, changes one of them, and looks whether the envelopes change with it, to what the changed facts say.
/// Whether a fact could be changed is told.
///
/// # Errors
/// Where an inventory of the changed facts became anything else.
///
/// # Panics
/// Where facts of which something else is told are expected to become the same, or the other way round.
pub fn check_change(world: &World, dice: &mut Dice<'_>) -> Result<bool, Box<Difference>> {
    let facts = Facts::draw(dice);
    let changed = facts.changed(dice);
    let inventory = changed.render(world, dice);
    let list = changed.release_list(world, std::slice::from_ref(&inventory), dice);
    let expected = changed.expected(world, &list);
    let beside = |facts: &Facts| Facts { components: Vec::new(), ..facts.clone() };
    let same = beside(&facts) == beside(&changed) && facts.told(&list).eq(changed.told(&list));
    assert_eq!(
        same,
        expected == facts.expected(world, &list),
        "of every fact something is told: {facts:?} {changed:?}"
    );
    agree(world, &changed, &list, &expected, inventory).map(|()| !same)
}

fn agree(
    world: &World,
    facts: &Facts,
    list: &ReleaseList,
    expected: &Expected,
    inventory: Inventory,
) -> Result<(), Box<Difference>> {
    let found = envelopes(facts.id(), facts.consent(), &inventory, world.vocabulary_of(&list.releases));
    let found_bytes = found.iter().map(|envelope| envelope.as_ref().map(Envelope::as_bytes));
    if found_bytes.eq(expected.iter().map(Option::as_deref)) {
        return Ok(());
    }
    Err(Box::new(Difference { expected: expected.clone(), found, inventory, releases: list.releases.clone() }))
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
