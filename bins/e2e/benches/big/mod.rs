//! A namespace of 500 workloads and 10,000 pods in a cluster of 5,000 nodes, made of the recorded objects, and a server that
//! does nothing but page through them, compressed for a client that takes it. `GET /sent` is what it sent since the last such
//! question: requests and bytes of bodies.

use std::collections::{BTreeMap, HashMap};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use wfm_e2e::{RecordedCluster, Recording};

pub(crate) const WORKLOADS: usize = 500;
pub(crate) const PODS: usize = 10_000;
pub(crate) const NODES: usize = 5_000;
/// So many workloads have no pod that is ready.
const BROKEN: usize = 10;
const HASH: &str = "8566cfcd9b";
const APPS: &str = "/apis/apps/v1/namespaces/deis";
const CORE: &str = "/api/v1/namespaces/deis";

/// From how many bytes on an API server compresses.
const COMPRESSED_FROM: usize = 128 * 1024;

/// The objects of each list as JSON, each as long as a real one; and pages that were compressed before, so that the server's
/// time is not the agent's.
struct Lists(BTreeMap<String, (String, Vec<String>)>, Mutex<HashMap<String, Arc<[u8]>>>);

/// Serves for ever; the first line on standard output is the address.
pub(crate) fn serve() {
    let lists = Arc::new(tokio::runtime::Runtime::new().unwrap().block_on(lists()));
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    for (path, (_, items)) in &lists.0 {
        let bytes: usize = items.iter().map(String::len).sum();
        eprintln!("  {:>6} objects of {:>6} bytes  {path}", items.len(), bytes / items.len().max(1));
    }
    println!("{}", listener.local_addr().unwrap());
    for stream in listener.incoming() {
        let lists = Arc::clone(&lists);
        std::thread::spawn(move || connection(stream.unwrap(), &lists));
    }
}

/// How many requests were answered, and with how many bytes.
static SENT: (AtomicUsize, AtomicUsize) = (AtomicUsize::new(0), AtomicUsize::new(0));

fn connection(stream: TcpStream, lists: &Lists) -> Option<()> {
    stream.set_nodelay(true).ok()?;
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut writer = stream;
    loop {
        let (mut first, mut length, mut gzip) = (String::new(), 0, false);
        reader.read_line(&mut first).ok().filter(|read| *read > 0)?;
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).ok()?;
            if line.trim().is_empty() {
                break;
            }
            let line = line.to_lowercase();
            gzip |= line.starts_with("accept-encoding:") && line.contains("gzip");
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().ok()?;
            }
        }
        reader.read_exact(&mut vec![0; length]).ok()?;
        let is_bench = first.starts_with("GET /sent ");
        let (status, body) = if is_bench {
            (200, format!("{} {}", SENT.0.swap(0, Relaxed), SENT.1.swap(0, Relaxed)).into_bytes())
        } else {
            let (status, body) = lists.answer(&first);
            SENT.0.fetch_add(1, Relaxed);
            (status, body.into_bytes())
        };
        let gzip = gzip && body.len() >= COMPRESSED_FROM;
        let body = if gzip { lists.compressed(&first, &body) } else { body.into() };
        SENT.1.fetch_add(if is_bench { 0 } else { body.len() }, Relaxed);
        let encoding = if gzip { "content-encoding: gzip\r\n" } else { "" };
        let length = body.len();
        let head = format!(
            "HTTP/1.1 {status} x\r\ncontent-type: application/json\r\n{encoding}content-length: {length}\r\n\r\n"
        );
        writer.write_all(head.as_bytes()).and_then(|()| writer.write_all(&body)).ok()?;
        if is_bench {
            return None;
        }
    }
}

impl Lists {
    fn compressed(&self, request: &str, body: &[u8]) -> Arc<[u8]> {
        let mut known = self.1.lock().unwrap();
        let compress = || {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::new(1));
            encoder.write_all(body).unwrap();
            encoder.finish().unwrap().into()
        };
        Arc::clone(known.entry(request.to_owned()).or_insert_with(compress))
    }

    fn answer(&self, request: &str) -> (u16, String) {
        let target = request.split(' ').nth(1).unwrap_or_default();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let number = |key: &str| query.split('&').find_map(|pair| pair.strip_prefix(key)?.parse::<usize>().ok());
        if path == "/version" {
            return (200, json!({"gitVersion": "v1.36.2"}).to_string());
        }
        if request.starts_with("POST") {
            return (201, "{}".to_owned());
        }
        let Some((kind, items)) = self.0.get(path) else { return (404, json!({"kind": "Status"}).to_string()) };
        let (start, limit) = (number("continue=").unwrap_or(0), number("limit=").unwrap_or(usize::MAX));
        let end = start.saturating_add(limit).min(items.len());
        let next = if end < items.len() { end.to_string() } else { String::new() };
        let items = items[start..end].join(",");
        let meta = json!({"resourceVersion": "1", "continue": next});
        (200, format!(r#"{{"kind":"{kind}","apiVersion":"v1","metadata":{meta},"items":[{items}]}}"#))
    }
}

async fn lists() -> Lists {
    let recorded = RecordedCluster::start(Recording::Onprem2018).await.unwrap();
    let items = |path: &str| recorded.get(path).unwrap()["items"].as_array().unwrap().clone();
    let (deployments, sets) = (items(&format!("{APPS}/deployments")), items(&format!("{APPS}/statefulsets")));
    let workloads = |from: usize, to: usize, templates: &[Value]| {
        let named = |n| workload(&templates[n % templates.len()], n).to_string();
        (from..to).map(named).collect::<Vec<_>>()
    };
    let (pods, nodes) = (items(&format!("{CORE}/pods")), items("/api/v1/nodes"));
    let pods: Vec<String> = (0..PODS).map(|n| pod(&pods[n % pods.len()], n).to_string()).collect();
    let nodes = (0..NODES).map(|n| node(&nodes[n % nodes.len()], n).to_string()).collect();
    let services = items(&format!("{CORE}/services")).iter().map(Value::to_string).collect();
    let stateful = WORKLOADS - 50;
    let lists = BTreeMap::from([
        (format!("{APPS}/deployments"), ("DeploymentList".into(), workloads(0, stateful, &deployments))),
        (format!("{APPS}/statefulsets"), ("StatefulSetList".into(), workloads(stateful, WORKLOADS, &sets))),
        (format!("{APPS}/daemonsets"), ("DaemonSetList".into(), Vec::new())),
        (format!("{CORE}/replicationcontrollers"), ("ReplicationControllerList".into(), Vec::new())),
        (format!("{CORE}/services"), ("ServiceList".into(), services)),
        (format!("{CORE}/pods"), ("PodList".into(), pods)),
        ("/api/v1/nodes".into(), ("NodeList".into(), nodes)),
        (format!("{CORE}/events"), ("EventList".into(), (0..PODS / 10).map(event).collect())),
    ]);
    Lists(lists, Mutex::default())
}

fn name(workload: usize) -> String {
    format!("component-number-{workload}")
}

fn is_deployment(workload: usize) -> bool {
    workload < WORKLOADS - 50
}

fn pod_name(n: usize) -> String {
    let workload = n % WORKLOADS;
    let hash = if is_deployment(workload) { format!("-{HASH}") } else { String::new() };
    format!("{}{hash}-{n:05}", name(workload))
}

fn workload(template: &Value, n: usize) -> Value {
    let mut object = template.clone();
    let pods = PODS / WORKLOADS;
    object["metadata"]["name"] = name(n).into();
    object["spec"]["replicas"] = pods.into();
    object["status"]["readyReplicas"] = if n < BROKEN { 0 } else { pods }.into();
    object["spec"]["template"]["spec"]["containers"][0]["env"] = environment(n);
    object
}

/// A pod as it stands in a busy namespace: 40 environment variables make of the recorded 4 KB about 7.
fn pod(template: &Value, n: usize) -> Value {
    let workload = n % WORKLOADS;
    let mut object = template.clone();
    object["metadata"]["name"] = pod_name(n).into();
    object["metadata"]["uid"] = format!("00000000-0000-4000-8000-{n:012}").into();
    object["metadata"]["labels"]["pod-template-hash"] = HASH.into();
    let (kind, owner) = match is_deployment(workload) {
        true => ("ReplicaSet", format!("{}-{HASH}", name(workload))),
        false => ("StatefulSet", name(workload)),
    };
    object["metadata"]["ownerReferences"] = json!([{"apiVersion": "apps/v1", "kind": kind, "name": owner,
        "uid": format!("00000000-0000-4000-8000-{workload:012}"), "controller": true, "blockOwnerDeletion": true}]);
    object["spec"]["containers"][0]["env"] = environment(n);
    object["spec"]["nodeName"] = format!("node-{:05}.eu-west-1.compute.internal", n % NODES).into();
    if workload < BROKEN {
        object["status"]["conditions"] = json!([{"type": "Ready", "status": "False"}]);
        object["status"]["containerStatuses"][0]["ready"] = false.into();
        object["status"]["containerStatuses"][0]["state"] = json!({"waiting": {"reason": "CrashLoopBackOff"}});
    }
    object
}

/// A node as a kubelet reports it: 50 images make of the recorded 3 KB about 12.
fn node(template: &Value, n: usize) -> Value {
    let mut object = template.clone();
    object["metadata"]["name"] = format!("node-{n:05}.eu-west-1.compute.internal").into();
    let image = |image: usize| {
        let digest = format!("registry.example.com/team/image-{image}@sha256:{:064}", n * 50 + image);
        json!({"names": [digest, format!("registry.example.com/team/image-{image}:v1.{n}.0")], "sizeBytes": 123_456_789})
    };
    object["status"]["images"] = (0..50).map(image).collect();
    object
}

fn event(n: usize) -> String {
    let object = json!({"kind": "Pod", "name": pod_name(n), "namespace": "deis"});
    json!({"metadata": {"name": format!("{}.{n:x}", pod_name(n)), "namespace": "deis"}, "involvedObject": object,
        "type": "Warning", "reason": "BackOff", "count": n, "lastTimestamp": "2026-11-20T12:00:00Z",
        "message": "Back-off restarting failed container deis-minio in pod, as it does for ever and a day"})
    .to_string()
}

fn environment(n: usize) -> Value {
    let variable = |v: usize| json!({"name": format!("SETTING_NUMBER_{v}"), "value": format!("postgres://db-{n}/{v}")});
    (0..40).map(variable).collect()
}
