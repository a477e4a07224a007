//! The HTTP server around warp's routes: HTTP/1.1 and nothing else.
//!
//! warp's own server has no limit on slow or many peers and waits for idle ones at the end, so warp keeps the routes and
//! hyper serves them: every wait on a peer has a limit, what one network can hold is limited, a panic in a handler is a
//! 500, and a shutdown finishes what was accepted.
//!
//! **Architecture invariant:** a probe waits for nothing that another peer can hold.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, header};
use http_body_util::BodyExt;
use hyper::body::Body;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;
use tokio::task::AbortHandle;
use tower::ServiceBuilder;
use tower::util::BoxCloneSyncService;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use warp::Filter;
use warp::filters::BoxedFilter;

mod answer;
mod arriving;
mod connection;
mod constant;
mod limits;
mod network;
mod paced;
mod peer;
mod proxy;
mod turns;

pub use constant::Constant;
pub use limits::{Limits, Share};
pub use peer::{FromLoopback, Peer};
pub use proxy::{Cidr, InvalidCidr, Proxies};

use answer::{Answer, AnyBody, IsStream, whole};
use arriving::Arriving;
use connection::{Connection, Shared};
use network::Networks;
use peer::Keys;
use turns::Turns;

use crate::logs::Sparingly;

/// Paths that are answered whatever else is asked, and however often.
pub const PROBES: [&str; 4] = ["/livez", "/readyz", "/healthz", "/ping"];

/// Bytes of an answer that the kernel takes for a peer (it doubles them). More would hide for long that nothing is read.
const SEND_BUFFER: u32 = 64 * 1024;

/// Connections that the kernel keeps until they are accepted.
const BACKLOG: u32 = 1024;

/// Connections beyond the limits at a time. A newer one ends the oldest, so that a probe always gets in.
const EXCESS: usize = 256;

/// The routes of a server: every rejection already answered, every answer of one type.
pub type Routes = BoxedFilter<(warp::reply::Response,)>;

/// The routes with everything around them but the limits.
type Layered = BoxCloneSyncService<Request<Arriving>, Response<AnyBody>, Infallible>;

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// The address cannot be listened on.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {addr}: {}", advice(.source))]
pub struct BindError {
    addr: SocketAddr,
    source: std::io::Error,
}

fn advice(error: &std::io::Error) -> String {
    use std::io::ErrorKind::{AddrInUse, AddrNotAvailable, PermissionDenied};
    match error.kind() {
        AddrInUse => "the port is in use; choose another with --listen, or port 0 for any that is free".into(),
        AddrNotAvailable => "this machine has no such address; try --listen 0.0.0.0:PORT".into(),
        PermissionDenied => "ports below 1024 need a permission; choose a higher one with --listen".into(),
        _ => error.to_string(),
    }
}

/// Listens on an address; port 0 takes any that is free.
///
/// # Errors
/// Where the address cannot be listened on.
#[expect(clippy::unused_async, reason = "it needs a runtime")]
pub async fn bind(addr: SocketAddr) -> Result<TcpListener, BindError> {
    let listen = || {
        let socket = if addr.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
        socket.set_reuseaddr(true)?;
        socket.set_send_buffer_size(SEND_BUFFER)?;
        socket.bind(addr)?;
        socket.listen(BACKLOG)
    };
    listen().map_err(|source| BindError { addr, source })
}

/// Serves until `shutdown` resolves, then finishes what was accepted, at most for [`Limits::shutdown`].
pub async fn serve(listener: TcpListener, routes: Routes, limits: Limits, shutdown: impl Future<Output = ()>) {
    let grace = limits.shutdown;
    let mut open = Open::new(routes, limits);
    let mut shutdown = pin!(shutdown);
    loop {
        let accepted = tokio::select! {
            () = &mut shutdown => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, address)) => open.connect(stream, address.ip()),
            Err(error) => {
                // Out of file descriptors, or the peer was gone already: neither is a reason to end, nor to spin.
                open.failed.write(|times| {
                    tracing::warn!(%error, times, "connections could not be accepted");
                });
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
    open.rest(listener);
    if tokio::time::timeout(grace, open.close()).await.is_err() {
        tracing::warn!("connections were still busy at the end of the grace period");
    }
}

/// A server's connections.
struct Open {
    shared: Arc<Shared>,
    closing: watch::Sender<bool>,
    excess: VecDeque<AbortHandle>,
    failed: Sparingly,
}

impl Open {
    fn new(routes: Routes, limits: Limits) -> Self {
        let networks = Networks::new(&limits);
        let (service, keys, turns) = (layered(routes), Keys::default(), Turns::new());
        let shared = Arc::new(Shared { service, limits, keys, networks, turns, warned: false.into() });
        Self { shared, closing: watch::Sender::new(false), excess: VecDeque::new(), failed: Sparingly::new() }
    }

    fn connect(&mut self, stream: TcpStream, address: IpAddr) {
        let connection = Connection::new(&self.shared, address, self.closing.subscribe());
        let is_excess = connection.is_excess();
        let task = tokio::spawn(connection.serve(stream));
        if is_excess {
            self.excess.push_back(task.abort_handle());
            if self.excess.len() > EXCESS
                && let Some(oldest) = self.excess.pop_front()
            {
                oldest.abort();
            }
        }
    }

    /// Takes what the kernel has accepted already: a peer there may have sent its request.
    fn rest(&mut self, listener: TcpListener) {
        let Ok(listener) = listener.into_std() else { return };
        for _ in 0..BACKLOG {
            let Ok((stream, address)) = listener.accept() else { break };
            if stream.set_nonblocking(true).is_ok()
                && let Ok(stream) = TcpStream::from_std(stream)
            {
                self.connect(stream, address.ip());
            }
        }
    }

    /// Waits for every connection to end.
    async fn close(self) {
        self.closing.send_replace(true);
        self.closing.closed().await;
    }
}

fn layered(routes: Routes) -> Layered {
    let service = ServiceBuilder::new()
        .map_response(|answer: Response<_>| answer.map(boxed))
        .layer(CompressionLayer::new().compress_when(IsStream))
        .layer(CatchPanicLayer::custom(panicked))
        .service(warp::service(routes));
    BoxCloneSyncService::new(service)
}

fn boxed(body: impl Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static) -> AnyBody {
    body.map_err(Into::into).boxed_unsync()
}

fn panicked(_: Box<dyn std::any::Any + Send>) -> Response<String> {
    tracing::error!("a handler panicked; the request was answered with 500");
    error(StatusCode::INTERNAL_SERVER_ERROR, "something went wrong here; it has been logged")
}

/// An error in the shape of all errors; `message` is plain words that need no escape.
fn plain_error(status: StatusCode, message: &str) -> Answer {
    error(status, message).map(whole)
}

fn error(status: StatusCode, message: &str) -> Response<String> {
    let mut response = Response::new(format!(r#"{{"code":{},"message":"{message}"}}"#, status.as_u16()));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// Puts routes whose rejections are all answered into the one type that [`serve`] takes.
pub fn routes<F, R>(filter: F) -> Routes
where
    F: Filter<Extract = (R,), Error = Infallible> + Clone + Send + Sync + 'static,
    R: warp::Reply + 'static,
{
    filter.map(warp::Reply::into_response).boxed()
}

#[cfg(test)]
mod tests;
