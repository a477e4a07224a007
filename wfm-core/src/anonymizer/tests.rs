use super::*;
use crate::catalog::Catalog;
use crate::collector::{Container, Node, Pod, Workload};
use crate::component::WorkloadKind;
use crate::release::{Release, Releases};
use crate::version::Train;
use crate::wire;

mod cases;
mod observer;
mod properties;
mod release_lists;

fn releases() -> Releases {
    let release = |name: &str, version: &str| {
        Release::new(
            name.parse().unwrap(),
            Train::stable(),
            version.parse().unwrap(),
            "2020-01-01T00:00:00Z".parse().unwrap(),
        )
    };
    [release("deis-router", "v2.14.0"), release("deis-minio", "v2.4.1"), release("deis-minio", "v2.4.5")]
        .into_iter()
        .collect()
}

fn workload(name: &str, annotation: Option<&str>, image: &str) -> Workload {
    Workload {
        version_annotation: annotation.map(Into::into),
        containers: vec![Container { name: name.into(), image: image.into(), init: false }],
        ready: 1,
        ..Workload::new(name, WorkloadKind::Deployment)
    }
}

fn id() -> ClusterId {
    "8c6da034-c8b1-489a-a55d-a2215d93f934".parse().unwrap()
}

fn sent(deployments: Vec<Workload>) -> String {
    let inventory =
        Inventory { deployments: Ok(deployments), ..Inventory::empty("2026-01-01T00:00:00Z".parse().unwrap()) };
    check_in(&inventory)
}

fn check_in(inventory: &Inventory) -> String {
    let (catalog, releases) = (Catalog::workflow(), releases());
    let vocabulary = Vocabulary::new(&catalog, &releases);
    let envelope = AllowList.check_in(id(), Consent::default(), inventory, vocabulary);
    let arrival = Arrival::accept(envelope.as_bytes(), vocabulary).unwrap();
    assert_eq!(arrival.cluster(), id(), "the service takes what is sent");
    envelope.as_str().to_owned()
}

#[test]
fn catalog_names_and_listed_versions_are_all_that_is_said() {
    let body = sent(vec![
        workload("deis-router", None, "registry.acme-corp.example:5000/mirror/hephy/router:v2.14.0"),
        workload("deis-minio", Some("2.4.1"), "hephy/minio:v2.4.1"),
    ]);
    assert_eq!(
        body,
        r#"{"schema":1,"id":"8c6da034-c8b1-489a-a55d-a2215d93f934","components":[{"name":"deis-minio","version":"v2.4.1"},{"name":"deis-router","version":"v2.14.0"}]}"#
    );
}

#[test]
fn customers_workloads_hot_fixes_and_branches_give_nothing_away() {
    let body = sent(vec![
        workload("globex-payments", Some("v1.0.0"), "git.globex.example/payments/web:feature-falcon"),
        workload("deis-router-globex", Some("v2.14.0"), "x"),
        workload("deis-rоuter", Some("v2.14.0"), "a Cyrillic o"),
        workload("deis-router", Some("v2.14.0-jdoe.laptop.local"), "x"),
        workload("deis-minio", Some("v2.4.1+acme"), "x"),
        workload("deis-logger", Some("canary for falcon"), "x"),
    ]);
    for word in ["globex", "falcon", "jdoe", "acme", "canary", "о"] {
        assert!(!body.contains(word), "{word} in {body}");
    }
    assert_eq!(body.matches("custom").count(), 3);
}

#[test]
fn the_order_of_the_inventory_does_not_show() {
    let a = workload("deis-minio", Some("v2.4.1"), "x");
    let b = Workload { kind: WorkloadKind::ReplicationController, ..workload("deis-minio", Some("v2.4.5"), "x") };
    let c = workload("deis-router", Some("v2.14.0"), "x");
    assert_eq!(sent(vec![a.clone(), b.clone(), c.clone()]), sent(vec![c, b, a]));
}

#[test]
fn pods_nodes_and_times_do_not_show() {
    let plain = vec![workload("deis-router", Some("v2.14.0"), "x")];
    let mut dressed = plain.clone();
    dressed[0].created = Some("2018-03-04T05:06:07Z".parse().unwrap());
    dressed[0].desired = 77;
    assert_eq!(sent(plain), sent(dressed.clone()));

    let inventory = Inventory {
        deployments: Ok(dressed),
        kubernetes_version: Some("v1.31.4+falcon".into()),
        pods: Ok(vec![Pod { name: "falcon".into(), phase: "Running".into(), ready: true, ..Pod::default() }]),
        nodes: Ok(vec![Node {
            name: "db01.falcon.example".into(),
            ready: true,
            capacity: crate::collector::Capacity::default(),
            provider: Some("falcon".into()),
            kubelet_version: "v1.31.4+falcon".into(),
            os_image: "falcon".into(),
            kernel_version: "falcon".into(),
            container_runtime: "falcon".into(),
            architecture: "falcon".into(),
            ..Node::default()
        }]
        .into()),
        ..Inventory::empty("2026-01-01T00:00:00Z".parse().unwrap())
    };
    assert_eq!(check_in(&inventory), sent(inventory.deployments.unwrap()));
}

#[test]
fn an_old_agents_body_is_reduced_on_arrival() {
    let body: wire::v3::Cluster = serde_json::from_str(
        r#"{"id":"8c6da034-c8b1-489a-a55d-a2215d93f934","firstSeen":"1999-01-01T00:00:00Z","components":[
            {"component":{"name":"deis-router","type":"Deployment","description":"ours at acme"},
             "version":{"train":"stable","version":"2.14.0","data":{"image":"registry.acme.example/router"}}},
            {"component":{"name":"globex-payments"},"version":{"version":"v1.0.0"}},
            {"component":{"name":"deis-minio"},"version":{"version":"v9.9.9"}}]}"#,
    )
    .unwrap();
    let (catalog, releases) = (Catalog::workflow(), releases());
    let arrival = Arrival::reduce(&body, Vocabulary::new(&catalog, &releases)).unwrap();
    let kept: Vec<String> = arrival.components().iter().map(|(name, version)| format!("{name} {version}")).collect();
    assert_eq!(kept, ["deis-minio custom", "deis-router v2.14.0"]);
}

#[test]
fn what_is_sent_arrives_as_it_was() {
    let body = sent(vec![workload("deis-router", Some("v2.14.0"), "x"), workload("deis-minio", Some("canary"), "x")]);
    let (catalog, releases) = (Catalog::workflow(), releases());
    let arrival = Arrival::accept(body.as_bytes(), Vocabulary::new(&catalog, &releases)).unwrap();
    assert_eq!(arrival.cluster(), id());
    let kept: Vec<String> = arrival.components().iter().map(|(name, version)| format!("{name} {version}")).collect();
    assert_eq!(kept, ["deis-minio custom", "deis-router v2.14.0"]);
}
