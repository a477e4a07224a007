//! Envelopes, as agents of today make them: taken as their schema has them, or refused.

use jiff::Timestamp;
use jiff::civil::Date;
use wfm_core::anonymizer::{Arrival, NotTaken, Vocabulary};
use wfm_core::facets::FacetReport;
use wfm_core::fleet::Day;

use crate::error::{Answer, ApiError};
use crate::reply::nothing;
use crate::request::Request;

/// The longest check-in, as of old agents.
const LONGEST_CHECK_IN: usize = 16 * 1024;
/// The longest envelope of facets: a few words and numbers.
const LONGEST_FACETS: usize = 4 * 1024;

/// `POST /v4/reports`: answered when it is durable, and with nothing, so that there is nothing to know a sender again by.
pub(crate) async fn check_in(mut request: Request) -> Answer {
    request.query(&[])?;
    let body = request.body(LONGEST_CHECK_IN).await?;
    let service = &request.service;
    let releases = service.store.releases().await?;
    let arrival = Arrival::accept(&body, Vocabulary::new(&service.catalog, &releases))?;
    let now = service.clock.now();
    service.rates.cluster(arrival.cluster(), now)?;
    // A week that has not begun is a wrong clock over there. The rest is as true as ever, so it counts as not said.
    let created = arrival.created().filter(|week| *week <= this_week(now));
    service.store.check_in(arrival.with_created(created), now).await?;
    Ok(nothing())
}

/// `POST /v4/facets`: added to the counters of this week, and then gone. It has no id, so nothing but the rate of its
/// network holds it.
pub(crate) async fn count(mut request: Request) -> Answer {
    request.query(&[])?;
    let body = request.body(LONGEST_FACETS).await?;
    let service = &request.service;
    let report = FacetReport::accept(&body, this_week(service.clock.now()))?;
    service.store.count_facets(report).await?;
    Ok(nothing())
}

/// The Monday of the week.
fn this_week(now: Timestamp) -> Date {
    Day::of(now.as_second()).monday().date()
}

impl From<NotTaken> for ApiError {
    fn from(refused: NotTaken) -> Self {
        let message = refused.to_string();
        match refused {
            NotTaken::NotAnObject => Self::bad_request(message),
            _ => Self::unprocessable(message),
        }
    }
}
