//! The end of a server.

use super::*;

#[tokio::test]
async fn a_shutdown_finishes_what_was_accepted_and_does_not_wait_for_the_idle() {
    let server = start(Limits::default()).await;
    let idle = TcpStream::connect(server.addr).await.unwrap();
    let addr = server.addr;
    let busy = tokio::spawn(async move { exchange(addr, &get("slow")).await });
    tokio::time::sleep(Duration::from_millis(100)).await;
    server.stop.send(()).unwrap();
    assert!(busy.await.unwrap().ends_with("slow"));
    tokio::time::timeout(Duration::from_secs(2), server.done).await.expect("no wait for the idle").unwrap();
    drop(idle);
}

/// A connection that waits in the kernel, one that has not sent anything, one that was answered before and one that has
/// sent half a head: each sends its request at about the time of the stop.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_sent_before_the_stop_is_answered_and_nothing_is_reset() {
    let enough = Share { all: 1000, network: 1000 };
    let server = start(Limits { connections: enough, requests: enough, ..Limits::default() }).await;
    let addr = server.addr;
    let mut peers = Vec::new();
    for n in 0..300u16 {
        let mut stream = TcpStream::connect(addr).await.unwrap();
        if n % 3 == 1 {
            stream.write_all(b"GET /hello HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
            let mut answer = [0; 512];
            assert_ne!(stream.read(&mut answer).await.unwrap(), 0);
        }
        if n % 3 == 2 {
            stream.write_all(b"GET /hel").await.unwrap();
        }
        peers.push((n, stream));
    }
    tokio::time::sleep(Duration::from_millis(100)).await;
    // Written before the server can look: the loop that accepts and the tasks that read wake up after the stop.
    let mut written = Vec::new();
    for (n, mut stream) in peers {
        let rest = get("hello");
        let rest = if n % 3 == 2 { &rest["GET /hel".len()..] } else { &rest };
        stream.write_all(rest.as_bytes()).await.unwrap();
        written.push(stream);
    }
    let mut late = Vec::new();
    for _ in 0..50 {
        let stream = std::net::TcpStream::connect(addr).unwrap();
        std::io::Write::write_all(&mut &stream, get("hello").as_bytes()).unwrap();
        stream.set_nonblocking(true).unwrap();
        late.push(TcpStream::from_std(stream).unwrap());
    }
    server.stop.send(()).unwrap();
    for mut stream in written.into_iter().chain(late) {
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.expect("no reset");
        assert!(answer.ends_with("hello"), "{answer}");
    }
    tokio::time::timeout(Duration::from_secs(2), server.done).await.expect("it ends").unwrap();
}

#[tokio::test]
async fn a_request_that_comes_while_the_server_ends_is_answered_and_is_the_last() {
    let server = start(Limits::default()).await;
    let mut stream = TcpStream::connect(server.addr).await.unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    server.stop.send(()).unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    stream.write_all(b"GET /hello HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.contains("connection: close") && answer.ends_with("hello"), "{answer}");
}
