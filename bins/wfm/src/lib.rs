//! The command line of Workflow Manager.

use clap::{Parser, Subcommand};

pub mod demo;

const EXAMPLES: &str = "\
Examples:
  wfm demo                          the whole product on this machine, with a recorded cluster
  wfm demo --recording onprem-2018  another recorded cluster";

/// Workflow Manager from the command line.
#[derive(Debug, Parser)]
#[command(name = "wfm", version, after_help = EXAMPLES)]
pub struct Cli {
    /// What to do
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run agent and versions service on this machine, on a recorded cluster: no cluster, no network, no settings needed
    Demo(demo::Demo),
}

/// Does what the command line says.
///
/// # Errors
/// Where it cannot be done: one sentence that says what to change.
pub async fn run(cli: Cli) -> Result<(), demo::DemoError> {
    wfm_shell::logs::init_with_default("warn");
    match cli.command {
        Command::Demo(demo) => demo::run(demo).await,
    }
}
