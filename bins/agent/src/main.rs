//! `wfm-agent`: see the library.

use std::process::ExitCode;

use clap::Parser;

#[tokio::main]
async fn main() -> ExitCode {
    match wfm_agent::run(wfm_agent::Cli::parse(), std::env::vars().collect()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("wfm-agent: {}", wfm_shell::sentence(&error));
            ExitCode::FAILURE
        }
    }
}
