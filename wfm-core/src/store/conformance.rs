//! Cases that every [`Store`] passes. [`store_conformance!`](crate::store_conformance) makes a test of each.

#![expect(clippy::unwrap_used, reason = "a conformance case is a test")]

use crate::anonymizer::{Arrival, Vocabulary};
use crate::catalog::Catalog;
use crate::release::{PublishMode, Release, Releases};
use crate::store::{Actor, By, Store};
use crate::version::Train;
use crate::wire::v3;

mod changes;
mod clusters;
mod erase;
mod facets;
mod fleet;
mod history;
mod public;

pub use changes::*;
pub use clusters::*;
pub use erase::*;
pub use facets::*;
pub use fleet::*;
pub use history::*;
pub use public::*;

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
            a_yanked_release_is_listed_and_offered_to_nobody
            a_yank_can_be_undone_and_outlives_publishing_again
            a_notice_is_published_replaced_and_taken_back
            every_change_of_a_train_makes_a_new_issue_and_nothing_else_does
            every_change_is_in_the_audit_log_and_nothing_else_is
            the_audit_log_is_read_on_from_any_line
            clusters_are_found_by_installed_version
            clusters_are_found_by_cohort_and_by_time
            pages_put_together_are_the_whole_answer
            a_check_in_that_cannot_declare_a_cohort_keeps_it
            an_admins_decision_comes_before_what_a_cluster_says
            check_ins_are_counted_between_exclusive_bounds
            a_past_moment_knows_no_later_check_in
            a_question_about_the_past_is_exact_to_the_second
            many_check_ins_of_many_shapes_are_all_remembered
            histories_hold_every_check_in_in_the_order_of_arrival
            a_doctor_report_is_kept_and_never_replaced
            the_oldest_of_too_many_doctor_reports_makes_room
            doctor_reports_are_forgotten_by_their_age
            what_is_counted_has_one_line_an_hour
            erasures_are_counted_by_the_hour
            records_of_an_interval_make_a_store_without_the_rest
            a_store_that_works_is_ready
            records_make_the_same_store_again
            what_the_public_is_shown_of_a_day_is_kept_once
            the_public_days_and_their_secret_are_in_a_backup
            the_fleet_is_what_a_recount_gives
            noting_silence_changes_no_answer
            silence_that_was_noted_too_soon_is_taken_back
            a_decision_moves_a_clusters_whole_past
            a_rule_stands_between_a_decision_and_what_a_cluster_says
            what_a_cluster_says_later_counts_for_its_past
            a_clock_going_back_leaves_the_fleet_exact
            an_erased_cluster_is_nowhere_and_the_log_does_not_name_it
            an_administrators_erasure_is_logged_with_the_id
            erasing_what_is_not_there_changes_nothing
            an_erased_cluster_leaves_every_count_past_days_included
            a_cluster_that_checks_in_after_it_was_erased_is_a_new_one
            what_reports_say_is_added_up_by_week_and_cohort
            a_report_counts_for_the_parts_that_it_tells
            a_backup_holds_what_reports_said
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

fn publisher() -> By {
    By::new(Actor::Publisher, at("2026-01-01T09:00:00Z"))
}

fn admin() -> By {
    By { actor: Actor::Admin, ..publisher() }
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
    let outcome = store.publish(releases(), PublishMode::RefuseChanges, publisher()).await.unwrap();
    assert!(outcome.kept);
    assert_eq!(outcome.added.len(), 2);
    let known = store.releases().await.unwrap();
    let latest = known.latest(&Train::stable(), &"deis-router".parse().unwrap()).unwrap();
    assert_eq!(latest.version().to_string(), "v2.10.0");
    assert_eq!(known.len(), 2);
}

/// Publishing is idempotent.
pub async fn publishing_again_changes_nothing(store: &dyn Store) {
    store.publish(releases(), PublishMode::RefuseChanges, publisher()).await.unwrap();
    let before = store.releases().await.unwrap();
    let outcome = store.publish(releases(), PublishMode::RefuseChanges, publisher()).await.unwrap();
    assert_eq!((outcome.added.len(), outcome.changed.len(), outcome.unchanged), (0, 0, 2));
    assert_eq!(store.releases().await.unwrap(), before);
}

/// A batch that would change a published fact is refused whole.
pub async fn a_changed_fact_is_refused_and_nothing_of_its_batch_kept(store: &dyn Store) {
    store.publish(releases(), PublishMode::RefuseChanges, publisher()).await.unwrap();
    let before = store.releases().await.unwrap();
    let batch = vec![release("v2.11.0", "2020-03-01T00:00:00Z"), release("v2.9.0", "1999-01-01T00:00:00Z")];
    let outcome = store.publish(batch, PublishMode::RefuseChanges, publisher()).await.unwrap();
    assert!(!outcome.kept);
    assert_eq!(outcome.changed.len(), 1);
    assert_eq!(store.releases().await.unwrap(), before);
}

/// Replacing is a decision of its own.
pub async fn a_changed_fact_is_replaced_when_asked(store: &dyn Store) {
    store.publish(releases(), PublishMode::RefuseChanges, publisher()).await.unwrap();
    let corrected = release("v2.9.0", "2019-12-31T00:00:00Z");
    let outcome = store.publish(vec![corrected.clone()], PublishMode::Replace, publisher()).await.unwrap();
    assert!(outcome.kept);
    let known = store.releases().await.unwrap();
    assert_eq!(known.find(&Train::stable(), corrected.component(), corrected.version()), Some(&corrected));
    assert_eq!(known.len(), 2);
}

/// A dry run tells the difference and keeps nothing.
pub async fn a_dry_run_keeps_nothing(store: &dyn Store) {
    let outcome = store.publish(releases(), PublishMode::DryRun, publisher()).await.unwrap();
    assert_eq!((outcome.added.len(), outcome.kept), (2, false));
    assert!(store.releases().await.unwrap().is_empty());
}
