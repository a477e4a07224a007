//! Erasure of a cluster, by its owner or by an administrator.

use http::HeaderMap;
use subtle::ConstantTimeEq;
use wfm_core::cluster::{ClusterId, ErasureSecret};
use wfm_core::store::Actor;

use crate::error::{Answer, ApiError};
use crate::reply::done;
use crate::request::Request;

/// `DELETE /v4/clusters/{id}`: answered when it is durable. Without an erasure secret the request has an administrator's token:
/// the route admits no other.
pub(crate) async fn cluster(request: Request) -> Answer {
    request.query(&[])?;
    let id: ClusterId = request.path("id")?;
    let actor = if owns(&request.headers, id)? { Actor::Owner } else { Actor::Admin };
    if request.service.store.erase(id, request.by(actor)).await? {
        return Ok(done());
    }
    Err(ApiError::not_found("no cluster with this id has checked in"))
}

/// Whether the request carries the erasure secret of this id. A wrong one is refused before the store is asked, so the answer
/// does not depend on whether the cluster is known.
fn owns(headers: &HeaderMap, id: ClusterId) -> Result<bool, ApiError> {
    let mut sent = headers.get_all(ErasureSecret::HEADER).iter();
    let Some(value) = sent.next() else { return Ok(false) };
    let secret: Option<ErasureSecret> = value.to_str().ok().and_then(|text| text.parse().ok());
    let same = secret.is_some_and(|secret| bool::from(secret.cluster_id().as_bytes().ct_eq(id.as_bytes())));
    if same && sent.next().is_none() {
        return Ok(true);
    }
    Err(ApiError::forbidden("this erasure secret does not belong to this id: wfm-agent id erase sends the right one"))
}
