//! Logs on standard error.

use tracing_subscriber::EnvFilter;

/// Whatever is asked for, these say no more: at their finer levels they log paths, and a path can hold a cluster's id.
const QUIET: [&str; 4] = ["warp=info", "hyper=info", "h2=info", "kube_client=warn"];

/// Starts logging. `RUST_LOG` chooses what is logged (default `info`), `WFM_LOG_FORMAT=json` one JSON object a line.
///
/// A second call changes nothing.
pub fn init() {
    init_with_default("info");
}

/// The same with another default.
pub fn init_with_default(filter: &str) {
    let mut filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(filter));
    for quiet in QUIET {
        filter = filter.add_directive(quiet.parse().expect("a target and a level are a directive"));
    }
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_target(false).with_writer(std::io::stderr);
    // An embedding program may have set its own subscriber: it stays.
    let _ = if std::env::var("WFM_LOG_FORMAT").is_ok_and(|format| format == "json") {
        lines.json().try_init()
    } else {
        lines.with_ansi(false).try_init()
    };
}
