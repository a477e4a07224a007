//! The schemas that are served, and what is taken: they agree.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use common::envelopes::{envelopes, value};
use common::json_schema::is_valid;
use common::{Served, read, serve, serve_history};
use jiff::civil::date;
use reqwest::{Method, StatusCode, header};
use serde_json::{Map, Value, json};
use std::sync::Arc;
use wfm_core::anonymizer::{Arrival, EnvelopeKind, NotTaken, Vocabulary};
use wfm_core::catalog::Catalog;
use wfm_core::facets::FacetReport;
use wfm_core::release::Releases;

/// The schemas that are served, in the order of the kinds.
async fn schemas(served: &Served) -> Vec<Value> {
    let mut all = Vec::new();
    for kind in EnvelopeKind::ALL {
        let (status, schema) = served.get(&format!("/v4/schemas/{kind}")).await;
        assert_eq!(status, StatusCode::OK);
        all.push(schema);
    }
    all
}

fn history() -> Arc<Releases> {
    let releases = wfm_api::import::read(&std::fs::read(common::history()).unwrap()).unwrap();
    Arc::new(releases.into_iter().collect())
}

fn accept(kind: EnvelopeKind, body: &Value, releases: &Releases) -> Result<(), NotTaken> {
    let (catalog, body) = (Catalog::workflow(), body.to_string());
    match kind {
        EnvelopeKind::CheckIn => Arrival::accept(body.as_bytes(), Vocabulary::new(&catalog, releases)).map(drop),
        _ => FacetReport::accept(body.as_bytes(), date(2026, 1, 5)).map(drop),
    }
}

#[tokio::test]
async fn whatever_agents_make_is_as_the_served_schema_has_it_and_is_taken() {
    let served = serve_history().await;
    let schemas = schemas(&served).await;
    let made = envelopes(&history());
    assert!(made.len() > 150, "{}", made.len());
    for envelope in made {
        let matching: Vec<bool> = schemas.iter().map(|schema| is_valid(schema, &value(&envelope))).collect();
        let expected = EnvelopeKind::ALL.map(|kind| kind == envelope.kind());
        assert_eq!(matching, expected, "{}", envelope.as_str());
        let sent = served.request(Method::POST, envelope.kind().path()).body(envelope.as_bytes().to_vec());
        assert_eq!(sent.send().await.unwrap().status(), StatusCode::NO_CONTENT, "{}", envelope.as_str());
    }
}

/// Every place of a value, as JSON pointers; that of the whole is the empty one.
fn places(value: &Value, place: &str, found: &mut Vec<String>) {
    found.push(place.to_owned());
    match value {
        Value::Object(members) => members.iter().for_each(|(name, at)| places(at, &format!("{place}/{name}"), found)),
        Value::Array(items) => items.iter().enumerate().for_each(|(n, at)| places(at, &format!("{place}/{n}"), found)),
        _ => {}
    }
}

/// Words and numbers that a schema lists: nine of each list at most.
fn listed(schema: &Value, found: &mut Vec<Value>) {
    match schema {
        Value::Object(members) => {
            if let Some(words) = members.get("enum").and_then(Value::as_array) {
                found.extend(words.iter().step_by(1 + words.len() / 8).cloned());
            }
            found.extend(members.get("const").cloned());
            members.values().for_each(|member| listed(member, found));
        }
        Value::Array(items) => items.iter().for_each(|item| listed(item, found)),
        _ => {}
    }
}

/// The envelope with one thing changed, in every way there is.
fn changed(envelope: &Value, replacements: &[Value]) -> Vec<Value> {
    let (mut all, mut every) = (Vec::new(), Vec::new());
    places(envelope, "", &mut every);
    for place in every {
        let mut change = |change: &dyn Fn(&mut Value)| {
            let mut body = envelope.clone();
            change(body.pointer_mut(&place).unwrap());
            all.push(body);
        };
        replacements.iter().for_each(|value| change(&|there| *there = value.clone()));
        let members: Map<String, Value> = envelope.pointer(&place).unwrap().as_object().cloned().unwrap_or_default();
        for name in members.keys() {
            change(&|there| drop(there.as_object_mut().unwrap().remove(name)));
        }
        for name in ["falcon", "Schema", "image", "host"].into_iter().filter(|_| !members.is_empty()) {
            change(&|there| there[name] = json!("falcon"));
        }
        if envelope.pointer(&place).unwrap().is_array() {
            change(&|there| there.as_array_mut().unwrap().clear());
        }
    }
    all
}

/// What no schema of this form can say: a component twice, a year without the week 53, a week that has not begun, an
/// envelope without any facet.
fn is_beyond_a_schema(refused: &NotTaken) -> bool {
    match refused {
        NotTaken::Twice(_) | NotTaken::Empty | NotTaken::Future(_) => true,
        NotTaken::Value(place) => place == "created",
        _ => false,
    }
}

#[tokio::test]
async fn what_is_refused_is_not_as_the_schema_has_it_and_the_other_way_round() {
    let (served, releases) = (serve_history().await, history());
    // All of them before the work begins: meanwhile nobody would hear that the service closed a connection.
    let schemas = schemas(&served).await;
    for (kind, schema) in EnvelopeKind::ALL.into_iter().zip(schemas) {
        let mut replacements = vec![
            json!(null),
            json!(true),
            json!(-1),
            json!(5),
            json!(53),
            json!(1.5),
            json!(2099),
            json!(u64::MAX),
            json!(""),
            json!("falcon"),
            json!("4"),
            json!([]),
            json!({}),
            json!(["falcon"]),
            json!({"falcon": 1}),
            json!("8c6da034-c8b1-189a-a55d-a2215d93f934"),
            json!("8C6DA034-C8B1-489A-A55D-A2215D93F934"),
        ];
        listed(&schema, &mut replacements);
        replacements.sort_by_key(ToString::to_string);
        replacements.dedup();
        let (mut taken, mut refused) = (0, 0);
        for envelope in envelopes(&releases).iter().filter(|envelope| envelope.kind() == kind).step_by(11) {
            for body in changed(&value(envelope), &replacements) {
                match (accept(kind, &body, &releases), is_valid(&schema, &body)) {
                    (Ok(()), true) => taken += 1,
                    // Another part is as good an envelope, of another schema.
                    (Ok(()), false) => assert_ne!(body["part"], kind.as_str(), "{body}"),
                    (Err(_), false) => refused += 1,
                    (Err(error), true) => assert!(is_beyond_a_schema(&error), "{error}: {body}"),
                }
            }
        }
        assert!(taken > 20 && refused > 200, "{kind}: {taken} taken, {refused} refused");
    }
}

/// What is left over is told here, so that nobody takes the schema for more than it is.
#[test]
fn what_a_schema_cannot_say_is_refused_all_the_same() {
    let releases = Releases::default();
    let schema = |kind| wfm_core::anonymizer::schema(kind, Vocabulary::new(&Catalog::workflow(), &releases));
    let minio = |version: &str| json!({"name": "deis-minio", "version": version});
    let check_in = |more: Value| {
        let mut body = json!({"schema": 1, "id": common::ID, "components": []});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    for (kind, body) in [
        (EnvelopeKind::CheckIn, check_in(json!({"components": [minio("custom"), minio("custom")]}))),
        (EnvelopeKind::Capacity, json!({"schema": 1, "part": "capacity"})),
        (EnvelopeKind::Creation, json!({"schema": 1, "part": "creation", "created": {"year": 2025, "week": 53}})),
        (EnvelopeKind::Creation, json!({"schema": 1, "part": "creation", "created": {"year": 2099, "week": 1}})),
        // One is written as 1: bytes that mean the same could tell one sender from another.
        (EnvelopeKind::OtherWorkloads, json!({"schema": 1, "part": "other-workloads", "workloads": 1.0})),
    ] {
        assert!(is_valid(&schema(kind), &body), "{body}");
        assert!(accept(kind, &body, &releases).is_err(), "{body}");
    }
}

#[tokio::test]
async fn a_schema_is_kept_by_its_tag_until_a_release_changes_it() {
    let served = serve().await;
    let get = async |tag: &str| {
        served.request(Method::GET, "/v4/schemas/check-in").header(header::IF_NONE_MATCH, tag).send().await.unwrap()
    };
    let first = get("none").await;
    assert_eq!(first.headers()[header::CONTENT_TYPE], "application/schema+json");
    assert!(first.headers()[header::CACHE_CONTROL].to_str().unwrap().starts_with("max-age="));
    let tag = first.headers()[header::ETAG].to_str().unwrap().to_owned();
    assert!(tag.starts_with('"'), "a strong one: {tag}");
    assert_eq!(get(&tag).await.status(), StatusCode::NOT_MODIFIED);
    served.publish_router("stable", "v2.9.0").await;
    let changed = get(&tag).await;
    assert_eq!(changed.status(), StatusCode::OK);
    assert!(changed.text().await.unwrap().contains("v2.9.0"));
    let software = served.request(Method::GET, "/v4/schemas/software").send().await.unwrap();
    let tag = software.headers()[header::ETAG].clone();
    served.publish_router("stable", "v2.10.0").await;
    let again = served.request(Method::GET, "/v4/schemas/software").send().await.unwrap();
    assert_eq!(again.headers()[header::ETAG], tag, "no release is in it");
}

#[tokio::test]
async fn the_schemas_are_listed_and_there_is_one_of_each_kind() {
    let served = serve().await;
    let (status, list) = served.get("/v4/schemas").await;
    let entry = |kind: &str, to: &str| json!({"envelope": kind, "schemaVersion": 1, "path": format!("/v4/schemas/{kind}"), "postedTo": to});
    let facets = ["software", "capacity", "creation", "other-workloads"].map(|kind| entry(kind, "/v4/facets"));
    let expected: Vec<Value> = [entry("check-in", "/v4/reports")].into_iter().chain(facets).collect();
    assert_eq!((status, list), (StatusCode::OK, json!({"data": expected})));
    for path in ["/v4/schemas/falcon", "/v4/schemas/Check-In"] {
        let (status, said) = served.get(path).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        assert!(
            said["message"].as_str().unwrap().ends_with("check-in, software, capacity, creation, other-workloads"),
            "{said}"
        );
    }
    read(served.request(Method::GET, "/v4/schemas?all").send().await.unwrap()).await;
}
