//! The collector reads recorded clusters over real HTTP, healthy and not.

#![allow(clippy::unwrap_used, reason = "clippy knows only #[test] functions as tests")]

mod support;

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use support::{collect_by, collector, start};
use wfm_core::clock::ManualClock;
use wfm_core::cluster::Namespace;
use wfm_core::collector::{Collector, Inventory, Resource, UnreadableCause};
use wfm_core::component::WorkloadKind;
use wfm_core::health::{Health, health};
use wfm_e2e::{Answer, Fault, RecordedCluster, RecordedRequest, Recording};
use wfm_k8s::KubeCollector;

const DAEMON_SETS: &str = "/apis/apps/v1/namespaces/deis/daemonsets";
const PODS: &str = "/api/v1/namespaces/deis/pods";
const EVENTS: &str = "/api/v1/namespaces/deis/events";

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
    assert_eq!(counts(&inventory), [11, 3, 2, 0, 29, 13, 5]);
    assert_eq!(inventory.kubernetes_version.as_deref(), Some("v1.36.2"));
    let nodes = inventory.nodes.unwrap();
    let not_ready: Vec<_> = nodes.iter().filter(|node| !node.ready).map(|node| node.name.as_str()).collect();
    assert_eq!(not_ready, ["falcon-gpu-3"]);

    let (_cluster, client) = start(Recording::EksCurrent).await;
    let inventory = collector(&client).collect().await.unwrap();
    assert_eq!(counts(&inventory), [10, 3, 2, 1, 23, 13, 3]);
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
            assert!(inventory.workloads().any(|w| w.kind == owner.kind && *w.name == *owner.name), "{}", pod.name);
        }
    }
}

#[tokio::test]
async fn small_pages_show_the_same_as_big_ones() {
    let (cluster, client) = start(Recording::Onprem2018).await;
    let big = content(collect_by(&client, 500).await);
    let asked = cluster.requests().len();
    assert_eq!(
        asked, 11,
        "seven lists, the version, the namespace, the cluster's age; and events, as minio is unhealthy"
    );
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
    let Health::Unhealthy { reasons } = health(minio, &inventory.pods, inventory.taken_at) else {
        panic!("minio is healthy")
    };
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
async fn a_list_is_begun_once_whatever_goes_wrong() {
    let (cluster, client) = start(Recording::Onprem2018).await;
    let collector = collector(&client).request_timeout(Duration::from_millis(300));
    for answer in [
        Answer::HangUp,
        Answer::Torn,
        Answer::Late(Duration::from_secs(60)),
        Answer::Drip { bytes: 10, every: Duration::from_millis(50) },
        Answer::status(429),
        Answer::status(500),
    ] {
        cluster.heal();
        cluster.script(Fault::new(PODS, answer.clone()));
        cluster.take_requests();
        let inventory = collector.collect().await.unwrap();
        assert_eq!(inventory.unreadable().len(), 1, "{answer:?}");
        assert!(inventory.pods.is_err());
        let asked = cluster.take_requests().into_iter().filter(|request| request.path == PODS).count();
        assert_eq!(asked, 1, "{answer:?}");
    }
}

#[tokio::test]
async fn a_further_page_is_asked_for_again() {
    let (cluster, client) = start(Recording::Onprem2018).await;
    let collector = collector(&client).page_size(10.try_into().unwrap()).retry_pause(Duration::from_millis(1));
    for answer in [Answer::HangUp, Answer::Torn, Answer::status(503)] {
        cluster.script(Fault::new(PODS, answer).when_continued().times(2));
        assert_eq!(collector.collect().await.unwrap().pods.unwrap().len(), 29);
    }
    cluster.script(Fault::new(PODS, Answer::HangUp).when_continued());
    assert_eq!(collector.collect().await.unwrap().pods.unwrap_err().cause, UnreadableCause::Unreachable);
}

#[tokio::test]
async fn a_server_that_asks_to_wait_is_left_alone_that_long_and_a_minute_at_most() {
    for (retry_after, held) in [(45, 45), (86_400, 60)] {
        let (cluster, client) = start(Recording::Onprem2018).await;
        let clock = Arc::new(ManualClock::new("2026-01-01T00:00:00Z".parse().unwrap()));
        let collector = KubeCollector::new(client, Namespace::default(), clock.clone());
        cluster.script(Fault::new(DAEMON_SETS, Answer::Status { code: 503, retry_after: Some(retry_after) }).times(1));
        let asked = |cluster: &RecordedCluster| {
            cluster.take_requests().into_iter().filter(|request| request.path == DAEMON_SETS).count()
        };
        let busy = collector.collect().await.unwrap().daemon_sets.unwrap_err();
        assert_eq!((busy.cause, asked(&cluster)), (UnreadableCause::Busy, 1));
        assert!(busy.message.contains(&format!("asks to wait for {retry_after} s (503)")), "{}", busy.message);
        clock.advance(SignedDuration::from_secs(held - 1));
        clock.set("1999-01-01T00:00:00Z".parse().unwrap());
        assert_eq!(collector.collect().await.unwrap().daemon_sets.unwrap_err().cause, UnreadableCause::Busy);
        assert_eq!(asked(&cluster), 0, "nobody asked again too soon");
        clock.advance(SignedDuration::from_secs(1));
        assert_eq!(collector.collect().await.unwrap().daemon_sets.unwrap().len(), 3);
    }
}

#[tokio::test]
async fn a_list_that_expires_between_pages_goes_on_where_it_was() {
    let (cluster, client) = start(Recording::Onprem2018).await;
    let collector = collector(&client).page_size(10.try_into().unwrap());
    // The second page comes late; meanwhile a pod changes, so the third page's token is of a list that is no more.
    cluster.script(Fault::new(PODS, Answer::Late(Duration::from_millis(300))).when_continued().times(1));
    let name = cluster.get(PODS).unwrap()["items"][0]["metadata"]["name"].as_str().unwrap().to_owned();
    let change = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        cluster.update(&format!("{PODS}/{name}"), |pod| pod["metadata"]["labels"]["a"] = json!("b")).unwrap();
    };
    let (inventory, ()) = tokio::join!(collector.collect(), change);
    let mut names: Vec<String> = inventory.unwrap().pods.unwrap().into_iter().map(|pod| pod.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), 29);
    let begun =
        |request: &RecordedRequest| request.path == PODS && !request.query.as_deref().unwrap().contains("continue");
    assert_eq!(cluster.requests().iter().filter(|request| begun(request)).count(), 1);

    cluster.script(Fault::new(PODS, Answer::status(410)).when_continued());
    assert_eq!(collector.collect().await.unwrap().pods.unwrap_err().cause, UnreadableCause::BadAnswer);
}

#[tokio::test]
async fn warnings_about_what_is_unhealthy_are_collected_and_no_others() {
    let (cluster, client) = start(Recording::Onprem2018).await;
    let event = |kind: &str, name: &str, reason: &str, minute: u32| {
        json!({"type": if reason == "Pulled" { "Normal" } else { "Warning" }, "reason": reason, "message": "said so",
            "count": 4, "lastTimestamp": format!("2026-11-20T12:{minute:02}:00Z"),
            "involvedObject": {"kind": kind, "name": name}})
    };
    let pod = "deis-minio-8566cfcd9b-qxdmh";
    let items = json!([
        event("Pod", pod, "Pulled", 1),
        event("Pod", pod, "BackOff", 2),
        event("Pod", pod, "Unhealthy", 5),
        event("Pod", pod, "BackOff", 3),
        event("Pod", pod, "Failed", 4),
        event("ReplicaSet", "deis-minio-8566cfcd9b", "FailedCreate", 6),
        event("Pod", "deis-router-7fb57db7df-b7xgb", "BackOff", 7),
    ]);
    cluster.set(EVENTS, json!({"kind": "EventList", "apiVersion": "v1", "metadata": {}, "items": items}));
    let inventory = collector(&client).page_size(2.try_into().unwrap()).collect().await.unwrap();
    let kept: Vec<String> = inventory.events.unwrap().into_iter().map(|event| event.reason).collect();
    assert_eq!(kept, ["Unhealthy", "Failed", "BackOff", "FailedCreate"]);
    let query = cluster.requests().into_iter().find(|request| request.path == EVENTS).unwrap().query.unwrap();
    assert!(query.contains("fieldSelector=type%3DWarning"), "{query}");
}

#[tokio::test]
async fn where_nothing_is_unhealthy_nobody_asks_for_events() {
    let (cluster, client) = start(Recording::EksCurrent).await;
    let minio = "/apis/apps/v1/namespaces/deis/deployments";
    let mut list = cluster.get(minio).unwrap();
    for deployment in list["items"].as_array_mut().unwrap() {
        deployment["status"]["readyReplicas"] = deployment["spec"]["replicas"].clone();
    }
    cluster.set(minio, list);
    let inventory = collector(&client).collect().await.unwrap();
    assert_eq!(inventory.events, Ok(Vec::new()));
    assert!(!cluster.requests().iter().any(|request| request.path == EVENTS));
}

#[tokio::test]
async fn without_permission_to_read_events_the_permission_is_named() {
    let (cluster, client) = start(Recording::Onprem2018).await;
    cluster.script(Fault::new(EVENTS, Answer::status(403)));
    let inventory = collector(&client).collect().await.unwrap();
    let refused = inventory.events.as_ref().unwrap_err();
    assert!(refused.message.contains("kubectl auth can-i list events -n deis"), "{}", refused.message);
    assert_eq!(inventory.unreadable(), [refused]);
}

#[tokio::test]
async fn a_rotated_token_is_read_again_at_once() {
    let cluster = RecordedCluster::start(Recording::EksCurrent).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (token, kubeconfig) = (folder.path().join("token"), folder.path().join("kubeconfig"));
    std::fs::write(&token, "first\n").unwrap();
    std::fs::write(&kubeconfig, cluster.kubeconfig_yaml_with_token_file(&token)).unwrap();
    cluster.require_token(Some("first"));
    let collector = collector(&wfm_k8s::connect(Some(&kubeconfig)).await.unwrap());
    assert_eq!(collector.collect().await.unwrap().unreadable().len(), 0);

    cluster.require_token(Some("second"));
    assert_eq!(collector.collect().await.unwrap_err().0.cause, UnreadableCause::Unauthorized);
    std::fs::write(&token, "second").unwrap();
    assert_eq!(collector.collect().await.unwrap().unreadable().len(), 0);
}

#[tokio::test]
async fn a_server_that_restarts_is_read_again() {
    let (cluster, client) = start(Recording::EksCurrent).await;
    let collector = collector(&client);
    assert_eq!(collector.collect().await.unwrap().unreadable().len(), 0);
    cluster.stop().await;
    assert_eq!(collector.collect().await.unwrap_err().0.cause, UnreadableCause::Unreachable);
    cluster.resume().await.unwrap();
    assert_eq!(collector.collect().await.unwrap().unreadable().len(), 0);
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
async fn answers_are_asked_for_compressed_and_a_small_one_that_unpacks_to_a_huge_one_is_refused() {
    let (cluster, client) = start(Recording::Onprem2018).await;
    let whole = content(collector(&client).collect().await.unwrap());
    // Past the size from which a server compresses.
    let padded = |mut list: serde_json::Value| {
        list["items"][0]["metadata"]["annotations"]["a"] = "x".repeat(200_000).into();
        list
    };
    cluster.set(PODS, padded(cluster.get(PODS).unwrap()));
    cluster.take_requests();
    assert_eq!(content(collector(&client).collect().await.unwrap()).pods, whole.pods);
    let asked = cluster.take_requests();
    assert!(asked.iter().all(|request| request.takes_gzip));
    let bomb = format!(r#"{{"kind":"PodList","items":[{}"#, " ".repeat(65 << 20));
    cluster.script(Fault::new(PODS, Answer::Raw { code: 200, content_type: "application/json", body: bomb.into() }));
    let refused = collector(&client).collect().await.unwrap().pods.unwrap_err();
    assert_eq!(refused.cause, UnreadableCause::BadAnswer, "{refused}");
}

#[tokio::test]
async fn nodes_are_read_every_five_minutes_and_their_age_is_known() {
    let (cluster, client) = start(Recording::Onprem2018).await;
    let start: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
    let clock = Arc::new(ManualClock::new(start));
    let collector = KubeCollector::new(client, Namespace::default(), clock.clone());
    let read = async || {
        let inventory = collector.collect().await.unwrap();
        let asked = cluster.take_requests().into_iter().filter(|request| request.path == "/api/v1/nodes").count();
        (asked, inventory.nodes_read_at, inventory.nodes.map(|nodes| nodes.len()).ok())
    };
    assert_eq!(read().await, (1, None, Some(5)));
    clock.advance(SignedDuration::from_secs(299));
    clock.set("1999-01-01T00:00:00Z".parse().unwrap());
    assert_eq!(read().await, (0, Some(start), Some(5)), "a clock that was set back changes nothing");
    clock.advance(SignedDuration::from_secs(1));
    // What fails is not kept: the next collection tries again.
    cluster.script(Fault::new("/api/v1/nodes", Answer::status(500)).times(1));
    assert_eq!(read().await, (1, None, None));
    assert_eq!(read().await, (1, None, Some(5)));
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
