//! Cases about questions on the fleet: they are answered from rollups that no change may leave behind.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::{A, B, arrival, at};
use crate::cluster::Cohort;
use crate::fleet::{self, Cohorts, Day, Range, reference};
use crate::store::{Actor, By, ClusterFacts, Record, Store, ask, in_time};
use crate::wire::insights::{Count, Interval, Summary};

const C: &str = "22222222-2222-4333-8444-555555555555";
const ROUTER: &str = "deis-router";

fn admin() -> By {
    By { actor: Actor::Admin, at: at("2026-01-01T09:00:00Z") }
}

async fn summary(store: &dyn Store, moment: &str, include: Cohorts) -> Summary {
    let moment = at(moment);
    ask(store, move |rollups| fleet::summary(rollups, moment, include)).await.unwrap()
}

/// Three clusters: one steady, one that returns and upgrades, one that is seen once.
pub(super) async fn live(store: &dyn Store) {
    for day in 1..=20 {
        let noon = at(&format!("2026-01-{day:02}T12:00:00Z"));
        store.check_in(arrival(A, &[(ROUTER, "v2.9.0")]), noon).await.unwrap();
        if !(5..12).contains(&day) {
            let version = if day < 15 { "v2.9.0" } else { "v2.10.0" };
            store.check_in(arrival(B, &[(ROUTER, version)]), noon).await.unwrap();
        }
    }
    store.check_in(arrival(C, &[]), at("2026-01-18T23:59:59Z")).await.unwrap();
}

/// The clusters of a store, for the reference.
async fn counted(store: &dyn Store) -> reference::Fleet {
    let mut facts: BTreeMap<u64, Arc<ClusterFacts>> = BTreeMap::new();
    let mut clusters = Vec::new();
    for record in store.records().await.unwrap().map(Result::unwrap) {
        match record {
            Record::Facts { number, facts: said } => drop(facts.insert(number, Arc::new(said))),
            Record::Cluster { id, runs, .. } => {
                let cohort = store.cluster(id).await.unwrap().unwrap().cohort();
                let check_ins = in_time(&runs).into_iter().map(|(at, said)| (at, Arc::clone(&facts[&said]))).collect();
                clusters.push(reference::History::new(cohort, check_ins));
            }
            _ => {}
        }
    }
    reference::Fleet { clusters }
}

pub(super) async fn assert_answers_are_a_recount(store: &dyn Store) {
    let counted = counted(store).await;
    let now = at("2026-01-20T18:00:00Z");
    let daily = ask(store, move |rollups| fleet::daily(rollups, None, usize::MAX, now)).await.unwrap();
    assert_eq!(daily, counted.daily(now.as_second()));
    let days: Vec<Timestamp> =
        (0..40).map(|half| at("2026-01-01T00:00:00Z") + jiff::SignedDuration::from_hours(12 * half)).collect();
    for include in [Cohorts::default(), Cohorts::ALL, Cohorts::only(Cohort::Staff)] {
        for moment in days.iter().copied().chain([now]) {
            let answer = ask(store, move |rollups| fleet::summary(rollups, moment, include)).await.unwrap();
            assert_eq!(answer, counted.summary(moment, include));
        }
        let range = Range {
            from: Day::from(jiff::civil::date(2025, 12, 30)),
            to: Day::of(now.as_second()),
            interval: Interval::Day,
        };
        for what in [fleet::Counted::Active, fleet::Counted::Appeared, fleet::Counted::Disappeared] {
            let series = ask(store, move |rollups| fleet::series(rollups, what, range, now, include)).await.unwrap();
            assert_eq!(series.buckets, counted.series(what, range, now.as_second(), include));
        }
        let router = ROUTER.parse().unwrap();
        let adoption = {
            let router = crate::component::ComponentName::clone(&router);
            ask(store, move |rollups| fleet::adoption(rollups, &router, range, now, include)).await.unwrap()
        };
        assert_eq!(adoption.days, counted.adoption(&router, range, now.as_second(), include));
        assert_eq!(adoption.now, counted.running(&router, now.as_second(), include));
    }
}

/// Every answer is what counting all check-ins again gives.
pub async fn the_fleet_is_what_a_recount_gives(store: &dyn Store) {
    live(store).await;
    assert_answers_are_a_recount(store).await;
    let now = summary(store, "2026-01-20T18:00:00Z", Cohorts::default()).await;
    assert_eq!((now.known, now.active, now.returned.unwrap().month), (Count::Told(3), Count::Told(2), Count::Told(1)));
    assert_eq!((now.bounced.unwrap().week, now.disappeared.unwrap().week), (Count::Told(1), Count::Told(1)));
}

/// Noting silence is a matter of speed: no answer changes, and nothing is noted twice.
pub async fn noting_silence_changes_no_answer(store: &dyn Store) {
    live(store).await;
    let before = summary(store, "2026-01-20T18:00:00Z", Cohorts::ALL).await;
    assert_eq!(store.note_silent(at("2026-01-20T18:00:00Z")).await.unwrap(), 1);
    assert_eq!(store.note_silent(at("2026-01-20T18:00:00Z")).await.unwrap(), 0);
    assert_eq!(summary(store, "2026-01-20T18:00:00Z", Cohorts::ALL).await, before);
    store.check_in(arrival(C, &[(ROUTER, "v2.9.0")]), at("2026-01-20T18:00:00Z")).await.unwrap();
    assert_answers_are_a_recount(store).await;
}

/// 24 hours are not more than 24 hours: a check-in in the second in which silence is over, or by a clock that was set back,
/// undoes what was noted.
pub async fn silence_that_was_noted_too_soon_is_taken_back(store: &dyn Store) {
    live(store).await;
    let said = |version| arrival(C, &[(ROUTER, version)]);
    assert_eq!(store.note_silent(at("2026-01-19T23:59:59Z")).await.unwrap(), 1);
    store.check_in(said("v2.9.0"), at("2026-01-19T23:59:59Z")).await.unwrap();
    assert_answers_are_a_recount(store).await;
    assert_eq!(store.note_silent(at("2026-01-21T00:00:00Z")).await.unwrap(), 1);
    store.check_in(said("v2.10.0"), at("2026-01-20T08:00:00Z")).await.unwrap();
    assert_answers_are_a_recount(store).await;
}

/// A decision moves a cluster with its whole past, and back.
pub async fn a_decision_moves_a_clusters_whole_past(store: &dyn Store) {
    live(store).await;
    let before = summary(store, "2026-01-10T00:00:00Z", Cohorts::default()).await;
    store.set_cohort(B.parse().unwrap(), Some(Cohort::Staff), admin()).await.unwrap();
    assert_answers_are_a_recount(store).await;
    let decided = summary(store, "2026-01-10T00:00:00Z", Cohorts::default()).await;
    assert_eq!((decided.known, decided.about.excluded), (Count::Told(1), Count::Told(1)));
    store.set_cohort(B.parse().unwrap(), None, admin()).await.unwrap();
    assert_eq!(summary(store, "2026-01-10T00:00:00Z", Cohorts::default()).await, before);
}

/// A rule comes before what a cluster says and after a decision, also for clusters that come later; taking rules back
/// undoes them.
pub async fn a_rule_stands_between_a_decision_and_what_a_cluster_says(store: &dyn Store) {
    let rules = |cohort| [A, C].map(|id| (id.parse().unwrap(), cohort)).into_iter().collect::<BTreeMap<_, _>>();
    live(store).await;
    assert_eq!(store.set_rules(rules(Cohort::Staff), admin()).await.unwrap(), 2);
    assert_answers_are_a_recount(store).await;
    assert_eq!(store.set_rules(rules(Cohort::Staff), admin()).await.unwrap(), 0);
    store.set_cohort(A.parse().unwrap(), Some(Cohort::Test), admin()).await.unwrap();
    let cohort = async |id: &str| store.cluster(id.parse().unwrap()).await.unwrap().unwrap().cohort();
    assert_eq!((cohort(A).await, cohort(B).await, cohort(C).await), (Cohort::Test, Cohort::Customer, Cohort::Staff));
    let d = "33333333-2222-4333-8444-555555555555";
    store.set_rules([(d.parse().unwrap(), Cohort::Ci)].into(), admin()).await.unwrap();
    store.check_in(arrival(d, &[]).with_cohort(Some(Cohort::Staff)), at("2026-01-20T12:00:00Z")).await.unwrap();
    assert_eq!((cohort(C).await, cohort(d).await), (Cohort::Customer, Cohort::Ci));
    assert_answers_are_a_recount(store).await;
}

/// Whose a cluster says later that it is counts for its past too.
pub async fn what_a_cluster_says_later_counts_for_its_past(store: &dyn Store) {
    live(store).await;
    store.check_in(arrival(A, &[]).with_cohort(Some(Cohort::Staff)), at("2026-01-20T17:00:00Z")).await.unwrap();
    assert_answers_are_a_recount(store).await;
}

/// A clock that was set back makes no answer wrong.
pub async fn a_clock_going_back_leaves_the_fleet_exact(store: &dyn Store) {
    live(store).await;
    for (id, moment) in [
        (A, "2026-01-03T11:00:00Z"),
        (B, "2026-01-08T12:00:00Z"),
        (C, "2025-12-31T12:00:00Z"),
        (B, "2026-01-20T13:00:00Z"),
    ] {
        store.check_in(arrival(id, &[(ROUTER, "v2.10.0")]), at(moment)).await.unwrap();
        assert_answers_are_a_recount(store).await;
    }
}
