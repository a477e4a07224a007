//! The update check: one document a train, the same bytes for everybody.

use std::collections::BTreeSet;

use http::{HeaderValue, StatusCode, header};
use warp::reply::Response;
use wfm_core::release::{Release, Releases};
use wfm_core::version::Train;

use crate::error::{Answer, ApiError};
use crate::request::Request;

/// Five minutes are fresh; a day old is better than nothing.
const CACHING: HeaderValue = HeaderValue::from_static("max-age=300, stale-if-error=86400");

/// `GET /v4/releases/{train}`.
pub(crate) async fn train(request: Request) -> Answer {
    let service = &request.service;
    let train: Train = request.path("train")?;
    let releases = service.store.releases().await?;
    let document = service.documents.of(&releases, &train).ok_or_else(|| no_such_train(&releases, &train))?;
    let unchanged = request.if_none_match().matches(&document.etag);
    let mut response = Response::new(if unchanged { bytes::Bytes::new() } else { document.body }.into());
    if unchanged {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    let etag = HeaderValue::try_from(document.etag).expect("a tag is quotes and hexadecimal digits");
    let headers = response.headers_mut();
    headers.insert(header::ETAG, etag);
    headers.insert(header::CACHE_CONTROL, CACHING);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if !unchanged {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    Ok(response)
}

pub(super) fn no_such_train(releases: &Releases, train: &Train) -> ApiError {
    let trains: BTreeSet<&str> = releases.iter().map(Release::train).map(Train::as_str).collect();
    let trains: Vec<&str> = trains.into_iter().collect();
    let there_are =
        if trains.is_empty() { "nothing is published yet".into() } else { format!("there are {}", trains.join(", ")) };
    ApiError::not_found(format!("no release was published on the train {train}: {there_are}"))
}
