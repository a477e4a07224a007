//! Any bytes as the dice of a case: two inventories of the same facts become the same envelopes, and those that the facts
//! say.

use std::sync::LazyLock;

use wfm_core::anonymizer::testing::{Dice, World, check, check_change};

static WORLD: LazyLock<World> = LazyLock::new(World::workflow);

/// One case, and one in which a fact is changed.
pub fn run(bytes: &[u8]) {
    if let Err(difference) = check(&WORLD, &mut Dice::loaded(bytes)) {
        panic!("{difference}");
    }
    if let Err(difference) = check_change(&WORLD, &mut Dice::loaded(bytes)) {
        panic!("{difference}");
    }
}
