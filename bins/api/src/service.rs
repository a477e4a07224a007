//! The service as a value: started, asked for its address, stopped.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::sync::{Semaphore, oneshot};
use tokio::task::JoinHandle;
use wfm_core::catalog::Catalog;
use wfm_core::clock::Clock;
use wfm_core::component::ComponentName;
use wfm_core::release::Releases;
use wfm_core::store::Store;
use wfm_shell::server::{self, BindError, Limits};

use crate::arrival_clock::ArrivalClock;
use crate::dispatch;
use crate::documents::Documents;
use crate::handlers::doctor;
use crate::metrics::Metrics;
use crate::public_days::Kept;
use crate::rates::{Counted, Rates};
use crate::reductions::Reductions;
use crate::store::backup::LastBackup;
use crate::tokens::Tokens;
use crate::upkeep;
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
    /// The components that check-ins may name.
    pub catalog: Catalog,
    /// Whether doctor reports of old agents are taken.
    pub takes_doctor_reports: bool,
    /// Whether check-ins are kept even if the clock is far from what the store knows.
    pub trusts_clock: bool,
    /// When a backup was last handed out, by whatever way.
    pub last_backup: Arc<LastBackup>,
}

impl Settings {
    /// A service of Workflow, with the usual rates and limits.
    #[must_use]
    pub fn new(listen: SocketAddr, store: Arc<dyn Store>, tokens: Tokens, clock: Arc<dyn Clock>) -> Self {
        let (rates, limits, insights_public) = (Rates::default(), Limits::default(), InsightsPublic::default());
        let (catalog, takes_doctor_reports, trusts_clock) = (Catalog::workflow(), false, false);
        let last_backup = Arc::new(LastBackup::new(Arc::clone(&clock)));
        Self {
            listen,
            store,
            tokens,
            clock,
            rates,
            limits,
            insights_public,
            catalog,
            takes_doctor_reports,
            trusts_clock,
            last_backup,
        }
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
    pub(crate) arrivals: ArrivalClock,
    pub(crate) takes_doctor_reports: bool,
    /// Places for bodies of doctor reports: the longest bodies that anyone may send.
    pub(crate) doctor_places: Semaphore,
    pub(crate) kept: Kept,
    pub(crate) last_backup: Arc<LastBackup>,
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
        let arrivals = ArrivalClock::new(Arc::clone(&clock), false);
        let (takes_doctor_reports, doctor_places) = (false, Semaphore::new(doctor::AT_ONCE));
        let last_backup = Arc::new(LastBackup::new(Arc::clone(&clock)));
        Self {
            store,
            tokens,
            clock,
            catalog,
            documents,
            rates,
            reductions,
            metrics,
            insights_public,
            kept,
            arrivals,
            takes_doctor_reports,
            doctor_places,
            last_backup,
        }
    }

    /// Whether there is such a component: in the catalog, or published.
    ///
    /// # Errors
    /// One sentence, if there is none.
    pub(crate) fn known(&self, component: &ComponentName, releases: &Releases) -> Result<(), String> {
        let name = component.as_str();
        let is_known = self.catalog.get(name).is_some() || releases.component(name).is_some();
        if is_known {
            Ok(())
        } else {
            Err(format!("no component is named {name}: it is neither in the catalog nor published"))
        }
    }

    /// The same service for another product.
    #[must_use]
    pub fn with_catalog(self, catalog: Catalog) -> Self {
        Self { catalog, ..self }
    }

    /// The same service, whose insights tell this to those who send no token.
    #[must_use]
    pub fn with_insights(self, insights_public: InsightsPublic) -> Self {
        Self { insights_public, ..self }
    }

    /// Starts to listen and to serve.
    ///
    /// # Errors
    /// Where the address cannot be listened on.
    pub async fn start(settings: Settings) -> Result<Running, BindError> {
        let Settings { listen, store, tokens, clock, rates, limits, insights_public, catalog, .. } = settings;
        let listener = server::bind(listen).await?;
        let addr = listener.local_addr().unwrap_or(listen);
        let noting = upkeep::run(Arc::clone(&store), Arc::clone(&clock));
        let arrivals = ArrivalClock::new(Arc::clone(&clock), settings.trusts_clock);
        let service = Self::new(store, tokens, clock, rates).with_insights(insights_public).with_catalog(catalog);
        let (takes_doctor_reports, last_backup) = (settings.takes_doctor_reports, settings.last_backup);
        let service = Self { arrivals, takes_doctor_reports, last_backup, ..service };
        let service = Arc::new(service);
        // A probe must not be the first to ask what the clock is held against.
        let _ = service.arrivals.check(service.store.as_ref()).await;
        let (keeper, kept) = (Arc::clone(&service), Arc::clone(&service));
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
            kept.kept.stop().await;
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
