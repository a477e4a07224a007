//! Cases about clusters and their check-ins.

use super::{A, B, admin, arrival, at, publisher, releases};
use crate::cluster::Cohort;
use crate::release::PublishMode;
use crate::store::{Bounds, ClusterQuery, InstalledQuery, Store};

/// First and last are the same instant, and the components are there.
pub async fn a_first_check_in_makes_a_cluster(store: &dyn Store) {
    let now = at("2026-01-01T10:00:00Z");
    let record = store.check_in(arrival(A, &[("deis-router", "v2.9.0")]), now).await.unwrap();
    assert_eq!((record.first_seen, record.last_seen, record.check_ins), (now, now, 1));
    assert_eq!(record.components.len(), 1);
    assert_eq!(store.cluster(A.parse().unwrap()).await.unwrap(), Some(record));
}

/// The first check-in stays the first.
pub async fn a_later_check_in_moves_last_seen_alone(store: &dyn Store) {
    let (first, second) = (at("2026-01-01T10:00:00Z"), at("2026-01-01T22:00:00Z"));
    store.check_in(arrival(A, &[]), first).await.unwrap();
    let record = store.check_in(arrival(A, &[]), second).await.unwrap();
    assert_eq!((record.first_seen, record.last_seen, record.check_ins), (first, second, 2));
}

/// Neither end of what was seen moves inwards.
pub async fn a_clock_going_back_does_not_rewrite_history(store: &dyn Store) {
    let (noon, morning) = (at("2026-01-01T12:00:00Z"), at("2026-01-01T10:00:00Z"));
    store.check_in(arrival(A, &[]), noon).await.unwrap();
    let record = store.check_in(arrival(A, &[]), morning).await.unwrap();
    assert_eq!((record.first_seen, record.last_seen), (morning, noon));
}

/// Two clusters are two, however often they check in.
pub async fn clusters_are_counted_once(store: &dyn Store) {
    let now = at("2026-01-01T10:00:00Z");
    for id in [A, B, A, A, B] {
        store.check_in(arrival(id, &[]), now).await.unwrap();
    }
    assert_eq!(store.count_clusters().await.unwrap(), 2);
}

/// A component that is gone is gone.
pub async fn components_are_those_last_reported(store: &dyn Store) {
    let now = at("2026-01-01T10:00:00Z");
    store.check_in(arrival(A, &[("deis-router", "v2.9.0"), ("deis-minio", "v2.4.1")]), now).await.unwrap();
    let record = store.check_in(arrival(A, &[("deis-router", "v2.10.0")]), now).await.unwrap();
    let said: Vec<String> = record.components.iter().map(|(name, version)| format!("{name} {version}")).collect();
    assert_eq!(said, ["deis-router v2.10.0"]);
}

fn installed(component: &str, version: Option<&str>) -> ClusterQuery {
    let version = version.map(|range| range.parse().unwrap());
    let installed = InstalledQuery { component: component.parse().unwrap(), version };
    ClusterQuery { installed: Some(installed), ..ClusterQuery::default() }
}

async fn found(store: &dyn Store, query: ClusterQuery) -> Vec<String> {
    let page = store.clusters(query, None, 100).await.unwrap();
    assert_eq!(page.next, None);
    page.items.iter().map(|record| record.id.to_string()).collect()
}

/// By range, by version, by mere presence; what is gone is found no more.
pub async fn clusters_are_found_by_installed_version(store: &dyn Store) {
    store.publish(releases(), PublishMode::RefuseChanges, publisher()).await.unwrap();
    let now = at("2026-01-01T10:00:00Z");
    store.check_in(arrival(A, &[("deis-router", "v2.9.0"), ("deis-minio", "v0.0.1")]), now).await.unwrap();
    store.check_in(arrival(B, &[("deis-router", "v2.10.0")]), now).await.unwrap();
    assert_eq!(found(store, installed("deis-router", Some(">=2.9,<2.10"))).await, [A]);
    assert_eq!(found(store, installed("deis-router", Some("2.10.0"))).await, [B]);
    assert_eq!(found(store, installed("deis-router", None)).await, [B, A]);
    assert_eq!(found(store, installed("deis-minio", None)).await, [A]);
    assert!(found(store, installed("deis-minio", Some("*"))).await.is_empty(), "custom is in no range");
    assert_eq!(found(store, installed("deis-minio", Some("custom"))).await, [A]);
    assert!(found(store, installed("deis-router", Some("custom"))).await.is_empty());
    store.check_in(arrival(A, &[("deis-router", "v2.10.0")]), now).await.unwrap();
    assert_eq!(found(store, installed("deis-router", Some("2.10.0"))).await, [B, A]);
    assert!(found(store, installed("deis-minio", None)).await.is_empty());
}

/// Cohorts are told apart, and bounds are exclusive.
pub async fn clusters_are_found_by_cohort_and_by_time(store: &dyn Store) {
    let (ten, noon) = (at("2026-01-01T10:00:00Z"), at("2026-01-01T12:00:00Z"));
    store.check_in(arrival(A, &[]), ten).await.unwrap();
    store.check_in(arrival(B, &[]).with_cohort(Some(Cohort::Ci)), ten).await.unwrap();
    store.check_in(arrival(A, &[]), noon).await.unwrap();
    let cohort = |cohort| ClusterQuery { cohort: Some(cohort), ..ClusterQuery::default() };
    assert_eq!(found(store, cohort(Cohort::Customer)).await, [A]);
    assert_eq!(found(store, cohort(Cohort::Ci)).await, [B]);
    let seen_after =
        |after| ClusterQuery { checked_in: Bounds { after: Some(after), before: None }, ..ClusterQuery::default() };
    assert_eq!(found(store, seen_after(ten)).await, [A]);
    assert!(found(store, seen_after(noon)).await.is_empty());
    let created = |after, before| ClusterQuery { created: Bounds { after, before }, ..ClusterQuery::default() };
    assert!(found(store, created(Some(ten), None)).await.is_empty());
    assert_eq!(found(store, created(None, Some(noon))).await, [B, A]);
    assert!(found(store, created(None, Some(ten))).await.is_empty());
}

/// No cluster twice, none left out, and the last page says that it is.
pub async fn pages_put_together_are_the_whole_answer(store: &dyn Store) {
    let now = at("2026-01-01T10:00:00Z");
    for n in 0..10u128 {
        let id = uuid::Uuid::from_u128(n << 120 | n).to_string();
        store.check_in(arrival(&id, &[]), now).await.unwrap();
    }
    let (mut ids, mut after, mut pages) = (Vec::new(), None, 0);
    loop {
        let page = store.clusters(ClusterQuery::default(), after, 5).await.unwrap();
        ids.extend(page.items.iter().map(|record| record.id));
        pages += 1;
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!((ids.len(), pages), (10, 2));
    assert!(ids.is_sorted_by(|a, b| a < b));
    assert_eq!(store.clusters(ClusterQuery::default(), None, 0).await.unwrap().items.len(), 1);
    let checked = store.check_ins(Bounds::default(), Some(ids[3]), 100).await.unwrap();
    assert_eq!(checked.items.iter().map(|one| one.cluster).collect::<Vec<_>>(), ids[4..]);
}

/// A check-in of an old agent cannot say whose the cluster is, so what was said before still counts.
pub async fn a_check_in_that_cannot_declare_a_cohort_keeps_it(store: &dyn Store) {
    let now = at("2026-01-01T10:00:00Z");
    let router = [("deis-router", "v2.9.0")];
    assert_eq!(store.check_in(arrival(A, &[]), now).await.unwrap().declared, None);
    store.check_in(arrival(A, &[]).with_cohort(Some(Cohort::Ci)), now).await.unwrap();
    let record = store.check_in(arrival(A, &router), at("2026-01-01T11:00:00Z")).await.unwrap();
    assert_eq!((record.declared, record.components.len()), (Some(Cohort::Ci), 1));
    assert_eq!(store.cluster(record.id).await.unwrap(), Some(record.clone()));
    let taken_back = store.check_in(arrival(A, &router).with_cohort(None), at("2026-01-01T12:00:00Z")).await.unwrap();
    assert_eq!(taken_back.declared, None, "an envelope without a cohort says that it is nobody's in particular");
}

/// A decision outlives check-ins, can be taken back, and counts only for a cluster that exists.
pub async fn an_admins_decision_comes_before_what_a_cluster_says(store: &dyn Store) {
    let now = at("2026-01-01T10:00:00Z");
    let id = A.parse().unwrap();
    assert_eq!(store.set_cohort(id, Some(Cohort::Staff), admin()).await.unwrap(), None);
    store.check_in(arrival(A, &[]).with_cohort(Some(Cohort::Test)), now).await.unwrap();
    let record = store.set_cohort(id, Some(Cohort::Staff), admin()).await.unwrap().unwrap();
    assert_eq!((record.cohort(), record.declared), (Cohort::Staff, Some(Cohort::Test)));
    let record = store.check_in(arrival(A, &[]).with_cohort(Some(Cohort::Ci)), now).await.unwrap();
    assert_eq!((record.cohort(), record.declared), (Cohort::Staff, Some(Cohort::Ci)));
    assert_eq!(store.cluster(id).await.unwrap(), Some(record));
    let record = store.set_cohort(id, None, admin()).await.unwrap().unwrap();
    assert_eq!((record.cohort(), record.check_ins), (Cohort::Ci, 2));
}
