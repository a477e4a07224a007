//! Peers that take their time.

use super::*;

const MS: Duration = Duration::from_millis(1);

fn short() -> Limits {
    Limits { head: 200 * MS, idle: 400 * MS, grace: 300 * MS, request: 300 * MS, answer: 300 * MS, ..Limits::default() }
}

/// What a peer gets that sends a beginning and then a byte every 20 ms, and how long it may stay.
async fn drip(addr: SocketAddr, beginning: &str) -> (String, Duration) {
    let began = std::time::Instant::now();
    let stream = TcpStream::connect(addr).await.unwrap();
    let (mut from, mut to) = stream.into_split();
    let beginning = beginning.to_owned();
    let dripping = tokio::spawn(async move {
        to.write_all(beginning.as_bytes()).await?;
        loop {
            tokio::time::sleep(20 * MS).await;
            to.write_all(b"x").await?;
        }
        #[expect(unreachable_code, reason = "it names the error")]
        Ok::<(), std::io::Error>(())
    });
    let mut answer = Vec::new();
    let end = from.read_to_end(&mut answer);
    let _ = tokio::time::timeout(5 * Duration::from_secs(1), end).await.expect("it is dropped");
    dripping.abort();
    (String::from_utf8_lossy(&answer).into_owned(), began.elapsed())
}

#[tokio::test]
async fn a_peer_that_drips_its_head_is_dropped() {
    let server = start(short()).await;
    for beginning in ["", "GET /hello HTTP/1.1\r\nx", "GET /hello HTTP/1.1\r\nhost: x\r\n\r\nGET /hello HTTP/1.1\r\nx"]
    {
        let (answer, after) = drip(server.addr, beginning).await;
        assert!(answer.matches("hello").count() < 2 && after < 1500 * MS, "{beginning:?} {after:?}");
    }
}

#[tokio::test]
async fn a_peer_that_drips_its_body_is_told_and_dropped() {
    let server = start(short()).await;
    let (answer, after) = drip(server.addr, "POST /length HTTP/1.1\r\nhost: x\r\ncontent-length: 100000\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 408") && after < 1500 * MS, "{answer} {after:?}");
}

#[tokio::test]
async fn a_peer_that_does_not_read_its_answer_is_dropped() {
    let server = start(short()).await;
    let mut stream = TcpStream::connect(server.addr).await.unwrap();
    stream.write_all(b"GET /long HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    tokio::time::sleep(Duration::from_secs(2)).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    assert!(answer.len() < LONG.len(), "{}", answer.len());
}

#[tokio::test]
async fn a_peer_that_reads_slowly_but_reads_gets_all_of_it() {
    let server = start(short()).await;
    let mut stream = TcpStream::connect(server.addr).await.unwrap();
    stream.write_all(b"GET /long HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.unwrap();
    let mut got = 0;
    let mut piece = vec![0; 2 << 20];
    loop {
        match stream.read(&mut piece).await.unwrap() {
            0 => break,
            read => got += read,
        }
        tokio::time::sleep(10 * MS).await;
    }
    assert!(got > LONG.len(), "{got}");
}

#[tokio::test]
async fn a_connection_that_asks_nothing_more_is_closed() {
    let server = start(short()).await;
    let answer = exchange(server.addr, "GET /hello HTTP/1.1\r\nhost: x\r\n\r\n");
    let answer = tokio::time::timeout(Duration::from_secs(2), answer).await.expect("closed");
    assert!(answer.ends_with("hello"), "{answer}");
}

/// A connection that was answered once.
async fn idle(addr: SocketAddr) -> TcpStream {
    let mut stream = TcpStream::connect(addr).await.unwrap();
    assert!(ask_again(&mut stream).await, "the first request is answered");
    stream
}

/// Whether another request on a connection is answered.
async fn ask_again(stream: &mut TcpStream) -> bool {
    let _ = stream.write_all(b"GET /hello HTTP/1.1\r\nhost: x\r\n\r\n").await;
    let mut answer = Vec::new();
    while !answer.ends_with(b"hello") {
        if !matches!(stream.read_buf(&mut answer).await, Ok(1..)) {
            return false;
        }
    }
    true
}

#[tokio::test]
async fn a_connection_may_be_idle_for_longer_than_a_head_may_take() {
    let server = start(Limits { head: 100 * MS, idle: 1500 * MS, ..Limits::default() }).await;
    let mut stream = idle(server.addr).await;
    for _ in 0..3 {
        tokio::time::sleep(400 * MS).await;
        assert!(ask_again(&mut stream).await, "each request begins the time anew");
    }
    tokio::time::sleep(2000 * MS).await;
    assert!(!ask_again(&mut stream).await, "it was closed");
}

#[tokio::test]
async fn silence_is_counted_from_the_end_of_the_answer_however_long_that_took() {
    for (path, body) in [("hello", "hello"), ("slow", "slow")] {
        let limits = Limits { head: 4 * Duration::from_secs(1), idle: 400 * MS, ..Limits::default() };
        let server = start(limits).await;
        let mut stream = TcpStream::connect(server.addr).await.unwrap();
        stream.write_all(format!("GET /{path} HTTP/1.1\r\nhost: x\r\n\r\n").as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        while !answer.ends_with(body.as_bytes()) {
            assert!(stream.read_buf(&mut answer).await.unwrap() > 0, "answered");
        }
        let began = std::time::Instant::now();
        let end = tokio::time::timeout(2 * Duration::from_secs(1), stream.read_buf(&mut answer)).await;
        assert_eq!(end.expect("closed").unwrap(), 0, "{path}");
        assert!(began.elapsed() > 300 * MS, "{path}: {:?}", began.elapsed());
    }
}

#[tokio::test]
async fn a_head_that_begins_late_still_has_its_time() {
    let server = start(Limits { head: 400 * MS, idle: 500 * MS, ..Limits::default() }).await;
    let mut stream = idle(server.addr).await;
    tokio::time::sleep(400 * MS).await;
    stream.write_all(b"GET /hello HT").await.unwrap();
    tokio::time::sleep(250 * MS).await;
    stream.write_all(b"TP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.ends_with("hello"), "{answer}");
}

#[tokio::test]
async fn the_head_of_a_later_request_must_come_in_time_too() {
    let server = start(Limits { head: 200 * MS, idle: 60 * Duration::from_secs(1), ..Limits::default() }).await;
    let mut stream = idle(server.addr).await;
    let dripping = async {
        for byte in b"GET /hello HTTP/1.1\r\nhost: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx".iter().cycle() {
            if stream.write_all(&[*byte]).await.is_err() {
                break;
            }
            tokio::time::sleep(20 * MS).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(3), dripping).await.expect("dropped");
}

#[tokio::test]
async fn idle_connections_give_their_places_up_when_more_than_half_are_taken() {
    let connections = Share { all: 100, network: 4 };
    let limits = Limits { head: 200 * MS, idle: 60 * Duration::from_secs(1), connections, ..Limits::default() };
    let server = start(limits).await;
    let (mut one, mut other) = (idle(server.addr).await, idle(server.addr).await);
    tokio::time::sleep(600 * MS).await;
    assert!(ask_again(&mut one).await && ask_again(&mut other).await, "half of the places are enough for all");
    let mut third = idle(server.addr).await;
    tokio::time::sleep(600 * MS).await;
    let left = [ask_again(&mut one).await, ask_again(&mut other).await, ask_again(&mut third).await];
    assert!(left.iter().filter(|is_left| **is_left).count() <= 2, "{left:?}");
}

#[tokio::test]
async fn an_answer_that_is_read_slowly_is_not_taken_for_silence() {
    let connections = Share { all: 100, network: 1 };
    let server = start(Limits { connections, ..short() }).await;
    let mut stream = TcpStream::connect(server.addr).await.unwrap();
    stream.write_all(b"GET /long HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    let (mut got, mut piece) = (0, vec![0; 1 << 20]);
    while got < LONG.len() {
        match stream.read(&mut piece).await.unwrap() {
            0 => break,
            read => got += read,
        }
        tokio::time::sleep(20 * MS).await;
    }
    assert!(got >= LONG.len(), "{got}");
}

#[tokio::test]
async fn a_head_that_is_too_long_is_refused() {
    let server = start(Limits { buffer: 8 * 1024, ..Limits::default() }).await;
    let long = format!("GET /hello HTTP/1.1\r\nhost: x\r\nx: {}\r\n\r\n", "y".repeat(20_000));
    let answer = exchange(server.addr, &long).await;
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431"), "{answer}");
}

#[tokio::test]
async fn a_stream_that_pauses_for_longer_than_a_connection_may_be_idle_arrives_whole() {
    let server = start(short()).await;
    let mut stream = TcpStream::connect(server.addr).await.unwrap();
    stream.write_all(b"GET /pauses HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n0\r\n\r\n") {
        let read = stream.read_buf(&mut answer).await.unwrap();
        assert!(read > 0, "it is cut after {}", String::from_utf8_lossy(&answer));
    }
    let answer = String::from_utf8_lossy(&answer).into_owned();
    assert!(["one", "two", "three"].iter().all(|part| answer.contains(part)), "{answer}");
    // Afterwards the connection is like any other: it is used again, and closed when it is idle.
    assert!(ask_again(&mut stream).await);
    let mut rest = Vec::new();
    let ended = tokio::time::timeout(2 * Duration::from_secs(1), stream.read_to_end(&mut rest)).await;
    assert_eq!(ended.expect("it is closed").unwrap(), 0);
}

#[tokio::test]
async fn a_connection_that_asks_nothing_more_after_a_stream_is_closed() {
    let server = start(short()).await;
    let began = std::time::Instant::now();
    let mut stream = TcpStream::connect(server.addr).await.unwrap();
    stream.write_all(b"GET /pauses HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    let ended = tokio::time::timeout(6 * Duration::from_secs(1), stream.read_to_end(&mut answer)).await;
    ended.expect("it is closed").unwrap();
    assert!(answer.ends_with(b"\r\n0\r\n\r\n") && began.elapsed() > 2700 * MS);
}
