//! `wfm-agent`: see the library.

use std::process::ExitCode;

use clap::Parser;

// One thread is enough for a page and a list every half minute, and its memory is used again where that of several lies apart.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match wfm_agent::run(wfm_agent::Cli::parse(), std::env::vars().collect()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("wfm-agent: {}", wfm_shell::sentence(&error));
            ExitCode::FAILURE
        }
    }
}
