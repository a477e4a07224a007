use super::*;
use crate::anonymizer::{AllowList, Anonymizer, Consent};
use crate::catalog::Catalog;
use crate::cluster::{ClusterId, Cohort};
use crate::collector::{Capacity, Inventory, Node};
use crate::facets::Part;
use crate::release::{Release, Releases};
use crate::version::Train;

fn releases() -> Releases {
    let at = "2020-01-01T00:00:00Z".parse().unwrap();
    let release =
        |version: &str| Release::new("deis-router".parse().unwrap(), Train::stable(), version.parse().unwrap(), at);
    ["v2.14.0", "v2.15.0"].map(release).into_iter().collect()
}

fn schemas() -> Vec<Value> {
    let (catalog, releases) = (Catalog::workflow(), releases());
    EnvelopeKind::ALL.iter().map(|kind| schema(*kind, Vocabulary::new(&catalog, &releases))).collect()
}

/// Every schema in a schema that is not made of others, with the place where it stands.
fn leaves(schema: &Value, place: &str, found: &mut Vec<(String, Value)>) {
    if schema["type"] == "object" {
        assert_eq!(schema["additionalProperties"], false, "{place}");
        for (name, member) in schema["properties"].as_object().unwrap() {
            leaves(member, &format!("{place}.{name}"), found);
        }
    } else if schema["type"] == "array" {
        assert!(schema["maxItems"].is_u64(), "{place}");
        leaves(&schema["items"], place, found);
    } else if let Some(all) = schema["oneOf"].as_array() {
        all.iter().for_each(|one| leaves(one, place, found));
    } else {
        found.push((place.to_owned(), schema.clone()));
    }
}

#[test]
fn every_leaf_is_a_list_a_bounded_number_or_a_constant_but_the_random_id() {
    let mut all = Vec::new();
    schemas().iter().for_each(|schema| leaves(schema, "", &mut all));
    assert!(all.len() > 40, "{}", all.len());
    for (place, leaf) in all {
        let bounded = leaf["type"] == "integer" && leaf["minimum"].is_u64() && leaf["maximum"].is_u64();
        let listed = leaf["enum"].as_array().is_some_and(|words| !words.is_empty());
        let id = place == ".id" && leaf["pattern"] == RANDOM_UUID;
        assert!(bounded || listed || leaf.get("const").is_some() || id, "{place}: {leaf}");
    }
}

#[test]
fn a_component_has_its_own_versions_and_no_others() {
    let check_in = schemas().remove(0);
    let one = |name: &str| {
        let all = check_in["properties"]["components"]["items"]["oneOf"].as_array().unwrap();
        let found = all.iter().find(|one| one["properties"]["name"]["const"] == name).unwrap();
        found["properties"]["version"]["enum"].clone()
    };
    assert_eq!(one("deis-router"), json!(["v2.14.0", "v2.15.0", "custom"]));
    assert_eq!(one("deis-minio"), json!(["custom"]));
}

#[test]
fn whatever_is_made_has_the_members_of_its_schema_in_their_order() {
    let (catalog, releases) = (Catalog::workflow(), releases());
    let all = |text: &str| Some(text.into());
    let node = Node {
        name: "db01.acme.example".into(),
        ready: true,
        capacity: Capacity { cpu: all("4"), memory: all("16Gi"), ephemeral_storage: all("100Gi") },
        provider: all("aws"),
        kubelet_version: "v1.31.4".into(),
        os_image: "Debian GNU/Linux 12 (bookworm)".into(),
        kernel_version: "6.1.0".into(),
        container_runtime: "containerd://1.7.1".into(),
        architecture: "amd64".into(),
        ..Node::default()
    };
    let at = "2026-01-01T00:00:00Z".parse().unwrap();
    let inventory = Inventory {
        kubernetes_version: Some("v1.31.4".to_owned()),
        cluster_created: Some(at),
        nodes: Ok(vec![node].into()),
        ..Inventory::empty(at)
    };
    let consent = Consent { cohort: Some(Cohort::Staff), ..Consent::default() };
    let id = ClusterId::new(uuid::uuid!("8c6da034-c8b1-489a-a55d-a2215d93f934"));
    let mut envelopes = vec![AllowList.check_in(id, consent, &inventory, Vocabulary::new(&catalog, &releases))];
    envelopes.extend(
        Part::ALL
            .iter()
            .filter_map(|part| AllowList.facets(*part, consent, &inventory, Vocabulary::new(&catalog, &releases))),
    );
    assert_eq!(envelopes.len(), EnvelopeKind::ALL.len());
    for envelope in envelopes {
        let mut rest = envelope.as_str();
        for field in envelope.kind().fields() {
            let member = format!("\"{}\":", field.name);
            let (_, after) = rest.split_once(&member).unwrap_or_else(|| panic!("{member} in {}", envelope.as_str()));
            rest = after;
        }
        let said: Value = serde_json::from_str(envelope.as_str()).unwrap();
        assert_eq!(said.as_object().unwrap().len(), envelope.kind().fields().len());
    }
}
