//! Cases that every [`Store`] passes. [`store_conformance!`](crate::store_conformance) makes a test of each.

#![expect(clippy::unwrap_used, reason = "a conformance case is a test")]

use crate::anonymizer::{Arrival, Vocabulary};
use crate::catalog::Catalog;
use crate::release::{PublishMode, Release, Releases};
use crate::store::Store;
use crate::version::Train;
use crate::wire::v3;

/// Makes one test of every conformance case. The argument is an expression that is a future of a fresh, empty store; it is
/// evaluated for each case. Needs tokio's `macros` and `rt` among the dev-dependencies.
#[macro_export]
macro_rules! store_conformance {
    ($fresh:expr) => {
        $crate::store_conformance! { @each $fresh;
            an_empty_store_knows_nothing
            a_published_release_is_listed
            publishing_again_changes_nothing
            a_changed_fact_is_refused_and_nothing_of_its_batch_kept
            a_changed_fact_is_replaced_when_asked
            a_dry_run_keeps_nothing
            a_first_check_in_makes_a_cluster
            a_later_check_in_moves_last_seen_alone
            a_clock_going_back_does_not_rewrite_history
            clusters_are_counted_once
            components_are_those_last_reported
        }
    };
    (@each $fresh:expr; $($case:ident)*) => {
        $(
            #[tokio::test]
            async fn $case() {
                let store = $fresh.await;
                $crate::store::conformance::$case(&store).await;
            }
        )*
    };
}

const A: &str = "8c6da034-c8b1-489a-a55d-a2215d93f934";
const B: &str = "11111111-2222-4333-8444-555555555555";

fn release(version: &str, released: &str) -> Release {
    Release::new("deis-router".parse().unwrap(), Train::stable(), version.parse().unwrap(), released.parse().unwrap())
}

fn releases() -> Vec<Release> {
    vec![release("v2.9.0", "2020-01-01T00:00:00Z"), release("v2.10.0", "2020-02-01T00:00:00Z")]
}

fn arrival(id: &str, versions: &[(&str, &str)]) -> Arrival {
    let components = versions.iter().map(|(name, version)| v3::ComponentVersion {
        component: v3::Component { name: (*name).into(), ..v3::Component::default() },
        version: v3::Version { version: (*version).into(), ..v3::Version::default() },
        update_available: None,
    });
    let body = v3::Cluster { id: id.into(), components: components.collect(), first_seen: None, last_seen: None };
    let known: Releases = releases().into_iter().collect();
    Arrival::reduce(&body, Vocabulary::new(&Catalog::workflow(), &known)).unwrap()
}

fn at(text: &str) -> jiff::Timestamp {
    text.parse().unwrap()
}

/// Nothing is found, and nothing is an error.
pub async fn an_empty_store_knows_nothing(store: &dyn Store) {
    assert!(store.releases().await.unwrap().is_empty());
    assert_eq!(store.count_clusters().await.unwrap(), 0);
    assert_eq!(store.cluster(A.parse().unwrap()).await.unwrap(), None);
}

/// What was published is listed, in order of precedence.
pub async fn a_published_release_is_listed(store: &dyn Store) {
    let outcome = store.publish(releases(), PublishMode::RefuseChanges).await.unwrap();
    assert!(outcome.kept);
    assert_eq!(outcome.added.len(), 2);
    let known = store.releases().await.unwrap();
    let latest = known.latest(&Train::stable(), &"deis-router".parse().unwrap()).unwrap();
    assert_eq!(latest.version().to_string(), "v2.10.0");
    assert_eq!(known.len(), 2);
}

/// Publishing is idempotent.
pub async fn publishing_again_changes_nothing(store: &dyn Store) {
    store.publish(releases(), PublishMode::RefuseChanges).await.unwrap();
    let before = store.releases().await.unwrap();
    let outcome = store.publish(releases(), PublishMode::RefuseChanges).await.unwrap();
    assert_eq!((outcome.added.len(), outcome.changed.len(), outcome.unchanged), (0, 0, 2));
    assert_eq!(store.releases().await.unwrap(), before);
}

/// A batch that would change a published fact is refused whole.
pub async fn a_changed_fact_is_refused_and_nothing_of_its_batch_kept(store: &dyn Store) {
    store.publish(releases(), PublishMode::RefuseChanges).await.unwrap();
    let before = store.releases().await.unwrap();
    let batch = vec![release("v2.11.0", "2020-03-01T00:00:00Z"), release("v2.9.0", "1999-01-01T00:00:00Z")];
    let outcome = store.publish(batch, PublishMode::RefuseChanges).await.unwrap();
    assert!(!outcome.kept);
    assert_eq!(outcome.changed.len(), 1);
    assert_eq!(store.releases().await.unwrap(), before);
}

/// Replacing is a decision of its own.
pub async fn a_changed_fact_is_replaced_when_asked(store: &dyn Store) {
    store.publish(releases(), PublishMode::RefuseChanges).await.unwrap();
    let corrected = release("v2.9.0", "2019-12-31T00:00:00Z");
    let outcome = store.publish(vec![corrected.clone()], PublishMode::Replace).await.unwrap();
    assert!(outcome.kept);
    let known = store.releases().await.unwrap();
    assert_eq!(known.find(&Train::stable(), corrected.component(), corrected.version()), Some(&corrected));
    assert_eq!(known.len(), 2);
}

/// A dry run tells the difference and keeps nothing.
pub async fn a_dry_run_keeps_nothing(store: &dyn Store) {
    let outcome = store.publish(releases(), PublishMode::DryRun).await.unwrap();
    assert_eq!((outcome.added.len(), outcome.kept), (2, false));
    assert!(store.releases().await.unwrap().is_empty());
}

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
