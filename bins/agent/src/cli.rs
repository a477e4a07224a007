//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Parser, Subcommand};

/// Watches the components of a product in its namespace: installed, healthy, current.
#[derive(Debug, Parser)]
#[command(name = "wfm-agent", version, after_help = EXAMPLES)]
pub struct Cli {
    /// What to do; without a command the agent serves its page
    #[command(subcommand)]
    pub command: Option<Command>,
    /// What to serve, and whom to ask
    #[command(flatten)]
    pub flags: Flags,
}

/// The flags; each goes before the environment.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Flags {
    /// Address of the page; port 0 takes any that is free [env: PORT] [default: 0.0.0.0:8080, with --kubeconfig 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR", global = true)]
    pub listen: Option<SocketAddr>,
    /// Namespace to watch [env: DEIS_NAMESPACE] [default: deis]
    #[arg(long, value_name = "NS", global = true)]
    pub namespace: Option<String>,
    /// Versions service [env: VERSIONS_API_URL]
    #[arg(long, value_name = "URL", global = true)]
    pub versions_url: Option<String>,
    /// Kubeconfig file; without it the agent uses its service account in the cluster
    #[arg(long, value_name = "FILE", global = true)]
    pub kubeconfig: Option<PathBuf>,
    /// Published releases from a file, as GET /v4/releases/{train} answers them, in place of asking for them [env: RELEASES_FILE]
    #[arg(long, value_name = "FILE", global = true)]
    pub releases: Option<PathBuf>,
    /// Folder for what must outlive a restart: the log of what was sent, the last published releases [env: STATE_DIR]
    #[arg(long, value_name = "DIR", global = true)]
    pub state_dir: Option<PathBuf>,
    /// Release train to follow [env: TRAIN] [default: stable]
    #[arg(long, value_name = "TRAIN", global = true)]
    pub train: Option<String>,
}

/// Commands beside serving.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// The settings
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Print the very bytes that would be shared now, one envelope a line; nothing is sent
    Preview,
    /// Print everything that was shared, with time and destination, one JSON object a line; needs --state-dir
    Log,
    /// The cluster's random id
    #[command(subcommand)]
    Id(IdCommand),
}

/// What to do with the id.
#[derive(Debug, Subcommand)]
pub enum IdCommand {
    /// Draw a new id and new moments of telling; nothing links them to the old ones
    Reset,
}

/// What to do with the settings.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Print every setting, its value and where it comes from
    Show,
}

const EXAMPLES: &str = "\
Examples:
  wfm-agent                                              in a cluster, with a service account
  wfm-agent --kubeconfig ~/.kube/config --namespace deis \\
            --versions-url https://versions.example.com  from outside
  wfm-agent config show                                  every setting and its source
  wfm-agent preview --kubeconfig ~/.kube/config          what would be shared, byte for byte
  wfm-agent log --state-dir /var/lib/wfm-agent           what was shared
  wfm-agent id reset --kubeconfig ~/.kube/config         be somebody else from now on

Environment (each also with WORKFLOW_MANAGER_ in front):
  PORT               port of the page (8080)
  DEIS_NAMESPACE     namespace to watch (deis)
  VERSIONS_API_URL   versions service
  CHECK_VERSIONS     ask for published releases (true)
  POLL_INTERVAL_SEC  seconds between two checks, at most 43200 (43200)
  TRAIN              release train to follow (stable)
  RELEASES_FILE      published releases from a file, for clusters without internet
  SHARE_USAGE_DATA   share anonymous usage data: see docs/PRIVACY.md (false)
  SHARE_SCHEMA       the schema of it that you accept; later ones are not sent (1)
  COHORT             whose cluster it is: customer, staff, ci, test (not said)
  STATE_DIR          folder for what must outlive a restart
  DO_NOT_TRACK       1 switches both off, whatever else is set
  RUST_LOG           what is logged (info); WFM_LOG_FORMAT=json for JSON lines";
