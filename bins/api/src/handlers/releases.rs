//! The update check: one document a train, the same bytes for everybody.

use std::collections::BTreeSet;

use http::HeaderValue;
use wfm_core::release::{Release, Releases};
use wfm_core::version::Train;

use crate::error::{Answer, ApiError};
use crate::reply::cached;
use crate::request::Request;

/// Five minutes are fresh; a day old is better than nothing.
const CACHING: HeaderValue = HeaderValue::from_static("max-age=300, stale-if-error=86400");

/// `GET /v4/releases/{train}`.
pub(crate) async fn train(request: Request) -> Answer {
    request.query(&[])?;
    let service = &request.service;
    let train: Train = request.path("train")?;
    let releases = service.store.releases().await?;
    let document = service.documents.of(&releases, &train).ok_or_else(|| no_such_train(&releases, &train))?;
    Ok(cached(document, &request.if_none_match(), CACHING))
}

pub(super) fn no_such_train(releases: &Releases, train: &Train) -> ApiError {
    let trains: BTreeSet<&str> = releases.iter().map(Release::train).map(Train::as_str).collect();
    let trains: Vec<&str> = trains.into_iter().collect();
    let there_are =
        if trains.is_empty() { "nothing is published yet".into() } else { format!("there are {}", trains.join(", ")) };
    ApiError::not_found(format!("no release was published on the train {train}: {there_are}"))
}
