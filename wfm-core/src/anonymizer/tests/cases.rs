//! Cases that must give nothing away, each by its name. What the wire alone can show (headers, cookies, TLS sessions) is
//! tested where the wire is; label keys, `podCIDR` and other fields that no collector reads, by the canaries of wfm-e2e.

use std::sync::Arc;

use jiff::civil::date;

use crate::anonymizer::testing::{World, envelopes};
use crate::anonymizer::{Arrival, Consent, Envelope};
use crate::collector::{
    Capacity, Container, Inventory, Node, Pod, Resource, Service, Unreadable, UnreadableCause, Workload,
};
use crate::component::WorkloadKind;
use crate::facets::FacetReport;

/// A name, what is put into an inventory, and what must not be seen of it.
type Case = (&'static str, fn(&mut Inventory), &'static [&'static str]);

/// The first node.
fn node(inventory: &mut Inventory) -> &mut Node {
    &mut Arc::make_mut(inventory.nodes.as_mut().unwrap())[0]
}

/// The router.
fn router(inventory: &mut Inventory) -> &mut Workload {
    &mut inventory.deployments.as_mut().unwrap()[0]
}

fn says(inventory: &mut Inventory, version: &str) {
    router(inventory).version_annotation = Some(version.into());
}

fn runs(inventory: &mut Inventory, image: &str) {
    router(inventory).version_annotation = None;
    router(inventory).containers[0].image = image.into();
}

fn is_beside(inventory: &mut Inventory, name: &str) {
    let beside = Workload { name: name.into(), ..router(inventory).clone() };
    inventory.deployments.as_mut().unwrap().push(beside);
}

const CASES: &[Case] = &[
    (
        "dashed addresses in node names",
        |i| node(i).name = "ip-10-0-21-41.eu-west-1.compute.internal".into(),
        &["10-0-21", "eu-west", "internal"],
    ),
    ("label look-alikes as names", |i| is_beside(i, "falcon-k8s.io/customer"), &["falcon", "customer"]),
    ("on-prem instance types", |i| node(i).kernel_version = "acme.r740.large".into(), &["acme", "r740"]),
    ("a private providerID scheme", |i| node(i).provider = Some("falconcloud".into()), &["falcon"]),
    (
        "a provider's whole id",
        |i| node(i).provider = Some("aws:///eu-west-1a/i-0abc".into()),
        &["eu-west", "0abc", "aws"],
    ),
    ("IPv6 with a zone id", |i| node(i).name = "fe80::1%eth0".into(), &["fe80", "eth0"]),
    (
        "a mapped address as an image's host",
        |i| runs(i, "[::ffff:10.0.21.41]:5000/router:v2.14.0"),
        &["ffff", "10.0", "5000"],
    ),
    ("a decimal address", |i| is_beside(i, "2886729729"), &["2886729729"]),
    ("an octal address", |i| is_beside(i, "012.0.025.051"), &["012", "025"]),
    ("exact cores", |i| node(i).capacity.cpu = Some("17".into()), &["17"]),
    ("exact memory", |i| node(i).capacity.memory = Some("131843164Ki".into()), &["131843164", "128753"]),
    ("a malformed quantity", |i| node(i).capacity.memory = Some("32Gi;db01".into()), &["db01", "32"]),
    ("a huge quantity", |i| node(i).capacity.cpu = Some("1e999".into()), &["999", "cpu"]),
    ("no number", |i| node(i).capacity.ephemeral_storage = Some("NaN".into()), &["NaN", "disk"]),
    ("an exact timestamp", |i| i.cluster_created = "2026-11-20T12:53:37Z".parse().ok(), &["12:53", "-20", "37Z"]),
    ("a custom system", |i| node(i).os_image = "FalconLinux 3.2 (built by jdoe)".into(), &["Falcon", "3.2", "jdoe"]),
    (
        "a known system of a customer",
        |i| node(i).os_image = "Ubuntu 24.04 falcon-hardened".into(),
        &["falcon", "harden"],
    ),
    ("a custom kernel", |i| node(i).kernel_version = "6.8.0-falcon+".into(), &["falcon", "6.8.0"]),
    ("a custom runtime", |i| node(i).container_runtime = "falcond://4.5".into(), &["falcon", "4.5"]),
    ("a custom kubelet", |i| node(i).kubelet_version = "v1.31.4+falcon".into(), &["falcon", "1.31.4"]),
    ("a custom architecture", |i| node(i).architecture = "falcon64".into(), &["falcon"]),
    ("a custom API server", |i| i.kubernetes_version = Some("v1.31.4-falcon.9".into()), &["falcon", "1.31.4"]),
    ("a user's workload", |i| is_beside(i, "globex-payments"), &["globex", "payments"]),
    ("a known prefix and a customer's name", |i| is_beside(i, "deis-router-globex"), &["globex"]),
    ("homoglyphs", |i| is_beside(i, "deis-rоuter"), &["о"]),
    ("zero-width characters", |i| is_beside(i, "deis-ro\u{200b}uter"), &["\u{200b}"]),
    (
        "a private registry with credentials",
        |i| runs(i, "jdoe:hunter2@registry.globex.example:5000/t/router:v2.14.0"),
        &["jdoe", "hunter2", "globex", "5000"],
    ),
    (
        "a tenant's path and a digest",
        |i| runs(i, "r.example/tenants/globex/router:v2.14.0@sha256:abab"),
        &["tenants", "globex", "abab"],
    ),
    ("a branch as a tag", |i| runs(i, "hephy/router:feature-falcon"), &["feature", "falcon"]),
    ("a commit as a tag", |i| runs(i, "hephy/router:git-a1b2c3d"), &["a1b2c3d"]),
    ("a pre-release with a host's name", |i| says(i, "v2.14.0-jdoe.laptop.local"), &["jdoe", "laptop"]),
    ("build metadata", |i| says(i, "v2.14.0+acme"), &["acme"]),
    ("free text as the version", |i| says(i, "canary for falcon, ask jdoe"), &["canary", "falcon", "jdoe"]),
    (
        "the last applied configuration as the version",
        |i| says(i, r#"{"metadata":{"name":"falcon"}}"#),
        &["metadata", "falcon"],
    ),
    ("base64", |i| says(i, "ZmFsY29u"), &["ZmFsY29u"]),
    ("hex", |i| says(i, "66616c636f6e"), &["66616c"]),
    ("punycode", |i| is_beside(i, "xn--falcn-jua"), &["xn--", "falcn"]),
    ("percent", |i| runs(i, "hephy/router:%66alcon"), &["%66", "alcon"]),
    ("escapes", |i| says(i, "\\u0066alcon"), &["u0066", "alcon"]),
    ("full width", |i| is_beside(i, "ｆａｌｃｏｎ"), &["ｆ", "ａ"]),
    (
        "pods, services and why others cannot be read",
        |i| {
            let pod = Pod {
                name: "falcon".into(),
                phase: "falcon".into(),
                ready: true,
                reason: Some("falcon".into()),
                ..Pod::default()
            };
            i.pods = Ok(vec![pod]);
            i.services =
                Ok(vec![Service { name: "falcon".into(), service_type: "falcon".into(), ..Service::default() }]);
            let (resource, cause) = (Resource::DaemonSets, UnreadableCause::BadAnswer);
            i.daemon_sets = Err(Unreadable { resource, cause, message: "falcon".into() });
        },
        &["falcon", "5432"],
    ),
];

fn inventory() -> Inventory {
    let all = |text: &str| Some(text.to_owned());
    let router = Workload {
        version_annotation: all("v2.14.0"),
        containers: vec![Container { name: "deis-router".into(), image: "hephy/router".into(), init: false }],
        ready: 1,
        ..Workload::new("deis-router", WorkloadKind::Deployment)
    };
    let node = Node {
        name: "n".into(),
        ready: true,
        capacity: Capacity {
            cpu: Some("8".into()),
            memory: Some("64Gi".into()),
            ephemeral_storage: Some("100Gi".into()),
        },
        kubelet_version: "v1.31.0".into(),
        os_image: "Debian GNU/Linux 12".into(),
        kernel_version: "6.1".into(),
        container_runtime: "containerd://1.7".into(),
        architecture: "amd64".into(),
        ..Node::default()
    };
    let empty = Inventory::empty("2020-01-01T00:00:00Z".parse().unwrap());
    Inventory {
        kubernetes_version: all("v1.31.0"),
        deployments: Ok(vec![router]),
        nodes: Ok(vec![node].into()),
        ..empty
    }
}

/// All that leaves, which the service takes.
fn leaving(inventory: &Inventory) -> String {
    let world = World::workflow();
    // An id without digits, so that no number is found in it.
    let id = "aaaaaaaa-aaaa-4aaa-aaaa-aaaaaaaaaaaa".parse().unwrap();
    let made = envelopes(id, Consent::default(), inventory, world.vocabulary());
    let [check_in, facets @ ..] = &made;
    Arrival::accept(check_in.as_ref().unwrap().as_bytes(), world.vocabulary()).unwrap();
    for envelope in facets.iter().flatten() {
        FacetReport::accept(envelope.as_bytes(), date(2026, 11, 16)).unwrap();
    }
    made.iter().flatten().map(Envelope::as_str).collect()
}

#[test]
fn each_case_gives_nothing_away() {
    for (name, put, words) in CASES {
        let mut inventory = inventory();
        put(&mut inventory);
        assert_ne!(inventory, self::inventory(), "{name}");
        let left = leaving(&inventory);
        for word in *words {
            assert!(!left.contains(word), "{name}: {word} in {left}");
        }
    }
}

#[test]
fn a_body_with_more_in_it_is_refused_without_a_word_of_it() {
    let world = World::workflow();
    let deep = format!(r#"{{"schema":{}"falcon"{}}}"#, "[".repeat(5000), "]".repeat(5000));
    let twice = r#"{"schema":1,"part":"software","os":"falcon","os":"debian 12"}"#.to_owned();
    let unknown = r#"{"schema":1,"part":"software","host":"falcon"}"#.to_owned();
    for body in [deep, twice, unknown] {
        let check_in = Arrival::accept(body.as_bytes(), world.vocabulary()).unwrap_err();
        let facets = FacetReport::accept(body.as_bytes(), date(2026, 11, 16)).unwrap_err();
        assert!(!format!("{check_in} {check_in:?} {facets} {facets:?}").contains("falcon"));
    }
}
