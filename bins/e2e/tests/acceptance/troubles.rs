//! A cluster in trouble: the page, `report.json`, `report.csv` and the metrics give the same reasons.

use jiff::SignedDuration;
use serde_json::{Value, json};
use wfm_e2e::{Answer, Fault};

use crate::reading::{block, row, words};
use crate::scene::{KINDS, SECRETS, Scene, Stage};

const NAMESPACE: &str = "/api/v1/namespaces/deis";
const NODES: &str = "/api/v1/nodes";

/// What is wrong with the pods of a component, and the reason that a reader finds.
struct Case {
    workload: &'static str,
    kind: &'static str,
    pods: Vec<Value>,
    reason: &'static str,
}

fn ready(is: bool) -> Value {
    json!([{"type": "Ready", "status": if is { "True" } else { "False" }}])
}

fn waiting(name: &str, reason: &str, message: &str, restarts: u32, last: &Value) -> Value {
    json!({"phase": "Running", "conditions": ready(false), "containerStatuses": [{"name": name, "ready": false,
        "restartCount": restarts, "state": {"waiting": {"reason": reason, "message": message}},
        "lastState": {"terminated": last}}]})
}

fn running(name: &str) -> Value {
    json!({"phase": "Running", "conditions": ready(false),
        "containerStatuses": [{"name": name, "ready": false, "state": {"running": {}}}]})
}

fn unscheduled(message: &str) -> Value {
    json!({"phase": "Pending", "conditions": [
        {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": message}]})
}

fn pod(case: &Case, at: usize, status: &Value) -> Value {
    let (owner, name) = match case.kind {
        "Deployment" => ("ReplicaSet", format!("{}-7f8b9", case.workload)),
        kind => (kind, case.workload.to_owned()),
    };
    let mut status = status.clone();
    let deleted = status.as_object_mut().unwrap().remove("deleted");
    json!({"metadata": {"name": format!("{name}-p{at}"), "labels": {"pod-template-hash": "7f8b9"},
            "deletionTimestamp": deleted,
            "ownerReferences": [{"kind": owner, "name": name, "controller": true}]},
        "spec": {"initContainers": status["initContainerStatuses"], "containers": status["containerStatuses"]},
        "status": status})
}

fn cases() -> Vec<Case> {
    let case = |workload, kind, pods, reason| Case { workload, kind, pods, reason };
    let oom = || json!({"reason": "OOMKilled", "finishedAt": "2026-11-21T09:00:00Z"});
    let pull = "failed to resolve reference \"r.example/x:v1\": failed to authorize: 401 Unauthorized";
    let init = |name: &str, state: Value| {
        json!({"phase": "Pending", "conditions": ready(false),
            "initContainerStatuses": [{"name": name, "ready": false, "state": state}],
            "containerStatuses": [{"name": "main", "ready": false, "state": {"waiting": {"reason": "PodInitializing"}}}]})
    };
    vec![
        case(
            "deis-builder",
            "Deployment",
            vec![unscheduled("0/6 nodes are available: 6 Insufficient cpu.")],
            "pod deis-builder-7f8b9-p0: not scheduled: 0/6 nodes are available: 6 Insufficient cpu",
        ),
        case(
            "deis-minio",
            "Deployment",
            [9, 17].map(|times| waiting("minio", "CrashLoopBackOff", "back-off", times, &oom())).into(),
            "2 pods: minio is in CrashLoopBackOff (last ended: OOMKilled), restarted 9 and 17 times, for example \
             deis-minio-7f8b9-p0",
        ),
        case(
            "deis-controller",
            "Deployment",
            vec![waiting("web", "CreateContainerConfigError", "secret \"database-creds\" not found", 0, &json!(null))],
            "pod deis-controller-7f8b9-p0: web is in CreateContainerConfigError: secret \"database-creds\" not found",
        ),
        case(
            "deis-registry",
            "Deployment",
            vec![waiting("registry", "ImagePullBackOff", pull, 0, &json!(null))],
            "pod deis-registry-7f8b9-p0: the image of registry cannot be pulled: 401 Unauthorized",
        ),
        case(
            "deis-router",
            "Deployment",
            vec![running("router")],
            "pod deis-router-7f8b9-p0: running, not ready: the readiness or startup probe of router has not succeeded",
        ),
        case(
            "deis-database",
            "Deployment",
            vec![init("setup", json!({"running": {}}))],
            "pod deis-database-7f8b9-p0: waiting for the init container setup",
        ),
        case(
            "deis-logger",
            "Deployment",
            vec![init("setup", json!({"waiting": {"reason": "CrashLoopBackOff"}}))],
            "pod deis-logger-7f8b9-p0: setup is in CrashLoopBackOff",
        ),
        case(
            "deis-monitor-grafana",
            "Deployment",
            vec![json!({"deleted": "2026-11-21T12:00:00Z", "phase": "Running", "conditions": ready(true)})],
            "pod deis-monitor-grafana-7f8b9-p0: being deleted",
        ),
        case(
            "deis-monitor-influxdb",
            "Deployment",
            vec![json!({"phase": "Failed", "reason": "Evicted"}), json!({"phase": "Failed", "reason": "Evicted"})],
            "2 pods: ended: Evicted, for example deis-monitor-influxdb-7f8b9-p0",
        ),
        case(
            "deis-registry-token-refresher",
            "Deployment",
            Vec::new(),
            "it has no pods: see the events of the workload",
        ),
        case(
            "deis-workflow-manager",
            "Deployment",
            vec![json!({"phase": "Unknown", "reason": "NodeLost", "conditions": ready(false)})],
            "pod deis-workflow-manager-7f8b9-p0: not ready: Unknown, NodeLost",
        ),
        case(
            "deis-logger-fluentd",
            "DaemonSet",
            vec![waiting("fluentd", "RunContainerError", "exec: \"/run\": no such file", 3, &json!(null))],
            "pod deis-logger-fluentd-p0: fluentd is in RunContainerError, restarted 3 times: exec: \"/run\": no such file",
        ),
        case(
            "deis-monitor-telegraf",
            "DaemonSet",
            vec![json!({"phase": "Pending", "conditions": ready(false), "containerStatuses": [{"name": "telegraf",
                "ready": false, "state": {"waiting": {"reason": "ContainerCreating"}}}]})],
            "pod deis-monitor-telegraf-p0: starting: the containers are not created yet",
        ),
        case(
            "deis-registry-proxy",
            "DaemonSet",
            vec![json!({"phase": "Running", "conditions": ready(false),
                "containerStatuses": [{"name": "proxy", "ready": true}]})],
            "pod deis-registry-proxy-p0: not ready, though every container is: check the node",
        ),
        case(
            "deis-logger-redis",
            "StatefulSet",
            vec![json!({"phase": "Running", "containerStatuses": [{"name": "redis", "ready": false, "restartCount": 1,
                "state": {"terminated": {"reason": "Error"}}}]})],
            "pod deis-logger-redis-p0: redis ended: Error, restarted once",
        ),
        case(
            "deis-nsqd",
            "StatefulSet",
            vec![json!({"phase": "Running", "conditions": [{"type": "Ready", "status": "False",
                "reason": "ReadinessGatesNotReady"}], "containerStatuses": [{"name": "nsqd", "ready": true}]})],
            "pod deis-nsqd-p0: running, not ready: a readiness gate is not open",
        ),
    ]
}

/// Sets how many pods of each workload are wanted and ready.
fn scale(stage: &Stage, wanted: impl Fn(&str) -> (usize, usize)) {
    for path in KINDS.iter().take(3) {
        let mut list = stage.cluster.get(path).unwrap();
        for workload in list["items"].as_array_mut().unwrap() {
            let (desired, ready) = wanted(workload["metadata"]["name"].as_str().unwrap());
            workload["spec"]["replicas"] = json!(desired);
            workload["status"]["desiredNumberScheduled"] = json!(desired);
            workload["status"]["readyReplicas"] = json!(ready);
            workload["status"]["numberReady"] = json!(ready);
        }
        stage.cluster.set(path, list);
    }
}

fn set(stage: &Stage, path: &str, items: Vec<Value>) {
    let mut list = stage.cluster.get(path).unwrap();
    list["items"] = items.into();
    stage.cluster.set(path, list);
}

async fn report(scene: &Scene) -> Value {
    serde_json::from_str(&scene.page_at("/report.json").await).unwrap()
}

fn component<'a>(report: &'a Value, name: &str) -> &'a Value {
    report["components"].as_array().unwrap().iter().find(|component| component["name"] == name).unwrap()
}

/// Each of sixteen troubles has its reason in the row, in the report and in the table.
#[tokio::test]
async fn sixteen_troubles_have_their_reasons_everywhere() {
    let (stage, cases) = (Stage::current().await, cases());
    // The default chart has no refresher beside the proxy: another Deployment takes its name.
    let mut deployments = stage.cluster.get(KINDS[0]).unwrap();
    let mut refresher = deployments["items"][0].clone();
    refresher["metadata"]["name"] = json!("deis-registry-token-refresher");
    deployments["items"].as_array_mut().unwrap().push(refresher);
    stage.cluster.set(KINDS[0], deployments);
    scale(&stage, |name| {
        let wanted = cases.iter().find(|case| case.workload == name).unwrap().pods.len();
        // An evicted pod has another in its place, and a workload without pods wants one.
        (wanted.max(1), 0)
    });
    let pods = cases.iter().flat_map(|case| case.pods.iter().enumerate().map(|(at, status)| pod(case, at, status)));
    set(&stage, KINDS[4], pods.collect());
    let scene = stage.play().await;
    let (page, report, csv) = (scene.page().await, report(&scene).await, scene.page_at("/report.csv").await);
    let metrics = scene.page_at("/metrics").await;
    assert_eq!(report["summary"]["unhealthy"], 16);
    for case in &cases {
        let health = &component(&report, case.workload)["health"];
        assert_eq!(health["state"], "unhealthy", "{}", case.workload);
        let reasons: Vec<&str> =
            health["reasons"].as_array().unwrap().iter().map(|reason| reason.as_str().unwrap()).collect();
        assert!(reasons.contains(&case.reason), "{}: {reasons:?}", case.workload);
        assert!(!reasons.join(" ").contains("restarted 0"), "{reasons:?}");
        assert!(words(row(&page, case.workload)).contains(case.reason), "{}", words(row(&page, case.workload)));
        assert!(csv.contains(&case.reason.replace('"', "\"\"")), "{}: {csv}", case.workload);
        let ready = format!("wfm_component_ready_replicas{{component=\"{}\",kind=\"{}\"}} 0", case.workload, case.kind);
        assert!(metrics.contains(&ready), "{ready}: {metrics}");
    }
}

/// A component that was restarted often is healthy with a remark, and a stopped one is called stopped.
#[tokio::test]
async fn often_restarted_is_a_remark_and_scaled_to_zero_is_stopped() {
    let stage = Stage::current().await;
    scale(&stage, |name| if name == "deis-builder" { (0, 0) } else { (1, 1) });
    let oom = json!({"reason": "OOMKilled", "finishedAt": "2026-11-21T09:00:00Z"});
    let router = Case { workload: "deis-router", kind: "Deployment", pods: Vec::new(), reason: "" };
    let restarted = json!({"phase": "Running", "conditions": ready(true), "containerStatuses": [{"name": "router",
        "image": "hephy/router:v2.19.0", "ready": true, "restartCount": 41, "state": {"running": {}}, "lastState": {"terminated": oom}}]});
    set(&stage, KINDS[4], vec![pod(&router, 0, &restarted)]);
    let scene = stage.play().await;
    let (page, report) = (scene.page().await, report(&scene).await);
    let remark = "pod deis-router-7f8b9-p0: ready, but router was restarted 41 times, last 3 h ago (OOMKilled)";
    assert_eq!(component(&report, "deis-router")["health"], json!({"state": "healthy", "remarks": [remark]}));
    assert_eq!(component(&report, "deis-router")["tile"], "current");
    let shown = words(row(&page, "deis-router"));
    assert!(shown.contains("✓ current ! remark") && shown.contains(remark), "{shown}");
    let builder = component(&report, "deis-builder");
    assert_eq!((&builder["health"]["state"], &builder["tile"]), (&json!("stopped"), &json!("unhealthy")));
    let shown = words(row(&page, "deis-builder"));
    assert!(shown.contains("– stopped") && shown.contains("scaled to zero") && !shown.contains("unhealthy"), "{shown}");
    assert!(scene.page_at("/report.csv").await.contains(",stopped,\"scaled to zero, so no pod is wanted\""));
}

/// A namespace that is being deleted: the page begins with it, and nothing in it is healthy or current.
#[tokio::test]
async fn a_namespace_that_is_being_deleted_is_the_first_thing_said() {
    let stage = Stage::current().await;
    let mut namespace = stage.cluster.get(NAMESPACE).unwrap();
    namespace["metadata"]["deletionTimestamp"] = json!("2026-11-21T11:00:00Z");
    namespace["status"]["phase"] = json!("Terminating");
    stage.cluster.set(NAMESPACE, namespace);
    set(&stage, SECRETS, Vec::new());
    let scene = stage.play().await;
    let (page, report) = (scene.page().await, report(&scene).await);
    let shown = words(&page);
    let sentence = "The namespace deis is being deleted, with everything in it: that began 1 h ago.";
    assert!(shown.find(sentence).unwrap() < shown.find("Components").unwrap(), "{shown}");
    assert_eq!(report["namespace_state"], json!({"state": "terminating", "since": "2026-11-21T11:00:00Z"}));
    assert_eq!((&report["state"], &report["summary"]["unhealthy"]), (&json!("unknown"), &json!(15)));
    let reasons = &component(&report, "deis-router")["health"]["reasons"];
    assert_eq!(*reasons, json!(["the namespace is being deleted: that began 1 h ago"]));
    assert!(!page.contains("kubectl create secret"), "no Secret can be created there");
    assert!(shown.contains("the namespace of its Secret is being deleted"), "{shown}");
}

/// A namespace that does not exist is one sentence, and no 16 components are missing in it.
#[tokio::test]
async fn a_namespace_that_does_not_exist_is_one_sentence_and_nothing_is_missing_in_it() {
    let stage = Stage::empty().await;
    stage.cluster.script(Fault::new(NAMESPACE, Answer::status(404)).exactly());
    set(&stage, SECRETS, Vec::new());
    let scene = stage.play().await;
    let (page, report) = (scene.page().await, report(&scene).await);
    let shown = words(&page);
    assert_eq!(report["namespace_state"], json!({"state": "absent"}), "{shown}");
    assert!(
        shown.contains("The namespace deis does not exist: create it, or set another (DEIS_NAMESPACE)."),
        "{shown}"
    );
    assert_eq!(report["components"], json!([]));
    assert!(!page.contains("kubectl create secret"), "{shown}");
    assert_eq!((&report["state"], &report["summary"]["missing"]), (&json!("unknown"), &json!(0)));
}

/// Thousands of pods in one trouble are one line in every answer.
#[tokio::test]
async fn five_thousand_pods_in_one_trouble_are_one_line() {
    let stage = Stage::current().await;
    scale(&stage, |name| if name == "deis-logger-fluentd" { (4996, 0) } else { (1, 1) });
    let fluentd = Case { workload: "deis-logger-fluentd", kind: "DaemonSet", pods: Vec::new(), reason: "" };
    let status = unscheduled("0/6 nodes are available: 6 Insufficient cpu.");
    set(&stage, KINDS[4], (0..4996).map(|at| pod(&fluentd, at, &status)).collect());
    let scene = stage.play().await;
    let reason = "4,996 pods: not scheduled: 0/6 nodes are available: 6 Insufficient cpu, for example \
                  deis-logger-fluentd-p0";
    let report = report(&scene).await;
    let health = &component(&report, "deis-logger-fluentd")["health"];
    assert_eq!(health["reasons"], json!(["0 of 4,996 ready", reason]));
    for path in ["/components", "/report.csv"] {
        let body = scene.page_at(path).await;
        println!("{path}: {} bytes", body.len());
        assert!(body.contains(reason) && body.len() < 50_000, "{path}: {} bytes", body.len());
    }
    let page = scene.page().await;
    println!("page: {} bytes, {} of them in the row", page.len(), row(&page, "deis-logger-fluentd").len());
    assert!(words(row(&page, "deis-logger-fluentd")).contains(reason));
}

/// If the cluster cannot be read, the state is stale, metrics say since when, and the id is not said to work.
#[tokio::test]
async fn a_cluster_that_cannot_be_read_is_stale_everywhere_and_alarms() {
    let scene = Stage::current().await.play().await;
    let seen = report(&scene).await["taken_at"].clone();
    scene.cluster.require_token(Some("another"));
    scene.pass(SignedDuration::from_mins(11));
    let report = report(&scene).await;
    assert_eq!((&report["state"], &report["stale_since"]), (&json!("stale"), &seen));
    let identity = report["self_checks"].as_array().unwrap().iter().find(|check| check["name"] == "identity").unwrap();
    assert_eq!(identity["outcome"], "fails");
    let message = identity["message"].as_str().unwrap();
    assert!(message.contains("(401)") && message.contains("as it was read 11 min ago"), "{message}");
    let metrics = scene.page_at("/metrics").await;
    let at = seen.as_str().unwrap().parse::<jiff::Timestamp>().unwrap().as_second();
    for line in [
        format!("wfm_cluster_last_read_timestamp_seconds {at}"),
        "wfm_resource_readable{resource=\"pods\"} 0".to_owned(),
        format!("wfm_resource_last_read_timestamp_seconds{{resource=\"deployments.apps\"}} {at}"),
    ] {
        assert!(metrics.contains(&line), "{line}: {metrics}");
    }
}

/// One resource that cannot be read has its own numbers, and the components that rest on it are stale.
#[tokio::test]
async fn a_resource_that_cannot_be_read_has_its_own_numbers() {
    let scene = Stage::current().await.play().await;
    scene.cluster.script(Fault::new(KINDS[4], Answer::status(403)));
    scene.pass(SignedDuration::from_mins(3));
    let metrics = scene.page_at("/metrics").await;
    let start = crate::scene::start().as_second();
    for line in [
        format!("wfm_cluster_last_read_timestamp_seconds {}", start + 180),
        "wfm_resource_readable{resource=\"pods\"} 0".to_owned(),
        "wfm_resource_readable{resource=\"services\"} 1".to_owned(),
        format!("wfm_resource_last_read_timestamp_seconds{{resource=\"pods\"}} {start}"),
        format!("wfm_resource_last_read_timestamp_seconds{{resource=\"services\"}} {}", start + 180),
        // Nodes are read every five minutes.
        format!("wfm_resource_last_read_timestamp_seconds{{resource=\"nodes\"}} {start}"),
    ] {
        assert!(metrics.contains(&line), "{line}: {metrics}");
    }
    assert_eq!(report(&scene).await["state"], "stale");
}

/// The sentences about the id match what was read.
#[tokio::test]
async fn the_id_is_not_created_yet_only_if_the_cluster_has_none() {
    let scene = Stage::current().await.play().await;
    let identity = async || {
        let report = report(&scene).await;
        let checks = report["self_checks"].as_array().unwrap();
        let check = checks.iter().find(|check| check["name"] == "identity").unwrap();
        format!("{}: {}", check["outcome"].as_str().unwrap(), check["message"].as_str().unwrap())
    };
    assert_eq!(identity().await, "works: the cluster's id was read from its Secret just now");
    let secrets = scene.cluster.get(SECRETS).unwrap();
    let mut none = secrets.clone();
    none["items"] = json!([]);
    scene.cluster.set(SECRETS, none);
    scene.pass(SignedDuration::from_secs(31));
    let deleted = identity().await;
    assert!(deleted.starts_with("fails: the cluster's id is not created yet: the Secret"), "{deleted}");
    scene.cluster.set(SECRETS, secrets);
    scene.cluster.script(Fault::new(SECRETS, Answer::status(403)));
    scene.pass(SignedDuration::from_secs(31));
    let forbidden = identity().await;
    assert!(forbidden.starts_with("fails: the cluster's id is unknown: the agent may not get secrets"), "{forbidden}");
    let page = words(&scene.page().await);
    assert!(page.contains("cluster id unknown") && !page.contains("not created yet"), "{page}");
}

/// A pod of a kind that is not looked for is named where its component is missing.
#[tokio::test]
async fn a_component_that_another_kind_runs_names_its_pod() {
    let stage = Stage::incomplete().await;
    let mut pods = stage.cluster.get(KINDS[4]).unwrap();
    pods["items"].as_array_mut().unwrap().push(json!({"metadata": {"name": "proxy-2839-x",
        "labels": {"app": "deis-registry-proxy"},
        "ownerReferences": [{"kind": "Job", "name": "proxy-2839", "controller": true}]},
        "status": {"phase": "Running", "conditions": ready(true)}}));
    stage.cluster.set(KINDS[4], pods);
    let scene = stage.play().await;
    let sentence = "expected, but no Deployment, DaemonSet, StatefulSet or ReplicationController of this name is in the \
                    namespace deis; the pod proxy-2839-x, which none of these owns, carries its name as a label";
    assert!(words(row(&scene.page().await, "deis-registry-proxy")).contains(sentence));
    let report = report(&scene).await;
    assert_eq!(component(&report, "deis-registry-proxy")["why"], sentence);
}

/// Nodes in trouble are first in their list and one sentence above the components.
#[tokio::test]
async fn nodes_in_trouble_are_named_first() {
    let stage = Stage::current().await;
    let mut nodes = stage.cluster.get(NODES).unwrap();
    let items = nodes["items"].as_array_mut().unwrap();
    let name = |at: usize, items: &[Value]| items[at]["metadata"]["name"].as_str().unwrap().to_owned();
    let last = items.len() - 1;
    let (lost, cordoned) = (name(last, items), name(0, items));
    items[0]["spec"]["unschedulable"] = json!(true);
    items[last]["status"]["conditions"] = json!([{"type": "Ready", "status": "Unknown"}]);
    items[last]["status"]["nodeInfo"]["architecture"] = json!("arm64");
    let number = items.len();
    stage.cluster.set(NODES, nodes);
    let page = stage.play().await.page().await;
    let components = words(block(&page, "components"));
    let sentence = format!("! Of {number} nodes: 1 not ready ({lost}), 1 cordoned ({cordoned}).");
    assert!(components.contains(&sentence), "{components}");
    let resources = words(block(&page, "resources"));
    let list = &resources[resources.rfind("Nodes ").unwrap()..];
    let expected = format!("Nodes {number} objects ! 1 not ready ! 1 to look at ! not ready {lost} ");
    assert!(list.starts_with(&expected) && list.contains(&format!("! cordoned {cordoned}")), "{list}");
    assert!(resources.contains(", arm64 ×1") && list.contains(" GiB memory"), "{resources}");
}

/// Two workloads of one name are two rows of one component.
#[tokio::test]
async fn two_workloads_of_one_name_are_one_component() {
    let stage = Stage::current().await;
    let mut sets = stage.cluster.get(KINDS[1]).unwrap();
    let mut twin = sets["items"][0].clone();
    twin["metadata"]["name"] = json!("deis-router");
    twin["spec"]["template"]["spec"]["containers"][0]["image"] = json!("hephy/router:v2.14.0");
    twin["metadata"]["annotations"] = json!({});
    sets["items"].as_array_mut().unwrap().push(twin);
    stage.cluster.set(KINDS[1], sets);
    let scene = stage.play().await;
    let report = report(&scene).await;
    let numbers = report["summary"].as_object().unwrap().iter().filter(|(name, _)| *name != "unmanaged");
    assert_eq!(numbers.map(|(_, number)| number.as_u64().unwrap()).sum::<u64>(), 15);
    let page = words(&scene.page().await);
    assert!(page.contains("1 of 15 installed components is out of date") && page.contains("17 rows"), "{page}");
}

/// A missing permission on what is no list is named, too.
#[tokio::test]
async fn a_namespace_that_may_not_be_read_is_named_in_the_self_checks() {
    for (path, name) in [("/api/v1/namespaces/kube-system", "kube-system"), (NAMESPACE, "deis")] {
        let stage = Stage::current().await;
        stage.cluster.script(Fault::new(path, Answer::status(403)).exactly());
        let page = stage.play().await.page().await;
        let checks = words(block(&page, "self-checks"));
        let command = format!("check with `kubectl auth can-i get namespaces/{name}`");
        assert!(checks.contains("√ Kubernetes API: works") && checks.contains(&command), "{checks}");
    }
}
