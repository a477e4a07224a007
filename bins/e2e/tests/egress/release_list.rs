//! A versions service that writes the release list in order to read the cluster: the check-in stays that of an honest list.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use wfm_core::anonymizer::EnvelopeKind;
use wfm_core::release::Notes;
use wfm_core::version::Train;
use wfm_core::wire::v4::{ComponentReleases, PublishedRelease, TrainReleases};
use wfm_e2e::Recording;

use super::install;
use super::recorder::Recorder;

fn honest() -> TrainReleases {
    let releases = wfm_api::import::read(wfm_e2e::RELEASES_JSON.as_bytes()).unwrap().into_iter().collect();
    TrainReleases::of(&releases, &Train::stable())
}

/// Publishes one version more.
fn publish(list: &mut TrainReleases, component: &str, version: &str) {
    let release = PublishedRelease {
        version: version.parse().unwrap(),
        released: Timestamp::UNIX_EPOCH,
        notes: Notes::default(),
        minimum: None,
        yanked: None,
    };
    let name = component.parse().unwrap();
    match list.components.iter_mut().find(|known| known.name == name) {
        Some(known) => known.releases.push(release),
        None => list.components.push(ComponentReleases { name, releases: vec![release] }),
    }
}

/// Spells every version of the components whose bit is set without `v`, and those of the others with it.
fn spelled(mut list: TrainReleases, marks: u32) -> TrainReleases {
    for (bit, component) in list.components.iter_mut().enumerate() {
        let v = if marks >> (bit % 32) & 1 == 0 { "v" } else { "" };
        for release in &mut component.releases {
            release.version = format!("{v}{}", release.version.as_semver()).parse().unwrap();
        }
    }
    list
}

/// The check-in that an agent on the recorded cluster sends to a service that publishes this: all that it sends in a day,
/// with the same id for every installation.
async fn check_in(list: &TrainReleases) -> String {
    let recorder = Recorder::publishing(list).await;
    let installation = install(Recording::Onprem2018, &recorder.url(), &[("SHARE_USAGE_DATA", "true")]).await;
    installation.live(SignedDuration::from_hours(25)).await;
    let id = installation.agent.cluster_id().await.unwrap().to_string();
    let posts = recorder.posts().into_iter().filter(|heard| heard.path() == EnvelopeKind::CheckIn.path());
    let bodies: BTreeSet<String> = posts.map(|heard| heard.body.replace(&id, "the id")).collect();
    assert_eq!(bodies.len(), 1, "{bodies:#?}");
    bodies.into_iter().next().unwrap()
}

#[tokio::test]
async fn a_list_that_publishes_what_the_cluster_runs_learns_no_more_than_an_honest_one() {
    let expected = check_in(&honest()).await;
    assert!(expected.contains(r#"{"name":"deis-controller","version":"custom"}"#), "{expected}");
    let mut list = honest();
    publish(&mut list, "globex-payments", "v1.0.0");
    publish(&mut list, "deis-controller", "v2.19.0-hotfix.jdoe+gita1b2c3d");
    publish(&mut list, "deis-controller", "2.19.0-hotfix.jdoe");
    assert_eq!(check_in(&list).await, expected);
    assert_eq!(check_in(&spelled(list, 0b1011_0010_1110)).await, expected);
}

#[tokio::test]
async fn thousands_of_guesses_are_not_confirmed() {
    let (expected, mut list) = (check_in(&honest()).await, honest());
    for number in 0..2000 {
        publish(&mut list, &format!("customer-{number:05}"), "v1.0.0");
        publish(&mut list, "deis-controller", &format!("v2.19.0-hotfix.{number}"));
    }
    for name in ["globex", "globex-payments", "payments", "globex.payments"] {
        publish(&mut list, name, "v1.0.0");
    }
    for author in ["adoe", "bdoe", "jdoe"] {
        publish(&mut list, "deis-controller", &format!("v2.19.0-hotfix.{author}+gita1b2c3d"));
    }
    let found = check_in(&list).await;
    // An agent may also refuse such a list as a whole, and then knows no version.
    let without = check_in(&TrainReleases { components: Vec::new(), ..honest() }).await;
    assert!(found == expected || found == without, "{found}");
}

#[tokio::test]
async fn the_spelling_of_a_list_does_not_come_back() {
    let first = check_in(&spelled(honest(), 0)).await;
    for marks in [u32::MAX, 0b1010_0110_0011_0101, 42] {
        assert_eq!(check_in(&spelled(honest(), marks)).await, first, "{marks:b}");
    }
}
