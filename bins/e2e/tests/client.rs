//! Every call of the client against the real service.

#![allow(clippy::unwrap_used, clippy::panic, reason = "clippy knows only #[test] functions as tests")]

mod world;

use std::sync::Arc;

use wfm_api::tokens::{Role, Token, Tokens};
use wfm_client::{Between, Client, Clusters, ErrorKind, Export, Moment, Stretch};
use wfm_core::clock::SystemClock;
use wfm_core::cluster::Cohort;
use wfm_core::fleet::Cohorts;
use wfm_core::release::{Notice, NoticeLevel, Release, ReleaseKey};
use wfm_core::store::MemoryStore;
use wfm_core::version::Train;
use wfm_core::wire::insights::{Count, Interval};

struct Service {
    running: wfm_api::Running,
    token: Token,
    _folder: tempfile::TempDir,
}

/// An empty service, and a token with every role.
async fn service() -> Service {
    let folder = tempfile::tempdir().unwrap();
    let token = Token::new([7; 32]);
    let roles = [Role::Publisher, Role::Analyst, Role::Admin];
    let lines: Vec<String> = roles.into_iter().map(|role| token.line(role)).collect();
    let file = folder.path().join("tokens");
    std::fs::write(&file, lines.join("\n")).unwrap();
    let (store, clock) = (Arc::new(MemoryStore::default()), Arc::new(SystemClock));
    let settings = wfm_api::Settings::new(world::anywhere(), store, Tokens::from_file(&file).unwrap(), clock);
    Service { running: wfm_api::Service::start(settings).await.unwrap(), token, _folder: folder }
}

impl Service {
    fn anyone(&self) -> Client {
        Client::new(&format!("http://{}", self.running.addr())).unwrap()
    }

    fn everyone(&self) -> Client {
        self.anyone().with_token(self.token.reveal())
    }

    async fn check_in(&self, id: &str, version: &str) {
        let body = format!(
            r#"{{"id":"{id}","components":[{{"component":{{"name":"deis-router"}},"version":{{"version":"{version}"}}}}]}}"#
        );
        let url = format!("http://{}/v3/clusters", self.running.addr());
        assert_eq!(world::http().post(url).body(body).send().await.unwrap().status(), 200);
    }
}

const ID: &str = "8c6da034-c8b1-489a-a55d-a2215d93f934";

fn release(version: &str) -> Release {
    let day = "2020-01-01T00:00:00Z".parse().unwrap();
    Release::new("deis-router".parse().unwrap(), Train::stable(), version.parse().unwrap(), day)
}

#[tokio::test]
async fn a_release_is_published_withdrawn_and_offered_again() {
    let service = service().await;
    let (anyone, maker) = (service.anyone(), service.everyone());
    let (stable, router) = (Train::stable(), "deis-router".parse().unwrap());
    for version in ["v2.9.0", "v2.10.0"] {
        maker.publish(&release(version), false).await.unwrap();
    }
    let latest = || async { anyone.latest(&stable, &router).await.unwrap().version.version };
    assert_eq!(latest().await, "v2.10.0");
    let key = ReleaseKey { train: stable.clone(), component: router.clone(), version: "v2.10.0".parse().unwrap() };
    assert!(maker.yank(&key, &"It loses data".parse().unwrap()).await.unwrap().is_some());
    assert_eq!(latest().await, "v2.9.0");
    assert!(maker.restore(&key).await.unwrap().is_some());
    assert_eq!(latest().await, "v2.10.0");
    let unknown = ReleaseKey { version: "v9.0.0".parse().unwrap(), ..key };
    assert_eq!(maker.restore(&unknown).await.unwrap(), None);

    assert_eq!(anyone.component_releases(&stable, &router).await.unwrap().len(), 2);
    assert!(anyone.component_release(&stable, &router, &"v2.9.0".parse().unwrap()).await.unwrap().is_some());
    assert_eq!(anyone.component_release(&stable, &router, &"v1.0.0".parse().unwrap()).await.unwrap(), None);
    let each = anyone.latest_of_each(&stable, &["globex".parse().unwrap(), router]).await.unwrap();
    assert_eq!([&each[0].version.version, &each[1].version.version], ["", "v2.10.0"]);
    let log: Vec<String> = maker.audit(0).await.unwrap().into_iter().map(|line| line.subject).collect();
    assert_eq!(log.len(), 4, "{log:?}");
    assert_eq!(anyone.audit(0).await.unwrap_err().kind(), ErrorKind::Status(401));
}

#[tokio::test]
async fn a_notice_reaches_whoever_follows_the_train() {
    let service = service().await;
    let maker = service.everyone();
    maker.publish(&release("v2.9.0"), false).await.unwrap();
    let notice = Notice {
        id: "cve-2026-1".parse().unwrap(),
        train: Train::stable(),
        level: NoticeLevel::Advisory,
        component: Some("deis-router".parse().unwrap()),
        affected: Some("<2.10".parse().unwrap()),
        text: "Upgrade.".parse().unwrap(),
        published: "2026-01-01T00:00:00Z".parse().unwrap(),
    };
    assert_eq!(maker.put_notice(&notice).await.unwrap(), notice);
    let read = service.anyone().train_releases(&Train::stable()).await.unwrap();
    assert_eq!(read.notices(&Train::stable()).collect::<Vec<_>>(), [&notice]);
    assert_eq!(maker.remove_notice(&notice.train, &notice.id).await.unwrap(), Some(notice.clone()));
    assert_eq!(maker.remove_notice(&notice.train, &notice.id).await.unwrap(), None);
}

#[tokio::test]
async fn clusters_are_found_by_what_they_run_and_whose_they_are() {
    let service = service().await;
    let (anyone, analyst) = (service.anyone(), service.everyone());
    for version in ["v2.9.0", "v2.10.0"] {
        analyst.publish(&release(version), false).await.unwrap();
    }
    service.check_in(ID, "v2.9.0").await;
    for n in 0..150 {
        service.check_in(&format!("00000000-0000-4000-8000-{n:012}"), "v2.10.0").await;
    }
    assert_eq!(analyst.count_clusters().await.unwrap(), 151);
    assert!(anyone.count_clusters().await.is_err(), "the count is not public");
    assert!(anyone.cluster(ID.parse().unwrap()).await.unwrap().is_some());

    let old = Clusters {
        running: Some(("deis-router".parse().unwrap(), Some(">=2.9,<2.10".parse().unwrap()))),
        ..Clusters::default()
    };
    let found = analyst.clusters(&old, None).await.unwrap();
    assert_eq!((found.clusters.len(), found.next), (1, None));
    assert_eq!(found.clusters[0].id.to_string(), ID);

    let (mut all, mut cursor) = (0, None);
    loop {
        let page = analyst.clusters(&Clusters::default(), cursor).await.unwrap();
        all += page.clusters.len();
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(all, 151, "the pages together are the whole");

    let decided = analyst.set_cohort(ID.parse().unwrap(), Some(Cohort::Staff)).await.unwrap().unwrap();
    assert_eq!(decided.cohort, Cohort::Staff);
    let staff = Clusters { cohort: Some(Cohort::Staff), ..Clusters::default() };
    assert_eq!(analyst.clusters(&staff, None).await.unwrap().clusters.len(), 1);

    let ever = Between::default();
    assert_eq!(analyst.clusters_by_age(ever, ever).await.unwrap().len(), 151);
    assert_eq!(analyst.check_ins(ever).await.unwrap().count, 151);
    assert_eq!(analyst.persistent(None, None).await.unwrap().count, 0, "nobody checked in twice");
}

#[tokio::test]
async fn a_file_is_read_page_by_page() {
    let service = service().await;
    for n in 0..1_100 {
        service.check_in(&format!("{}{:04}", &ID[..32], n / 2), "v2.18.0").await;
    }
    for (file, path) in [(Export::CheckInsNdjson, "checkins.ndjson"), (Export::CheckInsCsv, "checkins.csv")] {
        let (mut pages, mut cursor, mut count) = (Vec::new(), None, 0);
        loop {
            let page = service.everyone().export(file, cursor.as_deref()).await.unwrap();
            pages.extend(page.body);
            cursor = page.next;
            count += 1;
            if cursor.is_none() {
                break;
            }
        }
        let url = format!("http://{}/v4/export/{path}", service.running.addr());
        let whole = world::http().get(url).bearer_auth(service.token.reveal()).send().await.unwrap();
        assert_eq!((count, String::from_utf8(pages).unwrap()), (2, whole.text().await.unwrap()));
    }
    for file in [Export::ClustersNdjson, Export::ClustersCsv] {
        let page = service.everyone().export(file, None).await.unwrap();
        assert_eq!(page.next, None);
        assert!(page.body.starts_with(if file == Export::ClustersCsv { b"id," } else { b"{\"id" }));
    }
    let refused = service.anyone().export(Export::ClustersCsv, None).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Status(401));
}

#[tokio::test]
async fn every_question_about_the_fleet_is_answered() {
    let service = service().await;
    let (anyone, analyst) = (service.anyone(), service.everyone());
    analyst.publish(&release("v2.9.0"), false).await.unwrap();
    service.check_in(ID, "v2.9.0").await;
    let (include, router) = (Cohorts::default(), "deis-router".parse().unwrap());
    let summary = analyst.summary(include, Moment::Now).await.unwrap();
    assert_eq!((summary.known, summary.active), (Count::Told(1), Count::Told(1)));
    let at = summary.about.at;
    let day = at.to_zoned(jiff::tz::TimeZone::UTC).date();
    assert_eq!(analyst.summary(include, Moment::Second(at)).await.unwrap().known, Count::Told(1));
    assert_eq!(analyst.summary(include, Moment::Day(day)).await.unwrap().known, Count::Told(1));

    let asked = Stretch { from: Some(day), to: Some(day), interval: Some(Interval::Day), ..Stretch::default() };
    assert_eq!(analyst.active(asked).await.unwrap().buckets[0].clusters, Some(Count::Told(1)));
    assert_eq!(analyst.appeared(asked).await.unwrap().buckets[0].clusters, Some(Count::Told(1)));
    assert_eq!(analyst.appeared(Stretch::default()).await.unwrap().interval, Interval::Week);
    assert_eq!(analyst.disappeared(asked).await.unwrap().buckets[0].clusters, Some(Count::Told(0)));
    assert!(analyst.ages(asked).await.unwrap().buckets[0].age.is_some());
    let adoption = analyst.adoption(&router, asked).await.unwrap();
    assert_eq!(
        adoption.now.versions.into_iter().collect::<Vec<_>>(),
        [(String::from("v2.9.0").into(), Count::Told(1))]
    );
    assert_eq!(analyst.lag(&router, Cohorts::ALL).await.unwrap().releases, []);
    assert_eq!(analyst.releases_in_use(Cohorts::ALL).await.unwrap().releases[0].clusters, Count::Told(1));
    assert_eq!(analyst.distributions(include).await.unwrap().distributions, []);

    let error = anyone.summary(include, Moment::Now).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Status(401));
    let error =
        analyst.active(Stretch { from: Some(day), to: Some(day.yesterday().unwrap()), ..asked }).await.unwrap_err();
    assert!(error.to_string().contains("from and to: "), "{error}");
}
