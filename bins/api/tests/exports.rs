//! Files for data tools.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use std::sync::Arc;

use common::{Served, check_in, id, read, serve_history, serve_over};
use reqwest::{Method, Response, StatusCode, header};
use serde_json::{Value, json};
use wfm_core::store::{ClusterFacts, MemoryStore, Record, Run, Store};

const TEXTS: [&str; 6] =
    ["clusters.ndjson", "clusters.csv", "checkins.ndjson", "checkins.csv", "daily.ndjson", "daily.csv"];

/// 01 was upgraded and its clock went back once, 02 came once, 03 runs something of its own and is the company's.
async fn fleet() -> Served {
    let served = serve_history().await;
    check_in(&served, 1, "v2.18.0", "2026-01-01T00:00:00Z").await;
    check_in(&served, 3, "v0.0.1", "2026-01-01T06:00:00Z").await;
    check_in(&served, 1, "v2.18.0", "2026-01-02T00:00:00Z").await;
    check_in(&served, 2, "v2.18.0", "2026-01-02T12:00:00Z").await;
    check_in(&served, 1, "v2.18.1", "2026-01-03T00:00:00Z").await;
    check_in(&served, 1, "v2.18.1", "2026-01-02T23:00:00Z").await;
    let staff = served.admin(Method::PUT, &format!("/v4/clusters/{}/cohort", id(3)));
    assert_eq!(staff.json(&json!({"cohort": "staff"})).send().await.unwrap().status(), StatusCode::OK);
    served
}

async fn export(served: &Served, file: &str) -> Response {
    served.analyst(Method::GET, &format!("/v4/export/{file}")).send().await.unwrap()
}

async fn text(served: &Served, file: &str) -> String {
    let response = export(served, file).await;
    assert_eq!(response.status(), StatusCode::OK, "{file}");
    response.text().await.unwrap()
}

/// The path of the next page, where there is one.
fn next(file: &str, response: &Response) -> Option<String> {
    let link = response.headers().get(header::LINK)?.to_str().unwrap();
    let query = link.strip_prefix("<?").unwrap().strip_suffix(">; rel=\"next\"").unwrap();
    Some(format!("{file}?{query}"))
}

#[tokio::test]
async fn every_cluster_is_a_row_with_the_same_names_in_every_format() {
    let served = fleet().await;
    let lines = text(&served, "clusters.ndjson").await;
    let rows: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.len(), 3);
    let expected = json!({"id": id(1), "first_seen": "2026-01-01T00:00:00Z", "last_seen": "2026-01-03T00:00:00Z",
        "check_ins": 4, "cohort": "customer", "declared_cohort": null, "ruled_cohort": null,
        "decided_cohort": null, "components": {"deis-router": "v2.18.1"}});
    assert_eq!(rows[0], expected);
    assert_eq!((&rows[2]["cohort"], &rows[2]["decided_cohort"]), (&json!("staff"), &json!("staff")));
    let sheet = text(&served, "clusters.csv").await;
    let mut lines = sheet.split("\r\n");
    let names = "id,first_seen,last_seen,check_ins,cohort,declared_cohort,ruled_cohort,decided_cohort,components";
    assert_eq!(lines.next(), Some(names));
    let first = format!(
        "{},2026-01-01T00:00:00Z,2026-01-03T00:00:00Z,4,customer,,,,\"{{\"\"deis-router\"\":\"\"v2.18.1\"\"}}\"",
        id(1)
    );
    assert_eq!((lines.next(), lines.count()), (Some(first.as_str()), 3));
}

#[tokio::test]
async fn every_check_in_is_a_row_in_the_order_of_arrival() {
    let served = fleet().await;
    let sheet = text(&served, "checkins.csv").await;
    let mut rows = csv::Reader::from_reader(sheet.as_bytes());
    assert_eq!(rows.headers().unwrap().iter().collect::<Vec<_>>(), ["cluster", "at", "cohort", "components"]);
    let rows: Vec<Vec<String>> =
        rows.records().map(|row| row.unwrap().iter().map(ToOwned::to_owned).collect()).collect();
    let row = |n, at: &str, cohort: &str, version: &str| {
        vec![id(n), at.to_owned(), cohort.to_owned(), format!("{{\"deis-router\":\"{version}\"}}")]
    };
    let expected = [
        row(1, "2026-01-01T00:00:00Z", "customer", "v2.18.0"),
        row(1, "2026-01-02T00:00:00Z", "customer", "v2.18.0"),
        row(1, "2026-01-03T00:00:00Z", "customer", "v2.18.1"),
        row(1, "2026-01-02T23:00:00Z", "customer", "v2.18.1"),
        row(2, "2026-01-02T12:00:00Z", "customer", "v2.18.0"),
        row(3, "2026-01-01T06:00:00Z", "staff", "custom"),
    ];
    assert_eq!(rows, expected);
    let lines = text(&served, "checkins.ndjson").await;
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), expected.len());
    assert_eq!(lines[5]["components"], json!({"deis-router": "custom"}));
}

#[tokio::test]
async fn pages_one_behind_the_other_are_the_file() {
    let served = fleet().await;
    for file in TEXTS {
        let whole = text(&served, file).await;
        for limit in [1, 2, 3, 1000] {
            let (mut pages, mut path) = (String::new(), format!("{file}?limit={limit}"));
            loop {
                let page = export(&served, &path).await;
                let following = next(file, &page);
                let page = page.text().await.unwrap();
                assert!(!page.is_empty(), "a link leads to something");
                pages.push_str(&page);
                let Some(following) = following else { break };
                path = following;
            }
            assert_eq!(pages, whole, "{file}, {limit} to a page");
        }
    }
}

#[tokio::test]
async fn a_page_of_check_ins_goes_on_where_it_ended_though_more_arrive_meanwhile() {
    let served = fleet().await;
    for (limit, given) in [(2, 2), (4, 4)] {
        let first = export(&served, &format!("checkins.csv?limit={limit}")).await;
        let rest = next("checkins.csv", &first).unwrap().replace(&format!("limit={limit}&"), "");
        let first = first.text().await.unwrap();
        check_in(&served, 1, "v2.18.1", "2026-01-04T00:00:00Z").await;
        let rest = text(&served, &rest).await;
        assert_eq!(first.clone() + &rest, text(&served, "checkins.csv").await, "after {given} rows");
        assert!(rest.contains("2026-01-04"), "what came behind the place is there");
    }
}

#[tokio::test]
async fn an_export_of_nothing_has_no_rows() {
    let served = serve_history().await;
    for file in TEXTS {
        for query in ["", "?limit=10"] {
            let lines = text(&served, &format!("{file}{query}")).await;
            assert_eq!(lines.lines().count(), usize::from(file.ends_with("csv")), "{file}{query}");
        }
    }
}

#[tokio::test]
async fn a_file_says_what_it_is() {
    let served = fleet().await;
    for (file, kind) in [
        ("clusters.ndjson", "application/x-ndjson"),
        ("checkins.ndjson?limit=1", "application/x-ndjson"),
        ("clusters.csv?limit=1", "text/csv; charset=utf-8; header=present"),
        ("checkins.csv", "text/csv; charset=utf-8; header=present"),
    ] {
        let response = export(&served, file).await;
        let name = file.split('?').next().unwrap();
        assert_eq!(response.headers()[header::CONTENT_TYPE], kind, "{file}");
        assert_eq!(response.headers()[header::CONTENT_DISPOSITION], format!("attachment; filename=\"{name}\""));
        assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store");
    }
}

#[tokio::test]
async fn what_cannot_be_understood_is_refused_by_name() {
    let served = fleet().await;
    for (file, said) in [
        ("clusters.csv?limit=0", "limit: "),
        ("clusters.csv?limit=1001", "limit: "),
        ("clusters.csv?cursor=x", "cursor: "),
        ("checkins.ndjson?cursor=8c6da034-c8b1-489a-a55d-a2215d93f934", "cursor: not a place"),
        ("daily.csv?cursor=2026-01-01", "cursor: not a place"),
        ("checkins.ndjson?columns=at", "the query holds a name"),
        ("clusters.parquet?limit=1", "limit: a Parquet file has no pages"),
        ("daily.parquet?limit=1", "limit: a Parquet file has no pages"),
        ("checkins.parquet?cursor=x", "cursor: a Parquet file has no pages"),
    ] {
        let (status, body) = read(export(&served, file).await).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{file}");
        assert!(body["message"].as_str().unwrap().starts_with(said), "{body}");
    }
    for file in ["clusters.xlsx", "clusters", "releases.csv"] {
        assert_eq!(export(&served, file).await.status(), StatusCode::NOT_FOUND, "{file}");
    }
}

/// A service whose clusters checked in at these seconds and so many more times at moments that nobody knows.
async fn with_check_ins(clusters: &[(Vec<i64>, u64)]) -> Served {
    let mut records = vec![Ok(Record::Facts { number: 1, facts: ClusterFacts::default() })];
    for (n, (instants, untimed)) in (0..).zip(clusters) {
        let runs = vec![Run { said: 1, instants: instants.clone(), untimed: *untimed }];
        let id = id(n).parse().unwrap();
        records.push(Ok(Record::Cluster { id, ruled: None, decided: None, runs }));
    }
    let store = MemoryStore::default();
    store.load(Box::new(records.into_iter())).await.unwrap();
    serve_over(Arc::new(store)).await
}

#[tokio::test]
async fn check_ins_of_which_only_the_number_is_known_are_no_rows() {
    let served = with_check_ins(&[(vec![1, 2], 7), (vec![3], 0)]).await;
    let rows: Vec<String> = text(&served, "checkins.csv").await.lines().skip(1).map(ToOwned::to_owned).collect();
    let row = |n, second| format!("{},1970-01-01T00:00:0{second}Z,customer,{{}}", id(n));
    assert_eq!(rows, [row(0, 1), row(0, 2), row(1, 3)]);
    assert!(text(&served, "clusters.csv").await.contains(",9,"), "the cluster's row counts them");
}

#[tokio::test]
async fn a_file_that_fails_on_the_way_breaks_off_and_one_that_fails_at_once_is_an_error() {
    let files = if cfg!(feature = "parquet") { &["checkins.csv", "checkins.parquet"][..] } else { &["checkins.csv"] };
    // No moment is so late: the store is damaged there.
    for (sound, broken) in [(0, vec![1, i64::MAX]), (2_000, vec![i64::MAX, 1])] {
        let served = with_check_ins(&[((1..=sound + 1).collect(), 0), (broken, 0)]).await;
        for file in files {
            let response = export(&served, file).await;
            if sound == 0 {
                let (status, body) = read(response).await;
                assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR, "{file} {body}");
            } else {
                assert_eq!(response.status(), StatusCode::OK, "{file}");
                assert!(response.bytes().await.is_err(), "{file} must not look whole");
            }
        }
    }
}

#[cfg(not(feature = "parquet"))]
#[tokio::test]
async fn a_service_without_parquet_says_so() {
    let served = fleet().await;
    let (status, body) = read(export(&served, "clusters.parquet").await).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert!(body["message"].as_str().unwrap().contains("without Parquet"), "{body}");
}

#[cfg(feature = "parquet")]
#[tokio::test]
async fn a_parquet_file_says_what_it_is_and_is_whole() {
    let served = fleet().await;
    for file in ["clusters.parquet", "checkins.parquet", "daily.parquet"] {
        let response = export(&served, file).await;
        assert_eq!(response.headers()[header::CONTENT_TYPE], "application/vnd.apache.parquet");
        assert_eq!(response.headers()[header::CONTENT_DISPOSITION], format!("attachment; filename=\"{file}\""));
        let bytes = response.bytes().await.unwrap();
        assert!(bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1"), "{file}");
    }
    let nobody = served.request(Method::GET, "/v4/export/clusters.parquet").send().await.unwrap();
    assert_eq!(nobody.status(), StatusCode::UNAUTHORIZED);
}
