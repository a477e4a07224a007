//! What every path has in common: probes, the page, wrong methods, wrong paths, a store that fails.

mod common;

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use common::{ID, read, serve, serve_history, serve_over};
use jiff::Timestamp;
use jiff::civil::Date;
use reqwest::{Method, StatusCode, header};
use serde_json::json;
use wfm_core::anonymizer::Arrival;
use wfm_core::cluster::{ClusterId, Cohort};
use wfm_core::facets::{FacetCount, FacetReport};
use wfm_core::fleet::{Day, PublicDay, Steps};
use wfm_core::release::{Notice, NoticeId, PlainText, PublishMode, PublishOutcome, Release, ReleaseKey, Releases};
use wfm_core::store::{
    Attendance, AuditEntry, Bounds, By, Change, ClusterQuery, ClusterRecord, DoctorId, DoctorReport, History, Look,
    Page, PersistentQuery, Records, Store, StoreError, StoreErrorKind,
};
use wfm_core::version::Train;

#[tokio::test]
async fn probes_answer() {
    let served = serve().await;
    for path in ["/livez", "/healthz", "/readyz"] {
        let response = served.request(Method::GET, path).send().await.unwrap();
        assert_eq!((response.status(), response.text().await.unwrap().as_str()), (StatusCode::OK, "ok\n"), "{path}");
    }
    let verbose = served.request(Method::GET, "/readyz?verbose").send().await.unwrap();
    assert_eq!(verbose.text().await.unwrap(), "[+] store ok\n[+] clock ok\nok\n");
}

#[tokio::test]
async fn the_page_tells_a_stranger_no_number_of_the_fleet_and_asks_nothing_of_another_origin() {
    let served = serve_history().await;
    served.post("/v3/clusters", json!({"id": ID}).to_string()).await;
    let response = served.request(Method::GET, "/").send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    let policy = response.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap().to_owned();
    assert!(policy.starts_with("default-src 'none'"), "{policy}");
    assert_eq!(response.headers()[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    let html = response.text().await.unwrap();
    for part in ["are not public", "500 releases", r#"href="v4/releases/stable""#] {
        assert!(html.contains(part), "{part}");
    }
    assert!(!html.contains("://") && !html.contains(ID));
}

#[tokio::test]
async fn a_wrong_method_is_told_the_right_ones() {
    let served = serve().await;
    for (method, path, allow) in [
        (Method::POST, "/ping", "GET, HEAD"),
        (Method::DELETE, "/", "GET, HEAD"),
        (Method::GET, "/v3/clusters", "POST"),
        (Method::PUT, "/v3/clusters/count", "GET, HEAD"),
        (Method::GET, "/v3/versions/latest", "POST"),
        (Method::DELETE, "/v3/versions/stable/deis-router/v1.0.0", "GET, HEAD, POST"),
        (Method::GET, "/v4/releases/stable/deis-router/v1.0.0", "PUT, DELETE"),
        (Method::OPTIONS, "/v4/releases:import", "POST"),
    ] {
        let response = served.request(method, path).send().await.unwrap();
        assert_eq!(response.headers()[header::ALLOW], allow, "{path}");
        assert_eq!(read(response).await.0, StatusCode::METHOD_NOT_ALLOWED);
    }
}

#[tokio::test]
async fn an_unknown_path_is_a_404_in_json() {
    let served = serve().await;
    for path in [
        "/nothing",
        "/v3",
        "/v3/versions",
        "/v4/releases",
        "/v4/releases/a/b",
        "/v3/clusters/a/b",
        "/versions/%ff",
        "/ping/x",
    ] {
        assert_eq!(served.get(path).await.0, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn a_shutdown_frees_the_port() {
    let served = serve().await;
    let addr = served.running.addr();
    served.running.shutdown().await;
    std::net::TcpListener::bind(addr).unwrap();
}

/// A store whose disk is gone.
struct Gone(StoreErrorKind);

impl Gone {
    fn error<T>(&self) -> Result<T, StoreError> {
        Err(StoreError::new(self.0, "secret path /var/lib").caused_by("secret cause"))
    }
}

#[async_trait]
impl Store for Gone {
    async fn publish(&self, _: Vec<Release>, _: PublishMode, _: By) -> Result<PublishOutcome, StoreError> {
        self.error()
    }
    async fn yank(&self, _: ReleaseKey, _: Option<PlainText>, _: By) -> Result<Option<Release>, StoreError> {
        self.error()
    }
    async fn put_notice(&self, _: Notice, _: By) -> Result<Option<Notice>, StoreError> {
        self.error()
    }
    async fn remove_notice(&self, _: Train, _: NoticeId, _: By) -> Result<Option<Notice>, StoreError> {
        self.error()
    }
    async fn releases(&self) -> Result<Arc<Releases>, StoreError> {
        self.error()
    }
    async fn audit(&self, _: u64, _: usize) -> Result<Vec<AuditEntry>, StoreError> {
        self.error()
    }
    async fn check_in(&self, _: Arrival, _: Timestamp) -> Result<ClusterRecord, StoreError> {
        self.error()
    }
    async fn cluster(&self, _: ClusterId) -> Result<Option<ClusterRecord>, StoreError> {
        self.error()
    }
    async fn count_clusters(&self) -> Result<u64, StoreError> {
        self.error()
    }
    async fn clusters(
        &self,
        _: ClusterQuery,
        _: Option<ClusterId>,
        _: usize,
    ) -> Result<Page<ClusterRecord>, StoreError> {
        self.error()
    }
    async fn set_cohort(&self, _: ClusterId, _: Option<Cohort>, _: By) -> Result<Option<ClusterRecord>, StoreError> {
        self.error()
    }
    async fn check_ins(&self, _: Bounds, _: Option<ClusterId>, _: usize) -> Result<Page<Attendance>, StoreError> {
        self.error()
    }
    async fn persistent(
        &self,
        _: PersistentQuery,
        _: Option<ClusterId>,
        _: usize,
    ) -> Result<Page<Attendance>, StoreError> {
        self.error()
    }
    async fn histories(&self, _: Option<ClusterId>, _: usize) -> Result<Page<History>, StoreError> {
        self.error()
    }
    async fn note(&self, _: Change, _: By) -> Result<(), StoreError> {
        self.error()
    }
    async fn put_doctor(&self, _: DoctorReport) -> Result<DoctorReport, StoreError> {
        self.error()
    }
    async fn forget_doctors(&self, _: Timestamp) -> Result<u64, StoreError> {
        self.error()
    }
    async fn doctor(&self, _: DoctorId) -> Result<Option<DoctorReport>, StoreError> {
        self.error()
    }
    async fn erase(&self, _: ClusterId, _: By) -> Result<bool, StoreError> {
        self.error()
    }
    async fn set_rules(&self, _: BTreeMap<ClusterId, Cohort>, _: By) -> Result<u64, StoreError> {
        self.error()
    }
    async fn note_silent(&self, _: Timestamp) -> Result<u64, StoreError> {
        self.error()
    }
    async fn look(&self, _: Look) -> Result<(), StoreError> {
        self.error()
    }
    async fn count_facets(&self, _: FacetReport) -> Result<(), StoreError> {
        self.error()
    }
    async fn steps(&self, _: Steps) -> Result<Steps, StoreError> {
        self.error()
    }
    async fn keep_public_days(&self, _: Vec<PublicDay>) -> Result<(), StoreError> {
        self.error()
    }
    async fn public_days(&self, _: Day, _: Day) -> Result<Vec<PublicDay>, StoreError> {
        self.error()
    }
    async fn last_public_day(&self, _: Day) -> Result<Option<PublicDay>, StoreError> {
        self.error()
    }
    async fn facets(&self, _: Date) -> Result<Vec<FacetCount>, StoreError> {
        self.error()
    }
    async fn ready(&self) -> Result<(), StoreError> {
        self.error()
    }
    async fn records(&self) -> Result<Records, StoreError> {
        self.error()
    }
    async fn load(&self, _: Records) -> Result<(), StoreError> {
        self.error()
    }
}

#[tokio::test]
async fn a_store_that_fails_is_a_503_or_500_that_says_nothing_of_the_inside() {
    for (kind, expected) in [
        (StoreErrorKind::Unavailable, StatusCode::SERVICE_UNAVAILABLE),
        (StoreErrorKind::Corrupt, StatusCode::INTERNAL_SERVER_ERROR),
    ] {
        let served = serve_over(Arc::new(Gone(kind))).await;
        let check_in = served.request(Method::POST, "/v3/clusters").json(&json!({"id": ID}));
        let asked = ["/v3/clusters/count", "/", "/v4/export/clusters.csv", "/v4/export/checkins.ndjson?limit=1"];
        let asked = asked.map(|path| served.analyst(Method::GET, path));
        for request in asked.into_iter().chain([check_in]) {
            let response = request.send().await.unwrap();
            assert_eq!(response.headers().contains_key(header::RETRY_AFTER), expected == 503);
            let (status, said) = read(response).await;
            assert_eq!(status, expected);
            assert!(!said.to_string().contains("secret"));
        }
        let ready = served.request(Method::GET, "/readyz").send().await.unwrap();
        assert_eq!(ready.status(), StatusCode::SERVICE_UNAVAILABLE);
        let alive = served.request(Method::GET, "/livez").send().await.unwrap();
        assert_eq!(alive.status(), StatusCode::OK);
    }
}

#[tokio::test]
async fn head_is_answered_without_a_body() {
    let served = serve_history().await;
    for path in ["/", "/ping", "/v4/releases/stable", "/versions/deis-router"] {
        let response = served.request(Method::HEAD, path).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        assert!(response.headers().contains_key(header::CONTENT_TYPE), "{path}");
        assert!(response.bytes().await.unwrap().is_empty(), "{path}");
    }
}
