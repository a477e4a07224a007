//! Answers.

use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use warp::reply::Response;

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
