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
//! most 8 MiB. A failure that may pass (no connection, no answer in time, 5xx) is tried again at most twice, after a random
//! wait or the one that `Retry-After` asks for; a 4xx never.
//!
//! **Privacy.** The update check, [`Client::train_releases`], is one plain GET of one document with a fixed set of headers:
//! no body, no query, no id, not even a version of this client. Its `ETag` is computed here from the body, never repeated
//! from what a server said, so that no server can hand out a mark by which it knows an installation again.

mod cache;
mod calls;
mod error;
pub mod jitter;
mod retry;
mod sink;
mod transport;
mod update;

pub use calls::{Between, ClusterPage, Clusters, Export, ExportPage, Moment, Stretch};
pub use error::{Error, ErrorKind};

use transport::Transport;

/// Speaks with one versions service.
#[derive(Debug)]
pub struct Client {
    transport: Transport,
    token: Option<String>,
    known: update::Known,
    cache: Option<cache::Cache>,
}

impl Client {
    /// A client of the service at `base`, such as `https://versions.example.com` or `http://127.0.0.1:8081`; a path in it
    /// is kept in front of every call's own.
    ///
    /// # Errors
    /// Where `base` is no http or https URL, or the machine has no certificates to trust (https only).
    pub fn new(base: &str) -> Result<Self, Error> {
        Ok(Self { transport: Transport::new(base)?, token: None, known: update::Known::default(), cache: None })
    }

    /// The same client with a bearer token, for calls that need a role. The update check and check-ins never carry it.
    #[must_use]
    pub fn with_token(mut self, token: impl Into<String>) -> Self {
        self.token = Some(token.into());
        self
    }

    /// The same client, which keeps the documents of the update check in a folder, so that an unchanged one is not sent
    /// again after a restart either. Whatever lies there and is no such document is passed over.
    #[must_use]
    pub fn with_cache(mut self, folder: impl Into<std::path::PathBuf>) -> Self {
        self.cache = Some(cache::Cache::new(folder.into()));
        self
    }

    /// Where it speaks to, without credentials that the URL may have carried.
    #[must_use]
    pub fn destination(&self) -> String {
        self.transport.destination()
    }
}
