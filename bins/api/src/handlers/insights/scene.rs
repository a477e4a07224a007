//! The moment of an answer, and what may be asked about it.

use jiff::Timestamp;
use wfm_core::fleet::{self, Cohorts, Day, Range, Rollups};
use wfm_core::store::{self, StoreError, whole_second};

use super::asked::{At, Stretch};
use crate::error::ApiError;
use crate::service::Service;

/// The most days that a series may have: ten years.
pub(crate) const LONGEST: i64 = 3700;
/// How many days it has where nothing else is asked.
const USUAL: i64 = 30;

/// The rollups as they are at one moment, for somebody who is signed in.
pub(super) struct Scene<'a> {
    pub(super) rollups: &'a dyn Rollups,
    /// The moment.
    pub(super) now: Timestamp,
    pub(super) include: Cohorts,
}

/// Why there is no answer.
pub(super) enum NoAnswer {
    /// The rollups cannot be read.
    Store(StoreError),
    /// This cannot be asked at this moment; one sentence says what to ask.
    Asked(String),
}

impl From<StoreError> for NoAnswer {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<NoAnswer> for ApiError {
    fn from(reason: NoAnswer) -> Self {
        match reason {
            NoAnswer::Store(error) => error.into(),
            NoAnswer::Asked(message) => Self::bad_request(message),
        }
    }
}

/// Asks a question, and all of its parts about one moment.
pub(super) async fn look<T: Send + 'static>(
    service: &Service,
    include: Cohorts,
    question: impl Fn(&Scene<'_>) -> Result<T, NoAnswer> + Send + 'static,
) -> Result<T, ApiError> {
    let clock = service.clock.now();
    let answer = store::ask(service.store.as_ref(), move |rollups| {
        let scene = Scene { rollups, now: fleet::now(rollups, clock)?, include };
        match question(&scene) {
            Ok(answer) => Ok(Ok(answer)),
            Err(NoAnswer::Asked(message)) => Ok(Err(message)),
            Err(NoAnswer::Store(error)) => Err(error),
        }
    });
    answer.await?.map_err(ApiError::bad_request)
}

/// The end of a day.
pub(super) fn last_second(day: Day) -> Timestamp {
    Timestamp::from_second(day.last_second()).unwrap_or(Timestamp::MAX)
}

impl Scene<'_> {
    /// The last day that can be told of.
    pub(super) fn today(&self) -> Day {
        Day::of(self.now.as_second())
    }

    /// The moment that is asked about: now where none is.
    pub(super) fn at(&self, at: Option<At>) -> Result<Timestamp, NoAnswer> {
        let refuse =
            || NoAnswer::Asked(format!("at: it is not past yet: the latest that can be asked about is {}", self.now));
        match at {
            None => Ok(self.now),
            Some(At::Second(at)) => Some(at).filter(|at| *at <= whole_second(self.now)).ok_or_else(refuse),
            Some(At::Day(day)) if day > self.today() => Err(refuse()),
            Some(At::Day(day)) => Ok(last_second(day).min(self.now)),
        }
    }

    /// The days that are asked about.
    pub(super) fn range(&self, asked: Stretch) -> Result<Range, NoAnswer> {
        range(asked, self.today())
    }
}

/// The days that are asked about: up to today where nothing else is said, and thirty of them.
pub(super) fn range(asked: Stretch, today: Day) -> Result<Range, NoAnswer> {
    let to = asked.to.unwrap_or(today);
    let from = asked.from.unwrap_or_else(|| to.plus(1 - USUAL));
    let days = i64::from(to.number()) - i64::from(from.number()) + 1;
    if days < 1 {
        let message = format!("from and to: {} is after {}: swap them", from.date(), to.date());
        return Err(NoAnswer::Asked(message));
    }
    if days > LONGEST {
        let message = format!("from and to: there are {days} days between them: ask about {LONGEST} at most");
        return Err(NoAnswer::Asked(message));
    }
    Ok(Range { from, to, interval: asked.interval })
}

/// One day.
pub(super) fn only(day: Day) -> Range {
    Range { from: day, to: day, interval: Default::default() }
}
