//! What a question holds: whose clusters, which days, which moment.

use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::Date;
use wfm_core::component::ComponentName;
use wfm_core::fleet::{Cohorts, Day};
use wfm_core::store::whole_second;
use wfm_core::wire::insights::Interval;

use crate::error::ApiError;
use crate::request::{Query, Request};
use crate::service::Service;
use crate::viewer::Viewer;

/// Days of a series; what is absent is chosen by the moment of the answer.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Stretch {
    /// The first day.
    pub(crate) from: Option<Day>,
    /// The last day.
    pub(crate) to: Option<Day>,
    /// The length of a bucket.
    pub(crate) interval: Interval,
}

/// A moment, as it is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum At {
    /// This very second.
    Second(Timestamp),
    /// The end of a day.
    Day(Day),
}

/// The text is no moment.
#[derive(Debug, thiserror::Error)]
#[error("write a day such as 2026-01-05, or a time such as 2026-01-05T12:00:00Z")]
pub(crate) struct NotAMoment;

impl FromStr for At {
    type Err = NotAMoment;

    fn from_str(text: &str) -> Result<Self, NotAMoment> {
        if let Ok(date) = text.parse::<Date>().map_err(drop).and_then(|date| only_a_date(text, date)) {
            return Ok(Self::Day(date.into()));
        }
        // A plus that nobody encoded is the sign of an offset.
        let time: Timestamp = text.replace(' ', "+").parse().map_err(|_| NotAMoment)?;
        Ok(Self::Second(whole_second(time)))
    }
}

/// A date is read of the beginning of a time as well.
fn only_a_date(text: &str, date: Date) -> Result<Date, ()> {
    if text.contains(['T', 't', ' ', ':']) { Err(()) } else { Ok(date) }
}

impl At {
    /// The day it lies in.
    pub(super) fn day(self) -> Day {
        match self {
            Self::Second(time) => Day::of(time.as_second()),
            Self::Day(day) => day,
        }
    }
}

/// Whose clusters are counted. Cohorts other than customers are nobody else's business, not even rounded.
pub(super) fn include(request: &Request, query: &Query) -> Result<Cohorts, ApiError> {
    allowed(request.viewer, query.value("include")?.unwrap_or_default())
}

/// The cohorts, where whoever looks may choose them.
pub(super) fn allowed(viewer: Viewer, include: Cohorts) -> Result<Cohorts, ApiError> {
    if viewer == Viewer::SignedIn || include == Cohorts::default() {
        return Ok(include);
    }
    let message = "include: this needs a token with the role analyst or admin: without one only customers are counted";
    Err(ApiError::unauthorised(message))
}

/// The days, in buckets of this length where none is asked for.
pub(super) fn stretch(query: &Query, interval: Interval) -> Result<Stretch, ApiError> {
    let day = |name| Ok::<_, ApiError>(query.value::<At>(name)?.map(At::day));
    Ok(Stretch { from: day("from")?, to: day("to")?, interval: query.value("interval")?.unwrap_or(interval) })
}

/// The moment. Without a token it is a day's end: to the second one could see when a number changes.
pub(super) fn at(request: &Request, query: &Query) -> Result<Option<At>, ApiError> {
    match query.value("at")? {
        Some(At::Second(_)) if request.viewer != Viewer::SignedIn => Err(ApiError::unauthorised(
            "at: a time needs a token with the role analyst or admin: without one ask about a day, such as 2026-01-05",
        )),
        at => Ok(at),
    }
}

/// The component that the question is about.
pub(super) async fn component(service: &Service, query: &Query) -> Result<ComponentName, ApiError> {
    let missing = || ApiError::bad_request("component: it is needed: say which, such as component=deis-router");
    let component = query.value("component")?.ok_or_else(missing)?;
    let releases = service.store.releases().await?;
    service.known(&component, &releases).map_err(ApiError::not_found)?;
    Ok(component)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_a_date_or_the_day_of_a_time_in_utc() {
        let day = |text: &str| text.parse().map(At::day).ok();
        let fifth = Some(Day::from(jiff::civil::date(2026, 1, 5)));
        for text in ["2026-01-05", "2026-01-05T23:59:59.9Z", "2026-01-06T01:00:00+02:00", "2026-01-06T01:00:00 02:00"] {
            assert_eq!(day(text), fifth, "{text}");
        }
        for text in ["", "2026-02-30", "5 January", "2026-01-05T12:00", "2026-01-05T", "1767571200"] {
            assert_eq!(day(text), None, "{text}");
        }
    }
}
