//! `wfm`: see the library.

use std::process::ExitCode;

use clap::Parser;

#[tokio::main]
async fn main() -> ExitCode {
    match wfm::run(wfm::Cli::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("wfm: {}", wfm_shell::sentence(&error));
            ExitCode::FAILURE
        }
    }
}
