//! Attacks on the agent: by a pod of its cluster, and by the versions service.

use std::time::Duration;

use tempfile::TempDir;
use warp::Filter;
use wfm_e2e::{RecordedCluster, Recording};

use super::http2::{head, preface_without_window};
use super::measure::{Figures, Program, get};
use super::network::from_everywhere;
use super::service::unread;

const TIME: Duration = Duration::from_secs(12);

/// An agent on the recorded cluster.
struct Agent {
    program: Program,
    _cluster: RecordedCluster,
    _folder: TempDir,
}

impl Agent {
    async fn start(versions_url: Option<&str>) -> Self {
        let cluster = RecordedCluster::start(Recording::Onprem2018).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let kubeconfig = cluster.write_kubeconfig(folder.path()).unwrap();
        let state = folder.path().join("state");
        std::fs::create_dir(&state).unwrap();
        let mut arguments = vec!["--listen", "127.0.0.1:0", "--kubeconfig", kubeconfig.to_str().unwrap()];
        arguments.extend(["--state-dir", state.to_str().unwrap(), "--poll-interval", "1"]);
        if let Some(url) = versions_url {
            arguments.extend(["--versions-url", url]);
        }
        let program = Program::start("wfm-agent", &arguments, &[]);
        let addr = program.addr;
        tokio::task::spawn_blocking(move || while !get(addr, "/readyz", TIME).unwrap().starts_with("HTTP/1.1 200") {})
            .await
            .unwrap();
        Self { program, _cluster: cluster, _folder: folder }
    }
}

pub(crate) async fn nothing() -> Figures {
    let agent = Agent::start(None).await;
    agent
        .program
        .under("/components", async {
            tokio::time::sleep(Duration::from_secs(3)).await;
            String::new()
        })
        .await
}

/// Sixty-four connections ask for the whole report 32 times and read nothing.
pub(crate) async fn unread_answers() -> Figures {
    let agent = Agent::start(None).await;
    let addr = agent.program.addr;
    let attack = from_everywhere(8, TIME, move |network, connection, until| async move {
        let encoding = if connection % 2 == 0 { "accept-encoding: gzip\r\n" } else { "" };
        let request = format!("GET /report.json HTTP/1.1\r\nhost: 127.0.0.1\r\n{encoding}\r\n").repeat(32);
        unread(network, addr, request, until).await
    });
    agent.program.under("/components", attack).await
}

/// The same by HTTP/2, a hundred answers for each connection.
pub(crate) async fn unread_streams() -> Figures {
    let agent = Agent::start(None).await;
    let addr = agent.program.addr;
    let attack = from_everywhere(8, TIME, move |network, _, until| async move {
        let mut request = preface_without_window();
        (0..100).for_each(|number| request.extend(head(2 * number + 1, false, "/report.json")));
        unread(network, addr, request, until).await
    });
    agent.program.under("/components", attack).await
}

/// A hostile list of releases.
pub(crate) struct Document {
    pub(crate) name: &'static str,
    make: fn() -> String,
}

/// Lists that fill what an agent takes, or more.
pub(crate) const DOCUMENTS: &[Document] = &[
    Document { name: "88,000 components", make: || components(88_000) },
    Document { name: "11,000 components, under 1 MiB", make: || components(11_000) },
    Document { name: "100,000 releases of a component", make: || releases(100_000) },
    Document { name: "13,000 releases, under 1 MiB", make: || releases(13_000) },
    Document { name: "70,000 notices", make: || notices(70_000) },
    Document { name: "9,000 notices, under 1 MiB", make: || notices(9_000) },
    Document { name: "a note of 8 MB", make: || note(8_000_000) },
    Document { name: "a note of 1 MB", make: || note(1_000_000) },
];

fn document(components: &str, notices: &str) -> String {
    format!(
        r#"{{"schemaVersion":1,"train":"stable","serial":1,"issued":"2026-01-01T00:00:00Z","components":[{components}],"notices":[{notices}]}}"#
    )
}

fn release(version: &str, more: &str) -> String {
    format!(r#"{{"version":"{version}","released":"2020-01-01T00:00:00Z"{more}}}"#)
}

fn components(number: u32) -> String {
    let one = |n| format!(r#"{{"name":"customer-{n:05}","releases":[{}]}}"#, release("v1.0.0", ""));
    document(&(0..number).map(one).collect::<Vec<_>>().join(","), "")
}

fn releases(number: u32) -> String {
    let releases: Vec<_> = (0..number).map(|n| release(&format!("v2.{}.{}", n / 1000, n % 1000), "")).collect();
    document(&format!(r#"{{"name":"deis-router","releases":[{}]}}"#, releases.join(",")), "")
}

fn notices(number: u32) -> String {
    let one = |n| {
        format!(
            r#"{{"id":"n-{n}","train":"stable","level":"security","text":"Patch now: {n}","published":"2026-01-01T00:00:00Z"}}"#
        )
    };
    document("", &(0..number).map(one).collect::<Vec<_>>().join(","))
}

fn note(length: usize) -> String {
    let more = format!(r#","description":"{}""#, "a ".repeat(length / 2));
    document(&format!(r#"{{"name":"deis-router","releases":[{}]}}"#, release("v9.0.0", &more)), "")
}

/// A service answers every update check, one a second, with the document.
pub(crate) async fn hostile(document: &Document) -> Figures {
    let body = warp::hyper::body::Bytes::from((document.make)());
    let length = body.len();
    let answer = warp::path!("v4" / "releases" / "stable").map(move || {
        let mut answer = warp::reply::Response::new(body.clone().into());
        answer.headers_mut().insert("content-type", "application/json".parse().unwrap());
        answer
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let serving = tokio::spawn(warp::serve(answer).incoming(listener).run());
    let agent = Agent::start(Some(&url)).await;
    let addr = agent.program.addr;
    let attack = async {
        tokio::time::sleep(Duration::from_secs(6)).await;
        let page = tokio::task::spawn_blocking(move || get(addr, "/", TIME)).await.unwrap().unwrap_or_default();
        format!("{:.1} MiB sent, page {:.0} KiB", length as f64 / 1048576.0, page.len() as f64 / 1024.0)
    };
    let figures = agent.program.under("/components", attack).await;
    serving.abort();
    figures
}
