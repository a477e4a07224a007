use super::super::operation::Operation;
use super::super::parameters::Parameter;
use super::PAGES;
use crate::dispatch::Verb::Get;

const HTML: &str = "text/html";
const TEXT: &str = "text/plain";

pub(super) fn all() -> Vec<Operation> {
    let new = |path, id, summary| Operation::new(Get, path, id, PAGES, summary);
    vec![
        new("/", "getPage", "What this is and how much it knows").gives_text(200, "A page.", HTML).cached(),
        new("/docs", "getDocs", "This description, for a person").gives_text(200, "A page.", HTML).cached(),
        new("/openapi.json", "getDescription", "This description, for a program")
            .gives::<serde_json::Value>(200, "OpenAPI 3.1.")
            .cached(),
        new("/ping", "ping", "Whether the process answers").gives::<String>(200, "It does: ok."),
        new("/livez", "live", "Whether the process answers").gives_text(200, "It does.", TEXT),
        new("/healthz", "healthy", "Whether the process answers").gives_text(200, "It does.", TEXT),
        new("/metrics", "metrics", "Numbers for Prometheus").gives_text(
            200,
            "The text format of Prometheus; OpenMetrics if Accept names it.",
            "text/plain; version=0.0.4; charset=utf-8",
        ),
        new("/readyz", "ready", "Whether requests can be served; nothing outside the service counts")
            .query(Parameter::flag("verbose", "Say what was looked at."))
            .gives_text(200, "They can.", TEXT),
    ]
}
