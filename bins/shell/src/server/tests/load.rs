//! More peers than there are places.

use std::time::Instant;

use super::*;

fn connections(all: usize, network: usize) -> Limits {
    Limits { connections: Share { all, network }, ..Limits::default() }
}

#[tokio::test]
async fn a_network_with_too_many_connections_hears_it_and_another_is_served() {
    let server = start(connections(100, 3)).await;
    let hello = get("hello");
    let mut held = Vec::new();
    for host in 1..4 {
        held.push(connect_from([127, 0, 2, host], server.addr).await);
    }
    tokio::time::sleep(Duration::from_millis(50)).await;
    let refused = exchange_from([127, 0, 2, 9], server.addr, &hello).await;
    assert!(refused.starts_with("HTTP/1.1 429") && refused.contains("retry-after: 5"), "{refused}");
    assert!(exchange_from([127, 0, 3, 1], server.addr, &hello).await.ends_with("hello"));
    drop(held);
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(exchange_from([127, 0, 2, 9], server.addr, &hello).await.ends_with("hello"));
}

#[tokio::test]
async fn the_connections_of_a_proxy_are_limited_by_the_whole_alone() {
    let proxies = Proxies::Networks(vec!["127.0.4.0/24".parse().unwrap()]);
    let server = start(Limits { proxies, ..connections(100, 1) }).await;
    let held = [connect_from([127, 0, 4, 1], server.addr).await, connect_from([127, 0, 4, 1], server.addr).await];
    assert!(exchange_from([127, 0, 4, 1], server.addr, &get("hello")).await.ends_with("hello"));
    drop(held);
}

#[tokio::test]
async fn a_full_server_says_so_at_once() {
    let server = start(connections(2, 2)).await;
    let held = [connect_from([127, 0, 2, 1], server.addr).await, connect_from([127, 0, 3, 1], server.addr).await];
    tokio::time::sleep(Duration::from_millis(50)).await;
    let began = Instant::now();
    let refused = exchange(server.addr, &get("hello")).await;
    assert!(refused.starts_with("HTTP/1.1 503") && refused.contains("retry-after: 5"), "{refused}");
    assert!(began.elapsed() < Duration::from_secs(1));
    drop(held);
}

#[tokio::test]
async fn more_requests_than_there_may_be_are_refused_at_once() {
    let server = start(Limits { requests: Share { all: 1, network: 1 }, ..Limits::default() }).await;
    let addr = server.addr;
    let busy = tokio::spawn(async move { exchange(addr, &get("slow")).await });
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(exchange(addr, &get("hello")).await.starts_with("HTTP/1.1 429"));
    assert!(exchange_from([127, 0, 2, 1], addr, &get("hello")).await.starts_with("HTTP/1.1 503"));
    assert!(busy.await.unwrap().ends_with("slow"));
}

/// The 99th of 100 parts of how long a request takes, one after the other on new connections.
async fn p99(addr: SocketAddr, requests: usize) -> Duration {
    let mut took = Vec::with_capacity(requests);
    for _ in 0..requests {
        let began = Instant::now();
        assert!(exchange(addr, &get("hello")).await.ends_with("hello"));
        took.push(began.elapsed());
    }
    took.sort_unstable();
    took[requests * 99 / 100]
}

/// Peers that say nothing, half a head, or a body drop by drop, from many addresses; returns when all are connected, and
/// each task ends when its peer is dropped.
async fn besiege(addr: SocketAddr, peers: usize) -> Vec<tokio::task::JoinHandle<()>> {
    let mut tasks = Vec::with_capacity(peers);
    for at in 0..peers {
        let stream = connect_from([127, 1, u8::try_from(at % 200).unwrap() + 1, 1], addr).await;
        tasks.push(tokio::spawn(async move {
            let (mut from, mut to) = stream.into_split();
            let beginning = ["", "GET /hello HT", "POST /length HTTP/1.1\r\nhost: x\r\ncontent-length: 9999\r\n\r\n"];
            let _ = to.write_all(beginning[at % 3].as_bytes()).await;
            let drips = async {
                while at % 3 != 0 && to.write_all(b"x").await.is_ok() {
                    tokio::time::sleep(Duration::from_millis(500)).await;
                }
                std::future::pending::<()>().await;
            };
            let mut ignored = Vec::new();
            tokio::select! {
                () = drips => {}
                _ = from.read_to_end(&mut ignored) => {}
            }
        }));
    }
    tasks
}

async fn siege(peers: usize, requests: usize, limits: Limits) -> (Duration, Duration, Duration) {
    let server = start(limits).await;
    p99(server.addr, requests / 4).await;
    let idle = p99(server.addr, requests).await;
    let began = Instant::now();
    let besiegers = besiege(server.addr, peers).await;
    let loaded = p99(server.addr, requests).await;
    for besieger in besiegers {
        let _ = besieger.await;
    }
    (idle, loaded, began.elapsed())
}

#[tokio::test]
async fn silent_and_dripping_peers_do_not_keep_others_from_being_served_and_are_gone_in_time() {
    let second = Duration::from_secs(1);
    let limits = Limits { head: second, grace: second, ..Limits::default() };
    let (_, _, gone) = siege(300, 50, limits).await;
    assert!(gone < 6 * second, "{gone:?}");
}

/// Run alone, in release: `cargo test --release -p wfm-shell -- --ignored --nocapture four_thousand`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "it takes 20 s, and its numbers mean nothing beside other tests"]
async fn four_thousand_silent_or_dripping_peers_are_gone_in_15_s_and_good_requests_go_on() {
    let (idle, loaded, gone) = siege(4000, 4000, Limits::default()).await;
    let ratio = loaded.as_secs_f64() / idle.as_secs_f64();
    println!("p99 idle {idle:?}, loaded {loaded:?}, ratio {ratio:.2}; all gone after {gone:?}");
    assert!(gone < Duration::from_secs(15) + Duration::from_secs(3), "{gone:?}");
}
