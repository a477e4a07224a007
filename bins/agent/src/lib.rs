//! The agent: it sees its cluster, asks for published releases, and shows both on a page without login.
//!
//! [`Agent`] holds what is known; [`loops`] ask while nobody looks; [`routes`] is the table of contents of the page. Other
//! programs embed [`start`] with parts of their own.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::net::TcpListener;
use wfm_client::Client;
use wfm_core::anonymizer::Consent;
use wfm_core::clock::{Clock, SystemClock};
use wfm_core::report::ReportSink;
use wfm_core::source::VersionSource;
use wfm_shell::server::{self, BindError, Limits};

pub mod agent;
mod catalog;
mod cli;
mod commands;
mod components;
mod document;
mod handlers;
pub mod identity;
pub mod kept;
pub mod loops;
mod metrics;
mod page;
pub mod release_cache;
mod releases_file;
pub mod routes;
mod schedule;
mod self_checks;
pub mod sent;
pub mod settings;
pub mod sharing;
pub mod slots;
mod table;
pub mod timer;
pub mod updates;
mod words;

pub use agent::{Agent, Parts};
pub use catalog::CatalogError;
pub use cli::{CatalogCommand, Cli, Command, ConfigCommand, Flags, IdCommand, Output};
pub use settings::Settings;

/// The agent cannot start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A setting cannot be understood.
    #[error(transparent)]
    Settings(#[from] settings::SettingsError),
    /// The product's catalog cannot be understood.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The cluster's API cannot be spoken to with these settings.
    #[error(transparent)]
    Kubernetes(#[from] wfm_k8s::ConnectError),
    /// The versions service cannot be spoken to with these settings.
    #[error("the versions URL does not work: {0}")]
    Versions(#[source] wfm_client::Error),
    /// Sharing is on, and there is nowhere to send to.
    #[error(
        "SHARE_USAGE_DATA is on, but there is no versions service to send to: set --versions-url (VERSIONS_API_URL), or \
         switch sharing off"
    )]
    NowhereToSend,
    /// The folder for what must outlive a restart cannot be used.
    #[error("the folder {} cannot be used: {source}: set --state-dir (STATE_DIR) to one that can be written", folder.display())]
    State {
        /// The folder.
        folder: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The id is new, and what was kept under the old one could not be removed.
    #[error("the id was reset, but the kept list of releases in {} cannot be removed ({source}): remove releases-*.json there", folder.display())]
    Forget {
        /// The folder.
        folder: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// There is no folder to look into.
    #[error("say where the log is: set --state-dir (STATE_DIR) as the agent has it")]
    NoState,
    /// What was asked for cannot be told.
    #[error("{0}")]
    NotTold(String),
    /// The address cannot be listened on.
    #[error(transparent)]
    Bind(#[from] BindError),
}

/// Does what the command line says; `env` is the environment.
///
/// # Errors
/// Where the agent cannot start: one sentence that says what to change.
pub async fn run(cli: Cli, env: BTreeMap<String, String>) -> Result<(), Error> {
    wfm_shell::logs::init();
    let settings = || -> Result<Settings, Error> {
        let (settings, warnings) = Settings::read(&cli.flags, &env)?;
        for warning in warnings {
            tracing::warn!("{warning}");
        }
        Ok(settings)
    };
    match cli.command {
        Some(command) => commands::run(command, &cli.flags, settings).await,
        None => serve(&settings()?).await,
    }
}

async fn serve(settings: &Settings) -> Result<(), Error> {
    let agent = connect(settings).await?;
    let running = start(agent, settings.listen.value, wfm_client::jitter::fraction).await?;
    wfm_shell::announce(running.addr);
    wfm_shell::shutdown::signal().await;
    running.stop().await;
    Ok(())
}

/// An agent on a real cluster and a real versions service. Nothing is asked of either yet.
///
/// # Errors
/// Where the settings do not lead to them.
pub async fn connect(settings: &Settings) -> Result<Arc<Agent>, Error> {
    connect_with(settings, Arc::new(SystemClock)).await
}

/// The same with a clock of one's own choice.
///
/// # Errors
/// Where the settings do not lead to them.
pub async fn connect_with(settings: &Settings, clock: Arc<dyn Clock>) -> Result<Arc<Agent>, Error> {
    let kubernetes = wfm_k8s::connect(settings.kubeconfig.value.as_deref()).await?;
    let namespace = settings.namespace.value.clone();
    let versions = match &settings.versions_url.value {
        Some(url) => {
            let client = Client::new(url).map_err(Error::Versions)?;
            let names = settings.product.iter().map(|entry| entry.name().clone());
            Some(Arc::new(client.with_components(names)))
        }
        None if settings.share_usage_data.value => return Err(Error::NowhereToSend),
        None => None,
    };
    let destination = versions.as_ref().map(|client| client.destination());
    let source = source(settings, versions.clone());
    let sink = versions.filter(|_| settings.share_usage_data.value).map(|c| c as Arc<dyn ReportSink>);
    let consent = Consent { schema: settings.share_schema.value, cohort: settings.cohort.value };
    let sharing = sharing::Sharing::new(sink, destination, consent, log(settings)?, Arc::clone(&clock));
    let catalog = settings.product.clone();
    let collector = wfm_k8s::KubeCollector::new(kubernetes.clone(), namespace.clone(), Arc::clone(&clock))
        .version_annotation(catalog.version_annotation().clone())
        .selector(catalog.selector().cloned());
    let updates =
        updates::Updates::new(source, settings.train.value.clone(), settings.poll_interval.value, Arc::clone(&clock));
    let updates = match (&settings.state_dir.value, from(settings, sharing.destination())) {
        (Some(folder), Some(from)) if updates.is_on() => {
            updates.with_cache(release_cache::ReleaseCache::new(folder.clone(), from))
        }
        _ => updates,
    };
    Ok(Agent::new(Parts {
        inventory: kept::KeptInventory::new(Box::new(collector), Arc::clone(&clock)),
        updates,
        sharing,
        identity: Box::new(identity::SecretIdentity { client: kubernetes, namespace: namespace.clone() }),
        clock,
        catalog,
        policy: settings.policy(),
        namespace,
    }))
}

/// Whom to ask for published releases: nobody, a file, or the versions service.
fn source(settings: &Settings, versions: Option<Arc<Client>>) -> Option<Arc<dyn VersionSource>> {
    if !settings.check_versions.value {
        return None;
    }
    match &settings.releases.value {
        Some(file) => Some(Arc::new(releases_file::ReleasesFile::new(file.clone()))),
        None => versions.map(|client| client as Arc<dyn VersionSource>),
    }
}

/// Where releases are read, as it may be written down.
fn from(settings: &Settings, destination: Option<&str>) -> Option<String> {
    let file = settings.releases.value.as_ref().map(|file| file.display().to_string());
    file.or_else(|| destination.map(ToOwned::to_owned))
}

/// The log of what is sent.
fn log(settings: &Settings) -> Result<sent::SentLog, Error> {
    let Some(folder) = &settings.state_dir.value else { return Ok(sent::SentLog::in_memory()) };
    sent::SentLog::in_folder(folder).map_err(|source| Error::State { folder: folder.clone(), source })
}

/// A running agent.
#[derive(Debug)]
pub struct Running {
    /// Where its page is.
    pub addr: SocketAddr,
    stop: tokio::sync::oneshot::Sender<()>,
    serving: tokio::task::JoinHandle<()>,
    asking: tokio::task::JoinHandle<()>,
}

impl Running {
    /// Ends it: answers what was asked, then returns.
    pub async fn stop(self) {
        self.asking.abort();
        // Both fail only where it has ended already.
        let _ = self.stop.send(());
        let _ = self.serving.await;
    }
}

/// Serves an agent's page, and lets it ask.
///
/// # Errors
/// Where the address cannot be listened on.
pub async fn start(agent: Arc<Agent>, listen: SocketAddr, fraction: loops::Fraction) -> Result<Running, Error> {
    let routes = routes::routes(Arc::clone(&agent));
    start_with(agent, routes, listen, fraction).await
}

/// Serves an agent with routes of one's own choice, and lets it ask.
///
/// # Errors
/// Where the address cannot be listened on.
pub async fn start_with(
    agent: Arc<Agent>,
    routes: server::Routes,
    listen: SocketAddr,
    fraction: loops::Fraction,
) -> Result<Running, Error> {
    let listener: TcpListener = server::bind(listen).await?;
    let addr = listener.local_addr().unwrap_or(listen);
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let serving = tokio::spawn(server::serve(listener, routes, Limits::default(), async {
        // An error means that nobody can say stop any more: that is a stop too.
        let _ = stopped.await;
    }));
    let timer = Arc::new(timer::SystemTimer::new(agent.clock()));
    let asking = tokio::spawn(loops::run(agent, timer, fraction));
    Ok(Running { addr, stop, serving, asking })
}
