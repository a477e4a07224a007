//! Answers on their way out: compressed at once where the client takes it, and counted for as long as they are in memory.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use flate2::Compression;
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Either, Full};
use hyper::body::{Body, Frame, SizeHint};
use tower_http::compression::predicate::{DefaultPredicate, Predicate};

use super::constant::{Constant, gzip};
use super::network::{self, Held, Network, Resource};
use super::paced::Requests;
use super::{BoxError, plain_error};

/// The least that is worth compressing, and counting.
const LEAST: u64 = 1024;
/// What a streamed answer counts as: the pieces on their way and the state of the compression.
const STREAM: usize = 512 * 1024;

pub(super) type AnyBody = UnsyncBoxBody<Bytes, BoxError>;
pub(super) type Answer = Response<Either<Full<Bytes>, Streamed>>;

/// Streams, whose length is unknown, are compressed while they are sent.
#[derive(Clone, Copy)]
pub(super) struct IsStream;

impl Predicate for IsStream {
    fn should_compress<B: Body>(&self, answer: &Response<B>) -> bool {
        answer.body().size_hint().exact().is_none() && DefaultPredicate::new().should_compress(answer)
    }
}

/// The answer as it is sent; a refusal where there is no room for it.
pub(super) async fn ready(answer: Response<AnyBody>, takes_gzip: bool, network: &Arc<Network>) -> Answer {
    let Some(length) = answer.body().size_hint().exact() else {
        return match network.take(Resource::Answers, STREAM) {
            Ok(held) => answer.map(|inner| Either::Right(Streamed { inner, _held: held, asked: None })),
            Err(full) => no_room(full),
        };
    };
    let (mut head, body) = answer.into_parts();
    if let Some(constant) = head.extensions.remove::<Constant>() {
        vary(&mut head.headers);
        let body = constant.gzip().filter(|_| takes_gzip).inspect(|_| encoded(&mut head.headers));
        return Response::from_parts(head, whole(body.unwrap_or_else(|| constant.body())));
    }
    if head.status == StatusCode::NOT_MODIFIED {
        vary(&mut head.headers);
    }
    let Ok(body) = body.collect().await.map(http_body_util::Collected::to_bytes) else {
        return plain_error(StatusCode::INTERNAL_SERVER_ERROR, "something went wrong here");
    };
    if length < LEAST {
        return Response::from_parts(head, whole(body));
    }
    let mut body = body;
    if is_text(&head.headers) {
        vary(&mut head.headers);
        if takes_gzip {
            encoded(&mut head.headers);
            body = gzip(&body, Compression::fast());
        }
    }
    match network.take(Resource::Answers, body.len()) {
        Ok(held) => Response::from_parts(head, whole(Bytes::from_owner(Charged { body, _held: held }))),
        Err(full) => no_room(full),
    }
}

/// Whether a client takes gzip, [RFC 9110 section 12.5.3](https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3).
pub(super) fn takes_gzip(headers: &HeaderMap) -> bool {
    let fields = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|field| field.to_str().ok());
    let mut codings = fields.flat_map(|field| field.split(',')).map(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        let weight = weight.trim().strip_prefix("q=").map_or(1.0, |weight| weight.trim().parse().unwrap_or(0.0));
        (name.trim(), weight > 0.0)
    });
    codings.any(|(name, is_taken)| is_taken && (name.eq_ignore_ascii_case("gzip") || name == "*"))
}

pub(super) fn whole(body: impl Into<Bytes>) -> Either<Full<Bytes>, Streamed> {
    Either::Left(Full::new(body.into()))
}

/// 429 where one network has too much of something, 503 where all have.
pub(super) fn refusal(full: network::Full, by_network: &str, by_all: &str) -> Answer {
    let (status, message) = match full {
        network::Full::Network => (StatusCode::TOO_MANY_REQUESTS, by_network),
        network::Full::All => (StatusCode::SERVICE_UNAVAILABLE, by_all),
    };
    later(status, message)
}

/// An error after which the same request may succeed.
pub(super) fn later(status: StatusCode, message: &str) -> Answer {
    let mut answer = plain_error(status, message);
    answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
    answer
}

fn no_room(full: network::Full) -> Answer {
    refusal(
        full,
        "too many answers to one network are not read: read them, then ask again",
        "too many answers are being sent: try again in a few seconds",
    )
}

fn vary(headers: &mut HeaderMap) {
    headers.append(header::VARY, HeaderValue::from_static("accept-encoding"));
}

fn encoded(headers: &mut HeaderMap) {
    headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
}

fn is_text(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    !headers.contains_key(header::CONTENT_ENCODING) && (kind.starts_with("text/") || kind.contains("json"))
}

/// Bytes that count towards their network until the last of them is written.
struct Charged {
    body: Bytes,
    _held: Held,
}

impl AsRef<[u8]> for Charged {
    fn as_ref(&self) -> &[u8] {
        &self.body
    }
}

/// An answer that is made while it is sent.
pub(super) struct Streamed {
    inner: AnyBody,
    _held: Held,
    /// Its request, which ends with it.
    asked: Option<Asked>,
}

/// A request of a connection that is being answered until this is dropped.
pub(super) struct Asked(Arc<Requests>);

impl Asked {
    pub(super) fn begin(requests: &Arc<Requests>) -> Self {
        requests.begin();
        Self(Arc::clone(requests))
    }

    /// Lasts as long as the answer is made: until the body ends, if it is made while it is sent.
    pub(super) fn ends_with(self, answer: &mut Answer) {
        if let Either::Right(body) = answer.body_mut() {
            body.asked = Some(self);
        }
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        self.0.end();
    }
}

impl Body for Streamed {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let frame = Pin::new(&mut self.inner).poll_frame(cx);
        if matches!(frame, Poll::Ready(None | Some(Err(_)))) || self.inner.is_end_stream() {
            self.asked = None;
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_taken_where_it_is_named_and_not_refused() {
        for (field, expected) in [
            ("gzip", true),
            ("br, GZIP;q=0.5", true),
            ("*", true),
            ("deflate, gzip; q=1.0", true),
            ("", false),
            ("br", false),
            ("gzip;q=0", false),
            ("gzip; q=0.000", false),
            ("gzip;q=x", false),
            ("xgzip", false),
        ] {
            let headers = [(header::ACCEPT_ENCODING, HeaderValue::from_static(field))].into_iter().collect();
            assert_eq!(takes_gzip(&headers), expected, "{field}");
        }
        assert!(!takes_gzip(&HeaderMap::new()));
    }
}
