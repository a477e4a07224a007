//! What the binaries share: the HTTP server around warp's routes, logs, the end of the process, the frame of a page, and
//! numbers for Prometheus.

use std::io::Write;
use std::net::SocketAddr;

pub mod logs;
pub mod metrics;
pub mod page;
pub mod random;
pub mod server;
pub mod shutdown;

/// Writes the bound address as a line of its own to standard output, so that whoever asked for port 0 learns the port.
/// Everything else a server has to say goes to standard error.
pub fn announce(addr: SocketAddr) {
    // Nobody may be reading: that is no reason to stop serving.
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{addr}").and_then(|()| out.flush());
}

/// An error and everything beneath it as one sentence: `cannot open x: permission denied`.
#[must_use]
pub fn sentence(error: &(dyn std::error::Error + 'static)) -> String {
    let mut said = error.to_string();
    let mut beneath = error.source();
    while let Some(cause) = beneath {
        let more = cause.to_string();
        if !said.contains(&more) {
            said.push_str(": ");
            said.push_str(&more);
        }
        beneath = cause.source();
    }
    said
}
