//! The service as a value: started, asked for its address, stopped.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use wfm_core::catalog::Catalog;
use wfm_core::clock::Clock;
use wfm_core::store::{Actor, By, Store};
use wfm_shell::server::{self, BindError, Limits};

use crate::dispatch;
use crate::documents::Documents;
use crate::metrics::Metrics;
use crate::public_days::Kept;
use crate::rates::{Counted, Rates};
use crate::reductions::Reductions;
use crate::silence;
use crate::tokens::Tokens;
use crate::viewer::InsightsPublic;

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
    /// How often one may ask.
    pub rates: Rates,
    /// How long a peer may take, and how much it may hold.
    pub limits: Limits,
    /// What the insights tell those who send no token.
    pub insights_public: InsightsPublic,
}

impl Settings {
    /// A service with the usual rates and limits.
    #[must_use]
    pub fn new(listen: SocketAddr, store: Arc<dyn Store>, tokens: Tokens, clock: Arc<dyn Clock>) -> Self {
        let (rates, limits, insights_public) = (Rates::default(), Limits::default(), InsightsPublic::default());
        Self { listen, store, tokens, clock, rates, limits, insights_public }
    }
}

/// What every handler sees.
pub struct Service {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) tokens: Tokens,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) catalog: Catalog,
    pub(crate) documents: Documents,
    pub(crate) rates: Counted,
    pub(crate) reductions: Reductions,
    pub(crate) metrics: Metrics,
    pub(crate) insights_public: InsightsPublic,
    pub(crate) kept: Kept,
}

/// A service that is listening. Dropping it stops it without waiting.
#[derive(Debug)]
pub struct Running {
    addr: SocketAddr,
    stop: oneshot::Sender<()>,
    served: JoinHandle<()>,
}

impl Service {
    /// A service that does not listen yet: [`dispatch::routes`](crate::dispatch::routes) makes a filter of it.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, tokens: Tokens, clock: Arc<dyn Clock>, rates: Rates) -> Self {
        let rates = Counted::new(rates);
        let (catalog, documents, metrics) = (Catalog::workflow(), Documents::default(), Metrics::new());
        let (reductions, insights_public, kept) = (Reductions::default(), InsightsPublic::default(), Kept::default());
        Self { store, tokens, clock, catalog, documents, rates, reductions, metrics, insights_public, kept }
    }

    /// The same service, whose insights tell this to those who send no token.
    #[must_use]
    pub fn with_insights(self, insights_public: InsightsPublic) -> Self {
        Self { insights_public, ..self }
    }

    /// Who does something now.
    pub(crate) fn by(&self, actor: Actor) -> By {
        By { actor, at: self.clock.now() }
    }

    /// Starts to listen and to serve.
    ///
    /// # Errors
    /// Where the address cannot be listened on.
    pub async fn start(settings: Settings) -> Result<Running, BindError> {
        let Settings { listen, store, tokens, clock, rates, limits, insights_public } = settings;
        let listener = server::bind(listen).await?;
        let addr = listener.local_addr().unwrap_or(listen);
        let noting = silence::note(Arc::clone(&store), Arc::clone(&clock));
        let service = Arc::new(Self::new(store, tokens, clock, rates).with_insights(insights_public));
        let keeper = Arc::clone(&service);
        let keeping = async move { keeper.keep_every_day().await };
        let routes = server::routes(dispatch::routes(service));
        let (stop, stopped) = oneshot::channel();
        let served = tokio::spawn(async move {
            let (noting, keeping) = (tokio::spawn(noting), tokio::spawn(keeping));
            server::serve(listener, routes, limits, async { drop(stopped.await) }).await;
            // The store is closed when nobody holds it any more.
            for task in [noting, keeping] {
                task.abort();
                let _ = task.await;
            }
        });
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
