//! The weather around an agent: whatever its cluster's API and the versions service do, it goes on, does not ask too often,
//! shows what it knew with its age, and is fresh again soon after.
//!
//! Time is simulated; everything else is real: sockets, the page, the collector.

#![allow(clippy::unwrap_used, clippy::panic, reason = "clippy knows only #[test] functions as tests")]

#[path = "weather/episode.rs"]
mod episode;
#[path = "weather/faults.rs"]
mod faults;
#[path = "weather/sky.rs"]
mod sky;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use episode::{Dice, Totals, episode};
use faults::{LISTS, Named, faults};
use jiff::SignedDuration;
use sky::{OUT_OF_DATE, Sky};
use tokio::sync::Semaphore;
use wfm_core::clock::Clock;
use wfm_e2e::{Answer, Fault};

/// Faults in an order of the seed's own, one after the other, in one life of an agent.
async fn life(seed: u64, mut faults: Vec<Named>) -> Totals {
    let mut dice = Dice::new(seed);
    let mut sky = Sky::clear().await;
    dice.shuffle(&mut faults);
    let mut totals = Totals::default();
    for fault in &faults {
        totals.add(&episode(&mut sky, fault, &mut dice).await);
    }
    totals
}

async fn lives(lives: Vec<(u64, Vec<Named>)>) -> Totals {
    static PANICS: AtomicUsize = AtomicUsize::new(0);
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        PANICS.fetch_add(1, Ordering::SeqCst);
        before(panic);
    }));
    let places = Arc::new(Semaphore::new(8));
    let mut running = tokio::task::JoinSet::new();
    for (seed, faults) in lives {
        let places = Arc::clone(&places);
        running.spawn(async move {
            let _place = places.acquire().await.unwrap();
            life(seed, faults).await
        });
    }
    let mut totals = Totals::default();
    while let Some(one) = running.join_next().await {
        totals.add(&one.unwrap());
    }
    assert_eq!(PANICS.load(Ordering::SeqCst), 0);
    totals
}

#[test]
fn the_faults_are_sixty_at_least_and_each_has_a_name_of_its_own() {
    let names: BTreeSet<String> = faults().into_iter().map(|fault| fault.name).collect();
    assert_eq!(names.len(), faults().len());
    assert!(names.len() >= 60, "{}", names.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_fault_passes_without_an_exit_or_a_tight_loop_and_the_agent_is_fresh_again_within_a_minute() {
    // Four short lives at once take less time than one long one.
    let faults = faults();
    let quarter = faults.len().div_ceil(4);
    lives((0..).zip(faults.chunks(quarter).map(<[Named]>::to_vec)).collect()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes minutes: just weather"]
async fn every_fault_under_fifty_seeds() {
    const SEEDS: u64 = 50;
    let totals = lives((0..SEEDS).map(|seed| (seed, faults())).collect()).await;
    println!("{} faults × {SEEDS} seeds: 0 exits, 0 panics; {totals}", faults().len());
}

#[tokio::test]
async fn a_hundred_views_cost_one_list_of_every_resource_and_no_request_upstream() {
    let mut sky = Sky::clear().await;
    let (lists, asked) = (sky.lists, sky.versions.asked());
    sky.pass(30);
    for _ in 0..100 {
        assert!(sky.view().await.contains("deis-builder"));
    }
    assert!(sky.lists - lists <= LISTS.len(), "{}", sky.lists - lists);
    assert_eq!(sky.versions.asked(), asked);
}

#[tokio::test]
async fn while_the_cluster_is_down_what_was_seen_stays_on_the_page_with_its_age() {
    let mut sky = Sky::clear().await;
    sky.cluster.stop().await;
    sky.pass(600);
    let page = sky.view().await;
    assert!(
        page.contains("The cluster could not be read") && page.contains("What follows was seen 10 min ago."),
        "{page}"
    );
    assert!(page.contains("deis-builder"));
    sky.cluster.resume().await.unwrap();
    sky.pass(30);
    assert!(!sky.view().await.contains("could not be read"));
}

#[tokio::test]
async fn a_permission_that_is_taken_away_is_named_and_the_last_rows_stay_with_their_age() {
    let mut sky = Sky::clear().await;
    sky.cluster.script(Fault::new(LISTS[0].1, Answer::status(403)));
    sky.pass(180);
    let page = sky.view().await;
    assert!(page.contains("kubectl auth can-i list deployments.apps -n deis"), "{page}");
    assert!(page.contains("Deployments as seen 3 min ago:") && page.contains("deis-builder"), "{page}");
    assert!(page.contains("as seen 3 min ago: deployments.apps could not be read since"));
}

#[tokio::test]
async fn a_versions_service_that_is_down_for_days_is_asked_hourly_at_most_and_what_was_learnt_stays_with_its_age() {
    let mut sky = Sky::clear().await;
    assert!(sky.view().await.contains(OUT_OF_DATE));
    sky.versions.answer(404, "<html>gone</html>");
    let (start, asked) = (sky.now(), sky.versions.asked());
    while sky.now() - start < Duration::from_secs(3 * 86_400) {
        sky.agent.updates().check().await;
        sky.pass(sky.agent.updates().wait(0.0).as_secs());
    }
    let checks = sky.versions.asked() - asked;
    assert!((24..=80).contains(&checks), "{checks} checks in three days");
    let page = sky.view().await;
    assert!(page.contains(OUT_OF_DATE), "{page}");
    assert!(page.contains("; update check is old") && page.contains("checked 3 days ago"), "{page}");
    sky.versions.heal();
    sky.agent.updates().check().await;
    assert!(!sky.view().await.contains("This is old"));
    sky.versions.stop();
    sky.agent.updates().check().await;
    assert!(sky.view().await.contains("cannot be reached"));
}

#[tokio::test]
async fn a_clock_that_jumps_causes_no_request_and_is_said_where_it_makes_nonsense_of_an_age() {
    let mut sky = Sky::clear().await;
    let lists = sky.lists;
    for hours in [100, -200, 90_000, -90_000] {
        let jumped = sky.clock.now().checked_add(SignedDuration::from_hours(hours)).unwrap();
        sky.clock.set(jumped);
        let page = sky.view().await;
        assert!(page.contains("deis-builder") && (hours > 0 || page.contains("is a clock wrong?")), "{hours}");
    }
    assert_eq!(sky.lists, lists);
    sky.pass(30);
    let now = sky.clock.now();
    sky.view().await;
    assert!(sky.is_fresh(now));
}
