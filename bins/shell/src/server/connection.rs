//! One connection, from its first byte to its last.

use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Empty, Full};
use hyper::body::{Body, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::Watcher;
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, watch};
use tokio::time::timeout;
use tower::ServiceExt;

use super::peer::{FromLoopback, Keys, forget, forwarded};
use super::progress::{BoxError, Pieces, Progress};
use super::{Layered, Limits, plain_error};

type AnyBody = UnsyncBoxBody<Bytes, BoxError>;

/// What all connections share.
#[derive(Clone)]
pub(super) struct Shared {
    pub(super) service: Layered,
    pub(super) limits: Limits,
    pub(super) keys: Keys,
    pub(super) requests: Arc<Semaphore>,
    /// Closed when the server is.
    pub(super) closing: watch::Receiver<()>,
}

impl Shared {
    pub(super) async fn connection(mut self, stream: TcpStream, address: IpAddr, watcher: Watcher) {
        // The builder reads the first bytes to tell HTTP/1 from HTTP/2, and waits for them without a limit.
        let mut byte = [0];
        let first = tokio::select! {
            first = timeout(self.limits.first_byte, stream.peek(&mut byte)) => first,
            _ = self.closing.changed() => return,
        };
        if !matches!(first, Ok(Ok(1))) {
            return;
        }
        let _ = stream.set_nodelay(true);
        let progress = Progress::new(self.limits);
        let builder = builder(self.limits);
        let served = {
            let progress = Arc::clone(&progress);
            let answering = service_fn(move |request| self.clone().answer(request, address, Arc::clone(&progress)));
            builder.serve_connection(TokioIo::new(stream), answering).into_owned()
        };
        tokio::select! {
            served = watcher.watch(served) => if let Err(error) = served {
                tracing::debug!(%error, "a connection ended early");
            },
            () = progress.stalled() => tracing::debug!("a connection did not get on and was closed"),
        }
    }

    /// The routes' answer, if it comes in time. A HEAD is answered without the body that it describes: over HTTP/2 hyper
    /// would send it.
    async fn answer(
        self,
        mut request: Request<Incoming>,
        address: IpAddr,
        progress: Arc<Progress>,
    ) -> Result<Response<Pieces>, Infallible> {
        let exchange = progress.begin();
        let is_head = request.method() == Method::HEAD;
        let said = if self.limits.behind_proxy { forwarded(request.headers()) } else { None };
        forget(request.headers_mut());
        request.extensions_mut().insert(self.keys.network(said.unwrap_or(address)));
        if address.to_canonical().is_loopback() {
            request.extensions_mut().insert(FromLoopback);
        }
        let answer = match self.requests.try_acquire() {
            Err(_) => late("too much is asked at once: try again in a few seconds"),
            Ok(_place) => match timeout(self.limits.request, self.service.oneshot(request)).await {
                Ok(Ok(answer)) => answer,
                Err(_) => late("this took too long: try again in a few seconds"),
            },
        };
        let answer = if is_head { without_body(answer) } else { answer };
        Ok(answer.map(|body| Pieces::new(body, exchange)))
    }
}

fn builder(limits: Limits) -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    // hyper takes no buffer under 8 KiB.
    let buffer = limits.buffer.max(8 * 1024);
    builder.http1().timer(TokioTimer::new()).header_read_timeout(limits.head).max_buf_size(buffer);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(100)
        .keep_alive_interval(limits.request)
        .max_header_list_size(u32::try_from(buffer).unwrap_or(u32::MAX));
    builder
}

fn late(message: &str) -> Response<AnyBody> {
    let mut late = plain_error(StatusCode::SERVICE_UNAVAILABLE, message);
    late.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
    late.map(|body| Full::from(body).map_err(|never| match never {}).boxed_unsync())
}

fn without_body(mut answer: Response<AnyBody>) -> Response<AnyBody> {
    if let Some(length) = answer.body().size_hint().exact() {
        answer.headers_mut().entry(header::CONTENT_LENGTH).or_insert(length.into());
    }
    answer.map(|_| Empty::new().map_err(|never| match never {}).boxed_unsync())
}
