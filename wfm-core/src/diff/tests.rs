use proptest::prelude::*;

use super::*;
use crate::collector::{Container, Unreadable, UnreadableCause};
use crate::release::Release;

fn workload(name: &str, annotation: Option<&str>) -> Workload {
    Workload {
        version_annotation: annotation.map(Into::into),
        containers: vec![Container { name: name.into(), image: format!("hephy/{name}:latest"), init: false }],
        ready: 1,
        ..Workload::new(name, WorkloadKind::Deployment)
    }
}

fn inventory(deployments: Vec<Workload>) -> Inventory {
    Inventory { deployments: Ok(deployments), ..Inventory::empty("2026-01-01T00:00:00Z".parse().unwrap()) }
}

fn release(name: &str, train: &str, version: &str, day: &str) -> Release {
    Release::new(
        name.parse().unwrap(),
        train.parse().unwrap(),
        version.parse().unwrap(),
        format!("{day}T00:00:00Z").parse().unwrap(),
    )
}

fn releases() -> Releases {
    [
        release("deis-router", "stable", "v2.8.0", "2020-01-01"),
        release("deis-router", "stable", "v2.9.0", "2020-02-01"),
        release("deis-router", "stable", "v2.10.0", "2020-03-01"),
        release("deis-router", "stable", "v2.9.1", "2020-04-01"),
        release("deis-router", "beta", "v3.0.0-rc1", "2020-05-01"),
    ]
    .into_iter()
    .collect()
}

fn of<'a>(all: &'a [Comparison<'a>], name: &str) -> &'a Freshness {
    &all.iter().find(|c| c.name == name).unwrap().freshness
}

fn router_at(version: &str, train: &str) -> Freshness {
    let inventory = inventory(vec![workload("deis-router", Some(version))]);
    let diff = TrainDiff::new(Catalog::workflow(), train.parse().unwrap());
    undated(of(&diff.diff(&inventory, Knowledge::Known(&releases())), "deis-router").clone())
}

/// The same without since when it is outdated.
fn undated(mut freshness: Freshness) -> Freshness {
    if let Freshness::Outdated { behind, .. } = &mut freshness {
        behind.since = Timestamp::UNIX_EPOCH;
    }
    freshness
}

fn outdated(latest: &str, step: Step, releases: u32, days: Option<u32>) -> Freshness {
    Freshness::Outdated {
        latest: latest.parse().unwrap(),
        behind: Behind { step, releases, days, since: Timestamp::UNIX_EPOCH },
    }
}

#[test]
fn a_version_is_outdated_since_the_first_newer_release_or_since_its_own() {
    let since = |version: &str| {
        let (freshness, _) =
            place::place(&version.parse().unwrap(), releases().line(&Train::stable(), &name()), None).unwrap();
        match freshness {
            Freshness::Outdated { behind, .. } => behind.since.to_string(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(since("v2.8.0"), "2020-02-01T00:00:00Z", "v2.9.0");
    assert_eq!(since("v2.9.0"), "2020-03-01T00:00:00Z", "v2.10.0 came before v2.9.1");
    assert_eq!(since("v2.9.1"), "2020-04-01T00:00:00Z", "it was a back-port, out of date as it came out");
    assert_eq!(since("v2.8.5"), "2020-02-01T00:00:00Z", "never published");
}

fn name() -> ComponentName {
    "deis-router".parse().unwrap()
}

#[test]
fn the_latest_release_is_current_with_or_without_v_and_build() {
    for version in ["v2.10.0", "2.10.0", "v2.10.0+acme"] {
        assert_eq!(router_at(version, "stable"), Freshness::Current, "{version}");
    }
}

#[test]
fn nine_is_older_than_ten() {
    assert_eq!(router_at("v2.9.0", "stable"), outdated("v2.10.0", Step::Minor, 2, Some(29)));
}

#[test]
fn a_back_port_is_behind_although_it_is_younger() {
    assert_eq!(router_at("v2.9.1", "stable"), outdated("v2.10.0", Step::Minor, 1, Some(0)));
}

#[test]
fn a_pre_release_counts_on_its_own_train_only() {
    assert_eq!(router_at("v2.10.0", "beta"), outdated("v3.0.0-rc1", Step::Major, 1, None));
    assert_eq!(router_at("v2.10.0", "stable"), Freshness::Current);
}

#[test]
fn a_version_past_the_latest_is_ahead() {
    assert_eq!(router_at("v2.11.0", "stable"), Freshness::Ahead { latest: "v2.10.0".parse().unwrap() });
}

#[test]
fn a_hot_fix_that_was_never_published_is_behind_by_later_releases_but_not_by_days() {
    assert_eq!(router_at("v2.9.0-hotfix.1", "stable"), outdated("v2.10.0", Step::Minor, 2, None));
}

#[test]
fn a_variant_is_placed_as_its_release_unless_it_is_published_itself() {
    for version in ["v2.10.0-alpine", "2.10.0-hotfix.1", "v2.10.0-5-gabc123"] {
        assert_eq!(router_at(version, "stable"), Freshness::Current, "{version}");
    }
    assert_eq!(router_at("v2.10.1-alpine", "stable"), Freshness::Ahead { latest: "v2.10.0".parse().unwrap() });
    assert_eq!(router_at("v2.10.0-rc1", "stable"), outdated("v2.10.0", Step::PreRelease, 1, None));

    let mut all = releases();
    all.insert(release("deis-router", "stable", "v2.10.0-alpine", "2020-03-01"));
    let line = all.line(&Train::stable(), &"deis-router".parse().unwrap());
    let (freshness, remarks) = place::place(&"v2.10.0-alpine".parse().unwrap(), line, None).unwrap();
    assert_eq!(undated(freshness), outdated("v2.10.0", Step::PreRelease, 1, Some(0)));
    assert_eq!(remarks.variant_of, None, "what is published is compared as it is");
    let (_, remarks) = place::place(&"v2.10.0-slim".parse().unwrap(), line, None).unwrap();
    assert_eq!(remarks.variant_of, Some("v2.10.0".parse().unwrap()));
}

#[test]
fn a_component_nobody_knows_does_not_hide_the_others() {
    let inventory = inventory(vec![
        workload("deis-logger", Some("canary")),
        workload("deis-minio", None),
        workload("deis-router", Some("v2.10.0")),
        workload("globex-payments", Some("v1.0.0")),
        workload("deis-router-globex", Some("v1.0.0")),
    ]);
    let diff = TrainDiff::new(Catalog::workflow(), Train::stable());
    let all = diff.diff(&inventory, Knowledge::Known(&releases()));
    assert_eq!(of(&all, "deis-router"), &Freshness::Current);
    assert!(matches!(of(&all, "deis-logger"), Freshness::Unknown { reason: UnknownReason::Version { .. } }));
    assert!(matches!(of(&all, "deis-minio"), Freshness::Unknown { reason: UnknownReason::Version { .. } }));
    assert_eq!(of(&all, "globex-payments"), &Freshness::Unmanaged);
    assert_eq!(of(&all, "deis-router-globex"), &Freshness::Unmanaged);
    assert_eq!(of(&all, "deis-controller"), &Freshness::Missing);
    assert!(!all.iter().any(|c| c.name == "deis-slugrunner"), "it runs on demand");
}

#[test]
fn a_component_without_releases_is_unknown_for_that_reason() {
    let inventory = inventory(vec![workload("deis-minio", Some("v2.4.1"))]);
    let diff = TrainDiff::new(Catalog::workflow(), Train::stable());
    let all = diff.diff(&inventory, Knowledge::Known(&releases()));
    let reason = UnknownReason::NotPublished { train: Train::stable() };
    assert_eq!(of(&all, "deis-minio"), &Freshness::Unknown { reason });
}

#[test]
fn off_and_never_fetched_are_told_apart() {
    let inventory = inventory(vec![workload("deis-router", Some("v2.9.0"))]);
    let diff = TrainDiff::new(Catalog::workflow(), Train::stable());
    let off = diff.diff(&inventory, Knowledge::Off);
    assert_eq!(of(&off, "deis-router"), &Freshness::Unknown { reason: UnknownReason::ChecksOff });
    let never = diff.diff(&inventory, Knowledge::Never);
    assert_eq!(of(&never, "deis-router"), &Freshness::Unknown { reason: UnknownReason::NotFetched });
    assert_eq!(of(&never, "deis-controller"), &Freshness::Missing, "absence needs no releases");
}

#[test]
fn nothing_is_called_missing_while_a_resource_is_unreadable() {
    let forbidden = Unreadable {
        resource: Resource::DaemonSets,
        cause: UnreadableCause::Forbidden,
        message: "may not list".into(),
    };
    let inventory = Inventory { daemon_sets: Err(forbidden), ..inventory(Vec::new()) };
    let diff = TrainDiff::new(Catalog::workflow(), Train::stable());
    let all = diff.diff(&inventory, Knowledge::Known(&releases()));
    let reason = UnknownReason::Unreadable { resource: Resource::DaemonSets };
    assert!(all.iter().all(|c| c.freshness == Freshness::Unknown { reason: reason.clone() }));

    let stale = inventory.or_last(&Inventory::empty("2026-01-01T00:00:00Z".parse().unwrap()));
    assert_eq!(stale.daemon_sets, Ok(Vec::new()));
    let all = diff.diff(&stale, Knowledge::Known(&releases()));
    assert!(
        all.iter().all(|c| c.freshness == Freshness::Unknown { reason: reason.clone() }),
        "old rows prove no absence"
    );
}

proptest! {
    /// Exactly one of current, outdated and ahead holds, and it agrees with a count by hand.
    #[test]
    fn the_result_agrees_with_counting_by_hand(
        published in proptest::collection::vec((0u64..3, 0u64..12, 0u64..3), 1..15),
        own in (0u64..3, 0u64..12, 0u64..3),
    ) {
        let text = |(a, b, c): &(u64, u64, u64)| format!("v{a}.{b}.{c}");
        let all: Releases = published.iter().map(|n| release("deis-router", "stable", &text(n), "2020-01-01")).collect();
        let line = all.line(&Train::stable(), &"deis-router".parse().unwrap());
        let mut distinct = published.clone();
        distinct.sort_unstable();
        distinct.dedup();
        let newer = distinct.iter().filter(|n| **n > own).count();
        match place::place(&text(&own).parse().unwrap(), line, None).unwrap().0 {
            Freshness::Current => prop_assert_eq!(distinct.last(), Some(&own)),
            Freshness::Ahead { .. } => prop_assert!(distinct.last().unwrap() < &own),
            Freshness::Outdated { behind, latest } => {
                prop_assert_eq!(behind.releases as usize, newer);
                prop_assert_eq!(latest.to_string(), text(distinct.last().unwrap()));
            }
            other => prop_assert!(false, "{:?}", other),
        }
    }
}

#[test]
fn a_yanked_release_is_offered_to_nobody_and_still_dates_whoever_runs_it() {
    let yank = |release: Release| {
        let at = release.released();
        release.with_yank(Some(crate::release::Yank { reason: "it loses data".parse().unwrap(), at }))
    };
    let line = |versions: &[(&str, &str, bool)]| -> Vec<Release> {
        let made = versions.iter().map(|(version, day, yanked)| {
            let release = release("deis-router", "stable", version, day);
            if *yanked { yank(release) } else { release }
        });
        made.collect()
    };
    let all = [("v2.8.0", "2020-01-01", true), ("v2.9.0", "2020-01-11", false), ("v2.10.0", "2020-02-01", true)];
    let since = "2020-01-11T00:00:00Z".parse().unwrap();
    let behind = Behind { step: Step::Minor, releases: 1, days: Some(10), since };
    let latest: Version = "v2.9.0".parse().unwrap();
    let place = |version: &str, line: &[Release]| {
        place::place(&version.parse().unwrap(), line, None).map(|(freshness, _)| freshness)
    };
    assert_eq!(place("v2.8.0", &line(&all)), Some(Freshness::Outdated { latest: latest.clone(), behind }));
    assert_eq!(place("v2.9.0", &line(&all)), Some(Freshness::Current));
    assert_eq!(place("v2.10.0", &line(&all)), Some(Freshness::Ahead { latest }));
    assert_eq!(place("v2.8.0", &line(&all[..1])), None);
}

mod charts;
mod policy;
mod product;
