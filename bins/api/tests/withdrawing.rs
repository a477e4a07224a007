//! Withdrawn releases, notices, and files of releases in other forms.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use common::{Served, read, serve};
use reqwest::{Method, StatusCode, header};
use serde_json::{Value, json};

const NEW: &str = "/v4/releases/stable/deis-router/v2.10.0";

async fn ask(served: &Served, method: Method, path: &str) -> (StatusCode, Value) {
    read(served.publisher(method, path).send().await.unwrap()).await
}

async fn latest(served: &Served) -> Value {
    served.get("/v3/versions/stable/deis-router/latest").await.1["version"]["version"].clone()
}

#[tokio::test]
async fn a_withdrawn_release_is_offered_to_nobody_until_it_is_restored() {
    let served = serve().await;
    served.publish_router("stable", "v2.9.0").await;
    served.publish_router("stable", "v2.10.0").await;
    let (status, said) = ask(&served, Method::DELETE, NEW).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(said["message"].as_str().unwrap().starts_with("reason: say why"), "{said}");
    assert_eq!(ask(&served, Method::DELETE, &format!("{NEW}?reason=It%20loses%20data")).await.0, StatusCode::OK);
    assert_eq!(latest(&served).await, "v2.9.0");
    let (_, document) = served.get("/v4/releases/stable").await;
    assert_eq!(document["components"][0]["releases"][1]["yanked"]["reason"], "It loses data");
    assert_eq!(ask(&served, Method::POST, &format!("{NEW}/restore")).await.0, StatusCode::OK);
    assert_eq!(latest(&served).await, "v2.10.0");
    let missing = "/v4/releases/stable/deis-router/v9.0.0?reason=x";
    assert_eq!(ask(&served, Method::DELETE, missing).await.0, StatusCode::NOT_FOUND);
    let (_, log) = read(served.admin(Method::GET, "/v4/audit?limit=3").send().await.unwrap()).await;
    let actions: Vec<&Value> = log["data"].as_array().unwrap().iter().map(|line| &line["action"]).collect();
    assert_eq!(actions, ["publish", "publish", "yank"]);
}

#[tokio::test]
async fn a_train_whose_only_release_is_withdrawn_has_no_latest() {
    let served = serve().await;
    served.publish_router("stable", "v2.10.0").await;
    ask(&served, Method::DELETE, &format!("{NEW}?reason=x")).await;
    assert_eq!(served.get("/v3/versions/stable/deis-router/latest").await.0, StatusCode::NOT_FOUND);
    assert_eq!(served.get("/versions/deis-router").await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_notice_is_published_with_the_releases_and_taken_back() {
    let served = serve().await;
    served.publish_router("stable", "v2.9.0").await;
    let path = "/v4/notices/stable/end-of-v2";
    let put = async |body: Value| read(served.publisher(Method::PUT, path).json(&body).send().await.unwrap()).await;
    let notice = json!({"level": "end_of_life", "affected": "<3", "text": "Version 2 is not repaired any more."});
    let (status, said) = put(notice.clone()).await;
    assert_eq!((status, &said["published"]), (StatusCode::CREATED, &json!(common::NOON)));
    served.clock.set("2027-01-01T00:00:00Z".parse().unwrap());
    assert_eq!(put(notice).await, (StatusCode::OK, said.clone()), "the date stays");
    assert_eq!(served.get("/v4/releases/stable").await.1["notices"], json!([said]));
    for body in [json!({}), json!({"level": "loud", "text": "x"}), json!({"level": "advisory", "text": "x", "y": 1})] {
        assert_eq!(put(body).await.0, StatusCode::BAD_REQUEST);
    }
    assert_eq!(ask(&served, Method::DELETE, path).await, (StatusCode::OK, said));
    assert_eq!(ask(&served, Method::DELETE, path).await.0, StatusCode::NOT_FOUND);
    assert_eq!(served.get("/v4/releases/stable").await.1["notices"], Value::Null);
}

#[tokio::test]
async fn yaml_and_tables_are_imported_by_their_content_type() {
    let served = serve().await;
    let import = async |kind: &str, body: &'static str| {
        let request = served.publisher(Method::POST, "/v4/releases:import").header(header::CONTENT_TYPE, kind);
        read(request.body(body).send().await.unwrap()).await
    };
    let csv = "component,train,version,released\ndeis-router,stable,v2.9.0,2020-01-01T00:00:00Z\n";
    assert_eq!(import("text/csv; charset=utf-8", csv).await.1["added"], 1);
    let yaml = "data: [{component: {name: deis-router}, version: {train: stable, version: v2.9.0, released: 2020-01-01T00:00:00Z}}]";
    assert_eq!(import("application/yaml", yaml).await.1["unchanged"], 1);
    for (kind, body) in [("text/csv", "colour\nred\n"), ("application/yaml", "data: ["), ("application/yaml", "x")] {
        assert_eq!(import(kind, body).await.0, StatusCode::BAD_REQUEST, "{kind} {body}");
    }
}

#[tokio::test]
async fn an_absent_train_is_beta_in_the_second_version() {
    let served = serve().await;
    served.publish_router("stable", "v2.9.0").await;
    served.publish_router("beta", "v3.0.0-rc1").await;
    let question = json!({"data": [{"component": {"name": "deis-router"}, "version": {"train": ""}}]}).to_string();
    for (path, version) in [("/v2/versions/latest", "v3.0.0-rc1"), ("/v3/versions/latest", "v2.9.0")] {
        let (status, said) = served.post(path, question.clone()).await;
        assert_eq!((status, &said["data"][0]["version"]["version"]), (StatusCode::OK, &json!(version)));
    }
}
