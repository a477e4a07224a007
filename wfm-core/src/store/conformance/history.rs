//! Cases about when clusters checked in.

use super::{A, B, arrival, at, publisher, releases};
use crate::release::PublishMode;
use crate::store::{Bounds, History, PersistentQuery, Store};

async fn persistent(store: &dyn Store, epoch: Option<&str>, moment: &str) -> Vec<(String, String, u64)> {
    let query = PersistentQuery { epoch: epoch.map(at), at: at(moment) };
    let page = store.persistent(query, None, 100).await.unwrap();
    let said = |one: &crate::store::Attendance| (one.cluster.to_string(), one.last.to_string(), one.check_ins);
    page.items.iter().map(said).collect()
}

/// The count is of all check-ins, the bounds are of the first.
pub async fn check_ins_are_counted_between_exclusive_bounds(store: &dyn Store) {
    let (ten, noon) = (at("2026-01-01T10:00:00Z"), at("2026-01-01T12:00:00Z"));
    for (id, moment) in [(A, ten), (A, noon), (B, noon), (A, noon)] {
        store.check_in(arrival(id, &[]), moment).await.unwrap();
    }
    let counted = async |after, before| {
        let page = store.check_ins(Bounds { after, before }, None, 100).await.unwrap();
        page.items.iter().map(|one| (one.cluster.to_string(), one.check_ins, one.last)).collect::<Vec<_>>()
    };
    assert_eq!(counted(None, None).await, [(B.into(), 1, noon), (A.into(), 3, noon)]);
    assert_eq!(counted(Some(ten), None).await, [(B.into(), 1, noon)]);
    assert_eq!(counted(None, Some(noon)).await, [(A.into(), 3, noon)]);
    assert!(counted(Some(noon), None).await.is_empty());
}

/// What came after the moment that is asked about changes nothing.
pub async fn a_past_moment_knows_no_later_check_in(store: &dyn Store) {
    for day in 1..=5 {
        store.check_in(arrival(A, &[]), at(&format!("2026-01-{day:02}T10:00:00Z"))).await.unwrap();
    }
    let past = [(A.to_owned(), "2026-01-03T10:00:00Z".to_owned(), 3)];
    assert_eq!(persistent(store, None, "2026-01-03T12:00:00Z").await, past);
    store.check_in(arrival(A, &[]), at("2026-01-05T10:00:01Z")).await.unwrap();
    assert_eq!(persistent(store, None, "2026-01-03T12:00:00Z").await, past);
    assert!(persistent(store, None, "2026-01-01T12:00:00Z").await.is_empty(), "one check-in is no stay");
    assert!(persistent(store, None, "2026-01-09T12:00:00Z").await.is_empty(), "it fell silent");
    assert!(persistent(store, None, "2025-12-31T12:00:00Z").await.is_empty(), "it was not there yet");
    assert!(persistent(store, Some("2026-01-01T10:00:00Z"), "2026-01-03T12:00:00Z").await.is_empty());
    assert_eq!(persistent(store, Some("2026-01-01T09:59:59Z"), "2026-01-03T12:00:00Z").await, past);
}

/// A check-in counts from its own second on, and for 24 hours.
pub async fn a_question_about_the_past_is_exact_to_the_second(store: &dyn Store) {
    for moment in ["2026-01-01T10:00:00Z", "2026-01-01T10:00:05Z", "2026-01-02T20:00:00.999Z"] {
        store.check_in(arrival(A, &[]), at(moment)).await.unwrap();
    }
    let count = async |moment| persistent(store, None, moment).await.first().map(|(_, _, count)| *count);
    assert_eq!(count("2026-01-01T10:00:04Z").await, None);
    assert_eq!(count("2026-01-01T10:00:05Z").await, Some(2));
    assert_eq!(count("2026-01-02T10:00:04Z").await, Some(2));
    assert_eq!(count("2026-01-02T10:00:05Z").await, None);
    assert_eq!(count("2026-01-02T19:59:59Z").await, None);
    assert_eq!(count("2026-01-02T20:00:00Z").await, Some(3));
}

/// More than any one row may hold, with upgrades, gaps, repeats and a clock that goes back in between.
pub async fn many_check_ins_of_many_shapes_are_all_remembered(store: &dyn Store) {
    store.publish(releases(), PublishMode::RefuseChanges, publisher()).await.unwrap();
    let start = at("2026-01-01T00:00:00Z").as_second();
    let instant = |n: i64| start + n * 43_200 + (n * n) % 97 - if n % 50 == 49 { 200_000 } else { 0 };
    for n in 0..400 {
        let version = if n / 150 % 2 == 0 { "v2.9.0" } else { "v2.10.0" };
        let moment = jiff::Timestamp::from_second(instant(n)).unwrap();
        store.check_in(arrival(A, &[("deis-router", version)]), moment).await.unwrap();
    }
    for asked in (0..400).step_by(7) {
        let moment = jiff::Timestamp::from_second(instant(asked)).unwrap();
        let until: Vec<i64> = (0..400).map(instant).filter(|&second| second <= instant(asked)).collect();
        let page = store.persistent(PersistentQuery { epoch: None, at: moment }, None, 10).await.unwrap();
        let said: Vec<u64> = page.items.iter().map(|one| one.check_ins).collect();
        let first = until.iter().min().unwrap();
        let expected = if until.len() > 1 && *first < instant(asked) { vec![until.len() as u64] } else { Vec::new() };
        assert_eq!(said, expected, "at check-in {asked}");
    }
    assert_eq!(store.cluster(A.parse().unwrap()).await.unwrap().unwrap().check_ins, 400);
}

/// When each of a cluster's check-ins came, and which router it named.
fn told(history: &History) -> Vec<(i64, String)> {
    let runs = history.runs.iter();
    let said = runs.flat_map(|run| run.instants.iter().map(move |&instant| (instant, &run.said.components)));
    said.map(|(instant, components)| (instant, components.values().map(ToString::to_string).collect())).collect()
}

/// All of them, of every cluster, whatever came in between; and pages go on where the one before ended.
pub async fn histories_hold_every_check_in_in_the_order_of_arrival(store: &dyn Store) {
    store.publish(releases(), PublishMode::RefuseChanges, publisher()).await.unwrap();
    let start = at("2026-01-01T00:00:00Z").as_second();
    let mut expected = std::collections::BTreeMap::new();
    for n in 0..300u32 {
        // A cluster of many check-ins, some of several, and a clock that goes back now and then.
        let id = if n % 3 == 0 { A.to_owned() } else { uuid::Uuid::from_u128(u128::from(n % 7) << 120).to_string() };
        let version = if n / 40 % 3 == 0 { "v2.9.0" } else { "v2.10.0" };
        let second = start + i64::from(n) * 3_600 - if n % 31 == 30 { 90_000 } else { 0 };
        let moment = jiff::Timestamp::from_second(second).unwrap();
        store.check_in(arrival(&id, &[("deis-router", version)]), moment).await.unwrap();
        expected.entry(id).or_insert_with(Vec::new).push((second, version.to_owned()));
    }
    for limit in [1, 3, 100] {
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let page = store.histories(after, limit).await.unwrap();
            assert!(page.items.len() <= limit);
            found.extend(page.items);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        let said: Vec<_> = found.iter().map(|one| (one.record.id.to_string(), told(one))).collect();
        assert_eq!(said, Vec::from_iter(expected.clone()), "{limit} to a page");
        for one in found {
            assert_eq!(store.cluster(one.record.id).await.unwrap(), Some(one.record));
        }
    }
}
