//! Logs on standard error.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use tracing_subscriber::EnvFilter;

/// How often the same line may be written.
const OFTEN: Duration = Duration::from_secs(60);

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

/// A line that a peer can cause as often as it likes: it is written once a minute.
#[derive(Debug, Default)]
pub struct Sparingly(Mutex<Option<(Instant, u64)>>);

impl Sparingly {
    /// A line that was not written yet.
    #[must_use]
    pub const fn new() -> Self {
        Self(Mutex::new(None))
    }

    /// Writes the line, or counts it for the next one; `write` is given how often it happened since the last line.
    pub fn write(&self, write: impl FnOnce(u64)) {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        match &mut *last {
            Some((at, passed)) if now.duration_since(*at) < OFTEN => *passed += 1,
            last => write(last.replace((now, 0)).map_or(0, |(_, passed)| passed) + 1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_written_once_and_the_rest_are_counted() {
        let (line, mut written) = (Sparingly::default(), Vec::new());
        for _ in 0..1000 {
            line.write(|times| written.push(times));
        }
        if let Some((at, _)) = &mut *line.0.lock().unwrap() {
            *at -= OFTEN;
        }
        line.write(|times| written.push(times));
        assert_eq!(written, [1, 1000]);
    }
}
