//! Anyone may check in and erase what he checked in: what that makes of the public numbers. The attacker is played over
//! HTTP, by the service's clock.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use std::sync::Arc;

use common::{Served, serve_with};
use jiff::{SignedDuration, Timestamp};
use reqwest::{Method, StatusCode, header};
use serde_json::{Value, json};
use wfm_api::{InsightsPublic, Rates, Settings};
use wfm_core::cluster::ErasureSecret;
use wfm_core::fleet::Steps;
use wfm_core::store::{MemoryStore, Store};

const VERSIONS: [&str; 4] = ["v2.18.0", "v2.19.0", "v2.20.0", "v2.21.0"];
/// All that anyone may ask of the fleet.
const PUBLIC: [&str; 19] = [
    "/",
    "/?range=all&component=deis-router",
    "/metrics",
    "/v3/clusters/count",
    "/v4/insights/summary",
    "/v4/insights/summary.csv",
    "/v4/insights/active",
    "/v4/insights/active.csv",
    "/v4/insights/active?interval=week",
    "/v4/insights/appeared?interval=day",
    "/v4/insights/disappeared.csv",
    "/v4/insights/age",
    "/v4/insights/age.csv?interval=week",
    "/v4/insights/adoption?component=deis-router",
    "/v4/insights/adoption.csv?component=deis-router&interval=week",
    "/v4/insights/lag?component=deis-router",
    "/v4/insights/releases",
    "/v4/insights/releases.csv",
    "/v4/insights/distributions",
];

fn at(day: i64, hour: i64) -> Timestamp {
    let start: Timestamp = "2026-01-01T00:02:00Z".parse().unwrap();
    start + SignedDuration::from_hours(24 * day + hour)
}

/// Numbers that look random and are the same in every run.
fn drawn(seed: u64, below: u64) -> u64 {
    let word = (seed + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let word = (word ^ word >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    (word ^ word >> 31) % below
}

struct World(Served);

impl World {
    /// A service whose secret is made of a number.
    async fn new(secret: u64) -> Self {
        let store = MemoryStore::default();
        let random = std::array::from_fn(|at| drawn(secret * 1000 + at as u64, 256) as u8);
        store.steps(Steps::of(random)).await.unwrap();
        let adjust =
            |settings| Settings { rates: Rates::none(), insights_public: InsightsPublic::Aggregate, ..settings };
        let served = serve_with(Arc::new(store), adjust).await;
        for version in VERSIONS {
            served.publish_router("stable", version).await;
        }
        Self(served)
    }

    async fn check_in(&self, cluster: u64, version: &str, when: Timestamp) {
        self.0.clock.set(when);
        let router = json!({"component": {"name": "deis-router"}, "version": {"version": version}});
        let body = json!({"id": id(cluster), "components": [router]});
        assert_eq!(self.0.post("/v3/clusters", body.to_string()).await.0, StatusCode::OK);
    }

    async fn erase(&self, cluster: u64) {
        let erasure = self.0.request(Method::DELETE, &format!("/v4/clusters/{}", id(cluster)));
        let erased = erasure.header(ErasureSecret::HEADER, secret(cluster).reveal()).send().await.unwrap();
        assert!(erased.status().is_success());
    }

    async fn ask(&self, path: &str) -> String {
        let answer = self.0.request(Method::GET, path).header(header::ACCEPT, "*/*").send().await.unwrap();
        format!("{} {}", answer.status(), answer.text().await.unwrap())
    }

    /// Everything that anyone is shown at a moment.
    async fn shown(&self, when: Timestamp) -> Vec<String> {
        self.0.clock.set(when);
        let mut shown = Vec::new();
        for path in PUBLIC {
            shown.push(format!("{path}: {}", self.ask(path).await));
        }
        shown
    }

    /// How many clusters a day is said to have of a version.
    async fn of_version(&self, version: &str, day: i64) -> u64 {
        let day = at(day, 0).strftime("%Y-%m-%d").to_string();
        let path = format!("/v4/insights/adoption?component=deis-router&from={day}&to={day}");
        let said: Value = self.0.get(&path).await.1;
        said["days"][0]["installed"]["versions"][version].as_u64().unwrap_or(0)
    }
}

/// The erasure secret of a cluster, so that its owner can erase it.
fn secret(cluster: u64) -> ErasureSecret {
    let mut secret = [0; 32];
    secret[..8].copy_from_slice(&cluster.to_be_bytes());
    ErasureSecret::new(secret)
}

fn id(cluster: u64) -> String {
    secret(cluster).cluster_id().to_string()
}

/// The fakes have been known for long, all is read after midnight, and then they go one by one.
#[tokio::test]
async fn what_anyone_was_shown_of_a_day_stays_whatever_is_erased_decided_or_sent_later() {
    for (round, version) in VERSIONS.into_iter().enumerate() {
        let world = World::new(round as u64).await;
        let truth = drawn(round as u64, 40);
        for day in 0..16 {
            for cluster in 0..truth {
                world.check_in(cluster, version, at(day, 10)).await;
            }
            for fake in 100..120 {
                world.check_in(fake, version, at(day, 11)).await;
            }
        }
        let before = world.shown(at(16, 1)).await;
        let was = world.of_version(version, 15).await;
        for fakes in (0..20).rev() {
            world.erase(100 + fakes).await;
            let is = world.of_version(version, 15).await;
            assert_eq!(is, was, "a step with {fakes} fakes left: computed {}, truth {truth}", was - fakes - 1);
        }
        if truth > 0 {
            let decision = world.0.admin(Method::PUT, &format!("/v4/clusters/{}/cohort", id(0)));
            assert!(decision.json(&json!({"cohort": "staff"})).send().await.unwrap().status().is_success());
        }
        // A clock that was set back, so that a check-in lies in the day that is over.
        for cluster in 200..230 {
            world.check_in(cluster, version, at(1, 3)).await;
            world.check_in(cluster, version, at(15, 13)).await;
        }
        assert_eq!(world.shown(at(16, 2)).await, before);
    }
}

/// One cluster on a version of its own, and as many fakes beside it as the attacker likes.
#[tokio::test]
async fn on_which_days_a_cluster_was_active_shows_nowhere() {
    for fakes in [0, 9, 13, 19] {
        let mut shown = Vec::new();
        let patterns = [|_| true, |day: i64| drawn(day.unsigned_abs(), 3) == 0];
        for is_active in patterns {
            let world = World::new(fakes).await;
            let mut days = Vec::new();
            for day in 0..24 {
                if day < 15 || day == 23 || is_active(day) {
                    world.check_in(0, VERSIONS[0], at(day, 10)).await;
                }
                for fake in 100..100 + fakes {
                    world.check_in(fake, VERSIONS[0], at(day, 11)).await;
                }
                if day >= 15 {
                    days.push(world.shown(at(day + 1, 0)).await);
                }
            }
            shown.push(days);
        }
        for (day, (one, other)) in shown[0].iter().zip(&shown[1]).enumerate() {
            for (one, other) in one.iter().zip(other) {
                assert!(one == other, "{fakes} fakes, day {}:\n{one:.600}\n{other:.600}", day + 15);
            }
        }
    }
}

/// Any number of fakes that are younger than two weeks.
#[tokio::test]
async fn clusters_that_are_known_for_less_than_two_weeks_show_nowhere() {
    let mut shown = Vec::new();
    for fakes in [0, 45] {
        let world = World::new(1).await;
        for day in 0..16 {
            for cluster in 0..33 {
                world.check_in(cluster, VERSIONS[0], at(day, 10)).await;
            }
            for fake in 100..100 + fakes {
                if day > 2 {
                    world.check_in(fake, VERSIONS[(fake % 4) as usize], at(day, 11)).await;
                }
            }
        }
        shown.push(world.shown(at(16, 1)).await);
    }
    assert_eq!(shown[0], shown[1]);
}

/// Fakes of a known age move a mean by as much as they are many among the others.
#[tokio::test]
async fn no_answer_to_anyone_is_about_ages() {
    let world = World::new(2).await;
    for day in 0..16 {
        for cluster in 0..33 {
            world.check_in(cluster, VERSIONS[0], at(day, 10)).await;
        }
    }
    let shown = world.shown(at(16, 1)).await;
    assert!(!shown.iter().any(|answer| answer.contains("meanSeconds") || answer.contains("age_mean")), "{shown:#?}");
}

/// Fakes that are known for long change to a version one by one, a day each, until its number rises.
#[tokio::test]
async fn a_step_that_is_found_in_three_weeks_does_not_lead_to_the_count() {
    let mut computed_rightly = 0;
    for secret in 3..7 {
        let world = World::new(secret).await;
        let truth = 11 + drawn(secret + 50, 9);
        let (mut day, mut moved) = (0, 0);
        let found = loop {
            for cluster in 0..truth {
                world.check_in(cluster, VERSIONS[0], at(day, 10)).await;
            }
            for fake in 0..20 {
                world.check_in(100 + fake, VERSIONS[usize::from(fake >= moved)], at(day, 11)).await;
            }
            day += 1;
            world.0.clock.set(at(day, 0));
            if day > 15 {
                if world.of_version(VERSIONS[0], day - 1).await >= 20 {
                    break moved;
                }
                moved += 1;
            }
        };
        // What it would be if the number rose at twenty.
        let computed = 20 - i64::try_from(found).unwrap();
        let truth = i64::try_from(truth).unwrap();
        assert!((0..10).contains(&(truth - computed)), "computed {computed}, truth {truth}");
        computed_rightly += u32::from(computed == truth);
    }
    assert!(computed_rightly <= 1, "{computed_rightly} of 4");
}
