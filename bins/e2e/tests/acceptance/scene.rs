//! An agent on a recorded cluster at a time that is set: its page over HTTP, in whatever state a test puts it.

#![allow(dead_code, reason = "each test file takes what it needs of this")]

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use wfm_agent::{Agent, Flags, Settings};
use wfm_api::tokens::Tokens;
use wfm_core::clock::{ManualClock, SystemClock};
use wfm_core::release::{Notes, Notice, NoticeLevel, PublishMode, Release};
use wfm_core::store::{Actor, By, MemoryStore, Store};
use wfm_core::version::Train;
use wfm_e2e::{Answer, Fault, RELEASES_JSON, RecordedCluster, Recording};

/// What the agent lists in the namespace.
pub(crate) const KINDS: [&str; 6] = [
    "/apis/apps/v1/namespaces/deis/deployments",
    "/apis/apps/v1/namespaces/deis/daemonsets",
    "/apis/apps/v1/namespaces/deis/statefulsets",
    "/api/v1/namespaces/deis/replicationcontrollers",
    "/api/v1/namespaces/deis/pods",
    "/api/v1/namespaces/deis/services",
];
pub(crate) const SECRETS: &str = "/api/v1/namespaces/deis/secrets";
pub(crate) const HOSTILE: &str = "<script>alert(1)</script>";
pub(crate) const OFF: (&str, &str) = ("CHECK_VERSIONS", "false");
pub(crate) const SHARE: (&str, &str) = ("SHARE_USAGE_DATA", "true");

/// What a scene is made of, before the agent starts.
pub(crate) struct Stage {
    pub(crate) cluster: RecordedCluster,
    pub(crate) store: Arc<dyn Store>,
    env: BTreeMap<String, String>,
}

pub(crate) struct Scene {
    pub(crate) cluster: RecordedCluster,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) agent: Arc<Agent>,
    pub(crate) addr: SocketAddr,
    service: Option<wfm_api::Running>,
    _running: wfm_agent::Running,
    _folder: tempfile::TempDir,
}

/// When every scene plays: a day after the clusters were recorded.
pub(crate) fn start() -> Timestamp {
    "2026-11-21T12:00:00Z".parse().unwrap()
}

pub(crate) fn by() -> By {
    By::new(Actor::Operator, start())
}

impl Stage {
    /// A recording, and a service that knows the real release history.
    pub(crate) async fn of(recording: Recording) -> Self {
        let store: Arc<dyn Store> = Arc::new(MemoryStore::default());
        let releases = wfm_api::import::read(RELEASES_JSON.as_bytes()).unwrap();
        store.publish(releases, PublishMode::RefuseChanges, by()).await.unwrap();
        Self { cluster: RecordedCluster::start(recording).await.unwrap(), store, env: BTreeMap::new() }
    }

    /// Many components are behind, one is unhealthy, one is on a branch.
    pub(crate) async fn outdated() -> Self {
        Self::of(Recording::Onprem2018).await
    }

    /// The same, and one component is missing.
    pub(crate) async fn incomplete() -> Self {
        let stage = Self::outdated().await;
        stage.cluster.remove(&format!("{}/deis-registry-proxy", KINDS[1])).unwrap();
        stage
    }

    /// Everything is current.
    pub(crate) async fn current() -> Self {
        let stage = Self::of(Recording::EksCurrent).await;
        for path in KINDS.iter().take(3) {
            let mut list = stage.cluster.get(path).unwrap();
            for workload in list["items"].as_array_mut().unwrap() {
                for ready in ["readyReplicas", "numberReady"] {
                    let wanted = workload["status"]["desiredNumberScheduled"].clone();
                    let wanted = if ready == "numberReady" { wanted } else { workload["spec"]["replicas"].clone() };
                    workload["status"][ready] = wanted;
                }
            }
            stage.cluster.set(path, list);
        }
        stage
    }

    /// There is nothing in the namespace.
    pub(crate) async fn empty() -> Self {
        let stage = Self::outdated().await;
        for path in KINDS {
            let mut list = stage.cluster.get(path).unwrap();
            list["items"] = json!([]);
            stage.cluster.set(path, list);
        }
        stage
    }

    /// Names, versions, events, notes and notices that somebody wrote to do harm.
    pub(crate) async fn hostile() -> Self {
        let stage = Self::outdated().await;
        let update =
            |path: String, change: &dyn Fn(&mut Value)| stage.cluster.update(&path, |item| change(item)).unwrap();
        let deployments = KINDS[0];
        update(format!("{deployments}/deis-logger"), &|one| {
            one["metadata"]["annotations"]["component.deis.io/version"] = json!(HOSTILE);
        });
        update(format!("{deployments}/deis-minio"), &|one| {
            one["spec"]["template"]["spec"]["containers"][0]["image"] = json!("\"><img src=x onerror=alert(2)>:v1.0.0");
        });
        update(format!("{deployments}/globex-payments"), &|one| {
            one["metadata"]["name"] = json!("\"><svg onload=alert(3)>");
        });
        let events = "/api/v1/namespaces/deis/events";
        let mut list = stage.cluster.get(events).unwrap();
        for event in list["items"].as_array_mut().unwrap() {
            event["message"] = json!(HOSTILE);
        }
        stage.cluster.set(events, list);
        stage.publish("deis-router", "v9.0.0", Some(HOSTILE)).await;
        stage.notice("hostile", HOSTILE, "2026-11-20T00:00:00Z").await;
        stage
    }

    pub(crate) fn with(mut self, (name, value): (&str, &str)) -> Self {
        self.env.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Nobody may read this path.
    pub(crate) fn forbidden(self, path: &str) -> Self {
        self.cluster.script(Fault::new(path, Answer::status(403)));
        self
    }

    pub(crate) async fn publish(&self, component: &str, version: &str, notes: Option<&str>) {
        let release = Release::new(component.parse().unwrap(), Train::stable(), version.parse().unwrap(), start());
        let notes = Notes { description: notes.map(Into::into), ..Notes::default() };
        self.store.publish(vec![release.with_notes(notes)], PublishMode::RefuseChanges, by()).await.unwrap();
    }

    pub(crate) async fn notice(&self, id: &str, text: &str, published: &str) {
        let notice = Notice {
            id: id.parse().unwrap(),
            train: Train::stable(),
            level: NoticeLevel::Advisory,
            component: None,
            affected: None,
            text: text.parse().unwrap(),
            published: published.parse().unwrap(),
        };
        self.store.put_notice(notice, by()).await.unwrap();
    }

    /// The agent has asked for releases once, whatever came of it, and has looked at the cluster.
    pub(crate) async fn play(self) -> Scene {
        let service = wfm_api::Settings::new(
            (Ipv4Addr::LOCALHOST, 0).into(),
            Arc::clone(&self.store),
            Tokens::none(),
            Arc::new(SystemClock),
        );
        let service = wfm_api::Service::start(service).await.unwrap();
        let url = format!("http://{}", service.addr());
        self.play_against(&url, Some(service)).await
    }

    /// The same, with nobody at the address of the versions service.
    pub(crate) async fn play_alone(self) -> Scene {
        self.play_against("http://127.0.0.1:9", None).await
    }

    async fn play_against(self, url: &str, service: Option<wfm_api::Running>) -> Scene {
        let folder = tempfile::tempdir().unwrap();
        let kubeconfig = Some(self.cluster.write_kubeconfig(folder.path()).unwrap());
        let flags = Flags { kubeconfig, versions_url: Some(url.to_owned()), ..Flags::default() };
        let (settings, _) = Settings::read(&flags, &self.env).unwrap();
        let clock = Arc::new(ManualClock::new(start()));
        let agent = wfm_agent::connect_with(&settings, clock.clone()).await.unwrap();
        let running = wfm_agent::start(Arc::clone(&agent), (Ipv4Addr::LOCALHOST, 0).into(), || 0.0).await.unwrap();
        let Self { cluster, store, .. } = self;
        let addr = running.addr;
        let scene = Scene { cluster, store, clock, agent, addr, service, _running: running, _folder: folder };
        scene.page().await;
        while scene.agent.updates().is_on() && scene.is_asking() {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        scene
    }
}

impl Scene {
    fn is_asking(&self) -> bool {
        let learnt = self.agent.updates().learnt();
        learnt.checked_at.is_none() && learnt.failure.is_none()
    }

    pub(crate) fn pass(&self, time: SignedDuration) {
        self.clock.advance(time);
    }

    /// From now on the versions service is gone, and the agent has noticed.
    pub(crate) async fn lose_the_service(&mut self) {
        if let Some(service) = self.service.take() {
            service.shutdown().await;
        }
        while self.agent.updates().learnt().failure.is_none() {
            self.agent.updates().check().await;
        }
    }

    /// Sends everything once, whatever becomes of it.
    pub(crate) async fn tell(&self) {
        for kind in wfm_core::anonymizer::EnvelopeKind::ALL {
            let envelope = self.agent.envelope(kind).await.unwrap();
            self.agent.sharing().send(&envelope).await;
        }
    }

    pub(crate) async fn get(&self, path: &str, headers: &[(&'static str, &str)]) -> reqwest::Response {
        let mut request = client().get(format!("http://{}{path}", self.addr));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.send().await.unwrap()
    }

    pub(crate) async fn page(&self) -> String {
        self.page_at("/").await
    }

    pub(crate) async fn page_at(&self, path: &str) -> String {
        self.get(path, &[]).await.text().await.unwrap()
    }
}

pub(crate) fn client() -> reqwest::Client {
    wfm_client::Client::new("http://127.0.0.1:1").unwrap(); // installs the crypto provider
    reqwest::Client::builder().no_proxy().no_gzip().tls_certs_only([]).build().unwrap()
}
