use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;

use super::*;

mod load;
mod slow;

/// More than the kernel takes on its own.
static LONG: std::sync::LazyLock<String> = std::sync::LazyLock::new(|| "long ".repeat(8 << 20));

struct Running {
    addr: SocketAddr,
    stop: oneshot::Sender<()>,
    done: tokio::task::JoinHandle<()>,
}

async fn start(limits: Limits) -> Running {
    let hello = warp::path("hello").map(|| "hello");
    let panics = warp::path("panics").map(|| -> &'static str { panic!("secret text") });
    let slow = warp::path("slow").then(|| async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        "slow"
    });
    let length = warp::body::bytes().map(|body: Bytes| body.len().to_string());
    let length =
        warp::post().and(warp::path("length")).and(length).map(|length| Box::leak(Box::<str>::from(length)) as &_);
    let long = warp::path("long").map(|| LONG.as_str());
    let filter = hello.or(panics).unify().or(slow).unify().or(length).unify().or(long).unify().recover(
        |_: warp::Rejection| async { Ok::<_, Infallible>(warp::reply::with_status("lost", StatusCode::NOT_FOUND)) },
    );
    let listener = bind(([127, 0, 0, 1], 0).into()).await.unwrap();
    let addr = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel();
    let routes = routes(filter);
    let done = tokio::spawn(serve(listener, routes, limits, async { drop(stopped.await) }));
    Running { addr, stop, done }
}

async fn exchange(addr: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(addr).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

fn get(path: &str) -> String {
    format!("GET /{path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
}

#[tokio::test]
async fn a_panic_is_a_500_that_says_nothing_and_the_next_request_is_served() {
    let server = start(Limits::default()).await;
    let answer = exchange(server.addr, &get("panics")).await;
    assert!(answer.starts_with("HTTP/1.1 500"), "{answer}");
    assert!(!answer.contains("secret"));
    assert!(exchange(server.addr, &get("hello")).await.ends_with("hello"));
}

#[tokio::test]
async fn a_silent_and_a_dripping_peer_are_dropped() {
    let short = Duration::from_millis(100);
    let server = start(Limits { first_byte: short, head: short, ..Limits::default() }).await;
    for bytes in ["", "GET /hello HT"] {
        let dropped = tokio::time::timeout(Duration::from_secs(3), exchange(server.addr, bytes)).await;
        assert!(!dropped.expect("dropped within the limit").contains("hello"), "{bytes:?}");
    }
}

#[tokio::test]
async fn a_request_that_takes_too_long_is_a_503() {
    let server = start(Limits { request: Duration::from_millis(50), ..Limits::default() }).await;
    let answer = exchange(server.addr, &get("slow")).await;
    assert!(answer.starts_with("HTTP/1.1 503") && answer.contains("retry-after: 5"), "{answer}");
    assert!(answer.ends_with("try again in a few seconds\"}"), "{answer}");
}

#[tokio::test]
async fn a_head_has_the_length_and_not_the_body() {
    let server = start(Limits::default()).await;
    let answer = exchange(server.addr, &get("hello").replace("GET", "HEAD")).await;
    assert!(answer.contains("content-length: 5") && answer.ends_with("\r\n\r\n"), "{answer}");
}

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

#[tokio::test]
async fn a_port_in_use_says_what_to_change() {
    let taken = bind(([127, 0, 0, 1], 0).into()).await.unwrap();
    let error = bind(taken.local_addr().unwrap()).await.unwrap_err().to_string();
    assert!(error.contains("--listen") && error.contains("in use"), "{error}");
}
