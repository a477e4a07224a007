//! The versions service's program.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    wfm_shell::logs::init();
    wfm_api::cli::main().await
}
