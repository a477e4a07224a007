//! Which names and versions a service takes: those of its catalog, whatever is published.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use std::sync::Arc;

use common::{ID, Served, serve, serve_with};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use wfm_api::{Rates, Settings};
use wfm_core::anonymizer::{AllowList, Anonymizer, Consent, Vocabulary};
use wfm_core::catalog::{Catalog, CatalogEntry, Presence};
use wfm_core::collector::{Inventory, Workload};
use wfm_core::component::WorkloadKind;
use wfm_core::release::Releases;
use wfm_core::store::MemoryStore;

/// A product with one component.
fn product(name: &str) -> Catalog {
    let name = name.parse().unwrap();
    Catalog::new("Product", [CatalogEntry::new(name, WorkloadKind::Deployment, Presence::Expected, String::new())])
}

/// The check-in of an agent whose catalog has this component, with another version written into it.
async fn check_in(served: &Served, component: &str, version: &str) -> StatusCode {
    let workload = Workload { ready: 1, ..Workload::new(component, WorkloadKind::Deployment) };
    let mut inventory = Inventory::empty(jiff::Timestamp::UNIX_EPOCH);
    inventory.deployments = Ok(vec![workload]);
    let (catalog, releases) = (product(component), Releases::default());
    let vocabulary = Vocabulary::new(&catalog, &releases);
    let envelope = AllowList.check_in(ID.parse().unwrap(), Consent::default(), &inventory, vocabulary);
    let body = envelope.as_str().replace("custom", version);
    served.request(Method::POST, "/v4/reports").body(body).send().await.unwrap().status()
}

async fn publish(served: &Served, component: &str, version: &str) {
    let body = json!({"version": {"released": "2020-01-01T00:00:00Z"}});
    let (status, said) = served.publish(&format!("/v4/releases/stable/{component}/{version}"), body).await;
    assert_eq!(status, StatusCode::CREATED, "{said}");
}

#[tokio::test]
async fn a_published_name_outside_the_catalog_is_refused_and_of_an_old_agent_dropped() {
    let served = serve().await;
    publish(&served, "globex-payments", "v1.0.0").await;
    publish(&served, "deis-router", "v2.14.0").await;
    assert_eq!(check_in(&served, "globex-payments", "custom").await, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(check_in(&served, "deis-router", "v2.14.0").await, StatusCode::NO_CONTENT);
    let said = |name: &str| json!({"component": {"name": name}, "version": {"version": "2.14.0"}});
    let body = json!({"id": ID, "components": [said("globex-payments"), said("deis-router")]});
    assert_eq!(served.post("/v3/clusters", body.to_string()).await.0, StatusCode::OK);
    let kept = served.analyst(Method::GET, "/v4/clusters").send().await.unwrap().json::<Value>().await.unwrap();
    assert_eq!(kept["data"][0]["components"], json!({"deis-router": "v2.14.0"}));
    let (_, schema) = served.get("/v4/schemas/check-in").await;
    assert!(!schema.to_string().contains("globex"));
}

#[tokio::test]
async fn versions_are_taken_and_kept_in_one_spelling_and_match_releases_of_another() {
    let served = serve().await;
    publish(&served, "deis-router", "2.0.0-alpha").await;
    publish(&served, "deis-router", "v2.14.0-hotfix.jdoe").await;
    for version in ["2.0.0-alpha", "v2.14.0-hotfix.jdoe", "v2.14.0-hotfix.jdoe+a1b2c3d"] {
        assert_eq!(check_in(&served, "deis-router", version).await, StatusCode::UNPROCESSABLE_ENTITY, "{version}");
    }
    assert_eq!(check_in(&served, "deis-router", "v2.0.0-alpha").await, StatusCode::NO_CONTENT);
    let (_, schema) = served.get("/v4/schemas/check-in").await;
    let schema = schema.to_string();
    assert!(schema.contains("\"v2.0.0-alpha\"") && !schema.contains("\"2.0.0-alpha\"") && !schema.contains("hotfix"));
    let in_use = served.analyst(Method::GET, "/v4/insights/releases").send().await.unwrap();
    let in_use: Value = in_use.json().await.unwrap();
    let clusters = |version: &str| {
        let all = in_use["releases"].as_array().unwrap();
        all.iter().find(|release| release["version"] == version).unwrap()["clusters"].clone()
    };
    assert_eq!((clusters("2.0.0-alpha"), clusters("v2.14.0-hotfix.jdoe")), (json!(1), json!(0)));
}

#[tokio::test]
async fn a_service_of_another_product_takes_its_names_and_no_others() {
    let store = Arc::new(MemoryStore::default());
    let shop = |settings| Settings { rates: Rates::none(), catalog: product("shop-api"), ..settings };
    let served = serve_with(store, shop).await;
    assert_eq!(check_in(&served, "shop-api", "custom").await, StatusCode::NO_CONTENT);
    assert_eq!(check_in(&served, "deis-router", "custom").await, StatusCode::UNPROCESSABLE_ENTITY);
}
