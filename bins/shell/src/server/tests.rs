use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::oneshot;

use warp::Reply;

use super::*;

mod answers;
mod bodies;
mod closing;
mod load;
mod probes;
mod protocol;
mod slow;

/// More than the kernel takes on its own.
static LONG: std::sync::LazyLock<String> = std::sync::LazyLock::new(|| "long ".repeat(8 << 20));

struct Running {
    addr: SocketAddr,
    stop: oneshot::Sender<()>,
    done: tokio::task::JoinHandle<()>,
}

/// Routes of every kind: short and long, slow, failing; with a body, a stream, a document that never changes.
fn answers() -> Routes {
    let hello = warp::path("hello").map(|| "hello".into_response());
    let alive = warp::path("livez").map(|| "ok".into_response());
    let panics = warp::path("panics").map(|| -> warp::reply::Response { panic!("secret text") });
    let slow = warp::path("slow").then(|| async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        "slow".into_response()
    });
    let length = warp::post().and(warp::path("length")).and(warp::body::bytes());
    let length = length.map(|body: Bytes| body.len().to_string().into_response());
    let long = warp::path("long").map(|| LONG.as_str().into_response());
    let page = warp::path("page").map(|| warp::reply::html(words(100_000)).into_response());
    let peer =
        warp::path("peer").and(warp::ext::get::<Peer>()).map(|peer: Peer| peer.key().to_string().into_response());
    let kept = warp::path("kept").map(|| {
        let mut answer = warp::reply::html("").into_response();
        answer.extensions_mut().insert(KEPT.clone());
        answer
    });
    let all = hello.or(alive).unify().or(panics).unify().or(slow).unify().or(length).unify().or(long).unify();
    let pauses = warp::path("pauses").map(|| warp::reply::stream(Pauses::begin()).into_response());
    let all = all.or(pauses).unify().or(page).unify().or(kept).unify().or(peer).unify();
    routes(all.recover(|_: warp::Rejection| async {
        Ok::<_, Infallible>(warp::reply::with_status("lost", StatusCode::NOT_FOUND))
    }))
}

static KEPT: std::sync::LazyLock<Constant> = std::sync::LazyLock::new(|| Constant::new(words(100_000)));

/// Parts of an answer, with a pause after each.
struct Pauses(tokio::sync::mpsc::Receiver<Bytes>);

impl Pauses {
    fn begin() -> Self {
        let (parts, receiver) = tokio::sync::mpsc::channel(1);
        tokio::spawn(async move {
            for part in ["one", "two", "three"] {
                if parts.send(Bytes::from(part)).await.is_err() {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(900)).await;
            }
        });
        Self(receiver)
    }
}

impl futures_core::Stream for Pauses {
    type Item = Result<Bytes, std::io::Error>;

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        self.0.poll_recv(cx).map(|part| part.map(Ok))
    }
}

/// Text that compresses to about a third.
fn words(length: usize) -> String {
    let mut seed = 1u32;
    let mut digits = std::iter::repeat_with(|| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        char::from(b'a' + (seed >> 28) as u8)
    });
    digits.by_ref().take(length).collect()
}

async fn start(limits: Limits) -> Running {
    let listener = bind(([127, 0, 0, 1], 0).into()).await.unwrap();
    let addr = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel();
    let done = tokio::spawn(serve(listener, answers(), limits, async { drop(stopped.await) }));
    Running { addr, stop, done }
}

/// A connection from this address: every 127.x.y.0/24 is a network of its own.
async fn connect_from(from: [u8; 4], addr: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind((IpAddr::from(from), 0).into()).unwrap();
    socket.connect(addr).await.unwrap()
}

/// What a peer at this address is answered.
async fn exchange_from(from: [u8; 4], addr: SocketAddr, request: &str) -> String {
    let mut stream = connect_from(from, addr).await;
    let _ = stream.write_all(request.as_bytes()).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
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
    let server = start(Limits { head: Duration::from_millis(100), ..Limits::default() }).await;
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
async fn a_port_in_use_says_what_to_change() {
    let taken = bind(([127, 0, 0, 1], 0).into()).await.unwrap();
    let error = bind(taken.local_addr().unwrap()).await.unwrap_err().to_string();
    assert!(error.contains("--listen") && error.contains("in use"), "{error}");
}
