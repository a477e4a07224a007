//! Probes are answered whatever else happens.

use std::time::Instant;

use super::*;

async fn assert_alive(addr: SocketAddr, from: [u8; 4]) {
    let began = Instant::now();
    let answer = exchange_from(from, addr, &get("livez")).await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("ok"), "{answer:?}");
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_probe_is_answered_beyond_every_limit() {
    let nothing = Share { all: 0, network: 0 };
    let one = Share { all: 1, network: 1 };
    let limits = Limits { connections: one, requests: nothing, bodies: nothing, answers: nothing, ..Limits::default() };
    let server = start(limits).await;
    let held = connect_from([127, 0, 0, 1], server.addr).await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    for from in [[127, 0, 0, 1], [127, 3, 1, 1]] {
        for _ in 0..20 {
            assert_alive(server.addr, from).await;
        }
        let refused = exchange_from(from, server.addr, &get("hello")).await;
        assert!(refused.starts_with("HTTP/1.1 429") || refused.starts_with("HTTP/1.1 503"), "{refused}");
    }
    drop(held);
}

#[tokio::test]
async fn a_probe_is_answered_while_silent_peers_of_its_own_network_hold_all_connections_and_more_come() {
    let server = start(Limits { connections: Share { all: 100, network: 50 }, ..Limits::default() }).await;
    let addr = server.addr;
    let mut held = Vec::new();
    for n in 0..600u16 {
        let [network, host] = [u8::try_from(n % 4).unwrap() + 1, u8::try_from(n / 4).unwrap() + 1];
        held.push(connect_from([127, 3, network, host], addr).await);
        if n % 40 == 39 {
            assert_alive(addr, [127, 3, 1, 200]).await;
            assert_alive(addr, [127, 3, 99, 1]).await;
        }
    }
    drop(held);
}

#[tokio::test]
async fn a_path_that_only_begins_like_a_probe_is_none() {
    let server = start(Limits { requests: Share { all: 0, network: 0 }, ..Limits::default() }).await;
    // One request is always let in.
    let busy = tokio::spawn(exchange_from([127, 0, 0, 1], server.addr, const { "GET /slow HTTP/1.0\r\n\r\n" }));
    tokio::time::sleep(Duration::from_millis(100)).await;
    for request in ["GET /livez/x", "GET /livezz", "POST /livez", "GET //livez"] {
        let answer = exchange(server.addr, &format!("{request} HTTP/1.0\r\n\r\n")).await;
        assert!(answer.starts_with("HTTP/1.0 429"), "{request} {answer}");
    }
    busy.await.unwrap();
}
