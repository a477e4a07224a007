//! The command line: serve, import a file of releases, make a token.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, Parser, Subcommand};
use wfm_core::clock::SystemClock;
use wfm_core::store::{Store, TokenName};

use crate::service::{Service, Settings};
use crate::store::StoreUrl;
use crate::store::backup as copies;
use crate::tokens::{Role, Token, Tokens};

mod allowance;
mod backup;
mod catalog;
mod drop;
mod error;
mod import;
mod insights;
mod mend;
mod seed;

pub use error::Error;

use allowance::Allowance;
use insights::Insights;

const EXAMPLES: &str = "\
Examples:
  wfm-api --store sled:///var/lib/wfm-api --tokens-file /etc/wfm-api/tokens
  wfm-api --store memory:// --listen 127.0.0.1:0
  wfm-api token new --role publisher
  wfm-api import releases.json --store sled:///var/lib/wfm-api --dry-run
  wfm-api backup --store sled:///var/lib/wfm-api /backups

The first line on standard output is the address that is listened on; logs go to standard error.
Environment: WFM_API_LISTEN, WFM_API_STORE, WFM_API_TOKENS_FILE, WFM_API_CATALOG, WFM_API_RATE_PER_CLUSTER,
WFM_API_RATE_PER_ADDRESS, WFM_API_RATE_NEW_CLUSTERS, WFM_API_DOCTOR, WFM_API_TRUST_CLOCK, WFM_API_INSIGHTS_PUBLIC,
WFM_API_COHORT_RULES, WFM_API_CONNECTIONS, WFM_API_CONNECTIONS_PER_NETWORK, WFM_API_BEHIND_PROXY, WFM_API_PROXY_NETWORK;
RUST_LOG, WFM_LOG_FORMAT=json.";

/// The versions service of Workflow: keeps releases and check-ins, and answers agents.
#[derive(Debug, Parser)]
#[command(name = "wfm-api", version, after_help = EXAMPLES)]
pub struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: Serve,
}

#[derive(Debug, Args)]
struct Serve {
    /// Address to listen on; port 0 takes any that is free
    #[arg(long, value_name = "ADDR", env = "WFM_API_LISTEN", default_value = "127.0.0.1:8081", value_parser = address)]
    listen: SocketAddr,
    /// Where to keep releases and check-ins: sled://PATH, or memory:// to keep nothing
    #[arg(long, value_name = "URL", env = "WFM_API_STORE")]
    store: Option<StoreUrl>,
    /// File that says which token has which role; without it no one can publish
    #[arg(long, value_name = "FILE", env = "WFM_API_TOKENS_FILE")]
    tokens_file: Option<PathBuf>,
    /// Another product's catalog, .toml or .yaml, as its agents have it; without it Hephy Workflow's
    #[arg(long, value_name = "FILE", env = "WFM_API_CATALOG")]
    catalog: Option<PathBuf>,
    #[command(flatten)]
    insights: Insights,
    #[command(flatten)]
    allowance: Allowance,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Publish a file of releases into a store that no service has open
    Import(import::Import),
    /// Copy a store into a file, also while a service has it open
    Backup(backup::Backup),
    /// Make a new store from a backup
    Restore(backup::Restore),
    /// Read a whole store and count it again
    Verify(backup::Verify),
    /// Make the numbers of the fleet again from the check-ins, and say whether they differed
    Rebuild(backup::Rebuild),
    /// Erase the clusters that first checked in within an interval, such as a flood of false ones
    Drop(drop::Drop),
    /// Make a new store without what a wrong clock has put into one
    Mend(mend::Mend),
    /// Fill an empty store with a fleet that never was
    Seed(seed::Seed),
    /// Make tokens
    #[command(subcommand)]
    Token(TokenCommand),
}

#[derive(Debug, Subcommand)]
enum TokenCommand {
    /// Print a new token, and the line with its hash for the tokens file
    #[command(after_help = "Example:\n  wfm-api token new --role publisher --name build-server")]
    New {
        /// What the token allows
        #[arg(long)]
        role: Role,
        /// What the audit log calls the token
        #[arg(long)]
        name: Option<TokenName>,
    },
}

/// Reads the arguments, does what they say, and tells a failure in one sentence on standard error.
pub async fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(asked) if !asked.use_stderr() => {
            // Help or the version; nobody reading it is no failure.
            let _ = asked.print();
            return ExitCode::SUCCESS;
        }
        Err(usage) => {
            eprintln!("wfm-api: {}; see wfm-api --help", first_sentence(&usage.render().to_string()));
            return ExitCode::from(2);
        }
    };
    match run(cli).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("wfm-api: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Does what the arguments say; serving ends with an interrupt.
///
/// # Errors
/// One sentence that says what to change.
pub async fn run(cli: Cli) -> Result<(), Error> {
    match cli.command {
        None => serve(cli.serve).await,
        Some(Command::Import(import)) => import.run().await,
        Some(Command::Backup(backup)) => backup.run().await,
        Some(Command::Restore(restore)) => restore.run().await,
        Some(Command::Verify(verify)) => verify.run().await,
        Some(Command::Rebuild(rebuild)) => rebuild.run().await,
        Some(Command::Drop(drop)) => drop.run().await,
        Some(Command::Mend(mend)) => mend.run().await,
        Some(Command::Seed(seed)) => seed.run().await,
        Some(Command::Token(TokenCommand::New { role, name })) => new_token(role, name),
    }
}

async fn serve(serve: Serve) -> Result<(), Error> {
    let tokens = match &serve.tokens_file {
        Some(file) => Tokens::from_file(file)?,
        None => Tokens::none(),
    };
    let rules = serve.insights.rules()?;
    let catalog = serve.catalog.as_deref().map(catalog::from_file).transpose()?;
    let url = serve.store.ok_or(Error::NoStore)?;
    let is_new = matches!(&url, StoreUrl::Sled(folder) if !folder.join("db").exists());
    let store = url.open().await?;
    if let Some(rules) = rules {
        insights::apply(rules, store.as_ref(), &SystemClock).await?;
    }
    let (releases, clusters) = (store.releases().await?.len(), store.count_clusters().await?);
    let mut settings = Settings::new(serve.listen, Arc::clone(&store), tokens, Arc::new(SystemClock));
    let backups = hand_out_backups(&url, &store, &settings.last_backup);
    // Who waits for the end of the service waits for the store, too.
    drop(store);
    serve.allowance.write(&mut settings);
    serve.insights.write(&mut settings);
    settings.catalog = catalog.unwrap_or(settings.catalog);
    let running = Service::start(settings).await?;
    wfm_shell::announce(running.addr());
    if is_new {
        tracing::info!(store = %url, "created a new store; if you expected data, check --store");
    }
    let version = env!("CARGO_PKG_VERSION");
    tracing::info!(version, address = %running.addr(), store = %url, releases, clusters, "the service listens");
    if serve.tokens_file.is_none() {
        tracing::warn!("no --tokens-file is given: no one can publish over HTTP");
    }
    wfm_shell::shutdown::signal().await;
    tracing::info!("asked to end: finishing what was accepted");
    running.shutdown().await;
    if let Some(backups) = backups {
        backups.abort();
    }
    Ok(())
}

fn hand_out_backups(
    url: &StoreUrl,
    store: &Arc<dyn Store>,
    last: &Arc<copies::LastBackup>,
) -> Option<tokio::task::JoinHandle<()>> {
    let StoreUrl::Sled(folder) = url else { return None };
    let listening = copies::socket::listen(folder, Arc::clone(store), Arc::clone(last));
    let listening =
        listening.inspect_err(|e| tracing::warn!("wfm-api backup works only while this service is stopped: {e}"));
    listening.ok()
}

fn new_token(role: Role, name: Option<TokenName>) -> Result<(), Error> {
    let mut random = [0; 32];
    getrandom::fill(&mut random).map_err(Error::NoRandomness)?;
    let token = Token::new(random);
    println!("{}", token.reveal());
    println!("{}{}", token.line(role), name.map_or(String::new(), |name| format!(" {}", name.as_str())));
    eprintln!(
        "The first line is the token: it is shown once, give it to its owner. Add the second to the tokens file."
    );
    Ok(())
}

fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| "write an IP address and a port, such as 127.0.0.1:8081 or [::]:8081".to_owned())
}

/// clap's explanation without its decoration: the first paragraph, in one line.
fn first_sentence(rendered: &str) -> String {
    let paragraph = rendered.split("\n\n").next().unwrap_or_default();
    let words: Vec<&str> = paragraph.split_whitespace().collect();
    words.join(" ").trim_start_matches("error: ").to_owned()
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_arguments_are_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn an_explanation_of_several_lines_becomes_one() {
        let usage = Cli::try_parse_from(["wfm-api", "token", "new", "--role", "boss"]).unwrap_err();
        let said = first_sentence(&usage.render().to_string());
        assert!(
            said.starts_with("invalid value 'boss'") && said.contains("publisher") && !said.contains('\n'),
            "{said}"
        );
    }
}
