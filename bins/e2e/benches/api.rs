//! `just bench-api`: durable check-ins, and reads of a train, against the same server answering without a store.
//!
//! Both servers are processes of their own; the load generator runs beside them on the same cores. What counts is the
//! ratio within a run.

#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods, reason = "a benchmark is a test")]
#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "figures to read"
)]

mod load;

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use load::{Load, Request, drive};
use warp::Filter;
use wfm_e2e::RELEASES_JSON;
use wfm_shell::server;

const TIME: Duration = Duration::from_secs(8);
const CLUSTERS: u64 = 100_000;

fn main() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    if std::env::args().any(|argument| argument == "plain") {
        runtime.block_on(plain());
        return;
    }
    runtime.block_on(measure());
}

/// Check-ins for so many minutes, and the service's memory after each: it should stay where it is.
async fn soak(service: &Serving, minutes: u64) {
    let minute = Duration::from_secs(60);
    for passed in 1..=minutes {
        let load = drive(service.addr, 64, minute, 200, Arc::new(check_in)).await;
        assert_eq!(load.failures, 0);
        println!("  after {passed:>2} min at {:>6.0}/s  {:.0} MiB", load.per_second(), memory(&service.child, "VmRSS"));
    }
    println!("  peak memory of the service       {:.0} MiB", memory(&service.child, "VmHWM"));
}

async fn measure() {
    let folder = tempfile::tempdir_in(target()).unwrap();
    let releases = folder.path().join("releases.json");
    std::fs::write(&releases, RELEASES_JSON).unwrap();
    let store = format!("sled://{}", folder.path().join("store").display());
    let import = Command::new(target().join("wfm-api"))
        .args(["import", releases.to_str().unwrap(), "--store", &store])
        .stdout(Stdio::null())
        .status();
    assert!(import.unwrap().success());
    let service = Serving::start(
        &target().join("wfm-api"),
        &[
            ["--listen", "127.0.0.1:0", "--store", &store].as_slice(),
            &["--rate-per-cluster", "0", "--rate-per-address", "0", "--rate-new-clusters", "0"],
        ]
        .concat(),
    );
    let document = text(service.addr, "/v4/releases/stable").await;
    let file = folder.path().join("document.json");
    std::fs::write(&file, &document).unwrap();
    let plain = Serving::start(&std::env::current_exe().unwrap(), &["plain", file.to_str().unwrap()]);

    if let Ok(minutes) = std::env::var("WFM_BENCH_SOAK_MINUTES") {
        return soak(&service, minutes.parse().unwrap()).await;
    }
    println!("{CLUSTERS} clusters, check-ins of {} bytes, {} s a run", check_in(0).len(), TIME.as_secs());
    for connections in [32, 128, 256] {
        let request: Request = Arc::new(check_in);
        let without = drive(plain.addr, connections, TIME, 200, Arc::clone(&request)).await;
        let durable = drive(service.addr, connections, TIME, 200, request).await;
        line(&format!("check-ins, {connections} connections"), &durable, &without);
    }
    println!("  memory of the service after them {:.0} MiB", memory(&service.child, "VmRSS"));

    let tag = etag(service.addr).await;
    let whole: Request = Arc::new(|_| get("/v4/releases/stable", ""));
    let unchanged: Request = Arc::new(move |_| get("/v4/releases/stable", &format!("if-none-match: {tag}\r\n")));
    for (name, request, status) in [("200", whole, 200), ("304", unchanged, 304)] {
        let without = drive(plain.addr, 64, TIME, status, Arc::clone(&request)).await;
        let ours = drive(service.addr, 64, TIME, status, request).await;
        line(&format!("/v4/releases/stable, {name}"), &ours, &without);
    }
    println!("  peak memory of the service       {:.0} MiB", memory(&service.child, "VmHWM"));
}

fn line(name: &str, ours: &Load, plain: &Load) {
    assert_eq!((ours.failures, plain.failures), (0, 0), "{name}: every request is answered as it should be");
    println!(
        "  {name:<32} {:>7.0}/s, {:.2} of plain warp ({:.0}/s); p50 {:.1} ms, p99 {:.1} ms (plain {:.1} ms)",
        ours.per_second(),
        ours.per_second() / plain.per_second(),
        plain.per_second(),
        ours.quantile(0.5),
        ours.quantile(0.99),
        plain.quantile(0.99),
    );
}

/// The plain server: it reads the body of a check-in and answers a constant; it answers a train with constant bytes.
async fn plain() {
    let document = std::fs::read(std::env::args().next_back().unwrap()).unwrap();
    let document = warp::hyper::body::Bytes::from(document);
    let check_in = warp::path!("v3" / "clusters").and(warp::post()).and(warp::body::bytes()).map(|body| {
        let _: warp::hyper::body::Bytes = body;
        warp::reply::with_header("{\"id\":\"x\"}".to_owned(), "content-type", "application/json").into_response()
    });
    let unchanged = warp::path!("v4" / "releases" / "stable")
        .and(warp::header::<String>("if-none-match"))
        .map(|_| warp::reply::with_status("", warp::http::StatusCode::NOT_MODIFIED).into_response());
    let train = warp::path!("v4" / "releases" / "stable").map(move || {
        let mut answer = warp::reply::Response::new(document.clone().into());
        answer.headers_mut().insert("content-type", "application/json".parse().unwrap());
        answer
    });
    use warp::Reply;
    let lost = |_: warp::Rejection| async { Ok::<_, std::convert::Infallible>("lost".into_response()) };
    let routes = server::routes(check_in.or(unchanged).unify().or(train).unify().recover(lost).unify());
    let listener = server::bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
    wfm_shell::announce(listener.local_addr().unwrap());
    server::serve(listener, routes, server::Limits::default(), std::future::pending()).await;
}

/// The check-in of the n-th cluster, as an agent sends it.
fn check_in(n: u64) -> Vec<u8> {
    let cluster = n.wrapping_mul(0x9E37_79B9_7F4A_7C15) % CLUSTERS;
    let names =
        ["builder", "controller", "database", "logger", "logger-fluentd", "logger-redis", "minio", "monitor-grafana"];
    let more =
        ["monitor-influxdb", "monitor-telegraf", "nsqd", "registry", "registry-proxy", "router", "workflow-manager"];
    let component = |name: &&str| {
        format!(r#"{{"component":{{"name":"deis-{name}"}},"version":{{"version":"v2.{}.0"}}}}"#, cluster % 7)
    };
    let components: Vec<String> = names.iter().chain(&more).map(component).collect();
    let body = format!(r#"{{"id":"00000000-0000-4000-8000-{cluster:012x}","components":[{}]}}"#, components.join(","));
    format!(
        "POST /v3/clusters HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

fn get(path: &str, headers: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: x\r\n{headers}\r\n").into_bytes()
}

/// The folder of the release programs: this one lies in its `deps`.
fn target() -> PathBuf {
    let folder = std::env::current_exe().unwrap().parent().unwrap().parent().unwrap().to_owned();
    assert!(folder.join("wfm-api").exists(), "wfm-api is not built: run `just bench-api`");
    folder
}

struct Serving {
    child: Child,
    addr: SocketAddr,
}

impl Serving {
    fn start(program: &std::path::Path, arguments: &[&str]) -> Self {
        let mut child = Command::new(program).args(arguments).stdout(Stdio::piped()).spawn().unwrap();
        let mut first = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
        Self { child, addr: first.trim().parse().unwrap() }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

async fn text(addr: SocketAddr, path: &str) -> String {
    http().get(format!("http://{addr}{path}")).send().await.unwrap().text().await.unwrap()
}

async fn etag(addr: SocketAddr) -> String {
    let answer = http().get(format!("http://{addr}/v4/releases/stable")).send().await.unwrap();
    answer.headers()["etag"].to_str().unwrap().to_owned()
}

fn http() -> reqwest::Client {
    wfm_client::Client::new("http://127.0.0.1:1").unwrap(); // installs the crypto provider
    reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap()
}

/// A figure of a process's memory in MiB.
fn memory(child: &Child, figure: &str) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    let line = status.lines().find(|line| line.starts_with(figure)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1024.0
}
