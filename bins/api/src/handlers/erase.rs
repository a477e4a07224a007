//! Erasure by a cluster's owner.

use wfm_core::store::Actor;

use crate::error::{Answer, ApiError};
use crate::reply::done;
use crate::request::Request;

/// `DELETE /v4/clusters/{id}`: answered when it is durable.
pub(crate) async fn cluster(request: Request) -> Answer {
    request.query(&[])?;
    let (id, by) = (request.path("id")?, request.by(Actor::Owner));
    if request.service.store.erase(id, by).await? {
        return Ok(done());
    }
    Err(ApiError::not_found("no cluster with this id has checked in"))
}
