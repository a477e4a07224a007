//! The collector reads recorded clusters over real HTTP, healthy and not.

#![allow(clippy::unwrap_used, reason = "clippy knows only #[test] functions as tests")]

mod support;

use std::time::Duration;

use jiff::Timestamp;
use serde_json::json;
use support::{collect_by, collector, start};
use wfm_core::collector::{Collector, Inventory, Resource, UnreadableCause};
use wfm_core::component::WorkloadKind;
use wfm_core::health::{Health, health};
use wfm_e2e::{Answer, Fault, Recording};

const DAEMON_SETS: &str = "/apis/apps/v1/namespaces/deis/daemonsets";
const PODS: &str = "/api/v1/namespaces/deis/pods";

/// Deployments, DaemonSets, StatefulSets, ReplicationControllers, pods, services, nodes.
fn counts(inventory: &Inventory) -> [usize; 7] {
    let [deployments, daemon_sets, stateful_sets, controllers] =
        inventory.workload_sections().map(|section| section.as_ref().unwrap().len());
    let pods = inventory.pods.as_ref().unwrap().len();
    let services = inventory.services.as_ref().unwrap().len();
    [deployments, daemon_sets, stateful_sets, controllers, pods, services, inventory.nodes.as_ref().unwrap().len()]
}

/// Everything but the time.
fn content(inventory: Inventory) -> Inventory {
    Inventory { taken_at: Timestamp::UNIX_EPOCH, ..inventory }
}

#[tokio::test]
async fn every_object_of_a_recorded_cluster_is_counted() {
    let (_cluster, client) = start(Recording::Onprem2018).await;
    let inventory = collector(&client).collect().await.unwrap();
    assert_eq!(counts(&inventory), [11, 3, 2, 0, 29, 12, 5]);
    assert_eq!(inventory.kubernetes_version.as_deref(), Some("v1.36.2"));
    let nodes = inventory.nodes.unwrap();
    let not_ready: Vec<_> = nodes.iter().filter(|node| !node.ready).map(|node| node.name.as_str()).collect();
    assert_eq!(not_ready, ["falcon-gpu-3"]);

    let (_cluster, client) = start(Recording::EksCurrent).await;
    let inventory = collector(&client).collect().await.unwrap();
    assert_eq!(counts(&inventory), [11, 3, 2, 1, 24, 12, 3]);
    let controller = &inventory.replication_controllers.as_ref().unwrap()[0];
    assert_eq!(
        (controller.name.as_str(), controller.kind),
        ("deis-registry-cache", WorkloadKind::ReplicationController)
    );
}

#[tokio::test]
async fn every_pod_of_the_recordings_has_an_owner_that_was_listed() {
    for recording in Recording::ALL {
        let (_cluster, client) = start(recording).await;
        let inventory = collector(&client).collect().await.unwrap();
        for pod in inventory.pods.as_ref().unwrap() {
            let owner = pod.owner.as_ref().unwrap();
            assert!(inventory.workloads().any(|w| w.kind == owner.kind && w.name == owner.name), "{}", pod.name);
        }
    }
}

#[tokio::test]
async fn small_pages_show_the_same_as_big_ones() {
    let (cluster, client) = start(Recording::Onprem2018).await;
    let big = content(collect_by(&client, 500).await);
    let asked = cluster.requests().len();
    assert_eq!(asked, 9, "seven lists, the version, and the cluster's age");
    for page_size in [1, 5, 29] {
        assert_eq!(content(collect_by(&client, page_size).await), big, "{page_size}");
    }
    let pages = |limit: &str| {
        let asked = |query: &Option<String>| query.as_ref().is_some_and(|query| query.contains(limit));
        cluster.requests().iter().filter(|request| request.path == PODS && asked(&request.query)).count()
    };
    assert_eq!((pages("limit=500"), pages("limit=5&"), pages("limit=29")), (1, 5, 1));
}

#[tokio::test]
async fn a_crash_loop_is_explained() {
    let (_cluster, client) = start(Recording::Onprem2018).await;
    let inventory = collector(&client).collect().await.unwrap();
    let minio = inventory.workloads().find(|workload| workload.name == "deis-minio").unwrap();
    let Health::Unhealthy { reasons } = health(minio, &inventory.pods) else { panic!("minio is healthy") };
    let expected =
        ["0 of 1 ready", "pod deis-minio-8566cfcd9b-qxdmh: deis-minio is in CrashLoopBackOff, restarted 17 times"];
    assert_eq!(reasons, expected);
}

#[tokio::test]
async fn passwords_of_the_environment_are_not_collected() {
    let (cluster, client) = start(Recording::Onprem2018).await;
    let deployments = cluster.get("/apis/apps/v1/namespaces/deis/deployments").unwrap();
    assert!(deployments.to_string().contains("hunter2"), "the recording has none, so this test shows nothing");
    let inventory = collector(&client).collect().await.unwrap();
    assert!(!serde_json::to_string(&inventory).unwrap().contains("hunter2"));
}

#[tokio::test]
async fn requests_name_the_product() {
    let (cluster, client) = start(Recording::Onprem2018).await;
    collector(&client).collect().await.unwrap();
    assert!(cluster.requests().iter().all(|request| request.user_agent.as_deref() == Some(wfm_k8s::USER_AGENT)));
}

#[tokio::test]
async fn a_refused_resource_leaves_the_rest() {
    let (cluster, client) = start(Recording::Onprem2018).await;
    for (code, cause) in [
        (401, UnreadableCause::Unauthorized),
        (403, UnreadableCause::Forbidden),
        (404, UnreadableCause::NotServed),
        (500, UnreadableCause::BadAnswer),
    ] {
        cluster.heal();
        cluster.script(Fault::new(DAEMON_SETS, Answer::status(code)));
        let inventory = collector(&client).collect().await.unwrap();
        let refused = inventory.daemon_sets.as_ref().unwrap_err();
        assert_eq!((refused.resource, refused.cause), (Resource::DaemonSets, cause));
        assert_eq!(inventory.unreadable().len(), 1);
        assert_eq!(inventory.deployments.unwrap().len(), 11);
    }
}

#[tokio::test]
async fn a_version_that_cannot_be_read_is_no_failure() {
    let (cluster, client) = start(Recording::Onprem2018).await;
    cluster.script(Fault::new("/version", Answer::status(403)));
    let inventory = collector(&client).collect().await.unwrap();
    assert_eq!((inventory.kubernetes_version.as_deref(), inventory.unreadable().len()), (None, 0));
}

#[tokio::test]
async fn a_busy_server_is_asked_again_and_one_that_stays_busy_is_let_be() {
    let (cluster, client) = start(Recording::Onprem2018).await;
    cluster.script(Fault::new(DAEMON_SETS, Answer::Status { code: 429, retry_after: Some(1) }).times(1));
    assert_eq!(collector(&client).collect().await.unwrap().unreadable().len(), 0);

    cluster.heal();
    cluster.script(Fault::new(DAEMON_SETS, Answer::Status { code: 503, retry_after: Some(600) }));
    let inventory = collector(&client).collect().await.unwrap();
    let busy = inventory.daemon_sets.unwrap_err();
    assert_eq!(busy.cause, UnreadableCause::Busy);
    assert!(busy.message.contains("asks to wait for 600 s (503)"), "{}", busy.message);
}

#[tokio::test]
async fn a_broken_connection_is_tried_again_and_a_slow_answer_is_not_awaited() {
    let (cluster, client) = start(Recording::Onprem2018).await;
    cluster.script(Fault::new(PODS, Answer::HangUp).times(1));
    assert_eq!(collector(&client).collect().await.unwrap().unreadable().len(), 0);

    cluster.heal();
    cluster.script(Fault::new(PODS, Answer::Late(Duration::from_secs(60))));
    let inventory = collector(&client).request_timeout(Duration::from_millis(300)).collect().await.unwrap();
    assert_eq!(inventory.unreadable().len(), 1);
    assert_eq!(inventory.pods.unwrap_err().cause, UnreadableCause::Timeout);
}

#[tokio::test]
async fn a_list_that_expires_between_pages_is_read_again_once() {
    let (cluster, client) = start(Recording::Onprem2018).await;
    let whole = content(collect_by(&client, 500).await);
    cluster.script(Fault::new(PODS, Answer::status(410)).when_continued().times(1));
    assert_eq!(content(collect_by(&client, 5).await), whole);

    cluster.script(Fault::new(PODS, Answer::status(410)).when_continued());
    assert_eq!(collect_by(&client, 5).await.pods.unwrap_err().cause, UnreadableCause::BadAnswer);
}

#[tokio::test]
async fn an_answer_that_is_no_list_is_told() {
    let (cluster, client) = start(Recording::Onprem2018).await;
    let html = Answer::Raw { code: 200, content_type: "text/html", body: "<html>Sign in</html>".into() };
    cluster.script(Fault::new(PODS, html));
    cluster.set(DAEMON_SETS, json!({}));
    let inventory = collector(&client).collect().await.unwrap();
    assert_eq!(inventory.pods.as_ref().unwrap_err().cause, UnreadableCause::BadAnswer);
    assert!(!inventory.pods.unwrap_err().message.contains("Sign in"));
    assert_eq!(inventory.daemon_sets.unwrap_err().cause, UnreadableCause::BadAnswer);
}

#[tokio::test]
async fn one_odd_object_does_not_fail_its_list() {
    let (cluster, client) = start(Recording::Onprem2018).await;
    let items = json!([{}, {"metadata": null, "status": {"containerStatuses": null}, "newField": [1]}]);
    cluster.set(PODS, json!({"kind": "PodList", "apiVersion": "v1", "metadata": {}, "items": items}));
    cluster.set(DAEMON_SETS, json!({"kind": "DaemonSetList", "apiVersion": "apps/v1", "metadata": {}, "items": null}));
    let inventory = collector(&client).collect().await.unwrap();
    assert_eq!((inventory.pods.unwrap().len(), inventory.daemon_sets.unwrap().len()), (2, 0));
}

#[tokio::test]
async fn a_change_in_the_cluster_is_seen_by_the_next_collection() {
    let (cluster, client) = start(Recording::EksCurrent).await;
    let router = "/apis/apps/v1/namespaces/deis/deployments/deis-router";
    cluster.update(router, |object| object["spec"]["replicas"] = json!(0)).unwrap();
    let inventory = collector(&client).collect().await.unwrap();
    assert_eq!(inventory.workloads().find(|workload| workload.name == "deis-router").unwrap().desired, 0);
    assert!(cluster.update("/apis/apps/v1/namespaces/deis/deployments/nope", |_| ()).is_err());
}

#[tokio::test]
async fn a_server_that_is_gone_is_an_error_and_so_is_one_that_never_answers() {
    let (cluster, client) = start(Recording::Onprem2018).await;
    cluster.script(Fault::new("/", Answer::Late(Duration::from_secs(60))));
    let silent = collector(&client).request_timeout(Duration::from_millis(200)).collect().await.unwrap_err();
    assert_eq!((silent.0.resource, silent.0.cause), (Resource::Deployments, UnreadableCause::Timeout));
    assert!(cluster.requests().len() < 7, "it was asked for each list");

    drop(cluster);
    let gone = collector(&client).collect().await.unwrap_err();
    assert_eq!((gone.0.resource, gone.0.cause), (Resource::Deployments, UnreadableCause::Unreachable));
    assert!(gone.to_string().contains("Connection refused"), "{gone}");
}
