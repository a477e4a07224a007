//! Envelopes, as agents of today make them: taken as their schema has them, or refused.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use wfm_core::anonymizer::{Arrival, NotTaken, Vocabulary};
use wfm_core::facets::FacetReport;
use wfm_core::fleet::Day;
use wfm_core::release::Releases;

use crate::error::{Answer, ApiError};
use crate::reductions::Text;
use crate::reply::done;
use crate::request::Request;
use crate::service::Service;

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
    let arrival = read(&body, service, &releases)?;
    let now = service.clock.now();
    service.rates.cluster(arrival.cluster(), now)?;
    service.store.check_in(arrival, now).await?;
    Ok(done())
}

/// The check-in. Most of a fleet says the same, and says it again: that is read once.
fn read(body: &[u8], service: &Service, releases: &Arc<Releases>) -> Result<Arrival, NotTaken> {
    let vocabulary = Vocabulary::new(&service.catalog, releases);
    let parts = Parts::of(body);
    if let Some(parts) = &parts
        && let Some(arrival) = service.reductions.get(releases, parts.text())
    {
        let alone = Arrival::accept(&parts.id_alone(), vocabulary)?;
        return Ok(arrival.said_by(alone.cluster()));
    }
    let arrival = Arrival::accept(body, vocabulary)?;
    if let Some(parts) = parts {
        service.reductions.put(releases, parts.text(), arrival.clone());
    }
    Ok(arrival)
}

/// A check-in as agents write it, cut before and after its id.
struct Parts<'a> {
    before: &'a [u8],
    id: &'a [u8],
    after: &'a [u8],
}

impl<'a> Parts<'a> {
    /// `None` for whatever is written in another way: that is read in full.
    fn of(body: &'a [u8]) -> Option<Self> {
        const UUID: usize = 36;
        let number = body.strip_prefix(br#"{"schema":"#)?;
        let digits = number.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let id = number[digits..].strip_prefix(br#","id":""#)?;
        let (id, after) = id.split_at_checked(UUID)?;
        let before = &body[..body.len() - UUID - after.len()];
        after.starts_with(b"\"").then_some(Self { before, id, after })
    }

    /// What any cluster may say.
    fn text(&self) -> Text<'a> {
        Text::Envelope(self.before, self.after)
    }

    /// The shortest check-in with this id: whether it is one is for the schema to say.
    fn id_alone(&self) -> Vec<u8> {
        [self.before, self.id, br#"","components":[]}"#].concat()
    }
}

/// `POST /v4/facets`: added to the counters of this week, and then gone. It has no id, so nothing but the rate of its
/// network holds it.
pub(crate) async fn count(mut request: Request) -> Answer {
    request.query(&[])?;
    let body = request.body(LONGEST_FACETS).await?;
    let service = &request.service;
    let report = FacetReport::accept(&body, this_week(service.clock.now()))?;
    service.store.count_facets(report).await?;
    Ok(done())
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
