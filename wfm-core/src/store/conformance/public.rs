//! Days as the public is shown them.

use std::collections::BTreeMap;

use jiff::civil::{Date, date};

use super::{A, arrival, at};
use crate::fleet::{Day, PublicDay, Steps};
use crate::store::{MemoryStore, Store};
use crate::wire::insights::{Count, Installed};

fn shown(day: Date, clusters: u64) -> PublicDay {
    let (active, none) = (Count::Told(clusters), Count::Few);
    let installed = Installed { active, none, versions: [("v2.9.0".to_owned().into(), active)].into() };
    let components: BTreeMap<_, _> = [("deis-router".parse().unwrap(), installed)].into();
    PublicDay { day, known: active, excluded: Count::Few, active, components }
}

async fn days(store: &dyn Store, from: i8, to: i8) -> Vec<(i8, Count)> {
    let day = |number| Day::from(date(2026, 1, number));
    let days = store.public_days(day(from), day(to)).await.unwrap();
    days.into_iter().map(|shown| (shown.day.day(), shown.known)).collect()
}

/// What was kept first stays, whatever is kept later.
pub async fn what_the_public_is_shown_of_a_day_is_kept_once(store: &dyn Store) {
    let (second, third, fourth) = (date(2026, 1, 2), date(2026, 1, 3), date(2026, 1, 4));
    assert_eq!(store.last_public_day(fourth.into()).await.unwrap(), None);
    store.keep_public_days(vec![shown(second, 20), shown(fourth, 40)]).await.unwrap();
    store.keep_public_days(vec![shown(second, 90), shown(third, 30), shown(fourth, 90)]).await.unwrap();
    let told = [(2, Count::Told(20)), (3, Count::Told(30)), (4, Count::Told(40))];
    assert_eq!(days(store, 1, 31).await, told);
    assert_eq!(days(store, 3, 3).await, told[1..2]);
    assert_eq!(days(store, 4, 2).await, []);
    assert_eq!(store.last_public_day(third.into()).await.unwrap(), Some(shown(third, 30)));
    assert_eq!(store.last_public_day(date(2030, 1, 1).into()).await.unwrap(), Some(shown(fourth, 40)));
    assert_eq!(store.last_public_day(date(2026, 1, 1).into()).await.unwrap(), None);
}

/// A store that is restored goes on with the same days and the same steps.
pub async fn the_public_days_and_their_secret_are_in_a_backup(store: &dyn Store) {
    let steps = store.steps(Steps::of([7; Steps::RANDOM])).await.unwrap();
    assert_eq!(store.steps(Steps::of([8; Steps::RANDOM])).await.unwrap(), steps);
    store.check_in(arrival(A, &[]), at("2026-01-01T10:00:00Z")).await.unwrap();
    store.keep_public_days(vec![shown(date(2026, 1, 1), 20)]).await.unwrap();
    let copy = MemoryStore::default();
    copy.load(store.records().await.unwrap()).await.unwrap();
    assert_eq!(copy.steps(Steps::of([9; Steps::RANDOM])).await.unwrap(), steps);
    assert_eq!(days(&copy, 1, 31).await, [(1, Count::Told(20))]);
}
