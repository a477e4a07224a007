//! Logs on standard error.

use tracing_subscriber::EnvFilter;

/// Starts logging. `RUST_LOG` chooses what is logged (default `info`), `WFM_LOG_FORMAT=json` one JSON object a line.
///
/// A second call changes nothing.
pub fn init() {
    init_with_default("info");
}

/// The same with another default.
pub fn init_with_default(filter: &str) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(filter));
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_target(false).with_writer(std::io::stderr);
    // An embedding program may have set its own subscriber: it stays.
    let _ = if std::env::var("WFM_LOG_FORMAT").is_ok_and(|format| format == "json") {
        lines.json().try_init()
    } else {
        lines.with_ansi(false).try_init()
    };
}
