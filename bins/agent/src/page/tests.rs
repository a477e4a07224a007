//! Every state of the page from a view made by hand: current, outdated, unknown, off and stale are never mixed up.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use wfm_core::anonymizer::{AllowList, Anonymizer, Consent, Envelope, Vocabulary};
use wfm_core::catalog::{Catalog, CatalogEntry, Presence};
use wfm_core::clock::ManualClock;
use wfm_core::cluster::ClusterId;
use wfm_core::collector::{Container, Inventory, Workload};
use wfm_core::component::WorkloadKind;
use wfm_core::diff::TrainDiff;
use wfm_core::release::{Notice, NoticeLevel, Release, Releases};
use wfm_core::report::{ClusterReport, ReportSink, SendError};
use wfm_core::source::SourceErrorCause;
use wfm_core::version::Train;

use super::*;
use crate::agent::UpdateView;
use crate::identity::{KnownId, NoId, NoIdCause};
use crate::sent::SentLog;
use crate::sharing::Sharing;
use crate::updates::{Failure, Learnt};

fn now() -> Timestamp {
    "2026-01-10T12:00:00Z".parse().unwrap()
}

fn releases() -> Arc<Releases> {
    let release = |version: &str, day: &str| {
        Release::new("shop".parse().unwrap(), Train::stable(), version.parse().unwrap(), day.parse().unwrap())
    };
    Arc::new(
        [release("v1.0.0", "2025-01-01T00:00:00Z"), release("v2.0.0", "2025-02-11T00:00:00Z")].into_iter().collect(),
    )
}

fn learnt(ago: SignedDuration) -> Learnt {
    Learnt { releases: Some(releases()), checked_at: Some(now() - ago), ..Learnt::default() }
}

/// A product of one component, installed at this version.
fn view(version: Option<&str>, is_on: bool, learnt: Learnt) -> View {
    let entry = CatalogEntry::new("shop".parse().unwrap(), WorkloadKind::Deployment, Presence::Expected, String::new());
    let workload = version.map(|version| Workload {
        version_annotation: Some(version.into()),
        containers: vec![Container { name: "shop".into(), image: "shop:x".into(), init: false }],
        ready: 1,
        ..Workload::new("shop", WorkloadKind::Deployment)
    });
    let inventory = Inventory { deployments: Ok(workload.into_iter().collect()), ..Inventory::empty(now()) };
    let diff = TrainDiff::new(Catalog::new("Shop", [entry]), Train::stable());
    let report = ClusterReport::assemble(Arc::new(inventory), &diff, learnt.knowledge(is_on));
    View {
        now: now(),
        product: "Shop".into(),
        namespace: "shop".parse().unwrap(),
        id: Err(NoId { message: "the Secret is missing".into(), cause: NoIdCause::Absent }),
        report: Some(Arc::new(report)),
        failure: None,
        updates: UpdateView {
            is_on,
            train: Train::stable(),
            interval: Duration::from_secs(43_200),
            learnt,
            failed: BTreeMap::new(),
        },
        sharing: sharing(None, Consent::default()).view(vec![check_in()]),
    }
}

fn id() -> ClusterId {
    "8c6da034-c8b1-489a-a55d-a2215d93f934".parse().unwrap()
}

fn check_in() -> Envelope {
    let (catalog, releases) = (Catalog::workflow(), Releases::default());
    AllowList.check_in(id(), Consent::default(), &Inventory::empty(now()), Vocabulary::new(&catalog, &releases))
}

fn sharing(sink: Option<Arc<dyn ReportSink>>, consent: Consent) -> Sharing {
    let (destination, clock) = (Some("https://v.example/".to_owned()), Arc::new(ManualClock::new(now())));
    Sharing::new(sink, destination, consent, SentLog::in_memory(), clock)
}

/// Acknowledges, or refuses.
struct Scripted(bool);

#[async_trait]
impl ReportSink for Scripted {
    async fn send(&self, _: &Envelope) -> Result<(), SendError> {
        let refused = || SendError { message: "https://v.example/ answered 503".to_owned(), source: None };
        if self.0 { Ok(()) } else { Err(refused()) }
    }
}

fn html(view: &View) -> String {
    page(view, &Query::default()).respond(None).into_body()
}

/// The banner alone: its class, and its words without markup.
fn banner_of(view: &View) -> (String, String) {
    let html = banner::banner(view).into_string();
    let class = html.split("class=\"banner ").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let words: String = html.split('<').filter_map(|part| part.split_once('>')).map(|(_, words)| words).collect();
    (class, words)
}

#[test]
fn all_current_is_one_quiet_line() {
    let (class, words) = banner_of(&view(Some("v2.0.0"), true, learnt(SignedDuration::from_mins(3))));
    assert_eq!((class.as_str(), words.as_str()), ("quiet ok", "✓ All 1 current, checked 3 min ago."));
}

#[test]
fn a_major_release_is_worded_apart() {
    let (class, words) = banner_of(&view(Some("v1.0.0"), true, learnt(SignedDuration::from_mins(3))));
    assert_eq!(class, "warn");
    assert_eq!(
        words,
        "1 of 1 installed component is out of dateOut of date for 333 days: shop v1.0.0 → v2.0.0. 1 major release among them: \
         read the notes before you upgrade. Checked 3 min ago."
    );
}

#[test]
fn what_cannot_be_told_is_not_counted_as_current() {
    let (class, words) = banner_of(&view(Some("canary"), true, learnt(SignedDuration::from_mins(3))));
    assert_eq!((class.as_str(), words.as_str()), ("dim", "shop is unknownUnknown: shop. Checked 3 min ago."));
}

#[test]
fn off_is_off_and_neither_current_nor_unknown() {
    let (class, words) = banner_of(&view(Some("v1.0.0"), false, Learnt::default()));
    assert_eq!(class, "dim");
    assert!(words.starts_with("Update checks are off"), "{words}");
}

#[test]
fn never_checked_says_why_and_that_it_goes_on() {
    let failure =
        Failure { at: now(), cause: SourceErrorCause::Dns, message: "x cannot be found (DNS failure)".into() };
    let learnt = Learnt { failure: Some(failure), failures: 1, ..Learnt::default() };
    let (class, words) = banner_of(&view(Some("v1.0.0"), true, learnt));
    assert_eq!(class, "warn");
    assert!(
        words.starts_with("Unknown whether updates") && words.contains("DNS failure") && words.contains("tries again"),
        "{words}"
    );
}

#[test]
fn stale_knowledge_says_so_with_its_age_and_the_failure() {
    let failure = Failure { at: now(), cause: SourceErrorCause::Dns, message: "x cannot be found".into() };
    let learnt = Learnt { failure: Some(failure), failures: 9, ..learnt(SignedDuration::from_hours(26)) };
    let stale = view(Some("v2.0.0"), true, learnt);
    let (class, words) = banner_of(&stale);
    assert_eq!(class, "warn", "what is old is not painted as fine");
    assert_eq!(
        words,
        "Unknown: the last successful update check was 26 h agoMore may have been released since (x cannot be found)."
    );
    assert!(html(&stale).contains("<span class=\"badge warn\">checked 26 h ago</span>"));
}

#[test]
fn knowledge_past_a_week_turns_red() {
    let old = view(Some("v1.0.0"), true, learnt(SignedDuration::from_hours(8 * 24)));
    assert_eq!(banner_of(&old).0, "bad");
    assert!(html(&old).contains("<span class=\"badge bad\">checked 8 days ago</span>"));
}

#[test]
fn a_missing_component_is_named_with_the_command_that_looks_for_it() {
    let html = html(&view(None, true, learnt(SignedDuration::from_mins(3))));
    assert!(html.contains("kubectl -n shop get deployment shop"), "{html}");
    assert!(html.contains("<h2>No component is installed</h2>"), "{html}");
}

#[test]
fn a_page_before_the_first_inventory_has_no_numbers() {
    let view = View { report: None, ..view(None, true, Learnt::default()) };
    let html = html(&view);
    assert!(
        html.contains("nothing of the cluster has been seen yet") && html.contains("kubectl -n shop get deployments")
    );
    assert_eq!(html.matches("<span class=\"number\">?</span>").count(), 5, "no zeros where nothing is known");
}

#[test]
fn why_there_is_no_id_stands_on_the_page() {
    let html = html(&view(Some("v2.0.0"), true, learnt(SignedDuration::from_mins(3))));
    assert!(html.contains("id not created yet") && html.contains("the Secret is missing"));
}

fn notice(affected: Option<&str>, text: &str, day: &str) -> Notice {
    Notice {
        id: format!("n-{day}").parse().unwrap(),
        train: Train::stable(),
        level: NoticeLevel::Advisory,
        component: Some("shop".parse().unwrap()),
        affected: affected.map(|range| range.parse().unwrap()),
        text: text.parse().unwrap(),
        published: format!("2026-01-0{day}T00:00:00Z").parse().unwrap(),
    }
}

#[test]
fn notices_that_concern_what_is_installed_are_shown_newest_first() {
    let mut releases = (*releases()).clone();
    for one in [
        notice(Some("<2"), "The older <b>word</b>.", "1"),
        notice(Some("<2"), "The newer word.", "2"),
        notice(Some(">=2"), "Not for you.", "3"),
    ] {
        releases.insert_notice(one);
    }
    let learnt = Learnt { releases: Some(Arc::new(releases)), ..learnt(SignedDuration::from_mins(3)) };
    let html = html(&view(Some("v1.0.0"), true, learnt));
    let (newer, older) = (html.find("The newer word.").unwrap(), html.find("The older &lt;b&gt;word").unwrap());
    assert!(newer < older);
    assert!(!html.contains("Not for you."));
}

fn known(id: ClusterId) -> KnownId {
    KnownId { id, read_at: now(), failure: None }
}

/// The sharing block alone, without markup.
fn sharing_words(sharing: &Sharing, preview: Vec<Envelope>) -> String {
    let view = View { id: Ok(known(id())), sharing: sharing.view(preview), ..view(None, true, Learnt::default()) };
    let html = super::sharing::sharing(&view).into_string();
    html.split('<')
        .filter_map(|part| part.split_once('>'))
        .map(|(_, words)| words)
        .collect::<String>()
        .replace("&quot;", "\"")
}

/// Its bytes with the id as the page shows it.
fn shown_check_in() -> String {
    check_in().as_str().replace("-c8b1-489a-a55d-a2215d93f934", "…")
}

#[test]
fn sharing_that_is_off_says_what_would_be_sent_and_how_to_turn_it_on() {
    let words = sharing_words(&sharing(None, Consent::default()), vec![check_in()]);
    for part in
        ["Data sharing OFF", "Nothing is sent.", "SHARE_USAGE_DATA=true", "What would be sent", &shown_check_in()]
    {
        assert!(words.contains(part), "{part}: {words}");
    }
    assert!(words.contains("Nothing has been sent since the agent started."));
}

#[tokio::test]
async fn sharing_that_is_on_says_what_was_sent_and_what_failed() {
    for (acknowledged, said) in
        [(true, "acknowledged just now"), (false, "✕ the last attempt failed just now: it was not")]
    {
        let sharing = sharing(Some(Arc::new(Scripted(acknowledged))), Consent::default());
        sharing.send(&check_in()).await;
        let words = sharing_words(&sharing, Vec::new());
        for part in ["Data sharing ON", said, "DO_NOT_TRACK=1", "What was sent, byte for byte (1)", &shown_check_in()] {
            assert!(words.contains(part), "{part}: {words}");
        }
    }
}

mod freshness;
