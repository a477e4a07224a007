//! Another product than Workflow: what its catalog expects of which release, and the annotation that it names.

use super::*;
use crate::catalog::{AnnotationKey, CatalogEntry, Presence};

/// `shop-api` tells the release; `shop-search` came with 2.0.0, `shop-index` went with it.
fn shop() -> Catalog {
    let entry = |name: &str, since: Option<&str>, until: Option<&str>| {
        let version = |text: Option<&str>| text.map(|text| text.parse().unwrap());
        CatalogEntry::new(name.parse().unwrap(), WorkloadKind::Deployment, Presence::Expected, String::new())
            .with_releases(version(since), version(until))
    };
    let entries = [
        entry("shop-api", None, None),
        entry("shop-search", Some("v2.0.0"), None),
        entry("shop-index", None, Some("v2.0.0")),
    ];
    Catalog::new("Shop", entries)
        .with_release_component(Some("shop-api".parse().unwrap()))
        .with_version_annotation("shop.example/version".parse::<AnnotationKey>().unwrap())
}

fn absent(deployments: Vec<Workload>) -> Vec<(String, Freshness)> {
    let inventory = inventory(deployments);
    let all = TrainDiff::new(shop(), Train::stable()).diff(&inventory, Knowledge::Never);
    all.iter().filter(|c| c.workload.is_none()).map(|c| (c.name.clone(), c.freshness.clone())).collect()
}

#[test]
fn what_is_missing_depends_on_the_installed_release_of_the_product() {
    let missing = |version: &str| absent(vec![workload("shop-api", Some(version))]);
    assert_eq!(missing("v1.9.9"), [("shop-index".to_owned(), Freshness::Missing)]);
    assert_eq!(missing("v2.0.0"), [("shop-search".to_owned(), Freshness::Missing)]);
    assert_eq!(missing("v2.0.0-rc1"), [("shop-index".to_owned(), Freshness::Missing)]);
}

#[test]
fn a_workload_without_wanted_pods_does_not_date_the_product_beside_one_that_has_some() {
    let missing = |wanted: [u32; 2]| {
        let api = |version, desired| Workload { desired, ..workload("shop-api", Some(version)) };
        absent(vec![api("v1.0.0", wanted[0]), api("v2.0.0", wanted[1])])
    };
    let (index, search) = ("shop-index".to_owned(), "shop-search".to_owned());
    assert_eq!(missing([0, 3]), [(search, Freshness::Missing)]);
    for wanted in [[3, 0], [1, 1], [0, 0]] {
        assert_eq!(missing(wanted), [(index.clone(), Freshness::Missing)], "{wanted:?}");
    }
}

#[test]
fn without_the_product_s_release_nothing_that_depends_on_it_is_called_missing() {
    let component = "shop-api".parse().unwrap();
    let unknown = Freshness::Unknown { reason: UnknownReason::ReleaseUnknown { component } };
    let doubtful = |names: [&str; 2]| names.map(|name| (name.to_owned(), unknown.clone())).to_vec();
    assert_eq!(absent(vec![workload("shop-api", Some("canary"))]), doubtful(["shop-index", "shop-search"]));
    let nothing = absent(Vec::new());
    assert_eq!(nothing[0], ("shop-api".to_owned(), Freshness::Missing));
    assert_eq!(nothing[1..], doubtful(["shop-index", "shop-search"]));
}

#[test]
fn a_component_that_its_release_does_not_know_any_more_is_still_compared() {
    let inventory = inventory(vec![workload("shop-api", Some("v2.0.0")), workload("shop-index", Some("v1.0.0"))]);
    let all = TrainDiff::new(shop(), Train::stable()).diff(&inventory, Knowledge::Never);
    assert_eq!(of(&all, "shop-index"), &Freshness::Unknown { reason: UnknownReason::NotFetched });
}

#[test]
fn the_reason_names_the_annotation_of_the_product() {
    let inventory = inventory(vec![workload("shop-api", Some("canary"))]);
    let all = TrainDiff::new(shop(), Train::stable()).diff(&inventory, Knowledge::Never);
    let Freshness::Unknown { reason } = of(&all, "shop-api") else { panic!("{all:?}") };
    assert_eq!(reason.to_string(), "the annotation shop.example/version is “canary”, which is no version");
}

/// `shop-postgres` or `shop-mysql` must be there; `shop-cache` only beside `shop-postgres`.
fn either() -> Catalog {
    let entry = |name: &str, presence| {
        CatalogEntry::new(name.parse().unwrap(), WorkloadKind::StatefulSet, presence, String::new())
    };
    let neighbours = |names: &[&str]| names.iter().map(|name| name.parse().unwrap()).collect::<Vec<_>>();
    let entries = [
        entry("shop-postgres", Presence::Expected).with_neighbours(Vec::new(), neighbours(&["shop-mysql"])),
        entry("shop-mysql", Presence::Optional),
        entry("shop-cache", Presence::Expected).with_neighbours(neighbours(&["shop-postgres"]), Vec::new()),
    ];
    Catalog::new("Shop", entries)
}

#[test]
fn one_of_two_components_is_enough_and_without_both_one_row_names_both() {
    let judged = |names: &[&str]| {
        let inventory = inventory(names.iter().map(|name| workload(name, None)).collect());
        let diff = TrainDiff::new(either(), Train::stable());
        let missing = diff.diff(&inventory, Knowledge::Never).into_iter().filter(|c| c.freshness == Freshness::Missing);
        let missing: Vec<_> = missing.map(|c| (c.name, c.remarks.alternatives)).collect();
        let absent: Vec<_> = diff
            .not_installed(&inventory, Knowledge::Never)
            .into_iter()
            .map(|a| format!("{}: {}", a.name, a.reason))
            .collect();
        (missing, absent)
    };
    let alone = "shop-cache: there is no shop-postgres".to_owned();
    let optional = "shop-mysql: optional".to_owned();
    let mysql = vec!["shop-mysql".parse().unwrap()];
    assert_eq!(judged(&[]), (vec![("shop-postgres".to_owned(), mysql)], vec![alone.clone(), optional.clone()]));
    let replaced = "shop-postgres: shop-mysql is there in its place".to_owned();
    assert_eq!(judged(&["shop-mysql"]), (vec![], vec![alone, replaced]));
    let cache = ("shop-cache".to_owned(), vec![]);
    assert_eq!(judged(&["shop-postgres"]), (vec![cache], vec![optional]));
    assert_eq!(judged(&["shop-cache", "shop-mysql", "shop-postgres"]), (vec![], vec![]));
}

#[test]
fn a_component_of_an_older_release_is_left_over() {
    let remark = |release: &str| {
        let inventory = inventory(vec![workload("shop-api", Some(release)), workload("shop-index", Some("v1.0.0"))]);
        let all = TrainDiff::new(shop(), Train::stable()).diff(&inventory, Knowledge::Never);
        all.iter().find(|c| c.name == "shop-index").unwrap().remarks.left_over.clone()
    };
    let left_over = LeftOver { component: "shop-api".parse().unwrap(), until: "v2.0.0".parse().unwrap() };
    assert_eq!((remark("v1.9.9"), remark("v2.0.0"), remark("canary")), (None, Some(left_over), None));
}
