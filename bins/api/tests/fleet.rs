//! Questions about clusters, old and new.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use common::{ID, Served, check_in, id, read, serve, serve_history};
use reqwest::{Method, StatusCode, header};
use serde_json::{Value, json};

async fn ask(served: &Served, path: &str) -> (StatusCode, Value) {
    read(served.analyst(Method::GET, path).send().await.unwrap()).await
}

/// The last two digits of the ids of an answer.
fn who(answer: &Value) -> Vec<&str> {
    let entries = answer["data"].as_array().unwrap().iter();
    entries.map(|entry| &entry["id"].as_str().or(entry["clusterID"].as_str()).unwrap()[34..]).collect()
}

/// 01 came on the 1st and stayed, 02 came on the 2nd and left, 03 came on the 3rd.
async fn fleet() -> Served {
    let served = serve_history().await;
    check_in(&served, 1, "v2.18.0", "2026-01-01T00:00:00Z").await;
    check_in(&served, 2, "v2.18.0", "2026-01-02T00:00:00Z").await;
    check_in(&served, 3, "v2.19.0", "2026-01-03T00:00:00Z").await;
    check_in(&served, 1, "v2.18.1", "2026-01-03T12:00:00Z").await;
    served
}

#[tokio::test]
async fn created_is_the_first_check_in_and_checked_in_the_last_and_bounds_are_exclusive() {
    let served = fleet().await;
    for (query, expected) in [
        ("", &["01", "02", "03"][..]),
        ("created_after=2026-01-01T00:00:00Z", &["02", "03"]),
        ("created_before=2026-01-02T00:00:00Z", &["01"]),
        ("checked_in_after=2026-01-02T00:00:00Z", &["01", "03"]),
        ("checked_in_after=2026-01-02T02:00:00%2B02:00", &["01", "03"]),
        ("checked_in_after=2026-01-02T02:00:00+02:00", &["01", "03"]),
        ("checked_in_before=2026-01-03T00:00:00Z", &["02"]),
        ("created_before=2026-01-02T00:00:00Z&checked_in_after=2026-01-02T00:00:00Z", &["01"]),
        ("created_after=&checked_in_after=2027-01-01T00:00:00Z", &[]),
    ] {
        let (status, said) = ask(&served, &format!("/v3/clusters/age?{query}")).await;
        assert_eq!((status, who(&said)), (StatusCode::OK, expected.to_vec()), "{query}");
    }
}

#[tokio::test]
async fn an_interval_that_holds_nothing_names_both_its_ends() {
    let served = fleet().await;
    let (day, next) = ("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z");
    for (path, after, before) in [
        ("age", "checked_in_after", "checked_in_before"),
        ("age", "created_after", "created_before"),
        ("checkins", "created_after", "created_before"),
        ("persistent", "epoch", "timestamp"),
    ] {
        for (from, to) in [(next, day), (day, day)] {
            let (status, said) = ask(&served, &format!("/v3/clusters/{path}?{after}={from}&{before}={to}")).await;
            let message = said["message"].as_str().unwrap();
            assert_eq!(status, StatusCode::BAD_REQUEST);
            assert!(message.contains(after) && message.contains(before), "{message}");
        }
    }
    let (status, said) = ask(&served, "/v3/clusters/age?created_after=yesterday").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(said["message"].as_str().unwrap().starts_with("created_after: write a time"), "{said}");
}

#[tokio::test]
async fn attendance_is_told_with_its_count() {
    let served = fleet().await;
    let (_, said) = ask(&served, "/v3/clusters/checkins?created_before=2026-01-02T00:00:00Z").await;
    let first = json!({"clusterID": id(1), "firstSeen": "2026-01-01T00:00:00Z", "lastSeen": "2026-01-03T12:00:00Z",
        "clusterAge": "2 days 12:00:00", "lastCheckin": "0 days 00:00:00", "checkins": 2});
    assert_eq!(said, json!({"count": 1, "data": [first]}));
    assert_eq!(ask(&served, "/v3/clusters/checkins").await.1["count"], 3);
}

#[tokio::test]
async fn who_was_persistent_then_does_not_depend_on_what_came_later() {
    let served = fleet().await;
    let (_, now) = ask(&served, "/v3/clusters/persistent").await;
    assert_eq!((who(&now), &now["count"]), (vec!["01"], &json!(1)));
    let (_, then) = ask(&served, "/v3/clusters/persistent?timestamp=2026-01-02T12:00:00Z").await;
    assert_eq!(then, json!({"count": 0, "data": []}));
    let (_, young) = ask(&served, "/v3/clusters/persistent?epoch=2026-01-01T00:00:00Z").await;
    assert_eq!(young["count"], 0);
}

#[tokio::test]
async fn clusters_are_listed_by_what_they_run() {
    let served = fleet().await;
    for (query, expected) in [
        ("", &["01", "02", "03"][..]),
        ("component=deis-router", &["01", "02", "03"]),
        ("component=deis-router&version=%3E%3D2.18,%3C2.19", &["01", "02"]),
        ("component=deis-router&version=v2.18.1", &["01"]),
        ("component=deis-builder", &[]),
        ("seen_after=2026-01-02T00:00:00Z", &["01", "03"]),
        ("cohort=staff", &[]),
        ("cohort=customer", &["01", "02", "03"]),
    ] {
        let (status, said) = ask(&served, &format!("/v4/clusters?{query}")).await;
        assert_eq!((status, who(&said)), (StatusCode::OK, expected.to_vec()), "{query}");
    }
    for (query, field) in [
        ("version=2.18.0", "version: it needs a component"),
        ("component=deis-router&version=new", "version: "),
        ("cohort=acme", "cohort: not a cohort"),
        ("limit=0", "limit: "),
        ("limit=1001", "limit: "),
        ("cursor=x", "cursor: "),
        ("colour=red", "the query holds a name"),
    ] {
        let (status, said) = ask(&served, &format!("/v4/clusters?{query}")).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{query}");
        assert!(said["message"].as_str().unwrap().starts_with(field), "{said}");
    }
}

#[tokio::test]
async fn a_list_goes_on_where_its_link_leads() {
    let served = fleet().await;
    let mut query = "?limit=2&component=deis-router&version=%3E%3D2.18".to_owned();
    let mut seen = Vec::new();
    loop {
        let response = served.analyst(Method::GET, &format!("/v4/clusters{query}")).send().await.unwrap();
        let link = response.headers().get(header::LINK).map(|link| link.to_str().unwrap().to_owned());
        let (_, said) = read(response).await;
        seen.extend(who(&said).into_iter().map(str::to_owned));
        let Some(link) = link else { break };
        query = link.strip_prefix('<').unwrap().strip_suffix(">; rel=\"next\"").unwrap().to_owned();
    }
    assert_eq!(seen, ["01", "02", "03"]);
}

#[tokio::test]
async fn a_cohort_is_decided_taken_back_and_recorded() {
    let served = fleet().await;
    let path = format!("/v4/clusters/{}/cohort", id(1));
    let decide = async |body: Value| read(served.admin(Method::PUT, &path).json(&body).send().await.unwrap()).await;
    let (status, said) = decide(json!({"cohort": "staff"})).await;
    assert_eq!((status, &said["cohort"], &said["decidedCohort"]), (StatusCode::OK, &json!("staff"), &json!("staff")));
    assert_eq!(who(&ask(&served, "/v4/clusters?cohort=staff").await.1), ["01"]);
    assert_eq!(decide(json!({"cohort": null})).await.1["cohort"], "customer");
    for body in [json!({}), json!({"cohort": "acme"}), json!({"cohort": "ci", "x": 1}), json!([])] {
        assert_eq!(decide(body).await.0, StatusCode::BAD_REQUEST);
    }
    let unknown = served.admin(Method::PUT, &format!("/v4/clusters/{}/cohort", id(9))).json(&json!({"cohort": "ci"}));
    assert_eq!(unknown.send().await.unwrap().status(), StatusCode::NOT_FOUND);
    let (_, log) = read(served.admin(Method::GET, "/v4/audit?after=500").send().await.unwrap()).await;
    let actions: Vec<&Value> = log["data"].as_array().unwrap().iter().map(|line| &line["action"]).collect();
    assert_eq!(actions, ["set_cohort", "read", "set_cohort"]);
}

#[tokio::test]
async fn the_second_versions_check_in_has_its_id_in_the_path() {
    let served = serve().await;
    let path = format!("/v2/clusters/{ID}");
    for body in [json!({"components": []}), json!({"id": ID}), json!({"id": null}), json!({"id": ID.to_uppercase()})] {
        let (status, said) = served.post(&path, body.to_string()).await;
        assert_eq!((status, &said["id"]), (StatusCode::OK, &json!(ID)), "{body}");
    }
    for body in [json!({"id": id(1)}), json!({"id": "x"})] {
        let (status, said) = served.post(&path, body.to_string()).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        assert!(said["message"].as_str().unwrap().starts_with("id: "), "{said}");
    }
    assert_eq!(served.count().await, 1);
}

#[tokio::test]
async fn a_doctor_report_is_reduced_and_read_with_a_password() {
    let served = serve_history().await;
    let path = format!("/v3/doctor/{ID}");
    let report = json!({
        "workflow": {"id": "x", "components": [
            {"component": {"name": "deis-router"}, "version": {"version": "v2.18.0", "data": {"image": "acme/router"}}},
            {"component": {"name": "acme-payments"}, "version": {"version": "v1.0.0"}}]},
        "nodes": [{"name": "acme-node-1"}], "namespaces": [{"name": "acme"}],
    });
    let (status, kept) = served.post(&path, report.to_string()).await;
    assert_eq!(status, StatusCode::OK);
    assert!(!kept.to_string().contains("acme") && kept["workflow"]["id"] == ID, "{kept}");
    let nobody = served.request(Method::GET, &path).send().await.unwrap();
    assert!(nobody.headers()[header::WWW_AUTHENTICATE].to_str().unwrap().contains("Basic realm"));
    assert_eq!(read(nobody).await.0, StatusCode::UNAUTHORIZED);
    let old = served.request(Method::GET, &path).basic_auth("operator", Some(common::doctor()));
    assert_eq!(read(old.send().await.unwrap()).await, (StatusCode::OK, kept));
    let unknown = served.request(Method::GET, &format!("/v3/doctor/{}", id(1))).bearer_auth(common::doctor());
    assert_eq!(unknown.send().await.unwrap().status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn numbers_count_clusters_and_name_none() {
    let served = fleet().await;
    served.get("/nothing/acme").await;
    let response = served.analyst(Method::GET, "/metrics").send().await.unwrap();
    assert!(response.headers()[header::CONTENT_TYPE].to_str().unwrap().starts_with("text/plain; version=0.0.4"));
    let text = response.text().await.unwrap();
    for line in [
        "wfm_build_info{version=",
        "wfm_api_checkins_total{result=\"accepted\"} 4",
        "wfm_api_checkins_total{result=\"failed\"} 0",
        "wfm_api_clusters{window=\"24h\"} 2",
        "wfm_api_clusters{window=\"ever\"} 3",
        "wfm_api_clusters_appeared{window=\"7d\"} 3",
        "wfm_api_clusters_disappeared{window=\"7d\"} 1",
        "wfm_api_cluster_age_seconds_mean 129600.0",
        "wfm_api_component_clusters{component=\"deis-router\",version=\"v2.18.1\"} 1",
        "wfm_api_http_request_duration_seconds_count{method=\"POST\",route=\"/v3/clusters\",status=\"200\"} 4",
        "route=\"none\",status=\"404\"",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    assert!(!text.contains("8c6da034") && !text.contains("acme") && !text.contains("127.0.0.1"));
}

#[tokio::test]
async fn a_backup_is_the_file_that_a_store_is_restored_from() {
    let served = fleet().await;
    let backup = served.admin(Method::GET, "/v4/backup").send().await.unwrap();
    assert_eq!(backup.headers()[header::CONTENT_TYPE], "application/x-ndjson");
    let folder = tempfile::TempDir::new().unwrap();
    let file = folder.path().join("backup");
    std::fs::write(&file, backup.bytes().await.unwrap()).unwrap();
    let records = wfm_api::store::backup::check(&file).unwrap();
    assert!(records > 1000, "500 releases, each with its line of the log: {records}");
}
