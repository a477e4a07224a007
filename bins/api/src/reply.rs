//! Answers.

use bytes::Bytes;
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use warp::reply::Response;

mod stream;

pub(crate) use stream::{Rows, rows};

use crate::documents::Document;
use crate::request::IfNoneMatch;

/// 200 with a JSON body that nobody may keep.
pub(crate) fn json(body: &impl Serialize) -> Response {
    json_with_status(StatusCode::OK, body)
}

pub(crate) fn json_with_status(status: StatusCode, body: &impl Serialize) -> Response {
    let text = serde_json::to_vec(body).expect("every wire type has a JSON form: string keys, finite numbers");
    let mut response = Response::new(text.into());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// 204: it was done, and there is nothing to tell.
pub(crate) fn done() -> Response {
    let mut response = Response::default();
    *response.status_mut() = StatusCode::NO_CONTENT;
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// A JSON document that is kept by its tag, or 304 where the client has it.
pub(crate) fn cached(document: Document, known: &IfNoneMatch, caching: HeaderValue) -> Response {
    cached_as(HeaderValue::from_static("application/json"), document, known, caching)
}

/// The same of another kind.
pub(crate) fn cached_as(kind: HeaderValue, document: Document, known: &IfNoneMatch, caching: HeaderValue) -> Response {
    let unchanged = known.matches(&document.etag);
    let mut response = Response::new(if unchanged { Bytes::new() } else { document.body }.into());
    if unchanged {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    } else if let Some(constant) = document.constant {
        response.extensions_mut().insert(constant);
    }
    let etag = HeaderValue::try_from(document.etag).expect("a tag is quotes and hexadecimal digits");
    let headers = response.headers_mut();
    headers.insert(header::ETAG, etag);
    headers.insert(header::CACHE_CONTROL, caching);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if !unchanged {
        headers.insert(header::CONTENT_TYPE, kind);
    }
    response
}

/// Where a list goes on, if it does: the same path with this query.
pub(crate) fn next_page(mut answer: Response, query: Option<String>) -> Response {
    let link = query.and_then(|query| HeaderValue::try_from(format!("<?{query}>; rel=\"next\"")).ok());
    if let Some(link) = link {
        answer.headers_mut().insert(header::LINK, link);
    }
    answer
}

/// Plain text, for probes.
pub(crate) fn text(status: StatusCode, body: impl Into<String>) -> Response {
    let mut response = Response::new(body.into().into());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}
