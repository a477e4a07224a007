//! The sockets.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, Request, Response, header};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::body::{Delivery, ReplyBody};
use crate::fault::Effect;
use crate::state::State;
use crate::status::Failure;

/// The largest body that is read: what a real API server takes.
const MAX_BODY: usize = 3 << 20;

/// Serves for ever. Whoever aborts it ends its connections, too.
pub(crate) async fn serve(listener: TcpListener, state: Arc<State>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(connection(stream, Arc::clone(&state)));
                }
                Err(error) => {
                    // Out of file descriptors, most likely: it passes when connections end.
                    tracing::warn!(%error, "the recorded cluster cannot accept a connection");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn connection(stream: TcpStream, state: Arc<State>) {
    // Without it small answers wait for the client's delayed acknowledgement.
    stream.set_nodelay(true).ok();
    let service = service_fn(|request| handle(Arc::clone(&state), request));
    let served = http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service).await;
    if let Err(error) = served {
        tracing::debug!(%error, "a connection to the recorded cluster ended");
    }
}

/// Whether a client takes a compressed answer.
pub(crate) fn takes_gzip(headers: &HeaderMap) -> bool {
    let encodings = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
    encodings.is_some_and(|encodings| encodings.contains("gzip"))
}

async fn handle(state: Arc<State>, request: Request<Incoming>) -> Result<Response<ReplyBody>, HungUp> {
    let (request, body) = request.into_parts();
    let gzip = takes_gzip(&request.headers);
    let effect = state.enter(&request);
    let lost = matches!(effect, Some(Effect::Lost));
    let mut delivery = Delivery::Whole;
    match effect {
        Some(Effect::HangUp) => return Err(HungUp),
        Some(Effect::Reply(reply)) => return Ok(reply.into_response(delivery, gzip)),
        Some(Effect::Late(by)) => tokio::time::sleep(by).await,
        Some(Effect::Deliver(scripted)) => delivery = scripted,
        Some(Effect::Lost) | None => {}
    }
    let reply = match Limited::new(body, MAX_BODY).collect().await {
        Ok(body) => state.answer(&request, &body.to_bytes()),
        Err(_) => Failure::bad_request("the request's body could not be read").into_reply(),
    };
    if lost { Err(HungUp) } else { Ok(reply.into_response(delivery, gzip)) }
}

/// Makes hyper close the connection without an answer.
#[derive(Debug)]
pub(crate) struct HungUp;

impl fmt::Display for HungUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("scripted to hang up")
    }
}

impl std::error::Error for HungUp {}
