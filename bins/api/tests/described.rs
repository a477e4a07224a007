//! What is answered fits its own description.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use common::json_schema::is_valid_as;
use common::{read, serve};
use proptest::prelude::*;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use wfm_core::version::{Version, VersionRange};

/// One version of each form that Semantic Versioning has.
const FORMS: [&str; 9] = [
    "v1.1.0",
    "v1.1.0-rc.1",
    "v1.1.0-beta.11",
    "2.0.0-beta-2",
    "v1.2.3-0",
    "1.0.0+git.abcdef0",
    "v1.0.0-alpha.1.x-y+5.z",
    "v0.0.0-0a",
    "v999999999999999999.0.1",
];

fn description() -> Value {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.json");
    serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap()
}

#[tokio::test]
async fn answers_with_a_version_of_every_form_fit_the_committed_description() {
    let (served, description) = (serve().await, description());
    for version in FORMS {
        let body = json!({"version": {"released": "2020-01-01T00:00:00Z", "minimum": "v0.0.0-0"}});
        let path = format!("/v4/releases/stable/deis-router/{}", version.replace('+', "%2B"));
        let (status, said) = served.publish(&path, body).await;
        assert_eq!(status, StatusCode::CREATED, "{version}: {said}");
        assert!(is_valid_as("ComponentVersion", &description, &said), "{said}");
    }
    for (id, affected) in [("a", ">=1.0.0-rc.1, <v2"), ("b", "*"), ("c", "2.18.*"), ("d", "~1.1.0-beta-2.x")] {
        let notice = json!({"level": "security", "affected": affected, "text": "Upgrade."});
        let (status, said) = served.publish(&format!("/v4/notices/stable/{id}"), notice).await;
        assert_eq!(status, StatusCode::CREATED, "{said}");
        assert!(is_valid_as("Notice", &description, &said), "{said}");
    }
    let yanked =
        served.publisher(Method::DELETE, "/v4/releases/stable/deis-router/v1.1.0?reason=x").send().await.unwrap();
    assert!(is_valid_as("ComponentVersion", &description, &read(yanked).await.1));
    let (_, document) = served.get("/v4/releases/stable").await;
    assert!(is_valid_as("TrainReleases", &description, &document), "{document}");
    let mut broken = document;
    broken["components"][0]["releases"][0]["version"] = json!("v1.1");
    assert!(!is_valid_as("TrainReleases", &description, &broken), "the description says what a version is");
}

#[tokio::test]
async fn a_question_with_an_unknown_name_is_refused_with_the_names_that_are_known() {
    let (served, description) = (serve().await, description());
    served.publish_router("stable", "v1.1.0").await;
    let mut asked = 0;
    for (path, operations) in description["paths"].as_object().unwrap() {
        let is_question = operations.get("get").is_some() && (path.starts_with("/v4/") || path == "/");
        if !is_question || path.ends_with(".parquet") {
            continue;
        }
        asked += 1;
        let filled = path.replace("{train}", "stable").replace("{envelope}", "check-in");
        let request = served.admin(Method::GET, &format!("{filled}?component=deis-router&trian=stable"));
        let (status, said) = read(request.send().await.unwrap()).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{path}");
        let message = said["message"].as_str().unwrap();
        assert!(message.contains("does not know: use ") && !message.contains("trian"), "{path}: {message}");
    }
    assert!(asked > 30, "{asked}");
}

proptest! {
    #[test]
    fn what_the_description_calls_a_version_is_one(text in "v?[0-9]{1,2}\\.[0-9]\\.[0-9](-[a0-1.-]{0,5})?(\\+[a0.-]{0,4})?") {
        let is_described = is_valid_as("Version", &description(), &json!(text));
        prop_assert_eq!(is_described, text.parse::<Version>().is_ok(), "{}", text);
    }

    #[test]
    fn what_the_description_calls_a_range_is_one(text in "(<|<=|>|>=|=|~|\\^)?v?[0-9]{1,2}(\\.[0-9]){0,2}(-[a0.-]{1,4})?(\\.\\*)?") {
        if is_valid_as("VersionRange", &description(), &json!(text)) {
            let read = text.parse::<VersionRange>();
            prop_assert!(read.is_ok() || text.starts_with('<'), "{}: {:?}", text, read);
        }
    }
}
