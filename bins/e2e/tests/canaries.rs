//! A canary in every text of every object that a cluster has: it shows up in nothing that leaves, and in no log.
//!
//! The places are found by walking the schemas of the API's types. An object is the recorded one over one in which every
//! field is there, with the canary at one leaf; it is collected over HTTP, and made into envelopes alone, so that no
//! majority of other nodes hides what it says.

#![allow(clippy::unwrap_used, clippy::panic, reason = "clippy knows only #[test] functions as tests")]

#[path = "canaries/leaves.rs"]
mod leaves;
#[path = "canaries/logs.rs"]
mod logs;
mod support;

use std::sync::LazyLock;

use jiff::civil::date;
use k8s_openapi::api::apps::v1::{DaemonSet, Deployment, StatefulSet};
use k8s_openapi::api::core::v1::{Event, Namespace, Node, Pod, ReplicationController, Service};
use leaves::{Leaf, Leaves, overlay, put};
use logs::Logs;
use serde_json::{Value, json};
use support::{collector, start};
use wfm_core::anonymizer::testing::{World, envelopes};
use wfm_core::anonymizer::{Arrival, Consent, Envelope, Vocabulary};
use wfm_core::catalog::Catalog;
use wfm_core::cluster::Cohort;
use wfm_core::collector::{Collector, Inventory};
use wfm_core::facets::FacetReport;
use wfm_core::release::{Release, Releases};
use wfm_core::wire::v3::{ComponentVersion, Data};
use wfm_e2e::{RecordedCluster, Recording};
use wfm_k8s::Client;

/// No word of the vocabulary holds these letters in a row.
const CANARY: &str = "QXJZQXJZ";

/// A kind of object, and where its list stands.
struct Kind {
    name: &'static str,
    path: &'static str,
    leaves: Leaves,
}

fn kinds() -> [Kind; 9] {
    let kind = |name, path, leaves| Kind { name, path, leaves };
    [
        kind("Node", "/api/v1/nodes", Leaves::of::<Node>()),
        kind("Pod", "/api/v1/namespaces/deis/pods", Leaves::of::<Pod>()),
        kind("Service", "/api/v1/namespaces/deis/services", Leaves::of::<Service>()),
        kind("Event", "/api/v1/namespaces/deis/events", Leaves::of::<Event>()),
        kind(
            "ReplicationController",
            "/api/v1/namespaces/deis/replicationcontrollers",
            Leaves::of::<ReplicationController>(),
        ),
        kind("Deployment", "/apis/apps/v1/namespaces/deis/deployments", Leaves::of::<Deployment>()),
        kind("DaemonSet", "/apis/apps/v1/namespaces/deis/daemonsets", Leaves::of::<DaemonSet>()),
        kind("StatefulSet", "/apis/apps/v1/namespaces/deis/statefulsets", Leaves::of::<StatefulSet>()),
        kind("Namespace", "/api/v1/namespaces/kube-system", Leaves::of::<Namespace>()),
    ]
}

impl Kind {
    /// The recorded object over the full one.
    fn object(&self, cluster: &RecordedCluster) -> Value {
        let recorded = cluster.get(self.path).unwrap();
        let mut object = self.leaves.full.clone();
        overlay(&mut object, if self.is_list() { &recorded["items"][0] } else { &recorded });
        object
    }

    fn is_list(&self) -> bool {
        self.name != "Namespace"
    }

    /// Collects a cluster whose list of this kind holds these objects.
    async fn collect(&self, cluster: &RecordedCluster, client: &Client, objects: &[Value]) -> Inventory {
        if self.is_list() {
            let list = json!({"kind": format!("{}List", self.name), "metadata": {}, "items": objects});
            cluster.set(self.path, list);
        } else {
            cluster.set(self.path, objects[0].clone());
        }
        collector(client).collect().await.unwrap()
    }
}

/// What leaves of an inventory. Each envelope is one that the service takes: so it holds words of the vocabulary alone.
fn leaving(inventory: &Inventory) -> String {
    static WORLD: LazyLock<World> = LazyLock::new(World::workflow);
    let world = &*WORLD;
    let made = envelopes(support::id('7'), Consent::default(), inventory, world.vocabulary());
    let [check_in, facets @ ..] = &made;
    Arrival::accept(check_in.as_ref().unwrap().as_bytes(), world.vocabulary()).unwrap();
    for envelope in facets.iter().flatten() {
        FacetReport::accept(envelope.as_bytes(), date(2026, 11, 16)).unwrap();
    }
    made.iter().flatten().map(Envelope::as_str).collect()
}

/// Inventories of one object of each list at most: of so many objects each is in one.
fn one_by_one(inventory: &Inventory, objects: usize) -> Vec<Inventory> {
    fn one<T, S, E>(section: &Result<S, E>, index: usize) -> Result<S, E>
    where
        T: Clone,
        S: std::ops::Deref<Target = [T]> + FromIterator<T>,
        E: Clone,
    {
        section.as_ref().map(|all| all.get(index).cloned().into_iter().collect()).map_err(Clone::clone)
    }
    (0..objects)
        .map(|index| Inventory {
            deployments: one(&inventory.deployments, index),
            daemon_sets: one(&inventory.daemon_sets, index),
            stateful_sets: one(&inventory.stateful_sets, index),
            replication_controllers: one(&inventory.replication_controllers, index),
            pods: one(&inventory.pods, index),
            services: one(&inventory.services, index),
            nodes: one(&inventory.nodes, index),
            ..inventory.clone()
        })
        .collect()
}

/// Asserts that a text holds no canary.
fn silent(text: &str, canary: &str, place: &str) {
    assert!(!text.to_lowercase().contains(&canary.to_lowercase()), "{place}: {text}");
}

/// The leaves of a kind that the collector reads: a text in them shows in the inventory, which stays in the cluster.
fn is_read(inventory: &Inventory, canary: &str) -> bool {
    format!("{inventory:?}").contains(canary)
}

/// A kind's objects with each leaf a canary.
fn marked<'k>(kind: &'k Kind, object: &Value, canary: &str) -> Vec<(&'k Leaf, Value)> {
    let mark = |leaf: &'k Leaf| {
        let mut marked = object.clone();
        put(&mut marked, leaf, &json!(canary));
        assert!(marked.to_string().contains(canary), "{leaf:?}");
        (leaf, marked)
    };
    kind.leaves.all.iter().map(mark).collect()
}

#[tokio::test]
async fn a_canary_in_any_text_of_any_object_shows_up_nowhere() {
    let (mut leaves, mut read) = (0, 0);
    let (logs, _guard) = Logs::keep();
    let (cluster, client) = start(Recording::EksCurrent).await;
    for kind in kinds() {
        assert!(kind.leaves.all.len() > 20, "{}: {}", kind.name, kind.leaves.all.len());
        let before = cluster.get(kind.path).unwrap();
        let marked = marked(&kind, &kind.object(&cluster), CANARY);
        // Lists hold many at a time, so that it is quick; a namespace stands alone.
        for some in marked.chunks(if kind.is_list() { 250 } else { 1 }) {
            let objects: Vec<Value> = some.iter().map(|(_, object)| object.clone()).collect();
            let inventory = kind.collect(&cluster, &client, &objects).await;
            assert_eq!(inventory.unreadable().len(), 0);
            for (index, one) in one_by_one(&inventory, some.len()).iter().enumerate() {
                silent(&leaving(one), CANARY, &format!("{} {:?}", kind.name, some[index].0));
                read += usize::from(is_read(one, CANARY));
            }
            silent(&logs.take(), CANARY, kind.name);
        }
        leaves += marked.len();
        cluster.set(kind.path, before);
    }
    println!("{leaves} leaves, of which {read} are read");
    assert!(leaves > 2000, "{leaves}");
    assert!(read > 30, "so many leaves are read, and were seen to be left out: {read}");
}

#[tokio::test]
async fn of_the_recorded_clusters_nothing_leaves_but_words_of_the_vocabulary() {
    for recording in Recording::ALL {
        let (logs, _guard) = Logs::keep();
        let (cluster, client) = start(recording).await;
        let inventory = collector(&client).collect().await.unwrap();
        let texts = format!("{}{}", leaving(&inventory), logs.take());
        for word in ["acme", "falcon", "globex", "hunter2", "compute.internal", "prod", "sha256", "hephy/"] {
            silent(&texts, word, "a recording");
        }
        drop(cluster);
    }
}

#[test]
fn a_check_in_of_the_whole_product_is_shorter_than_two_kibibytes() {
    let document: Data<ComponentVersion> = serde_json::from_str(wfm_e2e::RELEASES_JSON).unwrap();
    let releases: Releases = document.data.iter().map(|entry| Release::try_from(entry).unwrap()).collect();
    let catalog = Catalog::workflow();
    let vocabulary = Vocabulary::new(&catalog, &releases);
    let longest = |name| {
        let texts = vocabulary.versions(name).map(|version| version.to_string());
        json!({"name": name, "version": texts.max_by_key(String::len)})
    };
    let body = json!({
        "schema": 1, "id": support::id('7'), "cohort": Cohort::Customer,
        "components": vocabulary.names().map(longest).collect::<Vec<_>>(),
    });
    assert!(Arrival::accept(body.to_string().as_bytes(), vocabulary).is_ok());
    println!("the longest check-in has {} bytes", body.to_string().len());
    assert!(body.to_string().len() <= 2048, "{}", body.to_string().len());
}

/// The canary as it may be written.
fn encodings() -> [(&'static str, String); 12] {
    let each = |write: fn(u8) -> String| CANARY.bytes().map(write).collect::<String>();
    let wide = |byte: u8| char::from_u32(0xFEE0 + u32::from(byte)).map(String::from).unwrap();
    [
        ("base64", "UVhKWlFYSlo=".into()),
        ("base64 of names", "uvhkwlfyslo".into()),
        ("hex", each(|byte| format!("{byte:02x}"))),
        ("percent", each(|byte| format!("%{byte:02X}"))),
        ("escapes", each(|byte| format!("\\u{byte:04x}"))),
        ("full width", each(wide)),
        ("punycode", format!("xn--{CANARY}-gva")),
        ("after a name", format!("deis-router-{CANARY}")),
        ("in a pre-release", format!("v2.14.0-{CANARY}.laptop.local")),
        ("in build metadata", format!("v2.14.0+{CANARY}")),
        ("in a registry", format!("jdoe:{CANARY}@registry.{CANARY}.example:5000/{CANARY}/router:v2.14.0-{CANARY}")),
        ("after a quantity", format!("32Gi;{CANARY}")),
    ]
}

#[tokio::test]
async fn a_canary_in_other_spellings_shows_up_nowhere_either() {
    let (logs, _guard) = Logs::keep();
    let (cluster, client) = start(Recording::EksCurrent).await;
    for kind in kinds().into_iter().filter(|kind| matches!(kind.name, "Node" | "Pod" | "Service" | "Deployment")) {
        let before = cluster.get(kind.path).unwrap();
        let object = kind.object(&cluster);
        for (encoding, canary) in encodings() {
            let marked = marked_where_read(&kind, &object, &canary);
            let inventory = kind.collect(&cluster, &client, &marked).await;
            for one in one_by_one(&inventory, marked.len()) {
                let left = leaving(&one);
                silent(&left, &canary, encoding);
                silent(&left, CANARY, encoding);
            }
            let logged = logs.take();
            silent(&logged, &canary, encoding);
            silent(&logged, CANARY, encoding);
        }
        cluster.set(kind.path, before);
    }
}

/// Objects with the canary at the leaves that are read: of the others nothing can be encoded.
fn marked_where_read(kind: &Kind, object: &Value, canary: &str) -> Vec<Value> {
    let read = ["name", "image", "x", "cpu", "memory", "osImage", "kernelVersion", "containerRuntimeVersion", "type"];
    let more = ["architecture", "kubeletVersion", "providerID", "phase", "reason", "kind", "creationTimestamp"];
    let is_read = |leaf: &&Leaf| {
        let Some(leaves::Step::Member(name)) = leaf.last() else { return false };
        leaf.len() < 8 && read.iter().chain(&more).any(|one| one == name)
    };
    let mark = |leaf: &Leaf| {
        let mut marked = object.clone();
        put(&mut marked, leaf, &json!(canary));
        marked["metadata"]["annotations"]["component.deis.io/version"] = json!(canary);
        marked
    };
    kind.leaves.all.iter().filter(is_read).map(mark).collect()
}

#[tokio::test]
async fn an_object_of_the_wrong_shape_is_an_error_that_does_not_repeat_it() {
    let (logs, _guard) = Logs::keep();
    let (cluster, client) = start(Recording::EksCurrent).await;
    let mut errors = 0;
    for kind in kinds().into_iter().filter(|kind| matches!(kind.name, "Node" | "Service" | "Deployment")) {
        let before = cluster.get(kind.path).unwrap();
        let object = kind.object(&cluster);
        for leaf in kind.leaves.all.iter().filter(|leaf| leaf.len() < 4) {
            for wrong in [json!({CANARY: CANARY}), json!([CANARY]), json!(7)] {
                let mut marked = object.clone();
                put(&mut marked, leaf, &wrong);
                let inventory = kind.collect(&cluster, &client, &[marked]).await;
                silent(&leaving(&inventory), CANARY, kind.name);
                silent(&format!("{:?}", inventory.unreadable()), CANARY, kind.name);
                errors += inventory.unreadable().len();
                silent(&logs.take(), CANARY, kind.name);
            }
        }
        cluster.set(kind.path, before);
    }
    assert!(errors > 20, "so many leaves of another type are errors: {errors}");
}
