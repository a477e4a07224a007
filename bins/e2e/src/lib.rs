//! A Kubernetes API server fed by recordings, on real HTTP.
//!
//! [`RecordedCluster`] answers what a real API server once answered, so that a test, an embedder's own program or
//! `wfm demo` reads a cluster through the same path as a live one: sockets, paging, conflicts and all. It needs no
//! cluster, no network and no file: the recordings are part of the binary.
//!
//! ```
//! # async fn doc() -> std::io::Result<()> {
//! use wfm_e2e::{Answer, Fault, RecordedCluster, Recording};
//!
//! let cluster = RecordedCluster::start(Recording::Onprem2018).await?;
//! let kubeconfig = cluster.write_kubeconfig(&std::env::temp_dir())?;
//! // … point a client at it, and take a permission away:
//! cluster.script(Fault::new("/apis/apps/v1/namespaces/deis/daemonsets", Answer::status(403)));
//! # Ok(())
//! # }
//! ```
//!
//! | it does | it does not |
//! |---|---|
//! | GET of every recorded path, and of single objects of a recorded list | watch, label and field selectors |
//! | real `limit` / `continue` paging, 410 when the list changed meanwhile | TLS |
//! | merge PATCH of Secrets with `Conflict`, and 403 for what the shipped Role does not permit | other writes |
//! | scripted [`Fault`]s: refusals, silence, torn and dripping bodies, answers of proxies | |
//! | [a bearer token](RecordedCluster::require_token), 401 for any other | |
//! | [going away](RecordedCluster::stop) and [coming back](RecordedCluster::resume) on the same port | |

mod body;
mod fault;
mod paging;
mod permissions;
mod recording;
mod secrets;
mod server;
mod state;
mod status;
mod target;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

pub use crate::fault::{Answer, Fault};
use crate::permissions::Permissions;
pub use crate::recording::Recording;
use crate::state::State;
pub use crate::state::{RecordedRequest, UnknownPath};

/// The real release history of Workflow's components (2016–2024) in the shape of the versions API:
/// `{"data":[{"component":{"name"},"version":{"train","version","released"}}…]}`.
pub const RELEASES_JSON: &str = include_str!("../../api/data/releases.json");

/// A running API server on a free port of 127.0.0.1. It stops, with all its connections, when it is dropped.
#[derive(Debug)]
pub struct RecordedCluster {
    addr: SocketAddr,
    state: Arc<State>,
    serving: Mutex<Option<JoinHandle<()>>>,
}

impl RecordedCluster {
    /// Starts a server that answers with a recording. Needs a tokio runtime with I/O and time.
    ///
    /// # Errors
    /// Where no port could be bound, or an embedded recording is no JSON.
    pub async fn start(recording: Recording) -> io::Result<Self> {
        let permissions = Permissions::shipped().map_err(io::Error::other)?;
        let state = Arc::new(State::new(recording.documents()?, permissions));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let addr = listener.local_addr()?;
        let serving = Mutex::new(Some(tokio::spawn(server::serve(listener, Arc::clone(&state)))));
        Ok(Self { addr, state, serving })
    }

    /// Where it listens.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Stops listening and closes every connection, as a restart does. What it knows, and what is scripted, stays.
    pub async fn stop(&self) {
        let serving = self.serving().take();
        if let Some(serving) = serving {
            serving.abort();
            // It ends as aborted; then the port is free.
            let _ = serving.await;
        }
    }

    /// Listens again on the same port. Nothing happens where it listens already.
    ///
    /// # Errors
    /// Where somebody else took the port meanwhile.
    pub async fn resume(&self) -> io::Result<()> {
        if self.serving().is_some() {
            return Ok(());
        }
        let listener = TcpListener::bind(self.addr).await?;
        *self.serving() = Some(tokio::spawn(server::serve(listener, Arc::clone(&self.state))));
        Ok(())
    }

    fn serving(&self) -> std::sync::MutexGuard<'_, Option<JoinHandle<()>>> {
        self.serving.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on answers only requests with this bearer token, and 401 to others; `None` lets everybody in again.
    pub fn require_token(&self, token: Option<&str>) {
        self.state.require_token(token);
    }

    /// A kubeconfig for it: plain HTTP, no credentials, namespace `deis`.
    #[must_use]
    pub fn kubeconfig_yaml(&self) -> String {
        self.kubeconfig("{}")
    }

    /// The same with a file that holds the bearer token, as a service account has one.
    #[must_use]
    pub fn kubeconfig_yaml_with_token_file(&self, token_file: &Path) -> String {
        self.kubeconfig(&format!("{{tokenFile: {:?}}}", token_file.display().to_string()))
    }

    fn kubeconfig(&self, user: &str) -> String {
        format!(
            "apiVersion: v1\nkind: Config\ncurrent-context: recorded\n\
             clusters:\n- name: recorded\n  cluster:\n    server: http://{}\n\
             contexts:\n- name: recorded\n  context:\n    cluster: recorded\n    user: nobody\n    namespace: deis\n\
             users:\n- name: nobody\n  user: {user}\n",
            self.addr
        )
    }

    /// Writes [`Self::kubeconfig_yaml`] to `kubeconfig.yaml` in a directory and returns the file's path.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn write_kubeconfig(&self, dir: &Path) -> io::Result<PathBuf> {
        let path = dir.join("kubeconfig.yaml");
        std::fs::write(&path, self.kubeconfig_yaml())?;
        Ok(path)
    }

    /// What was asked so far, oldest first; of a long life the last 10,000 requests.
    #[must_use]
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.state.requests()
    }

    /// What was asked since the start or the last call of this, oldest first.
    pub fn take_requests(&self) -> Vec<RecordedRequest> {
        self.state.take_requests()
    }

    /// What stands at a path now: a list such as `/api/v1/nodes`, or one object of it.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<Value> {
        self.state.get(path)
    }

    /// Puts a whole list or object at a path, in place of what was there. Lists that are being paged through expire.
    pub fn set(&self, path: &str, body: Value) {
        self.state.set(path, body);
    }

    /// Changes one object of a list in place, such as `/apis/apps/v1/namespaces/deis/deployments/deis-router`.
    ///
    /// # Errors
    /// Where nothing stands at the path.
    pub fn update(&self, path: &str, change: impl FnOnce(&mut Value)) -> Result<(), UnknownPath> {
        self.state.update(path, change)
    }

    /// Takes one object out of its list.
    ///
    /// # Errors
    /// Where nothing stands at the path.
    pub fn remove(&self, path: &str) -> Result<(), UnknownPath> {
        self.state.remove(path)
    }

    /// Adds a fault; of several that match a request, the one scripted first answers.
    pub fn script(&self, fault: Fault) {
        self.state.script(fault);
    }

    /// Forgets every scripted fault.
    pub fn heal(&self) {
        self.state.heal();
    }
}

impl Drop for RecordedCluster {
    fn drop(&mut self) {
        // The task owns the listener and every connection.
        if let Some(serving) = self.serving().take() {
            serving.abort();
        }
    }
}
