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

mod fleet;

use fleet::Fleet;

/// Upper bounds of durations, in seconds: from an answer out of memory to the limit of a request.
const SECONDS: [f64; 11] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.5, 10.0];

/// Every number of a service.
pub(crate) struct Metrics {
    registry: Registry,
    requests: Family<Asked, Histogram>,
    check_ins: Family<CheckIn, Counter>,
    pub(crate) fleet: Fleet,
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
        registry.register("wfm_build", "What runs here", Info::new([("version", env!("CARGO_PKG_VERSION"))]));
        registry.register(
            "wfm_api_http_request_duration_seconds",
            "Time from a request's head to its answer's head",
            requests.clone(),
        );
        registry.register("wfm_api_checkins", "Check-ins by what became of them", check_ins.clone());
        let fleet = Fleet::register(&mut registry);
        Self { registry, requests, check_ins, fleet }
    }

    /// A request was answered; `route` is `None` where nothing is at its path.
    pub(crate) fn answered(&self, route: Option<&'static Route>, method: &Method, status: StatusCode, took: Duration) {
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
        }
    }

    /// Everything in the text form.
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
