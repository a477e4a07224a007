//! What can go wrong, by name.

use std::time::Duration;

use wfm_e2e::{Answer, Fault};

/// The lists that a collection reads.
pub(crate) const LISTS: [(&str, &str); 8] = [
    ("deployments", "/apis/apps/v1/namespaces/deis/deployments"),
    ("daemonsets", "/apis/apps/v1/namespaces/deis/daemonsets"),
    ("statefulsets", "/apis/apps/v1/namespaces/deis/statefulsets"),
    ("replicationcontrollers", "/api/v1/namespaces/deis/replicationcontrollers"),
    ("pods", "/api/v1/namespaces/deis/pods"),
    ("services", "/api/v1/namespaces/deis/services"),
    ("nodes", "/api/v1/nodes"),
    ("events", "/api/v1/namespaces/deis/events"),
];

/// Something that goes wrong.
#[derive(Debug, Clone)]
pub(crate) struct Named {
    pub(crate) name: String,
    pub(crate) what: What,
}

#[derive(Debug, Clone)]
pub(crate) enum What {
    /// The API server answers badly.
    Script(Fault),
    /// It does not listen.
    Stopped,
    /// It restarts: every connection breaks, and it listens again at once.
    Restarted,
    /// The token is worthless, and the file of the new one comes later.
    Rotated,
    /// The versions service answers with this status and body.
    Versions(u16, &'static str),
}

fn named(name: impl Into<String>, what: What) -> Named {
    Named { name: name.into(), what }
}

fn busy(code: u16, retry_after: u32) -> Answer {
    Answer::Status { code, retry_after: Some(retry_after) }
}

fn raw(content_type: &'static str, body: &'static str) -> Answer {
    Answer::Raw { code: 200, content_type, body: body.into() }
}

/// Every kind of bad answer.
fn answers() -> Vec<(&'static str, Answer)> {
    let html = "<html><body>Sign in to continue</body></html>";
    vec![
        ("401", Answer::status(401)),
        ("403", Answer::status(403)),
        ("404", Answer::status(404)),
        ("410", Answer::status(410)),
        ("429, wait 1 s", busy(429, 1)),
        ("429, wait 45 s", busy(429, 45)),
        ("500", Answer::status(500)),
        ("503", Answer::status(503)),
        ("503, wait 60 s", busy(503, 60)),
        ("503, wait a day", busy(503, 86_400)),
        ("504", Answer::status(504)),
        ("closed connection", Answer::HangUp),
        ("silence", Answer::Late(Duration::from_secs(600))),
        ("half a body", Answer::Torn),
        ("a body drop by drop", Answer::Drip { bytes: 20, every: Duration::from_millis(20) }),
        ("a proxy's page", raw("text/html", html)),
        ("cut JSON", raw("application/json", r#"{"kind": "PodList", "items": [{"metadata": {"na"#)),
        ("another object", raw("application/json", r#"{"kind": "Status", "status": "Success"}"#)),
        ("nothing", raw("application/json", "")),
    ]
}

/// Every fault: resource, kind of answer, moment.
pub(crate) fn faults() -> Vec<Named> {
    let answers = answers();
    let mut all = Vec::new();
    for (answer, what) in &answers {
        all.push(named(format!("everything: {answer}"), What::Script(Fault::new("/", what.clone()))));
        all.push(named(format!("pods: {answer}"), What::Script(Fault::new(LISTS[4].1, what.clone()))));
    }
    for (at, (resource, path)) in LISTS.iter().enumerate().filter(|(_, (resource, _))| *resource != "pods") {
        let (other, what) = &answers[(at * 5 + 6) % answers.len()];
        all.push(named(format!("{resource}: 403"), What::Script(Fault::new(*path, Answer::status(403)))));
        all.push(named(format!("{resource}: {other}"), What::Script(Fault::new(*path, what.clone()))));
    }
    for (answer, what) in answers.iter().filter(|(name, _)| ["410", "503", "half a body", "cut JSON"].contains(name)) {
        let fault = Fault::new(LISTS[4].1, what.clone()).when_continued();
        all.push(named(format!("further pages of pods: {answer}"), What::Script(fault)));
    }
    let once = |path: &str, answer| What::Script(Fault::new(path, answer).times(1));
    all.push(named("one request: closed connection", once("/", Answer::HangUp)));
    all.push(named("one further page: closed connection", {
        What::Script(Fault::new(LISTS[4].1, Answer::HangUp).when_continued().times(1))
    }));
    all.push(named("version: 503", What::Script(Fault::new("/version", Answer::status(503)))));
    all.push(named("the cluster's age: 403", {
        What::Script(Fault::new("/api/v1/namespaces/kube-system", Answer::status(403)))
    }));
    all.push(named("the API server is down", What::Stopped));
    all.push(named("the API server restarts", What::Restarted));
    all.push(named("the token is rotated", What::Rotated));
    all.push(named("versions: 404", What::Versions(404, "{}")));
    all.push(named("versions: a proxy's page", What::Versions(200, "<html>Sign in</html>")));
    all.push(named("versions: cut JSON", What::Versions(200, r#"{"schemaVersion": 1, "tra"#)));
    all
}
