//! Numbers for Prometheus. No label ever holds an id, an address or anything that a body said.

use std::time::Duration;

use http::{Method, StatusCode};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;

use crate::dispatch::Route;
use crate::error::Reason;

mod fleet;
mod process;

use fleet::Fleet;
use process::Process;

/// Upper bounds of durations, in seconds: from an answer out of memory to the limit of a request.
const SECONDS: [f64; 11] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.5, 10.0];

/// Every number of a service.
pub(crate) struct Metrics {
    registry: Registry,
    requests: Family<Asked, Histogram>,
    check_ins: Family<CheckIn, Counter>,
    refused: Family<Refused, Counter>,
    limited: Family<Limited, Counter>,
    pub(crate) fleet: Fleet,
    pub(crate) process: Process,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Asked {
    method: &'static str,
    route: &'static str,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CheckIn {
    result: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Refused {
    reason: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Limited {
    limit: &'static str,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let mut registry = Registry::default();
        let histogram: fn() -> Histogram = || Histogram::new(SECONDS);
        let requests = Family::new_with_constructor(histogram);
        let check_ins = Family::<CheckIn, Counter>::default();
        for result in ["accepted", "refused", "limited", "failed"] {
            // Zero from the start: a rate needs a number before the first one happens.
            drop(check_ins.get_or_create(&CheckIn { result }));
        }
        let (refused, limited) = (Family::<Refused, Counter>::default(), Family::<Limited, Counter>::default());
        for reason in Reason::ALL {
            drop(refused.get_or_create(&Refused { reason: reason.as_str() }));
            if reason.is_rate() {
                drop(limited.get_or_create(&Limited { limit: reason.as_str() }));
            }
        }
        registry.register("wfm_build", "What runs here", Info::new([("version", env!("CARGO_PKG_VERSION"))]));
        registry.register(
            "wfm_api_http_request_duration_seconds",
            "Time from a request's head to its answer's head",
            requests.clone(),
        );
        registry.register("wfm_api_checkins", "Check-ins by what became of them", check_ins.clone());
        let about = "Check-ins that were not kept, by the reason";
        registry.register("wfm_api_checkins_refused", about, refused.clone());
        registry.register("wfm_api_rate_limited", "Requests beyond a limit of --rate-…, by the limit", limited.clone());
        let (fleet, process) = (Fleet::register(&mut registry), Process::register(&mut registry));
        Self { registry, requests, check_ins, refused, limited, fleet, process }
    }

    /// A request was answered; `route` is `None` if nothing is at its path, and `reason` is why it was refused.
    pub(crate) fn answered(
        &self,
        route: Option<&'static Route>,
        method: &Method,
        status: StatusCode,
        reason: Option<Reason>,
        took: Duration,
    ) {
        let path = route.map_or("none", |route| route.path);
        let asked = Asked { method: known(method), route: path, status: status.as_u16() };
        self.requests.get_or_create(&asked).observe(took.as_secs_f64());
        if method == Method::POST && matches!(path, "/v4/reports" | "/v3/clusters" | "/v2/clusters/{id}") {
            let result = match status.as_u16() {
                200..300 => "accepted",
                429 => "limited",
                400..500 => "refused",
                _ => "failed",
            };
            self.check_ins.get_or_create(&CheckIn { result }).inc();
            if let Some(reason) = reason {
                self.refused.get_or_create(&Refused { reason: reason.as_str() }).inc();
            }
        }
        if let Some(limit) = reason.filter(|reason| reason.is_rate()) {
            self.limited.get_or_create(&Limited { limit: limit.as_str() }).inc();
        }
    }

    /// Everything, as OpenMetrics.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        encode(&mut text, &self.registry).expect("writing to a string cannot fail");
        text
    }
}

/// A method as a label: one of a few words, whatever a client makes up.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        _ => "other",
    }
}
