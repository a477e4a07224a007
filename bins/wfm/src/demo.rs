//! `wfm demo`: the real agent and the real service on 127.0.0.1, on a recorded cluster and the real release history.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use wfm_agent::{Flags, Settings};
use wfm_api::seed::{Fleet, NotAFleet};
use wfm_api::tokens::{Role, Token, Tokens};
use wfm_api::{InsightsPublic, Running, Service};
use wfm_client::Client;
use wfm_core::clock::{Clock, SystemClock};
use wfm_core::release::{Notes, PublishMode, Release, Releases};
use wfm_core::store::{Actor, By, Store, StoreError};
use wfm_core::version::Train;
use wfm_e2e::{RELEASES_JSON, RecordedCluster, Recording};

/// Where the Kubernetes API would show the agent's page.
const PROXY: &str = "/api/v1/namespaces/deis/services/deis-workflow-manager:80/proxy/";

/// After this long a release is published, so that the banner changes.
const NEWS_AFTER: Duration = Duration::from_secs(30);

/// How many clusters have checked in before, for how many days, and the number that decides what they did.
const FLEET: (u64, u32, u64) = (300, 180, 1);

/// How many ports after the first are tried.
const PORTS: u16 = 100;

/// What to show.
#[derive(Debug, Args)]
pub struct Demo {
    /// The recorded cluster: eks-current, where all is current, or onprem-2018, where most is outdated
    #[arg(long, default_value = "eks-current", value_parser = recording)]
    recording: Recording,
    /// First port to try, on 127.0.0.1
    #[arg(long, default_value_t = 8080)]
    port: u16,
}

/// The demo cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// No folder for what is kept while it runs.
    #[error("a temporary folder cannot be used: point TMPDIR at one that can be written")]
    Folder(#[source] std::io::Error),
    /// No recorded cluster.
    #[error("the recorded cluster cannot be served")]
    Cluster(#[source] std::io::Error),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The real release history cannot be read: a fault of this program.
    #[error("the built-in release history cannot be read")]
    Releases(#[from] wfm_api::import::ImportError),
    /// The fleet cannot be: a fault of this program, or a clock that is years behind.
    #[error(transparent)]
    Fleet(#[from] NotAFleet),
    /// The tokens file cannot be used.
    #[error(transparent)]
    Tokens(#[from] wfm_api::tokens::TokensError),
    /// No port is free.
    #[error("no port from {first} to {last} is free on 127.0.0.1: choose another first one with --port")]
    NoPort {
        /// The first that was tried.
        first: u16,
        /// The last that was tried.
        last: u16,
    },
    /// The agent cannot start.
    #[error(transparent)]
    Agent(#[from] wfm_agent::Error),
    /// The service cannot be asked.
    #[error(transparent)]
    Client(#[from] wfm_client::Error),
    /// The settings of the demo are wrong: a fault of this program.
    #[error(transparent)]
    Settings(#[from] wfm_agent::settings::SettingsError),
}

/// Runs until it is interrupted.
///
/// # Errors
/// Where it cannot start.
pub async fn run(demo: Demo) -> Result<(), DemoError> {
    let folder = tempfile::tempdir().map_err(DemoError::Folder)?;
    let cluster = RecordedCluster::start(demo.recording).await.map_err(DemoError::Cluster)?;
    let kubeconfig = cluster.write_kubeconfig(folder.path()).map_err(DemoError::Folder)?;

    let (token, reader) = (Token::new(random_bytes()), Token::new(random_bytes()));
    let tokens = folder.path().join("tokens");
    let lines = format!("{}\n{}\n", token.line(Role::Publisher), reader.line(Role::Analyst));
    std::fs::write(&tokens, lines).map_err(DemoError::Folder)?;
    let store = wfm_api::store::StoreUrl::Sled(folder.path().join("store")).open().await?;
    let releases = wfm_api::import::read(RELEASES_JSON.as_bytes())?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    // The fleet first, as a store is filled only while it is empty; then the releases with the dates they really have,
    // which is what the agent tells its operator.
    let (clusters, days, seed) = FLEET;
    let history: Releases = releases.iter().cloned().collect();
    let fleet = Fleet::new(clusters, days, seed, clock.now())?;
    store.load(fleet.cluster_records(&history)?).await?;
    let by = By::new(Actor::Operator, clock.now());
    store.publish(releases, PublishMode::RefuseChanges, by).await?;

    let agent_port = demo.port;
    let (service, service_port) = {
        let first = agent_port.saturating_add(1);
        let tokens = Tokens::from_file(&tokens)?;
        start_service(first, &store, &tokens, &clock).await?
    };
    let versions_url = format!("http://{}", service.addr());
    let flags = Flags { kubeconfig: Some(kubeconfig), versions_url: Some(versions_url.clone()), ..Flags::default() };
    // The demo's own environment, whatever the shell has set: sharing is on, so that the whole way can be seen.
    let env = [("SHARE_USAGE_DATA", "true"), ("POLL_INTERVAL_SEC", "5")];
    let env = env.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect::<BTreeMap<_, _>>();
    let (settings, _) = Settings::read(&flags, &env)?;
    let agent = wfm_agent::connect(&settings).await?;
    let agent = start_agent(agent_port, service_port, &agent).await?;

    let program = std::env::current_exe().ok();
    let agent_command =
        program.as_deref().and_then(|program| agent_command(program, std::env::var_os("CARGO").is_some()));
    println!("{}", welcome(agent.addr, service.addr(), &reader, agent_command.as_deref()));
    let publisher = Client::new(&versions_url)?.with_token(token.reveal());
    tokio::select! {
        () = wfm_shell::shutdown::signal() => {}
        () = publish_news(&publisher, &clock) => wfm_shell::shutdown::signal().await,
    }
    agent.stop().await;
    service.shutdown().await;
    Ok(())
}

/// How to start an agent from here: the program beside this one, or by Cargo if Cargo started this one. `None` if there is
/// neither.
fn agent_command(this: &Path, by_cargo: bool) -> Option<String> {
    let beside = this.with_file_name(format!("wfm-agent{}", std::env::consts::EXE_SUFFIX));
    if beside.is_file() {
        return Some(beside.display().to_string());
    }
    by_cargo.then(|| "cargo run --release -p wfm-agent --".to_owned())
}

fn welcome(agent: SocketAddr, service: SocketAddr, reader: &Token, agent_command: Option<&str>) -> String {
    let own = agent_command.map_or_else(String::new, |command| {
        format!("With a cluster of your own: {command} --kubeconfig ~/.kube/config --versions-url http://{service}\n")
    });
    format!(
        "Workflow Manager, whole, on this machine: a recorded cluster, the real release history. Nothing leaves it.

  the operator's page   http://{agent}/
  the same, proxied     http://{agent}{PROXY}
  components as JSON    http://{agent}/components
  the maker's service   http://{service}/
  its exact numbers     http://analyst:{}@{service}/?sign-in
  releases as JSON      http://{service}/v4/releases/stable
  clusters that shared  http://analyst:{}@{service}/v3/clusters/count

In {} seconds a release of deis-builder is published: watch the banner of the operator's page.
Sharing is on in this demo, to the service above; anywhere else it is off until you say SHARE_USAGE_DATA=true.
{own}Ctrl-C ends it and leaves nothing behind.",
        reader.reveal(),
        reader.reveal(),
        NEWS_AFTER.as_secs()
    )
}

/// Publishes a release after a while, as the maker would: over HTTP, with a token.
async fn publish_news(publisher: &Client, clock: &Arc<dyn Clock>) {
    tokio::time::sleep(NEWS_AFTER).await;
    let name = "deis-builder".parse().expect("a valid name");
    let version = "v3.0.0".parse().expect("a valid version");
    let notes = Notes { description: Some("Published by the demo; it does not exist".into()), ..Notes::default() };
    let news = Release::new(name, Train::stable(), version, clock.now()).with_notes(notes);
    match publisher.publish(&news, false).await {
        Ok(_) => {
            println!("\ndeis-builder v3.0.0 is published now: within 5 seconds the agent knows, and the page says so.");
        }
        Err(error) => tracing::warn!("the release of the demo could not be published: {error}"),
    }
}

async fn start_service(
    first: u16,
    store: &Arc<dyn Store>,
    tokens: &Tokens,
    clock: &Arc<dyn Clock>,
) -> Result<(Running, u16), DemoError> {
    for port in first..first.saturating_add(PORTS) {
        let mut settings = wfm_api::Settings::new(local(port), Arc::clone(store), tokens.clone(), Arc::clone(clock));
        settings.insights_public = InsightsPublic::Aggregate;
        if let Ok(running) = Service::start(settings).await {
            return Ok((running, port));
        }
    }
    Err(DemoError::NoPort { first, last: first.saturating_add(PORTS - 1) })
}

async fn start_agent(first: u16, taken: u16, agent: &Arc<wfm_agent::Agent>) -> Result<wfm_agent::Running, DemoError> {
    for port in (first..first.saturating_add(PORTS)).filter(|port| *port != taken) {
        let routes = wfm_agent::routes::routes_also_under(Arc::clone(agent), PROXY);
        match wfm_agent::start_with(Arc::clone(agent), routes, local(port), wfm_client::jitter::fraction).await {
            Ok(running) => return Ok(running),
            Err(wfm_agent::Error::Bind(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(DemoError::NoPort { first, last: first.saturating_add(PORTS - 1) })
}

fn local(port: u16) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, port).into()
}

fn recording(text: &str) -> Result<Recording, String> {
    match text {
        "onprem-2018" => Ok(Recording::Onprem2018),
        "eks-current" => Ok(Recording::EksCurrent),
        _ => Err("there are onprem-2018 and eks-current".to_owned()),
    }
}

/// Random enough for a token that lives as long as this process.
fn random_bytes() -> [u8; 32] {
    let mut bytes = [0; 32];
    for half in bytes.chunks_exact_mut(16) {
        half.copy_from_slice(wfm_shell::random::uuid().as_bytes());
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hint_names_an_agent_that_is_there_or_cargo_or_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let this = folder.path().join("wfm");
        assert_eq!(agent_command(&this, false), None);
        assert_eq!(agent_command(&this, true).as_deref(), Some("cargo run --release -p wfm-agent --"));
        let agent = folder.path().join(format!("wfm-agent{}", std::env::consts::EXE_SUFFIX));
        std::fs::write(&agent, "").unwrap();
        assert_eq!(agent_command(&this, true), Some(agent.display().to_string()));
    }
}
