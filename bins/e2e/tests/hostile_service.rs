//! A versions service that lies: older lists, withdrawn notices, marks, and documents that are too much. The agent stays
//! within its bounds, and what it shows is true.

#![allow(clippy::unwrap_used, clippy::panic, reason = "clippy knows only #[test] functions as tests")]

mod hostile;
mod world;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use hostile::{Hostile, component, document, notice, release};
use serde_json::Value;
use wfm_agent::{Agent, Flags, Settings};
use wfm_core::clock::{Clock, ManualClock};
use wfm_e2e::{RecordedCluster, Recording};
use world::{anywhere, json, text};

/// An agent whose loops do not run: it checks when a test calls `check`.
struct Watched {
    agent: Arc<Agent>,
    _cluster: RecordedCluster,
    clock: Arc<ManualClock>,
}

impl Watched {
    async fn start(service: &Hostile, folder: &Path, more: &[(&str, &str)]) -> Self {
        let cluster = RecordedCluster::start(Recording::Onprem2018).await.unwrap();
        let clock = Arc::new(ManualClock::new("2026-03-09T12:00:00Z".parse().unwrap()));
        let flags = Flags {
            kubeconfig: Some(cluster.write_kubeconfig(folder).unwrap()),
            versions_url: Some(service.url()),
            ..Flags::default()
        };
        let env: BTreeMap<String, String> =
            more.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        let (settings, _) = Settings::read(&flags, &env).unwrap();
        let agent = wfm_agent::connect_with(&settings, clock.clone()).await.unwrap();
        Self { agent, _cluster: cluster, clock }
    }

    async fn check(&self) {
        self.agent.updates().check().await;
    }

    /// The page and `report.json` as they are now. No check is made for them.
    async fn shown(&self) -> (String, Value) {
        let routes = wfm_agent::routes::routes(Arc::clone(&self.agent));
        let listener = wfm_shell::server::bind(anywhere()).await.unwrap();
        let addr = listener.local_addr().unwrap();
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let limits = wfm_shell::server::Limits::default();
        let serving = tokio::spawn(wfm_shell::server::serve(listener, routes, limits, async { drop(stopped.await) }));
        let shown = (text(addr, "/").await, json(addr, "/report.json").await);
        drop(stop);
        serving.await.unwrap();
        shown
    }
}

/// Something is installed at v2.18.0 or so: a release far above all makes it out of date.
fn list(serial: u64, newest: &str, notices: &[String]) -> String {
    document(serial, &[component("deis-router", &[release("v2.0.0"), release(newest)])], notices)
}

#[tokio::test]
async fn an_older_list_is_not_believed_and_the_page_shows_that() {
    let (service, folder) = (Hostile::start().await, tempfile::tempdir().unwrap());
    let watched = Watched::start(&service, folder.path(), &[]).await;
    service.answers(list(14, "v9.0.0", &[notice("cve-2026-1", "security", "Upgrade now.")]));
    watched.check().await;
    let (page, before) = watched.shown().await;
    assert!(page.contains("deis-router") && page.contains("Upgrade now."), "{page}");
    watched.clock.advance(jiff::SignedDuration::from_hours(12));
    service.answers(list(12, "v2.0.0", &[]));
    watched.check().await;
    let (page, after) = watched.shown().await;
    assert!(page.contains("an older list was read (serial 12, of 2026-03-13) than is known (serial 14)"), "{page}");
    assert!(page.contains("Upgrade now.") && page.contains("v9.0.0") && !page.contains("checked just now"), "{page}");
    assert_eq!((&after["summary"], &after["notices"]), (&before["summary"], &before["notices"]));
    assert_eq!(
        (&after["releases"]["serial"], &after["releases"]["checked_at"]),
        (&14.into(), &before["releases"]["checked_at"])
    );
    assert!(after["releases"]["failure"].as_str().unwrap().contains("older"));
    let metrics = watched.agent.updates().failed();
    assert_eq!(metrics.get(&wfm_core::source::SourceErrorCause::Older), Some(&1));
    // What is not numbered could be of any age.
    service.answers(list(0, "v2.0.0", &[]));
    watched.check().await;
    let (page, _) = watched.shown().await;
    assert!(page.contains("a list without a serial was read, and one with serial 14 is known"), "{page}");
}

#[tokio::test]
async fn whatever_order_lists_come_in_the_newest_is_kept_over_restarts_too() {
    let service = Hostile::start().await;
    for seed in 1..=8_u64 {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().join("state").display().to_string();
        let env = [("STATE_DIR", state.as_str())];
        let mut watched = Watched::start(&service, folder.path(), &env).await;
        let (mut dice, mut highest) = (seed, 0);
        for _ in 0..25 {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let serial = (dice >> 33) % 20;
            service.answers(list(serial, &format!("v9.{serial}.0"), &[]));
            watched.check().await;
            let learnt = watched.agent.updates().learnt();
            assert_eq!(learnt.failure.is_some(), serial < highest, "{serial} after {highest}");
            highest = highest.max(serial);
            let router = "deis-router".parse().unwrap();
            let latest = learnt
                .releases
                .unwrap()
                .latest(watched.agent.updates().train(), &router)
                .unwrap()
                .version()
                .to_string();
            assert_eq!(latest, format!("v9.{highest}.0"));
            if (dice >> 20).is_multiple_of(4) {
                watched = Watched::start(&service, folder.path(), &env).await;
                let known = watched.agent.updates().learnt();
                assert_eq!((known.highest_serial, known.checked_at.is_some()), (highest, true));
            }
        }
    }
}

#[tokio::test]
async fn a_list_of_the_far_future_does_not_keep_every_later_one_out() {
    let (service, folder) = (Hostile::start().await, tempfile::tempdir().unwrap());
    let watched = Watched::start(&service, folder.path(), &[]).await;
    service.answers(list(u64::MAX, "v9.0.0", &[]));
    watched.check().await;
    let now = watched.clock.now().as_second().unsigned_abs();
    service.answers(list(now - 60, "v2.1.0", &[]));
    watched.check().await;
    assert!(watched.agent.updates().learnt().failure.is_some(), "what was published before is older");
    service.answers(list(now + 2 * 86_400, "v2.1.0", &[]));
    watched.check().await;
    assert!(watched.agent.updates().learnt().failure.is_none(), "the maker's next change is newer");
}

#[tokio::test]
async fn a_notice_that_was_seen_once_stays() {
    let (service, folder) = (Hostile::start().await, tempfile::tempdir().unwrap());
    let state = folder.path().join("state").display().to_string();
    let env = [("STATE_DIR", state.as_str())];
    let mut watched = Watched::start(&service, folder.path(), &env).await;
    service.answers(list(
        1,
        "v9.0.0",
        &[notice("cve-2026-1", "security", "Upgrade now."), notice("b", "advisory", "Stays.")],
    ));
    watched.check().await;
    for serial in 2..5 {
        service.answers(list(serial, "v9.0.0", &[notice("b", "advisory", "Stays.")]));
        watched.check().await;
        let (page, report) = watched.shown().await;
        assert!(page.contains("Upgrade now.") && page.contains("1 security notice"), "{page}");
        assert_eq!(page.matches("No longer published.").count(), 1);
        let still: Vec<_> =
            report["notices"].as_array().unwrap().iter().map(|notice| &notice["still_published"]).collect();
        assert_eq!(still, [&Value::Bool(true), &Value::Bool(false)]);
        watched = Watched::start(&service, folder.path(), &env).await;
    }
    service.answers(list(6, "v9.0.0", &[notice("cve-2026-1", "security", "Upgrade now.")]));
    watched.check().await;
    let (page, _) = watched.shown().await;
    assert_eq!((page.matches("No longer published.").count(), page.contains("Stays.")), (1, true));
    // However many are published and taken back, they are bounded.
    for serial in 7..40 {
        let notices: Vec<String> =
            (0..40).map(|n| notice(&format!("n{serial}-{n}"), "security", &"x".repeat(9_000))).collect();
        service.answers(list(serial, "v9.0.0", &notices));
        watched.check().await;
    }
    let learnt = watched.agent.updates().learnt();
    assert_eq!(learnt.notices(watched.agent.updates().train()).count(), 64);
    let file = std::fs::metadata(folder.path().join("state/releases-stable.json")).unwrap();
    assert!(file.len() < 1 << 20, "{}", file.len());
}

#[tokio::test]
async fn a_security_notice_is_neither_softened_nor_buried_without_a_trace() {
    let (service, folder) = (Hostile::start().await, tempfile::tempdir().unwrap());
    let watched = Watched::start(&service, folder.path(), &[]).await;
    service.answers(list(1, "v9.0.0", &[notice("cve-2026-1", "security", "Upgrade now.")]));
    watched.check().await;
    service.answers(list(2, "v9.0.0", &[notice("cve-2026-1", "advisory", "All is well.")]));
    watched.check().await;
    for serial in 3..6 {
        let many = (0..32).map(|n| notice(&format!("n{serial}-{n}"), "security", "Look here.")).collect::<Vec<_>>();
        service.answers(list(serial, "v9.0.0", if serial % 2 == 0 { &[] } else { &many }));
        watched.check().await;
    }
    let (page, _) = watched.shown().await;
    assert!(page.contains("Upgrade now.") && page.contains("No longer published."), "{page}");
}

#[tokio::test]
async fn after_a_restart_the_first_request_carries_no_validator() {
    let (service, folder) = (Hostile::start().await, tempfile::tempdir().unwrap());
    let state = folder.path().join("state").display().to_string();
    for _ in 0..3 {
        let watched = Watched::start(&service, folder.path(), &[("STATE_DIR", &state)]).await;
        for _ in 0..2 {
            service.answers(format!("{}{}", list(1, "v9.0.0", &[]), " ".repeat(17)));
            watched.check().await;
        }
    }
    let tagged: Vec<bool> = service.heads().iter().map(|head| head.to_lowercase().contains("if-none-match")).collect();
    assert_eq!(tagged, [false, true, false, true, false, true]);
}

#[tokio::test]
async fn an_id_that_was_reset_leaves_no_list_and_no_validator_behind() {
    let (service, folder) = (Hostile::start().await, tempfile::tempdir().unwrap());
    let state = folder.path().join("state").display().to_string();
    let env = [("STATE_DIR", state.as_str()), ("SHARE_USAGE_DATA", "true")];
    let watched = Watched::start(&service, folder.path(), &env).await;
    let file = folder.path().join("state/releases-stable.json");
    service.answers(list(1, "v9.0.0", &[]));
    watched.check().await;
    assert!(file.exists());
    watched.agent.reset_id(jiff::SignedDuration::from_hours(12)).await.unwrap();
    assert!(!file.exists());
    watched.check().await;
    assert!(service.heads().iter().all(|head| !head.to_lowercase().contains("if-none-match")), "{:?}", service.heads());
}

#[tokio::test]
async fn the_message_of_an_error_is_one_short_line_wherever_it_is_shown() {
    let (service, folder) = (Hostile::start().await, tempfile::tempdir().unwrap());
    let watched = Watched::start(&service, folder.path(), &[]).await;
    let forged = "oops\n2026-11-21T13:00:00Z  INFO everything is fine\u{1b}[31m\u{202e}\u{2066}\r\n";
    for message in [forged.to_owned(), forged.repeat(20), forged.repeat(100_000), "\u{202e}".repeat(1 << 20)] {
        for status in [404, 403, 500] {
            service.refuses(status, serde_json::json!({ "code": status, "message": message }).to_string());
            watched.check().await;
            let failure = watched.agent.updates().learnt().failure.unwrap().message;
            assert!(failure.chars().count() <= 300 && failure.chars().all(wfm_core::text::is_printable), "{failure:?}");
            if status == 500 {
                break;
            }
        }
    }
    let (page, _) = watched.shown().await;
    assert!(page.len() < 200_000, "{}", page.len());
}

#[tokio::test]
async fn what_is_not_seen_is_nowhere_on_the_page_in_the_table_or_in_a_label() {
    let (service, folder) = (Hostile::start().await, tempfile::tempdir().unwrap());
    let watched = Watched::start(&service, folder.path(), &[]).await;
    let hidden = "a\u{202e}b\u{2066}c\u{1b}[31m\u{200b}d\u{e0041}\0e";
    let hidden_json = serde_json::to_string(hidden).unwrap();
    let notes = format!(
        r#"{{"version":"v9.0.0","released":"2026-01-01T00:00:00Z","description":{hidden_json},"fixes":{hidden_json}}}"#
    );
    let yank = format!(
        r#"{{"version":"v2.0.0","released":"2026-01-01T00:00:00Z","yanked":{{"reason":{hidden_json},"at":"2026-01-01T00:00:00Z"}}}}"#
    );
    service.answers(document(1, &[component("deis-router", &[yank, notes])], &[notice("a", "security", hidden)]));
    watched.check().await;
    let (page, report) = watched.shown().await;
    assert!(page.contains("abc[31mde"), "{page}");
    assert!(page.chars().all(|c| c == '\n' || wfm_core::text::is_printable(c)));
    assert_eq!(report["notices"][0]["text"], "abc[31mde");
}

#[tokio::test]
async fn a_document_with_unreadable_entries_is_read_without_them_and_the_page_shows_their_number() {
    let (service, folder) = (Hostile::start().await, tempfile::tempdir().unwrap());
    let watched = Watched::start(&service, folder.path(), &[]).await;
    let strange = [release("v9.0.0"), release("latest"), r#"{"version":"v9.1.0","released":"NaN"}"#.to_owned()];
    service.answers(document(1, &[component("deis-router", &strange)], &[]));
    watched.check().await;
    let (page, report) = watched.shown().await;
    assert!(page.contains("2 entries of it could not be read, or exceed what an agent keeps"), "{page}");
    assert_eq!((&report["releases"]["passed_over"], &report["releases"]["failure"]), (&2.into(), &Value::Null));
    assert!(page.contains("v9.0.0") && !page.contains("v9.1.0"));
}

#[tokio::test]
async fn the_page_shows_which_list_it_is_and_how_old_however_often_it_is_repeated() {
    let (service, folder) = (Hostile::start().await, tempfile::tempdir().unwrap());
    let watched = Watched::start(&service, folder.path(), &[]).await;
    service.answers(list(1, "v9.0.0", &[]));
    watched.check().await;
    let sha256 = watched.agent.updates().learnt().sha256;
    service.refuses(304, "");
    watched.clock.advance(jiff::SignedDuration::from_hours(24 * 40));
    watched.check().await;
    let (page, report) = watched.shown().await;
    assert!(page.contains("list issued 47 days ago") && page.contains(&sha256), "{page}");
    assert_eq!(
        (&report["releases"]["issued"], &report["releases"]["sha256"]),
        (&"2026-03-02T00:00:00Z".into(), &sha256.into())
    );
}
