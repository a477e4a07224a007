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

/// The flags; each goes before the environment and the file of settings.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Flags {
    /// Address of the page; port 0 takes any that is free [env: PORT] [default: 0.0.0.0:8080, with --kubeconfig 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR", global = true)]
    pub listen: Option<SocketAddr>,
    /// Host name that the page answers to, beside addresses, localhost and its Service's names; may be repeated [env: ALLOWED_HOSTS]
    #[arg(long, value_name = "NAME", global = true)]
    pub host: Vec<String>,
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
    /// Settings from a TOML file, with the names that config show prints [env: CONFIG_FILE]
    #[arg(long, value_name = "FILE", global = true)]
    pub config: Option<PathBuf>,
    /// Another product's catalog, .toml or .yaml [env: CATALOG_FILE] [default: Hephy Workflow's]
    #[arg(long, value_name = "FILE", global = true)]
    pub catalog: Option<PathBuf>,
    /// Releases to stay on, such as deis-router=2.18 or *=2.18; may be repeated [env: PIN]
    #[arg(long, value_name = "COMPONENT=VERSION", global = true)]
    pub pin: Vec<String>,
    /// Component whose lag is not counted; may be repeated [env: IGNORE]
    #[arg(long, value_name = "COMPONENT", global = true)]
    pub ignore: Vec<String>,
    /// Component that is not installed on purpose, so never missing; may be repeated [env: ABSENT]
    #[arg(long, value_name = "COMPONENT", global = true)]
    pub absent: Vec<String>,
    /// Ask for published releases [env: CHECK_VERSIONS] [default: true]
    #[arg(long, value_name = "BOOL", global = true)]
    pub check_versions: Option<String>,
    /// Seconds between two checks, at most 43200 [env: POLL_INTERVAL_SEC] [default: 43200]
    #[arg(long, value_name = "SECONDS", global = true)]
    pub poll_interval: Option<String>,
    /// Share anonymous usage data: see docs/PRIVACY.md [env: SHARE_USAGE_DATA] [default: false]
    #[arg(long, value_name = "BOOL", global = true)]
    pub share_usage_data: Option<String>,
    /// The schema of shared data that you accept; later ones are not sent [env: SHARE_SCHEMA] [default: 1]
    #[arg(long, value_name = "NUMBER", global = true)]
    pub share_schema: Option<String>,
    /// Whose cluster it is: customer, staff, ci, test [env: COHORT]
    #[arg(long, value_name = "COHORT", global = true)]
    pub cohort: Option<String>,
}

/// Commands beside serving.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// The settings
    #[command(subcommand)]
    Config(ConfigCommand),
    /// The product's catalog
    #[command(subcommand)]
    Catalog(CatalogCommand),
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
    /// Print the id; nothing is drawn
    Show,
    /// Draw a new id, erasure secret and schedule of sending; nothing links them to the old ones
    Reset,
    /// Erase at the versions service what this cluster reported; switch sharing off first
    Erase,
}

/// What to do with the settings.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Print every setting, its value and where it comes from
    Show {
        /// For people or for programs
        #[arg(long, short, value_enum, default_value_t)]
        output: Output,
    },
}

/// How something is printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Output {
    /// Lines for people
    #[default]
    Table,
    /// JSON for programs
    Json,
}

/// What to do with a catalog.
#[derive(Debug, Subcommand)]
pub enum CatalogCommand {
    /// Print what a catalog says, or its mistakes with their lines
    Check {
        /// The catalog, .toml or .yaml
        file: PathBuf,
    },
    /// Print the built-in catalog as TOML, or that of --catalog
    Show,
}

const EXAMPLES: &str = "\
Examples:
  wfm-agent                                              in a cluster, with a service account
  wfm-agent --kubeconfig ~/.kube/config --namespace deis \\
            --versions-url https://versions.example.com  from outside
  wfm-agent config show                                  every setting and its source
  wfm-agent catalog check shop.toml                      what a catalog says, or its mistakes
  wfm-agent preview --kubeconfig ~/.kube/config          what would be shared, byte for byte
  wfm-agent log --state-dir /var/lib/wfm-agent           what was shared
  wfm-agent id show --kubeconfig ~/.kube/config          the cluster's id
  wfm-agent id reset --kubeconfig ~/.kube/config         draw a new id and schedule
  wfm-agent id erase --kubeconfig ~/.kube/config \
            --versions-url https://versions.example.com  erase what was shared

Environment (each also with WORKFLOW_MANAGER_ in front):
  PORT               port of the page (8080)
  ALLOWED_HOSTS      host names that the page answers to, beside its own
  DEIS_NAMESPACE     namespace to watch (deis)
  VERSIONS_API_URL   versions service
  CHECK_VERSIONS     ask for published releases (true)
  POLL_INTERVAL_SEC  seconds between two checks, at most 43200 (43200)
  TRAIN              release train to follow (stable)
  RELEASES_FILE      published releases from a file, for clusters without internet
  SHARE_USAGE_DATA   share anonymous usage data: see docs/PRIVACY.md (false)
  SHARE_SCHEMA       the schema of it that you accept; later ones are not sent (1)
  COHORT             whose cluster it is: customer, staff, ci, test (not said)
  CONFIG_FILE        settings from a TOML file
  CATALOG_FILE       another product's catalog, .toml or .yaml
  PIN                releases to stay on: deis-router=2.18, or *=2.18 for all
  IGNORE             components whose lag is not counted
  ABSENT             components that are not installed on purpose
  STATE_DIR          folder for what must outlive a restart
  DO_NOT_TRACK       1 switches both off, whatever else is set
  RUST_LOG           what is logged (info); WFM_LOG_FORMAT=json for JSON lines";
