//! What is sent, in which form, and to peers that do not read it.

use super::*;

fn zipped(path: &str) -> String {
    get(path).replace("host: x", "host: x\r\naccept-encoding: gzip")
}

fn length(answer: &str) -> usize {
    let (_, rest) = answer.split_once("content-length: ").unwrap();
    rest.split("\r\n").next().unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_client_that_takes_gzip_is_sent_the_shorter_form() {
    let server = start(Limits::default()).await;
    for path in ["kept", "page"] {
        let plain = exchange(server.addr, &get(path)).await;
        assert!(plain.contains("content-length: 100000\r\n") && plain.contains("vary: accept-encoding"), "{path}");
        assert!(plain.ends_with(&words(100_000)) && !plain.contains("content-encoding"), "{path}");
        let short = exchange(server.addr, &zipped(path)).await;
        assert!(short.contains("content-encoding: gzip\r\n") && short.contains("vary: accept-encoding"), "{path}");
        assert!(length(&short) < 80_000, "{path}");
    }
    let short = exchange(server.addr, &zipped("hello")).await;
    assert!(short.ends_with("hello") && !short.contains("gzip"), "{short}");
}

#[tokio::test]
async fn a_head_has_the_length_of_what_a_get_is_sent() {
    let server = start(Limits::default()).await;
    for request in [get("kept"), zipped("kept"), get("page"), zipped("page")] {
        let head = exchange(server.addr, &request.replace("GET", "HEAD")).await;
        assert!(head.ends_with("\r\n\r\n"));
        assert_eq!(length(&head), length(&exchange(server.addr, &request).await));
    }
}

/// Peers that ask and never read. The kernel takes some of an answer, so they ask for several times as much.
async fn besiege(addr: SocketAddr, path: &str, networks: u8, each: u8) -> Vec<TcpStream> {
    let mut peers = Vec::new();
    let requests = format!("GET /{path} HTTP/1.1\r\nhost: x\r\n\r\n").repeat(20);
    for network in 1..=networks {
        for host in 1..=each {
            let socket = TcpSocket::new_v4().unwrap();
            socket.set_recv_buffer_size(4096).unwrap();
            socket.bind((IpAddr::from([127, 4, network, host]), 0).into()).unwrap();
            let mut stream = socket.connect(addr).await.unwrap();
            stream.write_all(requests.as_bytes()).await.unwrap();
            peers.push(stream);
        }
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    peers
}

#[tokio::test]
async fn a_network_that_does_not_read_is_refused_and_others_are_served() {
    let server = start(Limits { answers: Share { all: 5_000_000, network: 500_000 }, ..Limits::default() }).await;
    let besiegers = besiege(server.addr, "page", 3, 20).await;
    let same = exchange_from([127, 4, 1, 99], server.addr, &get("page")).await;
    assert!(same.starts_with("HTTP/1.1 429") && same.contains("retry-after"), "{}", &same[..200]);
    assert!(exchange_from([127, 4, 9, 1], server.addr, &get("page")).await.ends_with(&words(100_000)));
    // What is kept anyway costs nothing.
    assert!(exchange_from([127, 4, 1, 99], server.addr, &get("kept")).await.ends_with(&words(100_000)));
    drop(besiegers);
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(exchange_from([127, 4, 1, 99], server.addr, &get("page")).await.ends_with(&words(100_000)));
}

#[tokio::test]
async fn peers_that_never_read_are_gone_in_time() {
    let (half, many) = (Duration::from_millis(500), Share { all: usize::MAX, network: usize::MAX });
    let server = start(Limits { answer: half, head: half, answers: many, ..Limits::default() }).await;
    let mut besiegers = besiege(server.addr, "long", 2, 20).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    for peer in &mut besiegers {
        let mut answer = Vec::new();
        let read = tokio::time::timeout(Duration::from_secs(5), peer.read_to_end(&mut answer)).await.expect("it ends");
        assert!(read.is_err() || answer.len() < LONG.len(), "{}", answer.len());
    }
}
