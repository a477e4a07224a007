//! Bodies full of what nobody may learn.

use serde_json::{Value, json};

use super::ID;

/// What is sent and may be nowhere. It is a word that may stand in a name.
pub(crate) const CANARY: &str = "qxzfalcon";
/// How many bodies the others are made of.
pub(crate) const BODIES: usize = 7;

/// The canary as what stands in a place may look.
pub(crate) fn words() -> impl Iterator<Item = String> {
    ["{}", "deis-router-{}", "v2.0.0-{}", "2.0.0+{}", "stable-{}", "8c6da034-c8b1-489a-a55d-{}"]
        .into_iter()
        .map(|form| form.replace("{}", CANARY))
}

/// Whether it is in these bytes, as it is or in capitals.
pub(crate) fn has_canary(bytes: &[u8]) -> bool {
    bytes.windows(CANARY.len()).any(|window| window.eq_ignore_ascii_case(CANARY.as_bytes()))
}

/// What an agent of 2018 checks in with.
fn old_check_in() -> Value {
    json!({
        "id": ID, "firstSeen": "2001-01-01T00:00:00Z", "lastSeen": "2001-01-01T00:00:00Z",
        "components": [
            {"component": {"name": "deis-router", "description": "a router", "type": "Deployment"},
             "version": {"train": "stable", "version": "v2.0.0", "released": "2016-06-01T00:00:00Z",
                         "data": {"description": "words", "fixes": "words", "image": "quay.io/deis/router:v2.0.0"}},
             "updateAvailable": "v2.1.0"},
            {"component": {"name": "acme-payments"}, "version": {"version": "git-1a2b3c4"}},
        ],
    })
}

/// What it sends as a doctor report: whole objects of Kubernetes.
fn doctor() -> Value {
    json!({
        "workflow": old_check_in(),
        "nodes": [{"metadata": {"name": "node-1", "labels": {"zone": "a"}, "annotations": {"note": "words"}},
                   "spec": {"podCIDR": "10.0.0.0/24", "providerID": "aws:///a/i-0"},
                   "status": {"addresses": [{"type": "Hostname", "address": "node-1"}], "images": [{"names": ["a:b"]}]}}],
        "namespaces": [{"name": "prod", "deployments": [{"metadata": {"name": "payments"}}],
                        "pods": [{"metadata": {"name": "payments-1"}, "spec": {"containers": [
                            {"name": "c", "image": "registry.example/c:1", "env": [{"name": "KEY", "value": "v"}]}]},
                            "status": {"podIP": "10.0.0.7", "message": "words"}}],
                        "events": [{"message": "words"}], "services": [{"spec": {"clusterIP": "10.0.0.9"}}]}],
    })
}

/// What an agent of today checks in with, and reports without its id.
fn envelopes() -> [Value; 4] {
    [
        json!({"schema": 1, "id": ID, "cohort": "ci", "components": [{"name": "deis-router", "version": "v2.0.0"}]}),
        json!({"schema": 1, "part": "software", "cohort": "ci", "kubernetes": "1.31", "os": "ubuntu 24.04"}),
        json!({"schema": 1, "part": "creation", "cohort": "ci", "created": {"year": 2024, "week": 7}}),
        json!({"schema": 1, "part": "other-workloads", "cohort": "ci", "workloads": 1}),
    ]
}

/// What is asked about versions.
fn questions() -> Value {
    json!({"data": [{"component": {"name": "deis-router"}, "version": {"train": "stable", "version": "v2.0.0"}}]})
}

/// Every body with the canary: at each place by itself, as a member that nobody knows, and everywhere at once, where the
/// id is left as it is, so that what can be kept of it is kept.
pub(crate) fn bodies() -> Vec<String> {
    let [check_in, software, creation, workloads] = envelopes();
    let all: [Value; BODIES] = [old_check_in(), doctor(), check_in, software, creation, workloads, questions()];
    let mut made =
        vec![CANARY.to_owned(), format!("\"{CANARY}\""), format!("{{\"{CANARY}\""), format!("[\"{CANARY}\"]")];
    for body in all {
        let mut every = Vec::new();
        places(&body, String::new(), &mut every);
        for place in &every {
            let mut with = |value: Value| {
                let mut body = body.clone();
                *body.pointer_mut(place).unwrap() = value;
                made.push(body.to_string());
            };
            match body.pointer(place).unwrap() {
                Value::Object(members) => {
                    for value in [json!(CANARY), json!({CANARY: [CANARY, {CANARY: CANARY}]})] {
                        let mut members = members.clone();
                        members.insert(CANARY.to_owned(), value);
                        with(members.into());
                    }
                }
                Value::String(_) => super::canaries::words().for_each(|word| with(word.into())),
                _ => with(json!(CANARY)),
            }
        }
        let mut everywhere = body;
        for place in every.iter().filter(|place| !place.ends_with("/id")) {
            let there = everywhere.pointer_mut(place).unwrap();
            if there.is_string() && *there != "deis-router" {
                *there = CANARY.into();
            }
        }
        made.push(everywhere.to_string());
    }
    made
}

/// Every place of a value, as JSON pointers.
fn places(value: &Value, place: String, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => members.iter().for_each(|(name, at)| places(at, format!("{place}/{name}"), found)),
        Value::Array(items) => items.iter().enumerate().for_each(|(n, at)| places(at, format!("{place}/{n}"), found)),
        _ => {}
    }
    found.push(place);
}
