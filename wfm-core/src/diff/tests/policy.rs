//! What pins and ignore lists change, and what they leave alone.

use super::*;

fn router(version: &str, policy: &Policy, releases: &Releases) -> (Freshness, Remarks) {
    let inventory = inventory(vec![workload("deis-router", Some(version))]);
    let diff = TrainDiff::new(Catalog::workflow(), Train::stable()).with_policy(policy.clone());
    let all = diff.diff(&inventory, Knowledge::Known(releases));
    let router = all.iter().find(|c| c.name == "deis-router").unwrap();
    (router.freshness.clone(), router.remarks.clone())
}

fn pinned(pins: &str) -> Policy {
    Policy::new(Pin::list(pins).unwrap(), [])
}

#[test]
fn a_pin_offers_what_it_admits_and_says_what_it_keeps_away() {
    let (freshness, remarks) = router("v2.9.0", &pinned("deis-router=2.9"), &releases());
    assert_eq!(undated(freshness), outdated("v2.9.1", Step::Patch, 1, Some(60)));
    let held = Held { pin: "2.9".into(), latest: "v2.10.0".parse().unwrap(), releases: 1 };
    assert_eq!(remarks, Remarks { held: Some(held.clone()), ..Remarks::default() });
    let (freshness, remarks) = router("v2.9.1", &pinned("*=2.9"), &releases());
    assert_eq!((freshness, remarks.held), (Freshness::Current, Some(held)));
}

#[test]
fn whoever_is_past_the_pin_is_ahead_of_it() {
    let (freshness, remarks) = router("v2.10.0", &pinned("*=2.9"), &releases());
    assert_eq!(freshness, Freshness::Ahead { latest: "v2.9.1".parse().unwrap() });
    assert!(remarks.is_empty(), "nothing newer than what is installed");
}

#[test]
fn a_pin_that_nothing_matches_is_said_and_does_not_count_as_current() {
    let (freshness, remarks) = router("v2.9.0", &pinned("*=2.30"), &releases());
    let reason = UnknownReason::PinnedToNothing { pin: "2.30".into() };
    assert!(reason.to_string().contains("2.30: correct PIN"));
    assert_eq!(freshness, Freshness::Unknown { reason });
    assert_eq!(remarks.held.unwrap().releases, 2);
}

#[test]
fn an_ignored_component_has_a_word_of_its_own_only_while_it_is_behind() {
    let policy = Policy::new([], ["deis-router".parse().unwrap()]);
    let (freshness, _) = router("v2.9.0", &policy, &releases());
    assert_eq!(freshness.status(), "ignored");
    assert!(matches!(freshness, Freshness::Ignored { behind: Behind { releases: 2, .. }, .. }));
    assert_eq!(router("v2.10.0", &policy, &releases()).0, Freshness::Current);
    let nothing = inventory(Vec::new());
    let policy = Policy::new([], ["deis-builder".parse().unwrap()]);
    let diff = TrainDiff::new(Catalog::workflow(), Train::stable()).with_policy(policy);
    assert_eq!(of(&diff.diff(&nothing, Knowledge::Never), "deis-builder"), &Freshness::Missing);
}

fn asking(version: &str, minimum: Option<&str>) -> Release {
    release("deis-router", "stable", version, "2020-01-01").with_minimum(minimum.map(|text| text.parse().unwrap()))
}

#[test]
fn a_release_that_asks_for_more_than_is_installed_names_where_to_go_first() {
    let all: Releases = [
        asking("v1.0.0", None),
        asking("v1.5.0", None),
        asking("v2.0.0", Some("v1.4.0")),
        asking("v3.0.0", Some("v2.0.0")),
    ]
    .into_iter()
    .collect();
    let stopover = |version: &str| router(version, &Policy::default(), &all).1.stopover;
    let through = |first: Option<&str>| {
        Some(Stopover { minimum: "v2.0.0".parse().unwrap(), first: first.map(|text| text.parse().unwrap()) })
    };
    assert_eq!(stopover("v1.0.0"), through(Some("v1.5.0")));
    assert_eq!(stopover("v1.5.0"), through(Some("v2.0.0")));
    assert_eq!(stopover("v2.0.0"), None);
    assert_eq!(stopover("v3.0.0"), None);
    let pinned_past_the_way = router("v1.5.0", &pinned("*=3"), &all).1.stopover;
    assert_eq!(pinned_past_the_way, through(None), "a pin admits no release that leads on");
}

#[test]
fn whoever_runs_a_withdrawn_release_is_told_why() {
    let yank =
        crate::release::Yank { reason: "it loses data".parse().unwrap(), at: "2020-06-01T00:00:00Z".parse().unwrap() };
    let mut all = releases();
    all.insert(release("deis-router", "stable", "v2.10.0", "2020-03-01").with_yank(Some(yank.clone())));
    let (freshness, remarks) = router("v2.10.0", &Policy::default(), &all);
    assert_eq!(freshness, Freshness::Ahead { latest: "v2.9.1".parse().unwrap() });
    assert_eq!(remarks.yanked, Some(yank));
    assert_eq!(router("v2.9.1", &Policy::default(), &all).1.yanked, None);
}

type Numbers = (u64, u64, u64);

fn text((a, b, c): &Numbers) -> String {
    format!("v{a}.{b}.{c}")
}

fn published(versions: &[Numbers]) -> Releases {
    versions.iter().map(|n| release("deis-router", "stable", &text(n), "2020-01-01")).collect()
}

proptest! {
    /// Whatever is offered is admitted; what is kept away is not, and is newer than all that is offered.
    #[test]
    fn a_pin_never_offers_what_it_does_not_admit(
        versions in proptest::collection::vec((0u64..3, 0u64..4, 0u64..3), 1..15),
        own in (0u64..3, 0u64..4, 0u64..3),
        pin in prop_oneof![(0u64..3).prop_map(|a| a.to_string()), (0u64..3, 0u64..4).prop_map(|(a, b)| format!("{a}.{b}"))],
    ) {
        let requirement: Requirement = pin.parse().unwrap();
        let (freshness, remarks) = router(&text(&own), &pinned(&format!("*={pin}")), &published(&versions));
        if let Freshness::Outdated { latest, .. } | Freshness::Ahead { latest } = &freshness {
            prop_assert!(requirement.admits(latest));
        }
        if let Some(held) = remarks.held {
            prop_assert!(!requirement.admits(&held.latest));
            prop_assert!(held.latest > text(&own).parse().unwrap());
        }
        // The same as where only what the pin admits was ever published.
        let admitted: Vec<Numbers> = versions.into_iter().filter(|n| requirement.admits(&text(n).parse().unwrap())).collect();
        match (router(&text(&own), &Policy::default(), &published(&admitted)).0, freshness) {
            (Freshness::Outdated { latest, behind }, Freshness::Outdated { latest: l, behind: b }) => {
                prop_assert_eq!((latest, behind.step, behind.releases), (l, b.step, b.releases));
            }
            (Freshness::Unknown { .. }, Freshness::Unknown { .. }) => prop_assert!(admitted.is_empty()),
            (alone, pinned) => prop_assert_eq!(alone, pinned),
        }
    }

    #[test]
    fn a_pin_that_admits_everything_changes_nothing(
        versions in proptest::collection::vec((0u64..3, 0u64..4, 0u64..3), 1..15),
        own in (0u64..3, 0u64..4, 0u64..3),
    ) {
        let all = published(&versions);
        prop_assert_eq!(router(&text(&own), &pinned("*=>=0.0.0"), &all), router(&text(&own), &Policy::default(), &all));
    }
}
