//! The service as a value: started, asked for its address, stopped.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use wfm_core::catalog::Catalog;
use wfm_core::clock::Clock;
use wfm_core::store::Store;
use wfm_shell::server::{self, BindError, Limits};

use crate::documents::Documents;
use crate::routes;
use crate::tokens::Tokens;

/// What a service is made of.
#[derive(Clone)]
pub struct Settings {
    /// Where to listen; port 0 takes any that is free.
    pub listen: SocketAddr,
    /// Where releases and check-ins are kept.
    pub store: Arc<dyn Store>,
    /// Who may do what.
    pub tokens: Tokens,
    /// What time a check-in arrives at.
    pub clock: Arc<dyn Clock>,
}

/// What every handler sees.
pub struct Service {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) tokens: Tokens,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) catalog: Catalog,
    pub(crate) documents: Documents,
}

/// A service that is listening. Dropping it stops it without waiting.
#[derive(Debug)]
pub struct Running {
    addr: SocketAddr,
    stop: oneshot::Sender<()>,
    served: JoinHandle<()>,
}

impl Service {
    /// A service that does not listen yet: [`routes::routes`] makes a filter of it.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, tokens: Tokens, clock: Arc<dyn Clock>) -> Self {
        Self { store, tokens, clock, catalog: Catalog::workflow(), documents: Documents::default() }
    }

    /// Starts to listen and to serve.
    ///
    /// # Errors
    /// Where the address cannot be listened on.
    pub async fn start(settings: Settings) -> Result<Running, BindError> {
        let Settings { listen, store, tokens, clock } = settings;
        let listener = server::bind(listen).await?;
        let addr = listener.local_addr().unwrap_or(listen);
        let routes = server::routes(routes::routes(Self::new(store, tokens, clock)));
        let (stop, stopped) = oneshot::channel();
        let served = tokio::spawn(server::serve(listener, routes, Limits::default(), async { drop(stopped.await) }));
        Ok(Running { addr, stop, served })
    }
}

impl Running {
    /// The address it listens on, with the port it was given.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Takes no more connections, finishes what was accepted, and returns.
    pub async fn shutdown(self) {
        drop(self.stop);
        // It ends with an error only where it panicked, and then it has ended too.
        let _ = self.served.await;
    }
}
