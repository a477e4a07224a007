//! The JSON Schema of every envelope, with the words that the published releases have now.

use http::HeaderValue;
use wfm_core::anonymizer::EnvelopeKind;
use wfm_core::wire::v3::Data;
use wfm_core::wire::v4::EnvelopeSchema;

use crate::error::{Answer, ApiError};
use crate::reply::{cached_as, json};
use crate::request::Request;

/// As the releases, with which it changes.
const CACHING: HeaderValue = HeaderValue::from_static("max-age=300, stale-if-error=86400");
const JSON_SCHEMA: HeaderValue = HeaderValue::from_static("application/schema+json");

/// `GET /v4/schemas`.
pub(crate) async fn list(request: Request) -> Answer {
    request.query(&[])?;
    Ok(json(&Data { data: EnvelopeKind::ALL.map(EnvelopeSchema::of).into() }))
}

/// `GET /v4/schemas/{envelope}`.
pub(crate) async fn one(request: Request) -> Answer {
    request.query(&[])?;
    let word = request.segment("envelope");
    let kind = EnvelopeKind::ALL.into_iter().find(|kind| kind.as_str() == word).ok_or_else(unknown)?;
    let service = &request.service;
    let document = service.documents.schema(&service.store.releases().await?, &service.catalog, kind);
    Ok(cached_as(JSON_SCHEMA, document, &request.if_none_match(), CACHING))
}

fn unknown() -> ApiError {
    let kinds = EnvelopeKind::ALL.map(EnvelopeKind::as_str).join(", ");
    ApiError::not_found(format!("there is no such envelope: there are {kinds}"))
}
