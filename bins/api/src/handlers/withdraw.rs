//! Withdrawing a release, and offering it again. A withdrawn release stays published, and is offered to nobody.

use wfm_core::release::ReleaseKey;
use wfm_core::store::Actor;
use wfm_core::wire::v3;

use crate::error::{Answer, ApiError};
use crate::reply::json;
use crate::request::Request;

/// `DELETE /v4/releases/{train}/{component}/{version}`.
pub(crate) async fn yank(request: Request) -> Answer {
    let reason = request.query(&["reason"])?.value("reason")?.ok_or_else(|| {
        ApiError::bad_request("reason: say why the release is withdrawn, such as ?reason=It%20loses%20data")
    })?;
    decide(request, Some(reason)).await
}

/// `POST /v4/releases/{train}/{component}/{version}/restore`.
pub(crate) async fn restore(request: Request) -> Answer {
    request.query(&[])?;
    decide(request, None).await
}

async fn decide(request: Request, reason: Option<wfm_core::release::PlainText>) -> Answer {
    let key = ReleaseKey {
        train: request.path("train")?,
        component: request.path("component")?,
        version: request.path("version")?,
    };
    let missing = format!("{} was not published on {} in this version", key.component, key.train);
    let release = request.service.store.yank(key, reason, request.by(Actor::Publisher)).await?;
    Ok(json(&v3::ComponentVersion::from(&release.ok_or_else(|| ApiError::not_found(missing))?)))
}
