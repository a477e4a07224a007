//! How much and how often one may ask, and the end of the service.

mod common;

use std::sync::Arc;
use std::time::{Duration, Instant};

use common::{ID, NOON, Served, read, serve, serve_with};
use jiff::SignedDuration;
use reqwest::{Method, StatusCode, header};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use wfm_api::{Rates, Settings};
use wfm_core::store::MemoryStore;
use wfm_shell::server::{Limits, Proxies, Share};

async fn serve_at(rates: Rates) -> Served {
    serve_with(Arc::new(MemoryStore::default()), |settings| Settings { rates, ..settings }).await
}

async fn check_in(served: &Served, id: &str) -> StatusCode {
    served.post("/v3/clusters", json!({"id": id}).to_string()).await.0
}

#[tokio::test]
async fn a_cluster_that_checks_in_too_often_is_told_when_to_come_back() {
    let served = serve_at(Rates { per_cluster: 60, ..Rates::none() }).await;
    for _ in 0..10 {
        assert_eq!(check_in(&served, ID).await, StatusCode::OK);
    }
    let request = served.request(Method::POST, "/v3/clusters").body(json!({"id": ID}).to_string());
    let refused = request.send().await.unwrap();
    assert_eq!(refused.headers()[header::RETRY_AFTER], "60");
    let (status, said) = read(refused).await;
    assert_eq!(status, StatusCode::TOO_MANY_REQUESTS);
    assert!(!said.to_string().contains(ID));
    assert_eq!(check_in(&served, "8c6da034-c8b1-489a-a55d-a2215d93f935").await, StatusCode::OK);
    served.clock.advance(SignedDuration::from_secs(60));
    assert_eq!(check_in(&served, ID).await, StatusCode::OK);
}

#[tokio::test]
async fn a_network_that_asks_too_much_is_told_so_and_probes_still_answer() {
    let served = serve_at(Rates { per_address: 12, ..Rates::none() }).await;
    for expected in [StatusCode::OK, StatusCode::OK, StatusCode::TOO_MANY_REQUESTS] {
        assert_eq!(served.get("/openapi.json").await.0, expected);
    }
    for path in ["/ping", "/livez", "/healthz", "/readyz"] {
        let probe = served.request(Method::GET, path).send().await.unwrap();
        assert_eq!(probe.status(), StatusCode::OK, "{path}");
    }
    served.clock.advance(SignedDuration::from_secs(5));
    assert_eq!(served.get("/openapi.json").await.0, StatusCode::OK);
}

#[tokio::test]
async fn behind_a_proxy_those_it_speaks_for_are_told_apart() {
    let served = serve_with(Arc::new(MemoryStore::default()), |mut settings| {
        settings.limits.proxies = Proxies::Any;
        Settings { rates: Rates { per_address: 6, ..Rates::none() }, ..settings }
    })
    .await;
    let ask = async |forwarded: &str| {
        let request = served.request(Method::GET, "/openapi.json").header("x-forwarded-for", forwarded);
        request.send().await.unwrap().status()
    };
    assert_eq!(ask("203.0.113.7").await, StatusCode::OK);
    assert_eq!(ask("203.0.113.99").await, StatusCode::TOO_MANY_REQUESTS, "the same network");
    assert_eq!(ask("203.0.113.7, 198.51.100.1").await, StatusCode::OK, "the last is whom the proxy saw");
}

#[tokio::test]
async fn a_check_in_that_has_begun_is_finished_before_the_service_ends() {
    let served = serve().await;
    let addr = served.running.addr();
    let body = json!({"id": ID}).to_string();
    let mut peers = Vec::new();
    for _ in 0..20 {
        let mut peer = TcpStream::connect(addr).await.unwrap();
        let head = format!("POST /v3/clusters HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n", body.len());
        peer.write_all(head.as_bytes()).await.unwrap();
        peer.write_all(&body.as_bytes()[..10]).await.unwrap();
        peers.push(peer);
    }
    tokio::time::sleep(Duration::from_millis(200)).await;
    let ended = tokio::spawn(served.running.shutdown());
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(TcpStream::connect(addr).await.is_err(), "nobody new is let in");
    for peer in &mut peers {
        peer.write_all(&body.as_bytes()[10..]).await.unwrap();
        let mut answer = String::new();
        peer.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200") && answer.contains(NOON), "{answer}");
    }
    ended.await.unwrap();
}

#[tokio::test]
async fn a_peer_that_never_finishes_does_not_hold_the_end_for_longer_than_five_seconds() {
    let served = serve().await;
    let mut peer = TcpStream::connect(served.running.addr()).await.unwrap();
    peer.write_all(b"POST /v3/clusters HTTP/1.1\r\nhost: x\r\ncontent-length: 99\r\n\r\n{").await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    let began = Instant::now();
    served.running.shutdown().await;
    assert!(began.elapsed() < Duration::from_millis(5500), "{:?}", began.elapsed());
}

#[test]
fn the_operations_manual_names_the_default_limits() {
    let manual = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/OPERATIONS.md")).unwrap();
    let (limits, rates) = (Limits::default(), Rates::default());
    let seconds = |time: Duration| format!("{} s", time.as_secs());
    let pair = |share: Share| format!("{}, {}", share.all, share.network);
    let mebibytes = |share: Share| format!("{} MiB, {} MiB", share.all >> 20, share.network >> 20);
    for (what, value) in [
        (
            &*format!(
                "a request's head ({} KiB at most), from its first byte; of a connection's first request from the connection",
                limits.buffer >> 10
            ),
            seconds(limits.head),
        ),
        (
            "an idle connection, from the last answer; if more than half of the connections are taken",
            format!("{}; {}", seconds(limits.idle), seconds(limits.head)),
        ),
        (
            &*format!("a body's pace after the first {}; the whole of it", seconds(limits.grace)),
            format!("{} KiB/s on average; {}", limits.floor >> 10, seconds(limits.body)),
        ),
        ("the answer's head, from the last byte of the request", seconds(limits.request)),
        (&*format!("the next {} KiB of an answer", limits.buffer >> 10), seconds(limits.answer)),
        ("connections, and of one network", pair(limits.connections)),
        ("requests that are being answered, and of one network", pair(limits.requests)),
        ("bodies that are arriving, and of one network", mebibytes(limits.bodies)),
        ("answers that are not read yet, and of one network", mebibytes(limits.answers)),
        ("check-ins of one cluster", format!("{} an hour", rates.per_cluster)),
        ("requests of one network", format!("{} a minute", rates.per_address)),
    ] {
        let row = format!("| {what} | {value} |");
        assert!(manual.contains(&row), "{row}");
    }
}
