//! Bodies that come slowly, from several networks.

use super::*;

/// Peers of several networks that send the head of a request and a few bytes of its body, again and again.
async fn besiege(addr: SocketAddr, networks: u8, each: u8) -> Vec<TcpStream> {
    let mut peers = Vec::new();
    for network in 1..=networks {
        for host in 1..=each {
            let mut stream = connect_from([127, 2, network, host], addr).await;
            let head = "POST /length HTTP/1.1\r\nhost: x\r\ncontent-length: 16000\r\n\r\nabc";
            stream.write_all(head.as_bytes()).await.unwrap();
            peers.push(stream);
        }
    }
    tokio::time::sleep(Duration::from_millis(100)).await;
    peers
}

#[tokio::test]
async fn slow_bodies_of_six_networks_take_no_place_of_others() {
    // Places for fewer than there are slow bodies.
    let server = start(Limits { requests: Share { all: 64, network: 8 }, ..Limits::default() }).await;
    let besiegers = besiege(server.addr, 6, 60).await;
    for _ in 0..20 {
        for path in ["livez", "hello"] {
            assert!(exchange(server.addr, &get(path)).await.starts_with("HTTP/1.1 200"), "/{path}");
        }
        let whole = "POST /length HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 3\r\n\r\nabc";
        assert!(exchange(server.addr, whole).await.ends_with("\r\n3"));
    }
    drop(besiegers);
}

#[tokio::test]
async fn bodies_under_way_have_a_limit_in_bytes_and_a_network_has_its_own() {
    let bodies = Share { all: 100_000, network: 20_000 };
    let server = start(Limits { bodies, grace: Duration::from_secs(20), ..Limits::default() }).await;
    let mut held = Vec::new();
    for network in 1..=4 {
        let mut stream = connect_from([127, 2, network, 1], server.addr).await;
        stream.write_all(b"POST /length HTTP/1.1\r\nhost: x\r\ncontent-length: 20000\r\n\r\n").await.unwrap();
        stream.write_all(&[b'x'; 19_000]).await.unwrap();
        held.push(stream);
    }
    tokio::time::sleep(Duration::from_millis(200)).await;
    let send = |length: usize| {
        let head = format!("POST /length HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n");
        head + &"x".repeat(length)
    };
    let same = exchange_from([127, 2, 1, 2], server.addr, &send(5_000)).await;
    assert!(same.starts_with("HTTP/1.1 429") && same.contains("retry-after"), "{same}");
    let other = exchange_from([127, 2, 9, 1], server.addr, &send(5_000)).await;
    assert!(other.ends_with("5000"), "{other}");
    drop(held);
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(exchange_from([127, 2, 1, 2], server.addr, &send(5_000)).await.ends_with("5000"));
}

#[tokio::test]
async fn a_body_that_keeps_to_the_floor_is_waited_for_and_one_below_it_is_not() {
    let limits = Limits { grace: Duration::from_millis(300), floor: 1000, ..Limits::default() };
    let server = start(limits).await;
    for (piece, expected) in [(200, " 200 "), (20, " 408 ")] {
        let (mut from, mut to) = TcpStream::connect(server.addr).await.unwrap().into_split();
        let head = "POST /length HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 3000\r\n\r\n";
        to.write_all(head.as_bytes()).await.unwrap();
        // 2000 or 200 bytes a second.
        let writing = tokio::spawn(async move {
            let mut left = 3000;
            while left > 0 && to.write_all(&vec![b'x'; piece]).await.is_ok() {
                left -= piece;
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            to
        });
        let mut answer = String::new();
        let _ = from.read_to_string(&mut answer).await;
        assert!(answer[..16].contains(expected), "{piece} {answer}");
        writing.abort();
    }
}

#[tokio::test]
async fn a_body_has_an_end_however_fast_it_comes() {
    let server = start(Limits { body: Duration::from_millis(500), ..Limits::default() }).await;
    let (mut from, mut to) = TcpStream::connect(server.addr).await.unwrap().into_split();
    to.write_all(b"POST /length HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n").await.unwrap();
    let writing = tokio::spawn(async move {
        while to.write_all(b"400\r\n").await.is_ok() && to.write_all(&[b'x'; 1024]).await.is_ok() {
            let _ = to.write_all(b"\r\n").await;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    let mut answer = Vec::new();
    let _ = tokio::time::timeout(Duration::from_secs(5), from.read_to_end(&mut answer)).await.expect("it ends");
    assert!(answer.starts_with(b"HTTP/1.1 408"), "{}", String::from_utf8_lossy(&answer));
    writing.abort();
}
