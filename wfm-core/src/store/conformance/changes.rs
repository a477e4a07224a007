//! Cases about changes that people make: yanks, notices, the audit log; and about copies of the whole.

use jiff::Timestamp;

use super::{A, B, admin, arrival, at, publisher, release, releases};
use crate::anonymizer::{Reduction, Vocabulary};
use crate::catalog::Catalog;
use crate::cluster::Cohort;
use crate::component::ComponentName;
use crate::release::{Notice, NoticeLevel, PublishMode, Release, Releases};
use crate::store::{Action, Actor, By, Change, DoctorReport, MOST_DOCTOR_REPORTS, MemoryStore, Record, Store};
use crate::version::Train;

fn router() -> ComponentName {
    "deis-router".parse().unwrap()
}

fn newest() -> Release {
    release("v2.10.0", "2020-02-01T00:00:00Z")
}

async fn latest(store: &dyn Store) -> String {
    let known = store.releases().await.unwrap();
    known.latest(&Train::stable(), &router()).unwrap().version().to_string()
}

async fn yank(store: &dyn Store, reason: Option<&str>) -> Option<Release> {
    store.yank(newest().key(), reason.map(|text| text.parse().unwrap()), publisher()).await.unwrap()
}

/// Latest passes over it, the list does not.
pub async fn a_yanked_release_is_listed_and_offered_to_nobody(store: &dyn Store) {
    assert_eq!(yank(store, Some("never published")).await, None);
    store.publish(releases(), PublishMode::RefuseChanges, publisher()).await.unwrap();
    let yanked = yank(store, Some("it loses data")).await.unwrap();
    assert_eq!(yanked.yanked().unwrap().reason.as_str(), "it loses data");
    assert_eq!(yanked.yanked().unwrap().at, publisher().at);
    assert_eq!(latest(store).await, "v2.9.0");
    let known = store.releases().await.unwrap();
    assert_eq!(known.find(&Train::stable(), &router(), newest().version()), Some(&yanked));
}

/// Only a decision of its own takes a yank back.
pub async fn a_yank_can_be_undone_and_outlives_publishing_again(store: &dyn Store) {
    store.publish(releases(), PublishMode::RefuseChanges, publisher()).await.unwrap();
    yank(store, Some("it loses data")).await;
    let again = store.publish(releases(), PublishMode::RefuseChanges, publisher()).await.unwrap();
    assert_eq!(again.unchanged, 2);
    let replaced = newest().with_minimum(Some("v2.0.0".parse().unwrap()));
    store.publish(vec![replaced.clone()], PublishMode::Replace, publisher()).await.unwrap();
    assert_eq!(latest(store).await, "v2.9.0");
    assert_eq!(yank(store, None).await, Some(replaced));
    assert_eq!(latest(store).await, "v2.10.0");
}

fn notice(text: &str) -> Notice {
    Notice {
        id: "cve-2026-1".parse().unwrap(),
        train: Train::stable(),
        level: NoticeLevel::Advisory,
        component: Some(router()),
        affected: Some("<2.10".parse().unwrap()),
        text: text.parse().unwrap(),
        published: at("2026-01-01T00:00:00Z"),
    }
}

/// Notices are listed with the releases of their train.
pub async fn a_notice_is_published_replaced_and_taken_back(store: &dyn Store) {
    let listed = async || {
        let known = store.releases().await.unwrap();
        known.notices(&Train::stable()).cloned().collect::<Vec<_>>()
    };
    assert_eq!(store.put_notice(notice("Upgrade."), publisher()).await.unwrap(), None);
    assert_eq!(store.put_notice(notice("Upgrade now."), publisher()).await.unwrap(), Some(notice("Upgrade.")));
    assert_eq!(listed().await, [notice("Upgrade now.")]);
    assert_eq!(store.releases().await.unwrap().notices(&Train::beta()).count(), 0);
    let id = notice("x").id;
    let removed = store.remove_notice(Train::stable(), id.clone(), publisher()).await.unwrap();
    assert_eq!(removed, Some(notice("Upgrade now.")));
    assert_eq!(store.remove_notice(Train::stable(), id, publisher()).await.unwrap(), None);
    assert!(listed().await.is_empty());
}

/// A list's serial grows with every change of its train, and with nothing else; a backup holds it.
pub async fn every_change_of_a_train_makes_a_new_issue_and_nothing_else_does(store: &dyn Store) {
    let issue = async |store: &dyn Store| store.releases().await.unwrap().issue(&Train::stable());
    assert_eq!(issue(store).await, None);
    store.publish(releases(), PublishMode::DryRun, publisher()).await.unwrap();
    assert_eq!(issue(store).await, None);
    store.publish(releases(), PublishMode::RefuseChanges, publisher()).await.unwrap();
    let first = issue(store).await.unwrap();
    assert_eq!((first.serial, first.issued), (publisher().at.as_second().unsigned_abs(), publisher().at));
    store.publish(releases(), PublishMode::RefuseChanges, publisher()).await.unwrap();
    assert_eq!(yank(store, None).await, Some(newest()));
    let beta = Release::new(router(), Train::beta(), newest().version().clone(), newest().released());
    store.publish(vec![beta], PublishMode::RefuseChanges, publisher()).await.unwrap();
    assert_eq!(issue(store).await, Some(first), "nothing of this train changed");
    let of_beta = async || store.releases().await.unwrap().issue(&Train::beta()).unwrap().serial;
    let beta = of_beta().await;
    yank(store, Some("bad")).await;
    assert_eq!(issue(store).await.unwrap().serial, first.serial + 1);
    assert_eq!(of_beta().await, beta + 1, "the list of beta has the releases of stable");
    for _ in 0..2 {
        store.put_notice(notice("Upgrade."), publisher()).await.unwrap();
        assert_eq!(issue(store).await.unwrap().serial, first.serial + 2);
    }
    for _ in 0..2 {
        store.remove_notice(Train::stable(), notice("x").id, publisher()).await.unwrap();
        assert_eq!(issue(store).await.unwrap().serial, first.serial + 3);
    }
    let corrected = vec![release("v2.9.0", "2019-12-31T00:00:00Z")];
    let earlier = By { at: at("1999-01-01T00:00:00Z"), ..publisher() };
    store.publish(corrected, PublishMode::Replace, earlier).await.unwrap();
    let last = issue(store).await.unwrap();
    assert_eq!((last.serial, last.issued), (first.serial + 4, earlier.at), "a clock that goes back takes none back");
    let restored = MemoryStore::default();
    restored.load(store.records().await.unwrap()).await.unwrap();
    assert_eq!(issue(&restored).await, Some(last));
}

/// One line for each thing that changed, in order, and none for what stayed as it was.
pub async fn every_change_is_in_the_audit_log_and_nothing_else_is(store: &dyn Store) {
    for mode in [PublishMode::DryRun, PublishMode::RefuseChanges, PublishMode::RefuseChanges] {
        store.publish(releases(), mode, publisher()).await.unwrap();
    }
    let corrected = vec![release("v2.9.0", "2019-12-31T00:00:00Z")];
    for mode in [PublishMode::RefuseChanges, PublishMode::Replace] {
        store.publish(corrected.clone(), mode, publisher()).await.unwrap();
    }
    for reason in [Some("bad"), Some("bad"), None, None] {
        yank(store, reason).await;
    }
    for _ in 0..2 {
        store.put_notice(notice("Upgrade."), publisher()).await.unwrap();
    }
    for _ in 0..2 {
        store.remove_notice(Train::stable(), notice("x").id, publisher()).await.unwrap();
    }
    store.check_in(arrival(A, &[]), at("2026-01-01T10:00:00Z")).await.unwrap();
    for cohort in [None, Some(Cohort::Staff), Some(Cohort::Staff)] {
        store.set_cohort(A.parse().unwrap(), cohort, admin()).await.unwrap();
    }
    let log = store.audit(0, 100).await.unwrap();
    let said: Vec<_> = log.iter().map(|entry| (entry.number, entry.action, entry.subject.as_str())).collect();
    assert_eq!(
        said,
        [
            (1, Action::Publish, "stable deis-router v2.9.0"),
            (2, Action::Publish, "stable deis-router v2.10.0"),
            (3, Action::Replace, "stable deis-router v2.9.0"),
            (4, Action::Yank, "stable deis-router v2.10.0"),
            (5, Action::Unyank, "stable deis-router v2.10.0"),
            (6, Action::PutNotice, "stable cve-2026-1"),
            (7, Action::RemoveNotice, "stable cve-2026-1"),
            (8, Action::SetCohort, A),
        ]
    );
    assert!(log[2].before.as_ref().unwrap().contains("2020-01-01") && log[2].after.as_ref().unwrap().contains("2019"));
    assert_eq!((log[0].actor, log[0].at), (Actor::Publisher, publisher().at));
    assert_eq!((log[7].actor, log[7].before.as_deref(), log[7].after.as_deref()), (Actor::Admin, None, Some("staff")));
}

/// Pages of the log go on where they ended.
pub async fn the_audit_log_is_read_on_from_any_line(store: &dyn Store) {
    assert!(store.audit(0, 10).await.unwrap().is_empty());
    store.publish(releases(), PublishMode::RefuseChanges, publisher()).await.unwrap();
    yank(store, Some("bad")).await;
    let numbers = async |after, limit| {
        store.audit(after, limit).await.unwrap().iter().map(|entry| entry.number).collect::<Vec<_>>()
    };
    assert_eq!(numbers(0, 2).await, [1, 2]);
    assert_eq!(numbers(2, 2).await, [3]);
    assert!(numbers(3, 2).await.is_empty());
    assert!(numbers(u64::MAX, 2).await.is_empty());
}

fn doctor(component: &str) -> DoctorReport {
    let (catalog, releases) = (Catalog::workflow(), Releases::default());
    let mut reduction = Reduction::new(Vocabulary::new(&catalog, &releases));
    reduction.add(component, "");
    DoctorReport { id: B.parse().unwrap(), at: at("2026-01-01T10:00:00Z"), facts: reduction.into() }
}

/// The report `n`, which arrived at this second.
fn doctor_at(n: usize, second: i64) -> DoctorReport {
    let id = format!("8c6da034-c8b1-489a-a55d-{n:012x}").parse().unwrap();
    DoctorReport { id, at: Timestamp::from_second(1_767_225_600 + second).unwrap(), ..doctor("deis-router") }
}

/// The first one counts: anyone may know an id.
pub async fn a_doctor_report_is_kept_and_never_replaced(store: &dyn Store) {
    assert_eq!(store.doctor(B.parse().unwrap()).await.unwrap(), None);
    for report in [doctor("deis-router"), doctor("deis-minio")] {
        assert_eq!(store.put_doctor(report).await.unwrap(), doctor("deis-router"));
        assert_eq!(store.doctor(B.parse().unwrap()).await.unwrap(), Some(doctor("deis-router")));
    }
    assert_eq!(store.doctor(A.parse().unwrap()).await.unwrap(), None);
    assert_eq!(store.count_clusters().await.unwrap(), 0);
}

/// The oldest by its arrival, whatever its id.
pub async fn the_oldest_of_too_many_doctor_reports_makes_room(store: &dyn Store) {
    const MOST: usize = MOST_DOCTOR_REPORTS;
    let second = |n: usize| i64::try_from((n * 7919) % MOST).unwrap();
    let full = (0..MOST).map(move |n| Ok(Record::Doctor(doctor_at(n, second(n)))));
    store.load(Box::new(full)).await.unwrap();
    let oldest = |rank: i64| (0..MOST).find(|n| second(*n) == rank).unwrap();
    for more in 0..3 {
        let report = doctor_at(MOST + more, 1_000_000);
        assert_eq!(store.put_doctor(report.clone()).await.unwrap(), report);
        let gone = doctor_at(oldest(more as i64), 0).id;
        assert_eq!(store.doctor(gone).await.unwrap(), None);
        assert_eq!(store.doctor(report.id).await.unwrap(), Some(report));
    }
    let kept = store.records().await.unwrap().filter(|record| matches!(record, Ok(Record::Doctor(_)))).count();
    assert_eq!(kept, MOST);
}

/// Those that arrived at the moment itself stay.
pub async fn doctor_reports_are_forgotten_by_their_age(store: &dyn Store) {
    for n in 0..6 {
        store.put_doctor(doctor_at(n, n as i64)).await.unwrap();
    }
    let (moment, mut forgotten) = (doctor_at(0, 4).at, 0);
    loop {
        match store.forget_doctors(moment).await.unwrap() {
            0 => break,
            some => forgotten += some,
        }
    }
    assert_eq!(forgotten, 4);
    for n in 0..6 {
        assert_eq!(store.doctor(doctor_at(n, 0).id).await.unwrap().is_some(), n >= 4, "{n}");
    }
    store.put_doctor(doctor_at(0, 9)).await.unwrap();
    assert_eq!(store.doctor(doctor_at(0, 0).id).await.unwrap(), Some(doctor_at(0, 9)));
}

/// What is counted has one line an hour, also with other lines in between; the next hour begins another.
pub async fn what_is_counted_has_one_line_an_hour(store: &dyn Store) {
    let reader = |minute: i64| {
        let moment = publisher().at + jiff::SignedDuration::from_mins(minute);
        By { name: Some("dashboard".parse().unwrap()), ..By::new(Actor::Analyst, moment) }
    };
    for minute in [0, 1, 59] {
        store.note(Change::read("/v4/clusters"), reader(minute)).await.unwrap();
        store.publish(releases(), PublishMode::RefuseChanges, publisher()).await.unwrap();
        store.note(Change::read("/v4/backup"), reader(minute)).await.unwrap();
    }
    store.note(Change::read("/v4/clusters"), reader(60)).await.unwrap();
    let log = store.audit(0, 100).await.unwrap();
    let lines: Vec<_> = log.iter().map(|line| (line.number, line.subject.as_str(), line.count)).collect();
    assert_eq!(
        lines,
        [
            (1, "/v4/clusters", Some(3)),
            (2, "stable deis-router v2.9.0", None),
            (3, "stable deis-router v2.10.0", None),
            (4, "/v4/backup", Some(3)),
            (5, "/v4/clusters", Some(1)),
        ]
    );
    assert_eq!((log[0].actor, log[0].at), (Actor::Analyst, reader(0).at));
    assert_eq!(log[0].name.unwrap().as_str(), "dashboard");
}

/// Readiness is a promise about the next check-in.
pub async fn a_store_that_works_is_ready(store: &dyn Store) {
    store.ready().await.unwrap();
}

/// What comes out of a store goes into the reference, and what comes out of that goes into the store.
pub async fn records_make_the_same_store_again(store: &dyn Store) {
    let known = MemoryStore::default();
    known.publish(releases(), PublishMode::RefuseChanges, publisher()).await.unwrap();
    yank(&known, Some("bad")).await;
    known.put_notice(notice("Upgrade."), publisher()).await.unwrap();
    known.put_doctor(doctor("deis-router")).await.unwrap();
    for (id, version, hour) in [(A, "v2.9.0", 1), (A, "v2.9.0", 2), (B, "v2.9.0", 3), (A, "v2.10.0", 4), (A, "x", 3)] {
        let moment = at(&format!("2026-01-01T{hour:02}:00:00Z"));
        known.check_in(arrival(id, &[("deis-router", version)]), moment).await.unwrap();
    }
    known.set_cohort(B.parse().unwrap(), Some(Cohort::Test), admin()).await.unwrap();
    let all = async |store: &dyn Store| store.records().await.unwrap().collect::<Result<Vec<Record>, _>>().unwrap();
    store.load(known.records().await.unwrap()).await.unwrap();
    assert_eq!(all(store).await, all(&known).await);
    assert_eq!(store.releases().await.unwrap(), known.releases().await.unwrap());
    assert_eq!(store.count_clusters().await.unwrap(), 2);
    let id = A.parse().unwrap();
    assert_eq!(store.cluster(id).await.unwrap(), known.cluster(id).await.unwrap());
    yank(store, None).await;
    assert_eq!(store.audit(0, 100).await.unwrap().len(), known.audit(0, 100).await.unwrap().len() + 1);
}
