//! What a release list can bring about: it is written by the other side.

use proptest::prelude::*;

use super::{id, workload};
use crate::anonymizer::{AllowList, Anonymizer, Arrival, Consent, Vocabulary};
use crate::catalog::Catalog;
use crate::collector::{Inventory, Workload};
use crate::release::{Release, Releases};
use crate::version::Train;
use crate::wire;

/// A list that publishes these on the stable train.
fn list(published: &[(&str, &str)]) -> Releases {
    let release = |(name, version): &(&str, &str)| {
        let (name, version) = (name.parse().unwrap(), version.parse().unwrap());
        Release::new(name, Train::stable(), version, jiff::Timestamp::UNIX_EPOCH)
    };
    published.iter().map(release).collect()
}

/// The check-in of these workloads where the list is known. The service takes it with the same list.
fn sent(deployments: &[Workload], releases: &Releases) -> String {
    let mut inventory = Inventory::empty(jiff::Timestamp::UNIX_EPOCH);
    inventory.deployments = Ok(deployments.to_vec());
    let catalog = Catalog::workflow();
    let vocabulary = Vocabulary::new(&catalog, releases);
    let envelope = AllowList.check_in(id(), Consent::default(), &inventory, vocabulary);
    Arrival::accept(envelope.as_bytes(), vocabulary).unwrap();
    envelope.as_str().to_owned()
}

const HOT_FIX: &str = "v2.19.0-hotfix.jdoe+gita1b2c3d";

#[test]
fn a_published_name_outside_the_catalog_and_a_published_hot_fix_are_not_confirmed() {
    let workloads = [workload("globex-payments", Some("v1.0.0"), "x"), workload("deis-controller", Some(HOT_FIX), "x")];
    let guesses = [("globex-payments", "v1.0.0"), ("deis-controller", HOT_FIX), ("globex", "v1.0.0")];
    let expected = sent(&workloads, &Releases::default());
    assert!(expected.contains(r#"[{"name":"deis-controller","version":"custom"}]"#), "{expected}");
    assert_eq!(sent(&workloads, &list(&guesses)), expected);
}

#[test]
fn a_version_is_sent_in_one_spelling_whatever_the_list_and_the_cluster_have() {
    for published in ["2.14.0-rc1", "v2.14.0-rc1"] {
        for installed in ["2.14.0-rc1", "v2.14.0-rc1"] {
            let body = sent(&[workload("deis-router", Some(installed), "x")], &list(&[("deis-router", published)]));
            assert!(body.contains(r#""version":"v2.14.0-rc1""#), "{published}, {installed}: {body}");
        }
    }
}

#[test]
fn what_no_agent_sends_is_refused_also_if_it_is_published() {
    let releases = list(&[("globex-payments", "v1.0.0"), ("deis-router", "2.14.0"), ("deis-router", HOT_FIX)]);
    let catalog = Catalog::workflow();
    let accepted = |name: &str, version: &str| {
        let body = sent(&[workload("deis-router", Some("v2.14.0"), "x")], &releases);
        let body = body.replace("deis-router", name).replace("v2.14.0", version);
        Arrival::accept(body.as_bytes(), Vocabulary::new(&catalog, &releases)).map_err(|error| error.to_string())
    };
    assert!(accepted("deis-router", "v2.14.0").is_ok());
    assert!(accepted("globex-payments", "custom").unwrap_err().starts_with("components[0].name: "));
    for version in ["2.14.0", HOT_FIX, "v2.14.00", "v2.14.1"] {
        assert!(accepted("deis-router", version).unwrap_err().starts_with("components[0].version: "), "{version}");
    }
}

#[test]
fn of_an_old_agents_body_published_names_outside_the_catalog_are_dropped() {
    let said =
        |name: &str, version: &str| serde_json::json!({"component": {"name": name}, "version": {"version": version}});
    let components =
        [said("globex-payments", "v1.0.0"), said("deis-controller", HOT_FIX), said("deis-router", "2.14.0")];
    let body = serde_json::json!({"id": id(), "components": components});
    let body: wire::v3::Cluster = serde_json::from_value(body).unwrap();
    let published = [("globex-payments", "v1.0.0"), ("deis-controller", HOT_FIX), ("deis-router", "2.14.0")];
    let arrival = Arrival::reduce(&body, Vocabulary::new(&Catalog::workflow(), &list(&published))).unwrap();
    let kept: Vec<String> = arrival.components().iter().map(|(name, version)| format!("{name} {version}")).collect();
    assert_eq!(kept, ["deis-controller custom", "deis-router v2.14.0"]);
}

/// A version that has no canonical form.
fn not_canonical() -> impl Strategy<Value = String> {
    let number = || 0..100u32;
    let suffix = prop_oneof!["[.][1-9][0-9]{2,8}", "[.][0-9]-[a-z]{1,8}[.][a-z]{1,8}", "[.][0-9][+][a-z0-9]{1,8}"];
    ("v?", number(), number(), suffix).prop_map(|(v, major, minor, suffix)| format!("{v}{major}.{minor}{suffix}"))
}

proptest! {
    #[test]
    fn clusters_that_differ_outside_the_catalog_send_the_same_where_all_of_it_is_published(
        names in proptest::array::uniform2("[a-z][a-z0-9]{0,9}(-[a-z0-9]{1,9}){0,2}"),
        versions in proptest::array::uniform2(not_canonical()),
    ) {
        prop_assume!(names.iter().all(|name| Catalog::workflow().get(name).is_none()));
        let mut guesses = vec![("deis-minio", "v2.4.1")];
        guesses.extend(names.iter().flat_map(|name| versions.iter().map(|version| (name.as_str(), version.as_str()))));
        guesses.extend(versions.iter().map(|version| ("deis-router", version.as_str())));
        let list = list(&guesses);
        let cluster = |at: usize| {
            let minio = workload("deis-minio", Some("v2.4.1"), "x");
            let router = workload("deis-router", Some(&versions[at]), "x");
            [minio, router, workload(&names[at], Some(&versions[1 - at]), "x")]
        };
        prop_assert_eq!(sent(&cluster(0), &list), sent(&cluster(1), &list));
    }
}
