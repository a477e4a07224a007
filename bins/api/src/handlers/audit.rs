//! Who changed what.

use wfm_core::wire::v3::Data;

use crate::error::{Answer, ApiError};
use crate::openapi::parameters::LARGEST;
use crate::reply::{json, next_page};
use crate::request::Request;

/// `GET /v4/audit`: the log's lines after a number, oldest first.
pub(crate) async fn log(request: Request) -> Answer {
    let query = request.query(&["after", "limit"])?;
    let refuse = || ApiError::bad_request("after: write the number of a line, or leave it out");
    let after =
        query.text("after").map(|text| text.parse().ok().filter(|number| *number <= LARGEST).ok_or_else(refuse));
    let after = after.transpose()?.unwrap_or(0);
    let limit = query.limit()?;
    let entries = request.service.store.audit(after, limit).await?;
    let next =
        entries.last().filter(|_| entries.len() == limit).map(|last| query.with("after", &last.number.to_string()));
    Ok(next_page(json(&Data { data: entries }), next))
}
