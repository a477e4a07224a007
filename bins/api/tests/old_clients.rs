//! What clients of 2016–2020 expect: agents, and programs that were generated from the description of that time.

mod common;

use common::{ID, check_in, doctor, id, read, serve, serve_history};
use reqwest::{Method, StatusCode, header};
use serde_json::{Value, json};

#[tokio::test]
async fn an_agent_in_an_empty_namespace_asks_for_nothing_and_is_answered_with_nothing() {
    let served = serve_history().await;
    for path in ["/v2/versions/latest", "/v3/versions/latest"] {
        for body in ["{}", r#"{"data":null}"#, r#"{"data":[]}"#] {
            assert_eq!(served.post(path, body).await, (StatusCode::OK, json!({"data": []})), "{path} {body}");
        }
    }
}

/// An agent of that time reads the version of each answer without looking whether there is one.
#[tokio::test]
async fn every_answer_about_a_component_has_a_version_also_if_the_component_is_unknown() {
    let served = serve_history().await;
    let questions =
        ["deis-router", "deis-nothing", "Not A Name", "acme-payments"].map(|name| json!({"component": {"name": name}}));
    for path in ["/v2/versions/latest", "/v3/versions/latest"] {
        let (status, said) = served.post(path, json!({"data": questions}).to_string()).await;
        let answers = said["data"].as_array().unwrap();
        assert_eq!((status, answers.len()), (StatusCode::OK, 4));
        for answer in answers {
            assert!(answer["version"].is_object() && answer["component"]["name"].is_string(), "{path}: {answer}");
        }
    }
}

#[tokio::test]
async fn ping_answers_json() {
    let served = serve().await;
    let answer = served.request(Method::GET, "/ping").header(header::ACCEPT, "application/json").send().await.unwrap();
    assert_eq!(answer.headers()[header::CONTENT_TYPE], "application/json");
    assert_eq!(read(answer).await, (StatusCode::OK, json!("ok")));
}

#[tokio::test]
async fn a_doctor_report_has_the_members_that_were_required_and_times_to_the_second() {
    let served = serve_history().await;
    served.clock.set("2026-01-01T12:00:00.987654321Z".parse().unwrap());
    let path = format!("/v3/doctor/{ID}");
    let report = json!({"workflow": {"id": "x", "components": []}, "nodes": [{"name": "n"}], "namespaces": []});
    assert_eq!(served.post(&path, report.to_string()).await.0, StatusCode::OK);
    let kept = read(served.request(Method::GET, &path).bearer_auth(doctor()).send().await.unwrap()).await.1;
    assert_eq!((&kept["nodes"], &kept["namespaces"]), (&json!([]), &json!([])));
    assert_eq!(kept["workflow"]["firstSeen"], "2026-01-01T12:00:00Z");
}

#[tokio::test]
async fn check_ins_are_listed_from_the_newest_cluster_on_and_persistent_ones_from_the_oldest() {
    let served = serve_history().await;
    for (cluster, day) in [(5, 1), (1, 2), (9, 3), (3, 4)] {
        check_in(&served, cluster, "v2.18.1", &format!("2026-01-0{day}T12:00:00Z")).await;
    }
    for cluster in [1, 3, 5, 9] {
        check_in(&served, cluster, "v2.18.1", "2026-01-04T18:00:00Z").await;
    }
    let order = async |path: &str| {
        let (status, said) = read(served.analyst(Method::GET, path).send().await.unwrap()).await;
        let ids: Vec<String> =
            said["data"].as_array().unwrap().iter().map(|one| one["clusterID"].as_str().unwrap().to_owned()).collect();
        assert_eq!((status, &said["count"]), (StatusCode::OK, &json!(ids.len())));
        ids
    };
    assert_eq!(order("/v3/clusters/checkins").await, [3, 9, 1, 5].map(id));
    assert_eq!(order("/v3/clusters/persistent").await, [5, 1, 9, 3].map(id));
}

#[tokio::test]
async fn many_check_ins_are_listed_whole_and_in_order() {
    let served = serve_history().await;
    for number in 0..2_300u32 {
        served.clock.set(jiff::Timestamp::from_second(1_767_268_800 + i64::from(number * 7919 % 2_300)).unwrap());
        let id = format!("{}{number:04}", &ID[..32]);
        assert_eq!(served.post("/v3/clusters", json!({"id": id}).to_string()).await.0, StatusCode::OK);
    }
    let said = read(served.analyst(Method::GET, "/v3/clusters/checkins").send().await.unwrap()).await.1;
    let first: Vec<&str> =
        said["data"].as_array().unwrap().iter().map(|one| one["firstSeen"].as_str().unwrap()).collect();
    assert!(first.is_sorted_by(|a, b| a > b));
    assert_eq!((first.len(), &said["count"]), (2_300, &json!(2_300)));
}

/// The agent v2.0.0-rc1 joins its paths like this.
#[tokio::test]
async fn a_check_in_of_the_first_release_candidate_is_counted() {
    let served = serve_history().await;
    let (status, said) = served.post(&format!("//v2/clusters//{ID}"), json!({"components": []}).to_string()).await;
    assert_eq!((status, &said["id"]), (StatusCode::OK, &json!(ID)));
    assert_eq!(served.count().await, 1);
    for path in ["//v2/versions/latest", "//v3/clusters", "/v2//clusters/x"] {
        assert_eq!(served.post(path, "{}").await.0, StatusCode::NOT_FOUND, "{path}");
    }
}

/// A rollback to an agent of that time must not make staff's clusters customers'.
#[tokio::test]
async fn a_check_in_of_an_old_agent_keeps_the_cohort_that_the_cluster_declared() {
    let served = serve_history().await;
    let envelope = json!({"schema": 1, "id": ID, "cohort": "ci", "components": []});
    let answer = served.request(Method::POST, "/v4/reports").body(envelope.to_string()).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::NO_CONTENT);
    let old =
        json!({"id": ID, "components": [{"component": {"name": "deis-router"}, "version": {"version": "v2.0.0"}}]});
    for _ in 0..2 {
        assert_eq!(served.post("/v3/clusters", old.to_string()).await.0, StatusCode::OK);
        let listed: Value = read(served.analyst(Method::GET, "/v4/clusters").send().await.unwrap()).await.1;
        assert_eq!(listed["data"][0]["declaredCohort"], "ci", "{listed}");
        assert_eq!(listed["data"][0]["components"]["deis-router"], "v2.0.0");
    }
}
