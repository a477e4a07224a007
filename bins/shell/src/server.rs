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
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Empty, Full};
use hyper::body::{Body, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tower::util::BoxCloneSyncService;
use tower::{ServiceBuilder, ServiceExt};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use warp::Filter;
use warp::filters::BoxedFilter;

/// The routes of a server: every rejection already answered, every answer of one type.
pub type Routes = BoxedFilter<(warp::reply::Response,)>;

/// The routes with everything around them but the limits on time.
type Layered = BoxCloneSyncService<Request<Incoming>, Answer, Infallible>;

type Answer = Response<UnsyncBoxBody<Bytes, Box<dyn std::error::Error + Send + Sync>>>;

/// How long and how many.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Until the first byte of a connection.
    pub first_byte: Duration,
    /// Until the last byte of a request's head.
    pub head: Duration,
    /// Until the answer's head, the request's body included.
    pub request: Duration,
    /// Connections at a time; more wait in the kernel's queue.
    pub connections: usize,
    /// Until a shutdown no longer waits for what was accepted.
    pub shutdown: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            first_byte: Duration::from_secs(5),
            head: Duration::from_secs(5),
            request: Duration::from_secs(15),
            connections: 1024,
            shutdown: Duration::from_secs(5),
        }
    }
}

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
    let service = layered(routes);
    let graceful = GracefulShutdown::new();
    // Dropped at the end, which wakes the connections that have not said anything yet.
    let (open, closing) = watch::channel(());
    let places = Arc::new(Semaphore::new(limits.connections));
    let mut shutdown = pin!(shutdown);
    loop {
        let place = tokio::select! {
            () = &mut shutdown => break,
            place = Arc::clone(&places).acquire_owned() => place.ok(),
        };
        let accepted = tokio::select! {
            () = &mut shutdown => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, _)) => {
                let connection = connection(stream, service.clone(), limits, closing.clone(), graceful.watcher());
                tokio::spawn(async move {
                    connection.await;
                    drop(place);
                });
            }
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
    B: Body<Data = Bytes, Error: Into<Box<dyn std::error::Error + Send + Sync>>> + Send + 'static,
{
    answer.map(|body| body.map_err(Into::into).boxed_unsync())
}

async fn connection(
    stream: TcpStream,
    service: Layered,
    limits: Limits,
    mut closing: watch::Receiver<()>,
    watcher: Watcher,
) {
    // The builder reads the first bytes to tell HTTP/1 from HTTP/2, and waits for them without a limit.
    let mut byte = [0];
    let first = tokio::select! {
        first = tokio::time::timeout(limits.first_byte, stream.peek(&mut byte)) => first,
        _ = closing.changed() => return,
    };
    if !matches!(first, Ok(Ok(1))) {
        return;
    }
    let _ = stream.set_nodelay(true);
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(limits.head);
    builder.http2().timer(TokioTimer::new()).max_concurrent_streams(100).keep_alive_interval(limits.request);
    let answering = service_fn(move |request| answer(service.clone(), limits.request, request));
    let served = builder.serve_connection(TokioIo::new(stream), answering).into_owned();
    if let Err(error) = watcher.watch(served).await {
        tracing::debug!(%error, "a connection ended early");
    }
}

/// The routes' answer, if it comes in time. A HEAD is answered without the body that it describes: over HTTP/2 hyper would
/// send it.
async fn answer(service: Layered, limit: Duration, request: Request<Incoming>) -> Result<Answer, Infallible> {
    let is_head = request.method() == Method::HEAD;
    let Ok(answered) = tokio::time::timeout(limit, service.oneshot(request)).await else {
        let mut late = plain_error(StatusCode::SERVICE_UNAVAILABLE, "this took too long: try again in a few seconds");
        late.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
        return Ok(late.map(|body| Full::from(body).map_err(|never| match never {}).boxed_unsync()));
    };
    let mut response = answered?;
    if !is_head {
        return Ok(response);
    }
    if let Some(length) = response.body().size_hint().exact() {
        response.headers_mut().entry(header::CONTENT_LENGTH).or_insert(length.into());
    }
    Ok(response.map(|_| Empty::new().map_err(|never| match never {}).boxed_unsync()))
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
