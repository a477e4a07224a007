//! One connection, from its first byte to its last, and what becomes of each of its requests.

use std::convert::Infallible;
use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, Version, header};
use hyper::body::{Body, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::{Instant, timeout, timeout_at};
use tower::ServiceExt;

use super::answer::{self, Answer, Asked, later, refusal, takes_gzip};
use super::arriving::{Arrival, Arriving};
use super::network::{Full, Held, Network, Networks, Resource};
use super::paced::{Paced, Requests};
use super::peer::{FromLoopback, Keys, Peer};
use super::proxy::{forget, forwarded};
use super::turns::Turns;
use super::{Layered, Limits, PROBES, plain_error};

/// How long a connection is listened to after the server began to close: what its peer has sent by then is answered.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// How long a connection beyond the limits may take for the head of its request, which may be a probe.
pub(super) const EXCESS: Duration = Duration::from_secs(1);

/// What all connections share.
pub(super) struct Shared {
    pub(super) service: Layered,
    pub(super) limits: Limits,
    pub(super) keys: Keys,
    pub(super) networks: Arc<Networks>,
    pub(super) turns: Turns,
    /// Whether it was logged that a proxy names no client.
    pub(super) warned: AtomicBool,
}

/// A connection.
pub(super) struct Connection {
    shared: Arc<Shared>,
    /// The peer's network.
    network: Arc<Network>,
    address: IpAddr,
    place: Result<Held, Full>,
    requests: Arc<Requests>,
    /// True once the server is closing.
    closing: watch::Receiver<bool>,
}

impl Connection {
    pub(super) fn new(shared: &Arc<Shared>, address: IpAddr, closing: watch::Receiver<bool>) -> Self {
        let is_proxy = shared.limits.proxies.contains(address);
        let networks = &shared.networks;
        let network = if is_proxy { networks.proxy() } else { networks.network(shared.keys.network(address)) };
        let place = network.take(Resource::Connections, 1);
        Self { shared: Arc::clone(shared), network, address, place, requests: Arc::default(), closing }
    }

    /// Whether it is beyond the limits: then nothing but probes is answered.
    pub(super) fn is_excess(&self) -> bool {
        self.place.is_err()
    }

    pub(super) async fn serve(self, stream: TcpStream) {
        let _ = stream.set_nodelay(true);
        let limits = &self.shared.limits;
        let head = if self.is_excess() { EXCESS.min(limits.head) } else { limits.head };
        // hyper takes no buffer under 8 KiB.
        let buffer = limits.buffer.max(8 * 1024);
        let mut builder = http1::Builder::new();
        // `Paced` has the limits: hyper has one for a head and for the silence before it.
        builder.header_read_timeout(None).max_buf_size(buffer);
        let (network, requests) = (Arc::clone(&self.network), Arc::clone(&self.requests));
        let stream = TokioIo::new(Paced::new(stream, limits, head, network, requests));
        let mut closing = self.closing.clone();
        let this = &self;
        // Boxed, because hyper has room for one from the beginning, and most peers that are silent stay so.
        let answering =
            service_fn(move |request| Box::pin(async move { Ok::<_, Infallible>(this.answer(request).await) }));
        let mut served = pin!(builder.serve_connection(stream, answering));
        let is_closing = async { drop(closing.wait_for(|closing| *closing).await) };
        let ended = tokio::select! {
            ended = served.as_mut() => ended,
            () = is_closing => match timeout(LAST_WORDS, served.as_mut()).await {
                Ok(ended) => ended,
                Err(_) => {
                    served.as_mut().graceful_shutdown();
                    served.await
                }
            },
        };
        if let Err(error) = ended {
            tracing::debug!(%error, "a connection ended early");
        }
    }

    async fn answer(&self, request: Request<Incoming>) -> Answer {
        let asked = Asked::begin(&self.requests);
        let mut answer = self.answer_of(request).await;
        asked.ends_with(&mut answer);
        answer
    }

    async fn answer_of(&self, mut request: Request<Incoming>) -> Answer {
        let is_probe =
            matches!(*request.method(), Method::GET | Method::HEAD) && PROBES.contains(&request.uri().path());
        let mut answer = match self.place {
            _ if !has_one_host(&request) => plain_error(StatusCode::BAD_REQUEST, "send one Host header"),
            _ if is_probe => {
                forget(request.headers_mut());
                self.probe(request).await
            }
            Ok(_) => self.request(request).await,
            Err(full) => refusal(
                full,
                "too many connections from one network: close some, or use them again",
                "too many connections: try again in a few seconds",
            ),
        };
        if self.is_excess() || *self.closing.borrow() {
            answer.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        answer
    }

    /// A probe waits for nothing that another request holds.
    async fn probe(&self, request: Request<Incoming>) -> Answer {
        let answering = self.shared.service.clone().oneshot(request.map(|body| Arriving::new(body, None)));
        match timeout(self.shared.limits.request, answering).await {
            Ok(Ok(answer)) => answer::ready(answer, false, &self.shared.networks.proxy()).await,
            Err(_) => late(),
        }
    }

    /// The routes' answer, if the request comes and is answered in time.
    async fn request(&self, mut request: Request<Incoming>) -> Answer {
        let network = self.asking(request.headers());
        let takes_gzip = takes_gzip(request.headers());
        forget(request.headers_mut());
        request.extensions_mut().insert(Peer(network.key()));
        if self.address.to_canonical().is_loopback() {
            request.extensions_mut().insert(FromLoopback);
        }
        let sends = matches!(*request.method(), Method::POST | Method::PUT | Method::PATCH);
        let answered = if sends && !request.body().is_end_stream() {
            self.with_body(request, takes_gzip, &network).await
        } else {
            match network.take(Resource::Requests, 1) {
                Ok(_place) => {
                    let answering = self.routes(request.map(|body| Arriving::new(body, None)), takes_gzip, &network);
                    timeout(self.shared.limits.request, answering).await.map_err(|_| late())
                }
                Err(full) => Err(too_many(full)),
            }
        };
        answered.unwrap_or_else(|refused| refused)
    }

    /// What the routes answer, as it is sent.
    async fn routes(&self, request: Request<Arriving>, takes_gzip: bool, network: &Arc<Network>) -> Answer {
        let Shared { service, turns, .. } = &*self.shared;
        let answering = async {
            let Ok(answer) = service.clone().oneshot(request).await;
            answer::ready(answer, takes_gzip, network).await
        };
        turns.take(answering).await
    }

    /// The routes read the body; what is counted and limited meanwhile is in [`Arrival`].
    async fn with_body(
        &self,
        request: Request<Incoming>,
        takes_gzip: bool,
        network: &Arc<Network>,
    ) -> Result<Answer, Answer> {
        let limits = &self.shared.limits;
        let arrival = Arrival::begin(Arc::clone(network));
        let request = request.map(|body| Arriving::new(body, Some(Arc::clone(&arrival))));
        let mut answering = pin!(self.routes(request, takes_gzip, network));
        let answered = loop {
            let until = arrival.until(limits);
            match timeout_at(until, answering.as_mut()).await {
                Ok(answered) => break answered,
                Err(_) if arrival.until(limits) > Instant::now() => {}
                Err(_) if arrival.is_ours_to_answer() => return Err(late()),
                Err(_) => {
                    let message = format!("the body came too slowly: send at least {} bytes a second", limits.floor);
                    return Err(later(StatusCode::REQUEST_TIMEOUT, &message));
                }
            }
        };
        match arrival.end() {
            None => Ok(answered),
            Some(full) => Err(too_many(full)),
        }
    }

    /// The network that asks: the peer's, or the one that a proxy names.
    fn asking(&self, headers: &HeaderMap) -> Arc<Network> {
        let Shared { networks, keys, warned, .. } = &*self.shared;
        if !self.network.is_proxy() {
            return Arc::clone(&self.network);
        }
        let named = forwarded(headers);
        if named.is_none() && !warned.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                "a request came through a proxy without a readable address in X-Forwarded-For: such requests count as \
                 the proxy's own network; have the proxy write that header (logged once)"
            );
        }
        networks.network(keys.network(named.unwrap_or(self.address)))
    }
}

/// A request of HTTP/1.1 names its host, and none names two:
/// [RFC 9112 section 3.2](https://www.rfc-editor.org/rfc/rfc9112#section-3.2).
fn has_one_host(request: &Request<Incoming>) -> bool {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    match (hosts.next(), hosts.next()) {
        (Some(_), None) => true,
        (None, _) => request.version() < Version::HTTP_11,
        (Some(_), Some(_)) => false,
    }
}

fn late() -> Answer {
    later(StatusCode::SERVICE_UNAVAILABLE, "this took too long: try again in a few seconds")
}

fn too_many(full: Full) -> Answer {
    refusal(
        full,
        "too much is asked by one network at once: try again in a few seconds",
        "too much is asked at once: try again in a few seconds",
    )
}
