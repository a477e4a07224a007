//! Notices to operators: advisories, and the end of something's life.

use http::StatusCode;
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::ToSchema;
use wfm_core::component::ComponentName;
use wfm_core::release::{Notice, NoticeId, NoticeLevel, PlainText};
use wfm_core::store::Actor;
use wfm_core::version::{Train, VersionRange};

use super::releases::no_such_train;
use crate::error::{Answer, ApiError};
use crate::reply::{json, json_with_status};
use crate::request::{Request, read_object};

/// The longest notice.
const LONGEST: usize = 16 * 1024;

/// A notice as it is sent: its train and name are in the path.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = NoticeBody)]
pub(crate) struct Said {
    /// How much it matters.
    level: NoticeLevel,
    /// The component that it is about; all of them where absent.
    component: Option<ComponentName>,
    /// The versions that it is about; all of them where absent.
    #[schema(value_type = Option<VersionRange>)]
    affected: Option<String>,
    /// What is said, as plain text.
    text: PlainText,
    /// When it was published; now where absent, or when it first was.
    published: Option<Timestamp>,
}

/// `PUT /v4/notices/{train}/{notice}`: publishes a notice, or replaces the one of its name.
pub(crate) async fn put(mut request: Request) -> Answer {
    const SHAPE: &str = r#"{"level":"advisory","text":"Upgrade."}, where level is advisory, security or end_of_life, text has no control or format characters, and component, affected and published may be added"#;
    request.query(&[])?;
    let (train, id): (Train, NoticeId) = (request.path("train")?, request.path("notice")?);
    let Said { level, component, affected, text, published } = read_object(&request.body(LONGEST).await?, SHAPE)?;
    let service = &request.service;
    let affected: Option<VersionRange> =
        affected.map(|range| range.parse()).transpose().map_err(|e| ApiError::bad_request(format!("affected: {e}")))?;
    let releases = service.store.releases().await?;
    if !releases.has_train(&train) {
        return Err(no_such_train(&releases, &train));
    }
    if let Some(component) = &component {
        service.known(component, &releases).map_err(|e| ApiError::bad_request(format!("component: {e}")))?;
    }
    let earlier = releases.notices(&train).find(|known| known.id == id).map(|known| known.published);
    let published = published.or(earlier).unwrap_or_else(|| service.clock.now());
    let notice = Notice { id, train, level, component, affected, text, published };
    let replaced = service.store.put_notice(notice.clone(), request.by(Actor::Publisher)).await?;
    let status = if replaced.is_some() { StatusCode::OK } else { StatusCode::CREATED };
    Ok(json_with_status(status, &notice))
}

/// `DELETE /v4/notices/{train}/{notice}`: takes a notice back and answers it.
pub(crate) async fn remove(request: Request) -> Answer {
    request.query(&[])?;
    let (train, id): (Train, NoticeId) = (request.path("train")?, request.path("notice")?);
    let removed = request.service.store.remove_notice(train, id, request.by(Actor::Publisher)).await?;
    Ok(json(&removed.ok_or_else(|| ApiError::not_found("there is no notice of this name on this train"))?))
}
