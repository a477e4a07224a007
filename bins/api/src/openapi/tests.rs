use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::*;

/// Says how to write the file, and writes it where it is asked to.
#[test]
fn the_committed_description_is_the_generated_one() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
    if std::env::var_os("WFM_GENERATE").is_some() {
        fs::write(&file, text()).unwrap();
    }
    let committed = fs::read_to_string(&file).unwrap_or_default();
    assert!(committed == text(), "docs/openapi.json is old: run WFM_GENERATE=1 cargo test -p wfm-api openapi");
}

#[test]
fn every_route_is_described_and_nothing_else_is() {
    let routes: BTreeSet<_> = ROUTES.iter().map(|route| (route.verb, route.path)).collect();
    let said: Vec<_> = operations::all().iter().map(|said| (said.verb, said.path)).collect();
    assert_eq!(said.len(), routes.len(), "something is described twice, or not at all");
    assert_eq!(BTreeSet::from_iter(said), routes);
    let document = document();
    let paths = document["paths"].as_object().unwrap();
    let described: usize = paths.values().map(|path| path.as_object().unwrap().len()).sum();
    assert_eq!(described, ROUTES.len());
    for route in ROUTES {
        assert!(paths[route.path][route.verb.word()]["responses"]["503"].is_object(), "{}", route.path);
    }
}

#[test]
fn every_reference_has_its_schema_and_every_schema_a_reference() {
    let document = document();
    let text = document.to_string();
    let referred: BTreeSet<&str> =
        text.split("\"#/components/schemas/").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    let there: BTreeSet<&str> =
        document["components"]["schemas"].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(referred, there);
}

#[test]
fn an_operation_has_its_own_name_and_a_known_group() {
    let document = document();
    let operations =
        document["paths"].as_object().unwrap().values().flat_map(|path| path.as_object().unwrap().values());
    let mut names = BTreeSet::new();
    for operation in operations {
        assert!(names.insert(operation["operationId"].as_str().unwrap().to_owned()), "{operation}");
        let tag = operation["tags"][0].as_str().unwrap();
        assert!(operations::TAGS.iter().any(|(known, _)| *known == tag));
    }
}

#[test]
fn a_route_with_a_role_says_which() {
    let document = document();
    let publish = &document["paths"]["/v4/releases/{train}/{component}/{version}"]["put"];
    assert_eq!(publish["security"], json!([{"publisher": []}]));
    let erase = &document["paths"]["/v4/clusters/{id}"]["delete"];
    assert_eq!(erase["security"], json!([{"admin": []}, {"erasureSecret": []}]));
    assert!(publish["responses"]["401"]["headers"]["WWW-Authenticate"].is_object());
    assert_eq!(document["paths"]["/v3/clusters"]["post"]["security"], Value::Null);
}
