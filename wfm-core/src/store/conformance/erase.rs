//! Cases about clusters that were erased.

use super::fleet::{assert_answers_are_a_recount, live};
use super::{A, B, admin, arrival, at};
use crate::cluster::{ClusterId, Cohort};
use crate::fleet::Rollups;
use crate::store::{
    Action, Actor, Bounds, By, ClusterQuery, MemoryStore, PersistentQuery, Record, Store, StoreError, ask,
};

fn owner() -> By {
    By::new(Actor::Owner, at("2026-01-20T12:30:00Z"))
}

fn id(text: &str) -> ClusterId {
    text.parse().unwrap()
}

async fn records(store: &dyn Store) -> Vec<Record> {
    store.records().await.unwrap().collect::<Result<_, StoreError>>().unwrap()
}

/// Nobody who asks is told of it any more, and the log's line does not name it.
pub async fn an_erased_cluster_is_nowhere_and_the_log_does_not_name_it(store: &dyn Store) {
    live(store).await;
    store.set_cohort(id(B), Some(Cohort::Staff), admin()).await.unwrap();
    store.set_rules([(id(B), Cohort::Ci), (id(A), Cohort::Ci)].into(), admin()).await.unwrap();
    let before = store.audit(0, 100).await.unwrap();
    assert!(store.erase(id(B), owner()).await.unwrap());
    assert_eq!(store.cluster(id(B)).await.unwrap(), None);
    assert_eq!(store.count_clusters().await.unwrap(), 2);
    let listed = store.clusters(ClusterQuery::default(), None, 100).await.unwrap().items;
    let counted = store.check_ins(Bounds::default(), None, 100).await.unwrap().items;
    let query = PersistentQuery { epoch: None, at: at("2026-01-20T12:00:00Z") };
    let persistent = store.persistent(query, None, 100).await.unwrap().items;
    let histories = store.histories(None, 100).await.unwrap().items;
    assert!(listed.iter().all(|one| one.id != id(B)) && counted.iter().all(|one| one.cluster != id(B)));
    assert!(persistent.iter().all(|one| one.cluster != id(B)) && histories.iter().all(|one| one.record.id != id(B)));
    for record in records(store).await {
        assert!(matches!(record, Record::Audit(_)) || !serde_json::to_string(&record).unwrap().contains(B));
    }
    let log = store.audit(before.len() as u64, 100).await.unwrap();
    assert_eq!(log.len(), 1);
    let line = &log[0];
    assert_eq!((line.action, line.actor, line.at), (Action::Erase, Actor::Owner, owner().at));
    assert_eq!((line.subject.as_str(), line.count, &line.before, &line.after), ("clusters", Some(1), &None, &None));
}

/// Anyone may check in and erase: a line for each would hide all others.
pub async fn erasures_are_counted_by_the_hour(store: &dyn Store) {
    let log = async || store.audit(0, 100).await.unwrap();
    for n in 0..40 {
        let cluster = ClusterId::new(uuid::Uuid::from_u128(n + 1));
        store.check_in(arrival(&cluster.to_string(), &[]), at("2026-01-20T12:00:00Z")).await.unwrap();
        assert!(store.erase(cluster, owner()).await.unwrap());
    }
    let lines = log().await;
    assert_eq!((lines.len(), lines[0].action, lines[0].count), (1, Action::Erase, Some(40)));
    let before = records(store).await;
    let copy = MemoryStore::default();
    copy.load(Box::new(before.into_iter().map(Ok))).await.unwrap();
    live(&copy).await;
    copy.erase(id(A), owner()).await.unwrap();
    assert_eq!(copy.audit(0, 100).await.unwrap()[0].count, Some(41), "a restored store goes on counting");
}

/// There is nothing to erase twice, and nothing is logged of it.
pub async fn erasing_what_is_not_there_changes_nothing(store: &dyn Store) {
    live(store).await;
    store.erase(id(A), owner()).await.unwrap();
    let before = records(store).await;
    for gone in [A, "44444444-2222-4333-8444-555555555555"] {
        assert!(!store.erase(id(gone), owner()).await.unwrap());
    }
    assert_eq!(records(store).await, before);
}

/// The rollups are, byte for byte, those of a store that never knew it; whether its silence was noted or not.
pub async fn an_erased_cluster_leaves_every_count_past_days_included(store: &dyn Store) {
    const ONCE: &str = "55555555-2222-4333-8444-555555555555";
    let never = MemoryStore::default();
    live(&never).await;
    live(store).await;
    for (hour, version) in (0..400).zip(["v2.9.0", "v2.9.0", "v2.10.0"].iter().cycle()) {
        let moment = at("2025-12-20T00:00:00Z") + jiff::SignedDuration::from_hours(hour + hour / 50 * 30);
        let said = arrival(ONCE, &[("deis-router", version), ("deis-minio", "x")]);
        store.check_in(said.with_cohort((hour > 300).then_some(Cohort::Test)), moment).await.unwrap();
    }
    let now = at("2026-01-20T18:00:00Z");
    let everything = |rollups: &dyn Rollups| rollups.rows(&[], &[0xff]);
    for silence_is_noted in [false, true] {
        if silence_is_noted {
            for store in [store, &never] {
                while store.note_silent(now).await.unwrap() > 0 {}
            }
            store.check_in(arrival(ONCE, &[]), at("2025-12-21T00:00:00Z")).await.unwrap();
        }
        assert_ne!(ask(store, everything).await.unwrap(), ask(&never, everything).await.unwrap());
        assert!(store.erase(id(ONCE), owner()).await.unwrap());
        assert_eq!(ask(store, everything).await.unwrap(), ask(&never, everything).await.unwrap());
        assert_answers_are_a_recount(store).await;
        store.check_in(arrival(ONCE, &[]), at("2025-12-20T00:00:00Z")).await.unwrap();
    }
}

/// Nothing of what it was before is known of it.
pub async fn a_cluster_that_checks_in_after_it_was_erased_is_a_new_one(store: &dyn Store) {
    live(store).await;
    store.set_cohort(id(B), Some(Cohort::Staff), admin()).await.unwrap();
    store.set_rules([(id(B), Cohort::Ci)].into(), admin()).await.unwrap();
    store.erase(id(B), owner()).await.unwrap();
    let moment = at("2026-01-20T13:00:00Z");
    let record = store.check_in(arrival(B, &[]), moment).await.unwrap();
    assert_eq!((record.first_seen, record.last_seen, record.check_ins), (moment, moment, 1));
    assert_eq!((record.created, record.ruled, record.decided), (None, None, None));
    assert_eq!(store.cluster(id(B)).await.unwrap(), Some(record));
    assert_eq!(store.count_clusters().await.unwrap(), 3);
    assert_answers_are_a_recount(store).await;
}
