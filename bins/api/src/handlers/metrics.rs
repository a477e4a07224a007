//! Numbers for Prometheus.

use http::{StatusCode, header};

use crate::error::Answer;
use crate::reply::text;
use crate::request::Request;

/// `GET /metrics`. How many clusters run what is not public, so it needs a token like every other such number.
pub(crate) async fn all(request: Request) -> Answer {
    let service = &request.service;
    service.metrics.fleet.count(service.store.as_ref(), service.clock.now()).await?;
    service.metrics.process.measure(service.store.as_ref(), &service.last_backup).await?;
    let (kind, metrics) = wfm_shell::metrics::exposition(&service.metrics.text(), &request.headers);
    let mut answer = text(StatusCode::OK, metrics);
    answer.headers_mut().insert(header::CONTENT_TYPE, kind);
    Ok(answer)
}
