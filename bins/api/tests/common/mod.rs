//! A service on a free port, and a client for it.
#![allow(dead_code, reason = "each file of tests uses a part of it")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "these are helpers of tests")]

pub(crate) mod canaries;
pub(crate) mod envelopes;
pub(crate) mod insights;
pub(crate) mod json_schema;
pub(crate) mod program;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use tempfile::NamedTempFile;
use wfm_api::tokens::{Role, Token, Tokens};
use wfm_api::{Rates, Running, Service, Settings};
use wfm_core::clock::ManualClock;
use wfm_core::store::{MemoryStore, Store};

pub(crate) const ID: &str = "8c6da034-c8b1-489a-a55d-a2215d93f934";
pub(crate) const NOON: &str = "2026-01-01T12:00:00Z";

pub(crate) struct Served {
    pub(crate) running: Running,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) client: Client,
    tokens: NamedTempFile,
}

/// A service over a store in memory.
pub(crate) async fn serve() -> Served {
    serve_over(Arc::new(MemoryStore::default())).await
}

/// A service over a store in memory that knows every release of the product's history.
pub(crate) async fn serve_history() -> Served {
    let served = serve().await;
    let body = std::fs::read(history()).unwrap();
    let imported = served.publisher(Method::POST, "/v4/releases:import").body(body).send().await.unwrap();
    assert_eq!(imported.status(), StatusCode::OK);
    served
}

pub(crate) async fn serve_over(store: Arc<dyn Store>) -> Served {
    serve_with(store, |settings| Settings { rates: Rates::none(), ..settings }).await
}

/// A service whose settings are changed before it starts.
pub(crate) async fn serve_with(store: Arc<dyn Store>, adjust: impl FnOnce(Settings) -> Settings) -> Served {
    let tokens = NamedTempFile::new().unwrap();
    let lines = Role::ALL.map(|role| token(role).line(role));
    std::fs::write(tokens.path(), lines.join("\n")).unwrap();
    let clock = Arc::new(ManualClock::new(NOON.parse().unwrap()));
    let known = Tokens::from_file(tokens.path()).unwrap();
    let settings = Settings::new(([127, 0, 0, 1], 0).into(), store, known, Arc::clone(&clock) as Arc<_>);
    let settings = adjust(settings);
    Served { running: Service::start(settings).await.unwrap(), clock, client: client(), tokens }
}

pub(crate) fn client() -> Client {
    // Another test of this process may have been first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().no_proxy().build().unwrap()
}

pub(crate) fn history() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data/releases.json")
}

/// A token that reads doctor reports.
pub(crate) fn doctor() -> String {
    token(Role::Doctor).reveal().to_owned()
}

/// A token that reads clusters.
pub(crate) fn analyst() -> String {
    token(Role::Analyst).reveal().to_owned()
}

/// A token that decides cohorts.
pub(crate) fn admin() -> String {
    token(Role::Admin).reveal().to_owned()
}

fn token(role: Role) -> Token {
    Token::new([role as u8 + 1; 32])
}

impl Served {
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("http://{}{path}", self.running.addr()))
    }

    pub(crate) fn publisher(&self, method: Method, path: &str) -> RequestBuilder {
        self.request(method, path).bearer_auth(token(Role::Publisher).reveal())
    }

    pub(crate) fn analyst(&self, method: Method, path: &str) -> RequestBuilder {
        self.request(method, path).bearer_auth(token(Role::Analyst).reveal())
    }

    pub(crate) fn admin(&self, method: Method, path: &str) -> RequestBuilder {
        self.request(method, path).bearer_auth(token(Role::Admin).reveal())
    }

    /// How many clusters there are, exactly.
    pub(crate) async fn count(&self) -> Value {
        read(self.analyst(Method::GET, "/v3/clusters/count").send().await.unwrap()).await.1
    }

    pub(crate) async fn get(&self, path: &str) -> (StatusCode, Value) {
        read(self.request(Method::GET, path).send().await.unwrap()).await
    }

    pub(crate) async fn post(&self, path: &str, body: impl Into<reqwest::Body>) -> (StatusCode, Value) {
        read(self.request(Method::POST, path).body(body).send().await.unwrap()).await
    }

    pub(crate) async fn publish(&self, path: &str, body: Value) -> (StatusCode, Value) {
        read(self.publisher(Method::PUT, path).json(&body).send().await.unwrap()).await
    }

    pub(crate) async fn publish_router(&self, train: &str, version: &str) {
        let body = json!({"version": {"released": "2020-01-01T00:00:00Z"}});
        let (status, said) = self.publish(&format!("/v4/releases/{train}/deis-router/{version}"), body).await;
        assert_eq!(status, StatusCode::CREATED, "{said}");
    }
}

/// The id of cluster `n`.
pub(crate) fn id(n: u8) -> String {
    format!("{}{n:02}", &ID[..34])
}

/// Cluster `n` checks in at `at` with a router of this version.
pub(crate) async fn check_in(served: &Served, n: u8, version: &str, at: &str) {
    served.clock.set(at.parse().unwrap());
    let body =
        json!({"id": id(n), "components": [{"component": {"name": "deis-router"}, "version": {"version": version}}]});
    let (status, said) = served.post("/v3/clusters", body.to_string()).await;
    assert_eq!(status, StatusCode::OK, "{said}");
}

/// Status and JSON of an answer. Every error has the one shape.
pub(crate) async fn read(response: Response) -> (StatusCode, Value) {
    let status = response.status();
    let text = response.text().await.unwrap();
    let body: Value = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{status} {text:?}: {e}"));
    if !status.is_success() {
        assert_eq!(body["code"], status.as_u16());
        assert!(
            body["message"].as_str().is_some_and(|message| !message.is_empty() && !message.contains('\n')),
            "{body}"
        );
    }
    (status, body)
}
