//! Pins, ignored components, ways of upgrading, withdrawn versions and flaws, as the banner and the row say them.

use wfm_core::diff::{Pin, Policy};
use wfm_core::release::Yank;
use wfm_core::running::RunningVersion;

use super::*;

/// The view of this version under what the operator decided, beside these releases.
fn judged(version: &str, policy: Policy, releases: Releases) -> View {
    let learnt = Learnt { releases: Some(Arc::new(releases)), ..learnt(SignedDuration::from_mins(3)) };
    let view = view(Some(version), true, learnt);
    let entry = CatalogEntry::new("shop".parse().unwrap(), WorkloadKind::Deployment, Presence::Expected, String::new());
    let diff = TrainDiff::new(Catalog::new("Shop", [entry]), Train::stable()).with_policy(policy);
    let inventory = Arc::clone(&view.report.as_ref().unwrap().inventory);
    let report = ClusterReport::assemble(inventory, &diff, view.updates.learnt.knowledge(true));
    View { report: Some(Arc::new(report)), ..view }
}

fn release(version: &str) -> Release {
    Release::new("shop".parse().unwrap(), Train::stable(), version.parse().unwrap(), now())
}

#[test]
fn what_a_pin_keeps_away_is_said_in_the_row_and_not_in_the_banner() {
    let pinned = judged("v1.0.0", Policy::new(Pin::list("shop=1").unwrap(), []), (*releases()).clone());
    assert_eq!(banner_of(&pinned).1, "✓ All 1 current, checked 3 min ago.");
    assert!(html(&pinned).contains("pinned to 1; newer, and not counted: v2.0.0"));
}

#[test]
fn an_ignored_lag_is_no_alarm_and_not_called_current() {
    let ignored = judged("v1.0.0", Policy::new([], ["shop".parse().unwrap()]), (*releases()).clone());
    let (class, words) = banner_of(&ignored);
    assert_eq!((class.as_str(), words.as_str()), ("quiet ok", "✓ 0 current, 1 ignored, checked 3 min ago."));
    let html = html(&ignored);
    assert!(
        html.contains("– ignored") && html.contains("its lag is not counted (IGNORE)") && html.contains("for 333 days")
    );
}

#[test]
fn the_row_says_through_which_version_to_go_and_the_command_goes_there() {
    let last = release("v3.0.0").with_minimum(Some("v2.0.0".parse().unwrap()));
    let all: Releases = [release("v1.0.0"), release("v2.0.0"), last].into_iter().collect();
    let html = html(&judged("v1.0.0", Policy::default(), all));
    assert!(html.contains("upgrade to v2.0.0 first: the latest needs v2.0.0 or newer"), "{html}");
    assert!(html.contains("shop=shop:v2.0.0") && !html.contains("shop=shop:v3.0.0"), "{html}");
}

#[test]
fn a_withdrawn_version_that_is_installed_is_in_the_banner_and_its_reason_in_the_row() {
    let yank = Yank { reason: "it loses <b>data</b>".parse().unwrap(), at: now() };
    let all: Releases = [release("v1.0.0"), release("v2.0.0").with_yank(Some(yank))].into_iter().collect();
    let view = judged("v2.0.0", Policy::default(), all);
    assert!(banner_of(&view).1.contains("Withdrawn by the maker, and installed: shop."));
    assert!(html(&view).contains("the installed version was withdrawn: it loses &lt;b&gt;data"));
}

#[test]
fn a_flaw_is_worded_apart_in_the_banner_and_in_the_row_while_all_is_current() {
    let flaw =
        |affected: &str| Notice { level: NoticeLevel::Security, ..notice(Some(affected), "Anybody may buy.", "1") };
    let with = |affected: &str| {
        let mut all = (*releases()).clone();
        all.insert_notice(flaw(affected));
        judged("v2.0.0", Policy::default(), all)
    };
    let (class, words) = banner_of(&with("<3"));
    assert_eq!(class, "bad");
    assert!(words.starts_with("1 security notice concerns what is installed"), "{words}");
    let html = html(&with("<3"));
    assert!(html.contains("✕ Security") && html.contains("security: Anybody may buy."), "{html}");
    assert_eq!(banner_of(&with("<2")).0, "quiet ok", "it concerns older versions");
}

#[test]
fn what_only_some_releases_have_is_not_called_missing_while_the_release_is_unknown() {
    let view = judged("canary", Policy::default(), (*releases()).clone());
    let entry = |name: &str, since: Option<&str>| {
        CatalogEntry::new(name.parse().unwrap(), WorkloadKind::Deployment, Presence::Expected, String::new())
            .with_releases(since.map(|text| text.parse().unwrap()), None)
    };
    let catalog = Catalog::new("Shop", [entry("shop", None), entry("shop-search", Some("v2.0.0"))])
        .with_release_component(Some("shop".parse().unwrap()));
    let inventory = Arc::clone(&view.report.as_ref().unwrap().inventory);
    let diff = TrainDiff::new(catalog, Train::stable());
    let report = ClusterReport::assemble(inventory, &diff, view.updates.learnt.knowledge(true));
    let html = html(&View { report: Some(Arc::new(report)), ..view });
    assert!(html.contains("Unknown for 1 component: not every release of the product has them"), "{html}");
    assert!(!html.contains("Nothing missing."));
    assert!(html.contains("<span class=\"number\">?</span><span class=\"word\">✕ missing"), "{html}");
}

#[test]
fn a_notice_about_versions_of_any_component_concerns_whoever_runs_one() {
    let shown = |affected: &str| {
        let mut all = (*releases()).clone();
        all.insert_notice(Notice { component: None, ..notice(Some(affected), "Version 1 ends.", "1") });
        html(&judged("v2.0.0", Policy::default(), all)).contains("Version 1 ends.")
    };
    assert!(shown("<3") && !shown("<2"));
}

#[test]
fn a_flaw_of_any_version_that_runs_concerns_the_component() {
    let mut all = (*releases()).clone();
    all.insert_notice(Notice { level: NoticeLevel::Security, ..notice(Some(">=2"), "Anybody may buy.", "1") });
    let mut view = judged("v1.0.0", Policy::default(), all);
    assert!(!html(&view).contains("Anybody may buy."));
    let mut report = (**view.report.as_ref().unwrap()).clone();
    let newer = RunningVersion { version: "v2.0.0".into(), pods: 1, ready: 1, deleted: 0 };
    report.components[0].running.push(newer);
    view.report = Some(Arc::new(report));
    assert!(html(&view).contains("Anybody may buy."));
}
