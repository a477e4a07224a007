//! The HTTP server around warp's routes.
//!
//! warp's own server has no limit on slow or many peers and waits for idle ones at the end, so warp keeps the routes and
//! hyper serves them: every wait on a peer has a limit, a panic in a handler is a 500, and a shutdown finishes what was
//! accepted.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, header};
use http_body_util::BodyExt;
use http_body_util::combinators::UnsyncBoxBody;
use hyper::body::{Body, Incoming};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tower::ServiceBuilder;
use tower::util::BoxCloneSyncService;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use warp::Filter;
use warp::filters::BoxedFilter;

mod connection;
mod limits;
mod peer;
mod places;
mod progress;
mod refusal;

pub use limits::Limits;
pub use peer::{FromLoopback, Peer};

use connection::Shared;
use peer::Keys;
use places::Places;
use progress::BoxError;
use refusal::refuse;

/// The routes of a server: every rejection already answered, every answer of one type.
pub type Routes = BoxedFilter<(warp::reply::Response,)>;

/// The routes with everything around them but the limits on time.
type Layered = BoxCloneSyncService<Request<Incoming>, Answer, Infallible>;

type Answer = Response<UnsyncBoxBody<Bytes, BoxError>>;

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
pub async fn bind(addr: SocketAddr) -> Result<TcpListener, BindError> {
    TcpListener::bind(addr).await.map_err(|source| BindError { addr, source })
}

/// Serves until `shutdown` resolves, then finishes what was accepted, at most for [`Limits::shutdown`].
pub async fn serve(listener: TcpListener, routes: Routes, limits: Limits, shutdown: impl Future<Output = ()>) {
    let graceful = GracefulShutdown::new();
    // Dropped at the end, which wakes the connections that have not said anything yet.
    let (open, closing) = watch::channel(());
    let requests = Arc::new(Semaphore::new(limits.requests.min(Semaphore::MAX_PERMITS)));
    let shared = Shared { service: layered(routes), limits, keys: Keys::default(), requests, closing };
    let per_address = if limits.behind_proxy { usize::MAX } else { limits.per_address };
    let places = Places::new(limits.connections, per_address);
    let refusals = Arc::new(Semaphore::new(refusal::AT_A_TIME));
    let mut shutdown = pin!(shutdown);
    loop {
        let accepted = tokio::select! {
            () = &mut shutdown => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, address)) => match places.take(shared.keys.address(address.ip())) {
                Ok(place) => {
                    let connection = shared.clone().connection(stream, address.ip(), graceful.watcher());
                    tokio::spawn(async move {
                        connection.await;
                        drop(place);
                    });
                }
                Err(full) => {
                    if let Ok(one) = Arc::clone(&refusals).try_acquire_owned() {
                        tokio::spawn(async move {
                            refuse(stream, full).await;
                            drop(one);
                        });
                    }
                }
            },
            Err(error) => {
                // Out of file descriptors, or the peer was gone already: neither is a reason to end, nor to spin.
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
    drop((listener, open));
    if tokio::time::timeout(limits.shutdown, graceful.shutdown()).await.is_err() {
        tracing::warn!("connections were still busy at the end of the grace period");
    }
}

fn layered(routes: Routes) -> Layered {
    let service = ServiceBuilder::new()
        .map_response(boxed)
        .layer(CompressionLayer::new())
        .layer(CatchPanicLayer::custom(panicked))
        .service(warp::service(routes));
    BoxCloneSyncService::new(service)
}

fn boxed<B>(answer: Response<B>) -> Answer
where
    B: Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
{
    answer.map(|body| body.map_err(Into::into).boxed_unsync())
}

fn panicked(_: Box<dyn std::any::Any + Send>) -> Response<String> {
    tracing::error!("a handler panicked; the request was answered with 500");
    plain_error(StatusCode::INTERNAL_SERVER_ERROR, "something went wrong here; it has been logged")
}

/// An error in the shape of all errors; `message` is plain words that need no escape.
fn plain_error(status: StatusCode, message: &str) -> Response<String> {
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
