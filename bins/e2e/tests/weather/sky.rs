//! An agent with its page on real HTTP, a cluster and a versions service that do what is scripted, and time that passes when
//! it is told to.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use wfm_agent::identity::{Identity, NoId};
use wfm_agent::kept::KeptInventory;
use wfm_agent::send_schedule::SendSchedule;
use wfm_agent::sent::SentLog;
use wfm_agent::sharing::Sharing;
use wfm_agent::updates::Updates;
use wfm_agent::{Agent, AllowedHosts, Parts};
use wfm_core::anonymizer::Consent;
use wfm_core::catalog::Catalog;
use wfm_core::clock::{Clock, ManualClock};
use wfm_core::cluster::{ClusterId, ErasureSecret, Namespace};
use wfm_core::diff::Policy;
use wfm_core::version::Train;
use wfm_e2e::{RecordedCluster, Recording};
use wfm_k8s::KubeCollector;

use crate::faults::LISTS;

/// So long the collector waits for an answer; the agent's own 10 s would only make the test longer. A busy machine needs some.
const TIMEOUT: Duration = Duration::from_millis(500);

/// What the page says as long as it knows the releases.
pub(crate) const OUT_OF_DATE: &str = "deis-builder v2.13.1 → v9.0.0";

pub(crate) struct Sky {
    pub(crate) cluster: RecordedCluster,
    pub(crate) versions: Versions,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) agent: Arc<Agent>,
    pub(crate) kept: Arc<KeptInventory>,
    running: wfm_agent::Running,
    http: reqwest::Client,
    token: PathBuf,
    rotations: u32,
    /// When each list was begun last.
    begun: HashMap<String, Duration>,
    pub(crate) lists: usize,
    _folder: tempfile::TempDir,
}

struct Known;

#[async_trait]
impl Identity for Known {
    async fn cluster_id(&self) -> Result<ClusterId, NoId> {
        Ok("00000000-0000-4000-8000-000000000001".parse().unwrap())
    }

    async fn known_id(&self) -> Result<Option<ClusterId>, String> {
        Ok(self.cluster_id().await.ok())
    }

    async fn erasure_secret(&self) -> Result<Option<ErasureSecret>, String> {
        Ok(None)
    }

    async fn schedule(&self) -> Result<Option<SendSchedule>, String> {
        Ok(None)
    }

    async fn replace_schedule(&self, _: Option<&SendSchedule>, _: &SendSchedule) -> Result<bool, NoId> {
        Ok(true)
    }

    async fn reset(&self, _: &SendSchedule) -> Result<ClusterId, String> {
        self.cluster_id().await.map_err(|why| why.message)
    }
}

impl Sky {
    /// A small part of a recorded cluster, so that a year of weather passes in seconds; all is well, and has been seen.
    pub(crate) async fn clear() -> Self {
        let cluster = RecordedCluster::start(Recording::Onprem2018).await.unwrap();
        for (_, path) in LISTS {
            let mut list = cluster.get(path).unwrap();
            list["items"].as_array_mut().unwrap().truncate(8);
            cluster.set(path, list);
        }
        cluster.set(LISTS[7].1, json!({"kind": "EventList", "apiVersion": "v1", "metadata": {}, "items": []}));
        let folder = tempfile::tempdir().unwrap();
        let (token, kubeconfig) = (folder.path().join("token"), folder.path().join("kubeconfig"));
        std::fs::write(&token, "token-0").unwrap();
        cluster.require_token(Some("token-0"));
        std::fs::write(&kubeconfig, cluster.kubeconfig_yaml_with_token_file(&token)).unwrap();
        let client = wfm_k8s::connect(Some(&kubeconfig)).await.unwrap();

        let clock = Arc::new(ManualClock::new("2026-01-01T00:00:00Z".parse().unwrap()));
        let collector = KubeCollector::new(client, Namespace::default(), clock.clone())
            .page_size(5.try_into().unwrap())
            .request_timeout(TIMEOUT)
            .retry_pause(Duration::from_millis(1));
        let kept = KeptInventory::new(Box::new(collector), clock.clone());
        let versions = Versions::start().await;
        let source = Arc::new(wfm_client::Client::new(&format!("http://{}", versions.addr)).unwrap());
        let interval = Duration::from_secs(43_200);
        let updates = Updates::new(Some(source), Train::stable(), interval, clock.clone());
        let agent = Agent::new(Parts {
            inventory: Arc::clone(&kept),
            updates,
            sharing: Sharing::new(None, None, Consent::default(), SentLog::in_memory(), clock.clone()),
            identity: Box::new(Known),
            clock: clock.clone(),
            catalog: Catalog::workflow(),
            policy: Policy::default(),
            namespace: Namespace::default(),
            hosts: AllowedHosts::new(Namespace::default(), Vec::new(), false),
        });
        let running = wfm_agent::start(Arc::clone(&agent), (Ipv4Addr::LOCALHOST, 0).into(), || 0.0).await.unwrap();
        let http = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
        let begun = HashMap::new();
        let mut sky = Self {
            cluster,
            versions,
            clock,
            agent,
            kept,
            running,
            http,
            token,
            rotations: 0,
            begun,
            lists: 0,
            _folder: folder,
        };
        while sky.agent.updates().learnt().checked_at.is_none() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        sky.view().await;
        assert!(sky.is_fresh(Timestamp::UNIX_EPOCH));
        sky
    }

    pub(crate) fn now(&self) -> Duration {
        self.clock.monotonic()
    }

    pub(crate) fn pass(&self, seconds: u64) {
        self.clock.advance(SignedDuration::from_secs(seconds.try_into().unwrap()));
    }

    /// The page, which is always there; and no list was begun sooner than half a minute after the last time.
    pub(crate) async fn view(&mut self) -> String {
        let answer = self.http.get(format!("http://{}/", self.running.addr)).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        let page = answer.text().await.unwrap();
        self.count();
        page
    }

    fn count(&mut self) {
        let now = self.now();
        for request in self.cluster.take_requests() {
            let further = request.query.is_some_and(|query| query.contains("continue="));
            if further || !LISTS.iter().any(|(_, path)| *path == request.path) {
                continue;
            }
            self.lists += 1;
            if let Some(last) = self.begun.insert(request.path.clone(), now) {
                let passed = now - last;
                assert!(passed >= Duration::from_secs(30), "{} was asked again after {passed:?}", request.path);
            }
        }
    }

    /// When a list was begun last, of all or of one.
    pub(crate) fn begun(&self, path: &str) -> Option<Duration> {
        self.begun.get(path).copied()
    }

    /// Whether everything was read since a moment.
    pub(crate) fn is_fresh(&self, since: Timestamp) -> bool {
        let seen = self.kept.kept();
        let fresh = seen.inventory.as_ref().is_some_and(|inventory| {
            inventory.taken_at >= since && inventory.unreadable().is_empty() && inventory.kubernetes_version.is_some()
        });
        seen.failure.is_none() && fresh
    }

    /// From now on only a new token is good; the file still has the old one.
    pub(crate) fn rotate(&mut self) {
        self.rotations += 1;
        self.cluster.require_token(Some(&format!("token-{}", self.rotations)));
    }

    /// The file has the new token.
    pub(crate) fn write_token(&self) {
        std::fs::write(&self.token, format!("token-{}\n", self.rotations)).unwrap();
    }
}

/// A versions service that answers what it is told to, and counts.
pub(crate) struct Versions {
    pub(crate) addr: SocketAddr,
    state: Arc<Mutex<(u16, String, usize)>>,
    good: String,
    serving: tokio::task::JoinHandle<()>,
}

impl Versions {
    async fn start() -> Self {
        let good = document();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let addr = listener.local_addr().unwrap();
        let state = Arc::new(Mutex::new((200, good.clone(), 0)));
        let answers = Arc::clone(&state);
        let serving = tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") && stream.read_buf(&mut head).await.is_ok_and(|read| read > 0) {}
                let (status, body) = {
                    let mut state = answers.lock().unwrap();
                    state.2 += 1;
                    (state.0, state.1.clone())
                };
                let length = body.len();
                let answer =
                    format!("HTTP/1.1 {status} x\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}");
                // Whoever asked may be gone.
                let _ = stream.write_all(answer.as_bytes()).await;
            }
        });
        Self { addr, state, good, serving }
    }

    pub(crate) fn answer(&self, status: u16, body: &str) {
        let mut state = self.state.lock().unwrap();
        (state.0, state.1) = (status, body.to_owned());
    }

    pub(crate) fn heal(&self) {
        self.answer(200, &self.good);
    }

    pub(crate) fn asked(&self) -> usize {
        self.state.lock().unwrap().2
    }

    /// Nobody listens any more.
    pub(crate) fn stop(&self) {
        self.serving.abort();
    }
}

impl Drop for Versions {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// Releases that leave two components behind.
fn document() -> String {
    let component =
        |name: &str| json!({"name": name, "releases": [{"version": "v9.0.0", "released": "2025-12-01T00:00:00Z"}]});
    let components = ["deis-builder", "deis-router"].map(component);
    json!({"schemaVersion": 1, "train": "stable", "components": components}).to_string()
}
