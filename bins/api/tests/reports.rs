//! Envelopes, as agents of today send them.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use std::sync::Arc;

use common::{ID, NOON, Served, read, serve, serve_history, serve_with};
use jiff::civil::date;
use reqwest::{Method, StatusCode, header};
use serde_json::{Value, json};
use wfm_api::{Rates, Settings};
use wfm_core::store::{MemoryStore, Store};

fn check_in() -> Value {
    json!({
        "schema": 1, "id": ID, "cohort": "staff", "created": {"year": 2024, "week": 7},
        "components": [{"name": "deis-minio", "version": "custom"}, {"name": "deis-router", "version": "v2.0.0"}],
        "other": 4
    })
}

fn software() -> Value {
    json!({"schema": 1, "part": "software", "cohort": "ci", "kubernetes": "1.31", "os": "ubuntu 24.04"})
}

/// Posts, and answers the status and the text.
async fn post(served: &Served, path: &str, body: impl Into<reqwest::Body>) -> (StatusCode, String) {
    let answer = served.request(Method::POST, path).body(body).send().await.unwrap();
    assert!(!answer.headers().contains_key(header::SET_COOKIE) && !answer.headers().contains_key(header::ETAG));
    (answer.status(), answer.text().await.unwrap())
}

async fn listed(served: &Served) -> Value {
    let (status, said) = read(served.analyst(Method::GET, "/v4/clusters").send().await.unwrap()).await;
    assert_eq!(status, StatusCode::OK);
    said["data"].clone()
}

#[tokio::test]
async fn a_check_in_is_answered_with_nothing_and_kept_whole() {
    let served = serve_history().await;
    assert_eq!(post(&served, "/v4/reports", check_in().to_string()).await, (StatusCode::NO_CONTENT, String::new()));
    let expected = json!([{
        "id": ID, "components": {"deis-minio": "custom", "deis-router": "v2.0.0"},
        "firstSeen": NOON, "lastSeen": NOON, "checkIns": 1, "cohort": "staff", "declaredCohort": "staff"
    }]);
    assert_eq!(listed(&served).await, expected);
    // The same cluster is the same one, whichever way it checks in.
    served.post("/v3/clusters", json!({"id": ID, "components": []}).to_string()).await;
    let after = listed(&served).await;
    assert_eq!(after[0]["checkIns"], json!(2));
}

#[tokio::test]
async fn what_departs_from_the_schema_is_refused_whole_by_its_place_and_never_by_its_value() {
    let served = serve_history().await;
    let with = |place: &str, value: Value| {
        let mut body = check_in();
        let (parent, name) = place.rsplit_once('/').unwrap();
        match body.pointer_mut(parent).unwrap() {
            Value::Array(items) => items[name.parse::<usize>().unwrap()] = value,
            object => object[name] = value,
        }
        body.to_string()
    };
    for (place, value, message) in [
        ("/host", json!("falcon"), "host: there is no such member"),
        ("/components/1/image", json!("falcon"), "components[1].image: there is no such member"),
        ("/id", json!("falcon"), "id: not one of its values"),
        ("/components/1/version", json!("v2.0.0-falcon"), "components[1].version: not one of its values"),
        ("/components/0/name", json!("falcon"), "components[0].name: not one of its values"),
        (
            "/components/0",
            json!({"name": "deis-router", "version": "custom"}),
            "components[1].name: stands there twice",
        ),
        ("/created/week", json!(54), "created: not one of its values"),
        ("/schema", json!(2), "schema: not one of its values"),
    ] {
        let (status, said) = post(&served, "/v4/reports", with(place, value)).await;
        let said: Value = serde_json::from_str(&said).unwrap();
        assert_eq!((status, &said["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!(422)), "{place}");
        assert!(said["message"].as_str().unwrap().starts_with(message), "{said}");
        assert!(!said.to_string().contains("falcon"), "{said}");
    }
    for (path, body) in [("/v4/reports", "falcon"), ("/v4/reports", "[]"), ("/v4/facets", "{"), ("/v4/facets", "")] {
        let (status, said) = served.post(path, body).await;
        assert_eq!((status, &said["message"]), (StatusCode::BAD_REQUEST, &json!("the body is not a JSON object")));
    }
    assert_eq!(served.post("/v4/reports?id=falcon", check_in().to_string()).await.0, StatusCode::BAD_REQUEST);
    assert_eq!(listed(&served).await, json!([]));
}

/// The second body of the same words takes a shorter way; it must lead to the same places.
#[tokio::test]
async fn a_check_in_that_was_seen_before_is_read_like_a_new_one() {
    let served = serve_history().await;
    let said_by = |id: &str| check_in().to_string().replace(ID, id);
    // As agents write it: the schema, then the id.
    let in_order = |id: &str| {
        let rest = said_by(id).replacen(r#""schema":1,"#, "", 1).replacen(&format!(r#","id":"{id}""#), "", 1);
        let rest = rest.replacen(r#","schema":1"#, "", 1);
        format!(r#"{{"schema":1,"id":"{id}",{}"#, &rest[1..])
    };
    let ids = [ID, "11111111-2222-4333-8444-555555555555", "22222222-2222-4333-8444-555555555555"];
    for id in ids {
        assert_eq!(post(&served, "/v4/reports", in_order(id)).await.0, StatusCode::NO_CONTENT, "{}", in_order(id));
    }
    let clusters = listed(&served).await;
    for (cluster, id) in clusters.as_array().unwrap().iter().zip([ids[1], ids[2], ids[0]]) {
        let mut expected = clusters[2].clone();
        expected["id"] = json!(id);
        assert_eq!(cluster, &expected);
    }
    // Of version 1, in capitals, of another length, with an end of its own.
    for id in [&ID.replace("-4", "-1"), &ID.to_uppercase(), "falcon", &format!("{}\",\"", &ID[..33]), &format!("{ID}0")]
    {
        let (status, said) = post(&served, "/v4/reports", in_order(id)).await;
        assert!(matches!(status.as_u16(), 400 | 422) && !said.contains("falcon"), "{id}: {said}");
    }
    served.publish_router("stable", "v9.9.9").await;
    let newer = in_order(ID).replace("v2.0.0", "v9.9.9");
    assert_eq!(post(&served, "/v4/reports", newer).await.0, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn facets_are_added_up_in_the_week_in_which_they_arrive() {
    let store = Arc::new(MemoryStore::default());
    let served = common::serve_over(Arc::clone(&store) as Arc<dyn Store>).await;
    for (at, times) in [(NOON, 2), ("2026-01-04T23:59:59Z", 1), ("2026-01-05T00:00:00Z", 1)] {
        served.clock.set(at.parse().unwrap());
        for _ in 0..times {
            let answer = post(&served, "/v4/facets", software().to_string()).await;
            assert_eq!(answer, (StatusCode::NO_CONTENT, String::new()));
        }
    }
    for (week, reports) in [(date(2025, 12, 29), 3), (date(2026, 1, 5), 1)] {
        let counted = store.facets(week).await.unwrap();
        assert_eq!(counted.iter().map(|count| count.reports).collect::<Vec<_>>(), [reports; 3], "{week}");
    }
    let (status, said) = post(&served, "/v4/facets", r#"{"schema":1,"part":"software","id":"x"}"#).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(said.contains("id: there is no such member"), "{said}");
    assert_eq!(store.count_clusters().await.unwrap(), 0, "nobody checked in");
}

#[tokio::test]
async fn each_envelope_is_as_long_as_its_limit_and_no_longer() {
    let served = serve_history().await;
    let padded = |body: Value, length: usize| format!("{body}{}", " ".repeat(length - body.to_string().len()));
    for (path, body, limit) in [("/v4/reports", check_in(), 16 * 1024), ("/v4/facets", software(), 4 * 1024)] {
        assert_eq!(post(&served, path, padded(body.clone(), limit)).await.0, StatusCode::NO_CONTENT, "{path}");
        assert_eq!(served.post(path, padded(body, limit + 1)).await.0, StatusCode::PAYLOAD_TOO_LARGE, "{path}");
    }
}

#[tokio::test]
async fn a_cluster_has_one_rate_for_both_ways_and_facets_have_that_of_their_network() {
    let limited = |per_cluster, per_address| async move {
        let rates = Rates { per_cluster, per_address };
        serve_with(Arc::new(MemoryStore::default()), |settings| Settings { rates, ..settings }).await
    };
    let body = json!({"schema": 1, "id": ID, "components": [], "other": 0}).to_string();
    let served = limited(12, 0).await;
    assert_eq!(post(&served, "/v4/reports", body.clone()).await.0, StatusCode::NO_CONTENT);
    assert_eq!(served.post("/v3/clusters", json!({"id": ID}).to_string()).await.0, StatusCode::OK);
    assert_eq!(served.post("/v4/reports", body).await.0, StatusCode::TOO_MANY_REQUESTS);
    for _ in 0..20 {
        assert_eq!(post(&served, "/v4/facets", software().to_string()).await.0, StatusCode::NO_CONTENT);
    }
    let served = limited(0, 12).await;
    for expected in [StatusCode::NO_CONTENT, StatusCode::NO_CONTENT, StatusCode::TOO_MANY_REQUESTS] {
        assert_eq!(post(&served, "/v4/facets", software().to_string()).await.0, expected);
    }
}

#[tokio::test]
async fn check_ins_of_both_ways_are_counted_in_the_metrics() {
    let served = serve_history().await;
    post(&served, "/v4/reports", check_in().to_string()).await;
    post(&served, "/v4/reports", "{}").await;
    post(&served, "/v4/facets", software().to_string()).await;
    let metrics = served.analyst(Method::GET, "/metrics").send().await.unwrap().text().await.unwrap();
    for line in [r#"wfm_api_checkins_total{result="accepted"} 1"#, r#"wfm_api_checkins_total{result="refused"} 1"#] {
        assert!(metrics.contains(line), "{metrics}");
    }
    assert_eq!(serve().await.count().await, 0);
}
