//! A machine whose clock is wrong, or was.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use std::sync::Arc;

use common::program::run;
use common::{NOON, Served, id, read, serve, serve_with};
use jiff::civil::date;
use reqwest::{Method, StatusCode};
use serde_json::json;
use tempfile::TempDir;
use wfm_api::store::StoreUrl;
use wfm_api::{InsightsPublic, Rates, Settings};
use wfm_core::fleet::Day;
use wfm_core::store::{MemoryStore, Store};

async fn check_in(served: &Served, n: u8, at: &str) -> StatusCode {
    served.clock.set(at.parse().unwrap());
    served.post("/v3/clusters", json!({"id": id(n)}).to_string()).await.0
}

async fn ready(served: &Served) -> (StatusCode, String) {
    let answer = served.request(Method::GET, "/readyz?verbose").send().await.unwrap();
    (answer.status(), answer.text().await.unwrap())
}

#[tokio::test]
async fn nothing_is_kept_while_the_clock_is_far_from_the_last_check_in() {
    let served = serve().await;
    assert_eq!(check_in(&served, 1, NOON).await, StatusCode::OK);
    for wrong in ["1966-01-01T12:00:00Z", "2025-11-30T12:00:00Z", "2027-01-03T12:00:00Z", "2086-01-01T12:00:00Z"] {
        assert_eq!(check_in(&served, 2, wrong).await, StatusCode::SERVICE_UNAVAILABLE, "{wrong}");
        let facets = json!({"schema": 1, "part": "software", "kubernetes": "1.31"}).to_string();
        assert_eq!(served.post("/v4/facets", facets).await.0, StatusCode::SERVICE_UNAVAILABLE, "{wrong}");
        let (status, said) = ready(&served).await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(said.contains("[-] the clock is wrong"), "{said}");
    }
    assert_eq!(check_in(&served, 2, "2025-12-03T12:00:00Z").await, StatusCode::OK, "a day or two are no harm");
    assert_eq!(ready(&served).await.0, StatusCode::OK);
    assert_eq!(check_in(&served, 2, "2026-12-31T12:00:00Z").await, StatusCode::OK, "nor is a pause of a year");
}

#[tokio::test]
async fn a_service_that_starts_with_a_wrong_clock_asks_its_store() {
    let store = Arc::new(MemoryStore::default());
    let first = common::serve_over(Arc::clone(&store) as _).await;
    assert_eq!(check_in(&first, 1, NOON).await, StatusCode::OK);
    let rates = Rates::none();
    let second = common::serve_over(Arc::clone(&store) as _).await;
    assert_eq!(check_in(&second, 2, "1966-01-01T12:00:00Z").await, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(check_in(&second, 2, NOON).await, StatusCode::OK);
    let trusting = serve_with(store, |settings| Settings { rates, trusts_clock: true, ..settings }).await;
    assert_eq!(check_in(&trusting, 3, "2086-01-01T12:00:00Z").await, StatusCode::OK);
}

#[tokio::test]
async fn no_public_day_is_counted_by_a_clock_that_is_wrong() {
    let store = Arc::new(MemoryStore::default());
    let insights_public = InsightsPublic::Aggregate;
    let served = serve_with(Arc::clone(&store) as _, |settings| Settings { insights_public, ..settings }).await;
    assert_eq!(check_in(&served, 1, NOON).await, StatusCode::OK);
    let (first, last) = (Day::from(date(2026, 1, 1)), Day::from(date(2040, 1, 1)));
    served.clock.set("2030-01-01T00:00:00Z".parse().unwrap());
    served.get("/v4/insights/summary").await;
    assert_eq!(store.public_days(first, last).await.unwrap().len(), 0);
    served.clock.set("2026-01-02T00:02:00Z".parse().unwrap());
    served.get("/v4/insights/summary").await;
    assert_eq!(store.public_days(first, last).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_release_tells_a_new_service_that_its_clock_is_wrong() {
    let served = serve().await;
    served.publish_router("stable", "v2.9.0").await;
    assert_eq!(check_in(&served, 1, "1970-01-01T00:00:00Z").await, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(check_in(&served, 1, "2019-12-31T00:00:00Z").await, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_with_wrong_times_is_mended_and_fits_together() {
    let folder = TempDir::new().unwrap();
    let store = format!("sled://{}", folder.path().join("store").display());
    let open: StoreUrl = store.parse().unwrap();
    let served = serve_with(open.open().await.unwrap(), |settings| Settings { trusts_clock: true, ..settings }).await;
    for (n, at) in [(1, "1966-01-01T12:00:00Z"), (2, "1966-01-01T12:00:00Z"), (1, NOON), (3, NOON)] {
        assert_eq!(check_in(&served, n, at).await, StatusCode::OK);
    }
    assert_eq!(check_in(&served, 3, "2086-01-01T12:00:00Z").await, StatusCode::OK);
    served.running.shutdown().await;
    let into = folder.path().join("mended");
    let mended = format!("sled://{}", into.display());
    let arguments = ["mend", "--store", &store, "--into", into.to_str().unwrap()];
    let none = run(&[arguments.as_slice(), &["--not-before", "2026-01-02", "--not-after", "2026-01-01"]].concat());
    assert!(String::from_utf8_lossy(&none.stderr).contains("no day would be kept") && !into.exists());
    let output = run(&[arguments.as_slice(), &["--not-before", "2016-01-01", "--not-after", "2026-01-01"]].concat());
    assert!(output.status.success(), "{output:?}");
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("2 clusters, 2 check-ins") && said.contains("left out: 3 check-ins, 1 clusters"), "{said}");
    assert!(run(&["verify", "--store", &mended]).status.success());
    let again = run(&[arguments.as_slice(), &["--not-before", "2016-01-01"]].concat());
    assert!(!again.status.success(), "a store that is there is left alone");
    let open: StoreUrl = mended.parse().unwrap();
    let served = serve_with(open.open().await.unwrap(), |settings| settings).await;
    let summary = served.analyst(Method::GET, "/v4/insights/summary").send().await.unwrap();
    let (_, summary) = read(summary).await;
    assert_eq!((&summary["known"], &summary["age"]["meanSeconds"]), (&json!(2), &json!(0)), "{summary}");
}
