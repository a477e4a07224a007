//! Typed client of the versions service.
//!
//! ```no_run
//! # async fn example() -> Result<(), wfm_client::Error> {
//! let client = wfm_client::Client::new("https://versions.example.com")?;
//! let router = "deis-router".parse().expect("a valid name");
//! println!("router versions {:?}", client.versions(&router).await?);
//! # Ok(())
//! # }
//! ```
//!
//! It is the [`VersionSource`](wfm_core::source::VersionSource) and the [`ReportSink`](wfm_core::report::ReportSink) of
//! an agent. Every call has a time limit (5 s to connect, 20 s in all), follows no redirect, keeps no cookie and reads at
//! most 8 MiB (1 MiB of the update check's document). Of what a service says in an error, one line of 200 characters is
//! repeated. A failure that may pass (no connection, no answer in time, 5xx) is tried again at most twice, after a random
//! wait or the one that `Retry-After` asks for; a 4xx never.
//!
//! **Privacy.** The update check, [`Client::train_releases`], is one plain GET of one document with a fixed set of headers:
//! no body, no query, no id, not even a version of this client, on a connection of its own that resumes no TLS session. Its
//! `If-None-Match` is computed here from the canonical form of what the document says, never repeated from what a server
//! sent, and kept in memory alone.

mod calls;
mod error;
pub mod jitter;
mod retry;
mod sink;
mod transport;
mod update;

pub use calls::{Between, ClusterPage, Clusters, Export, ExportPage, Moment, Stretch};
pub use error::{Error, ErrorKind};
pub use transport::without_credentials;

use std::collections::BTreeSet;

use transport::Transport;
use wfm_core::component::ComponentName;

/// Speaks with one versions service.
#[derive(Debug)]
pub struct Client {
    transport: Transport,
    token: Option<String>,
    known: update::Known,
    components: Option<BTreeSet<ComponentName>>,
}

impl Client {
    /// A client of the service at `base`, such as `https://versions.example.com` or `http://127.0.0.1:8081`; a path in it
    /// is kept in front of every call's own.
    ///
    /// # Errors
    /// Where `base` is no http or https URL, or the machine has no certificates to trust (https only).
    pub fn new(base: &str) -> Result<Self, Error> {
        Ok(Self { transport: Transport::new(base)?, token: None, known: update::Known::default(), components: None })
    }

    /// The same client with a bearer token, for calls that need a role. The update check and check-ins never carry it.
    #[must_use]
    pub fn with_token(mut self, token: impl Into<String>) -> Self {
        self.token = Some(token.into());
        self
    }

    /// The same client, whose update check keeps of a document what concerns these components. Without it, all are kept.
    #[must_use]
    pub fn with_components(mut self, components: impl IntoIterator<Item = ComponentName>) -> Self {
        self.components = Some(components.into_iter().collect());
        self
    }

    /// Where it speaks to, without credentials that the URL may have carried.
    #[must_use]
    pub fn destination(&self) -> String {
        self.transport.destination()
    }
}
