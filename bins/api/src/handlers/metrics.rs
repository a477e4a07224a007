//! Numbers for Prometheus.

use http::{HeaderValue, StatusCode, header};

use crate::error::Answer;
use crate::reply::text;
use crate::request::Request;

/// `GET /metrics`. How many clusters run what is not for everybody, so it needs a token like every other such number.
pub(crate) async fn all(request: Request) -> Answer {
    let service = &request.service;
    service.metrics.fleet.count(service.store.as_ref(), service.clock.now()).await?;
    let mut answer = text(StatusCode::OK, service.metrics.text());
    let kind = HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");
    answer.headers_mut().insert(header::CONTENT_TYPE, kind);
    Ok(answer)
}
