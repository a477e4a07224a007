//! A recorded cluster, a versions service and an agent, on real HTTP within this process.

#![allow(dead_code, reason = "every test file takes what it needs of this")]

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use serde_json::Value;
use wfm_agent::{Flags, Settings};
use wfm_api::tokens::Tokens;
use wfm_core::clock::SystemClock;
use wfm_core::release::PublishMode;
use wfm_core::store::{MemoryStore, Store};
use wfm_e2e::{RELEASES_JSON, RecordedCluster, Recording};

pub(crate) struct World {
    pub(crate) cluster: RecordedCluster,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) service: wfm_api::Running,
    pub(crate) agent: wfm_agent::Running,
    _folder: tempfile::TempDir,
}

/// Who publishes in a test.
pub(crate) fn by() -> wfm_core::store::By {
    wfm_core::store::By::new(wfm_core::store::Actor::Operator, "2026-10-01T00:00:00Z".parse().unwrap())
}

/// The agent on a recording, asking a service that knows the real release history. `env` is the agent's environment.
pub(crate) async fn world(recording: Recording, env: &[(&str, &str)]) -> World {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::default());
    let releases = wfm_api::import::read(RELEASES_JSON.as_bytes()).unwrap();
    store.publish(releases, PublishMode::RefuseChanges, by()).await.unwrap();
    let cluster = RecordedCluster::start(recording).await.unwrap();
    world_of(cluster, store, env).await
}

pub(crate) async fn world_of(cluster: RecordedCluster, store: Arc<dyn Store>, env: &[(&str, &str)]) -> World {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(SystemClock);
    let settings = wfm_api::Settings::new(anywhere(), Arc::clone(&store), Tokens::none(), clock);
    let service = wfm_api::Service::start(settings).await.unwrap();
    let flags = Flags {
        kubeconfig: Some(cluster.write_kubeconfig(folder.path()).unwrap()),
        versions_url: Some(format!("http://{}", service.addr())),
        ..Flags::default()
    };
    let agent = agent(&flags, env).await;
    World { cluster, store, service, agent, _folder: folder }
}

/// An agent with these flags and this environment, and no other.
pub(crate) async fn agent(flags: &Flags, env: &[(&str, &str)]) -> wfm_agent::Running {
    let env: BTreeMap<String, String> = env.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
    let (settings, warnings) = Settings::read(flags, &env).unwrap();
    assert_eq!(warnings, Vec::<String>::new());
    let agent = wfm_agent::connect(&settings).await.unwrap();
    wfm_agent::start(agent, anywhere(), || 0.0).await.unwrap()
}

/// A program of this workspace, beside the test's own; `cargo test --workspace` builds them all.
pub(crate) fn program(name: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let path = test.parent().unwrap().parent().unwrap().join(name);
    assert!(path.exists(), "{} is not built: run the tests with --workspace", path.display());
    path
}

pub(crate) fn anywhere() -> SocketAddr {
    (Ipv4Addr::LOCALHOST, 0).into()
}

/// A client with nothing set: for looking at what a server really answers.
pub(crate) fn http() -> reqwest::Client {
    wfm_client::Client::new("http://127.0.0.1:1").unwrap(); // installs the crypto provider
    reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap()
}

pub(crate) async fn text(addr: SocketAddr, path: &str) -> String {
    http().get(format!("http://{addr}{path}")).send().await.unwrap().text().await.unwrap()
}

pub(crate) async fn json(addr: SocketAddr, path: &str) -> Value {
    serde_json::from_str(&text(addr, path).await).unwrap()
}

/// The id that the cluster's Secret holds.
pub(crate) fn id(cluster: &RecordedCluster) -> String {
    let secret = cluster.get("/api/v1/namespaces/deis/secrets/deis-workflow-manager").unwrap();
    let id: k8s_openapi::ByteString = serde_json::from_value(secret["data"]["cluster-id"].clone()).unwrap();
    String::from_utf8(id.0).unwrap()
}

/// Asks until the answer is as wished, for ten seconds.
pub(crate) async fn until<T, F: Future<Output = T>>(mut ask: impl FnMut() -> F, wished: impl Fn(&T) -> bool) -> T {
    for _ in 0..200 {
        let answer = ask().await;
        if wished(&answer) {
            return answer;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("it did not come to that within ten seconds");
}

/// The page of an agent that has asked for releases at least once.
pub(crate) async fn page(addr: SocketAddr) -> String {
    until(|| text(addr, "/"), |page| !page.contains("first update check has not ended yet")).await
}

/// `/components` of an agent that has asked for releases at least once.
pub(crate) async fn components(addr: SocketAddr) -> Vec<Value> {
    page(addr).await;
    json(addr, "/components").await["components"].as_array().unwrap().clone()
}

pub(crate) fn names(components: &[Value], wanted: impl Fn(&Value) -> bool) -> Vec<&str> {
    components.iter().filter(|c| wanted(c)).map(|c| c["component"]["name"].as_str().unwrap()).collect()
}
