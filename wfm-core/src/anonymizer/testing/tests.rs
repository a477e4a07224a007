use proptest::prelude::*;

use super::*;

#[test]
fn twenty_thousand_pairs_of_inventories_give_what_their_facts_say() {
    let world = World::workflow();
    for seed in 0..20_000 {
        if let Err(difference) = check(&world, &mut Dice::seeded(seed)) {
            panic!("seed {seed}: {difference}");
        }
    }
}

#[test]
fn another_fact_gives_other_envelopes() {
    let world = World::workflow();
    let mut changes = 0;
    for seed in 0..10_000 {
        match check_change(&world, &mut Dice::seeded(seed)) {
            Ok(changed) => changes += u32::from(changed),
            Err(difference) => panic!("seed {seed}: {difference}"),
        }
    }
    assert!(changes > 6000, "{changes}");
}

#[test]
fn two_renderings_of_the_same_facts_have_little_in_common() {
    let world = World::workflow();
    let mut dice = Dice::seeded(7);
    let pairs = (0..1000).filter(|_| {
        let facts = Facts::draw(&mut dice);
        facts.render(&world, &mut dice) == facts.render(&world, &mut dice)
    });
    assert_eq!(pairs.count(), 0);
}

proptest! {
    #[test]
    fn whatever_loads_the_dice_the_facts_alone_show(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let world = World::workflow();
        if let Err(difference) = check(&world, &mut Dice::loaded(&bytes)) {
            panic!("{difference}");
        }
    }
}
