//! A fleet to ask about, and ways to ask.

use std::sync::Arc;

use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use wfm_api::{InsightsPublic, Rates, Settings};
use wfm_core::fleet::Steps;
use wfm_core::store::{MemoryStore, Store};

use super::{ID, Served, read, serve_with};

/// Every question, with what it needs.
pub(crate) const QUESTIONS: [&str; 9] = [
    "summary",
    "active",
    "appeared",
    "disappeared",
    "age",
    "adoption?component=deis-router",
    "lag?component=deis-router",
    "releases",
    "distributions",
];

/// The questions that may be public.
pub(crate) const PUBLIC: [&str; 5] =
    ["summary", "active", "adoption?component=deis-router", "releases", "distributions"];

pub(crate) async fn serve(insights_public: InsightsPublic) -> Served {
    let store = Arc::new(MemoryStore::default());
    // Steps at the tens themselves.
    store.steps(Steps::of([0; Steps::RANDOM])).await.unwrap();
    let served = serve_with(store, |settings| Settings { rates: Rates::none(), insights_public, ..settings }).await;
    for version in ["v2.18.0", "v2.19.0"] {
        served.publish_router("stable", version).await;
    }
    let body = json!({"version": {"released": "2026-01-03T09:00:00Z"}});
    served.publish("/v4/releases/stable/deis-router/v2.20.0", body).await;
    served
}

pub(crate) fn id(n: usize) -> String {
    format!("{}{n:04}", &ID[..32])
}

pub(crate) async fn check_in(served: &Served, n: usize, version: &str, at: &str) {
    served.clock.set(at.parse().unwrap());
    let router = json!({"component": {"name": "deis-router"}, "version": {"version": version}});
    let body = json!({"id": id(n), "components": [router]});
    assert_eq!(served.post("/v3/clusters", body.to_string()).await.0, StatusCode::OK);
}

/// 45 clusters stay from the 1st to the 16th at noon, the first 25 of which upgrade on the 14th; 30 others are seen on the 2nd
/// alone; on the 17th, which is today, 3 of those that stayed have been heard of.
pub(crate) async fn settled(insights_public: InsightsPublic) -> Served {
    let served = serve(insights_public).await;
    for day in 1..=16 {
        let noon = format!("2026-01-{day:02}T12:00:00Z");
        for n in 0..45 {
            check_in(&served, n, if n < 25 && day >= 14 { "v2.20.0" } else { "v2.18.0" }, &noon).await;
        }
        for n in 45..if day == 2 { 75 } else { 45 } {
            check_in(&served, n, "v2.19.0", &noon).await;
        }
    }
    for n in 0..3 {
        check_in(&served, n, "v2.20.0", "2026-01-17T06:00:00Z").await;
    }
    served.clock.set("2026-01-17T11:00:00Z".parse().unwrap());
    served
}

/// 27 clusters stay from the 1st to the 4th at noon, the first 15 of which upgrade on the 3rd; 4 others are seen on the
/// 2nd alone; on the 5th, which is today, 3 of those that stayed have been heard of.
pub(crate) async fn fleet(insights_public: InsightsPublic) -> Served {
    let served = serve(insights_public).await;
    for day in 1..=4 {
        let noon = format!("2026-01-0{day}T12:00:00Z");
        for n in 0..27 {
            check_in(&served, n, if n < 15 && day >= 3 { "v2.20.0" } else { "v2.18.0" }, &noon).await;
        }
        if day == 2 {
            for n in 27..31 {
                check_in(&served, n, "v2.19.0", &noon).await;
            }
        }
    }
    for n in 0..3 {
        check_in(&served, n, "v2.20.0", "2026-01-05T06:00:00Z").await;
    }
    served.clock.set("2026-01-05T11:00:00Z".parse().unwrap());
    served
}

pub(crate) fn path(question: &str) -> String {
    format!("/v4/insights/{question}")
}

pub(crate) async fn text(request: RequestBuilder) -> String {
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    response.text().await.unwrap()
}

pub(crate) async fn analyst(served: &Served, question: &str) -> (StatusCode, Value) {
    read(served.analyst(Method::GET, &path(question)).send().await.unwrap()).await
}

pub(crate) async fn told(served: &Served, question: &str) -> Value {
    let (status, said) = analyst(served, question).await;
    assert_eq!(status, StatusCode::OK, "{said}");
    said
}

pub(crate) async fn public(served: &Served, question: &str) -> Value {
    let (status, said) = served.get(&path(question)).await;
    assert_eq!(status, StatusCode::OK, "{said}");
    said
}

/// The clusters of each bucket.
pub(crate) fn clusters(series: &Value) -> Vec<Value> {
    series["buckets"].as_array().unwrap().iter().map(|bucket| bucket["clusters"].clone()).collect()
}
