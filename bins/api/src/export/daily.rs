//! `daily`: for each day and cohort how many clusters there were, in long form: a row for each number.
//!
//! The numbers are those of the rollups; [`Days`] are where they come from.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use jiff::civil::Date;
use wfm_core::fleet::{self, CountedDay, Counts};
use wfm_core::store::{Store, StoreError, ask};

use super::{Cell, Column, Kind, Row, Table, cell, column, optional};

mod place;

use place::Measure;
pub(crate) use place::Place;

/// Days that are read at once.
const DAYS: usize = 8;

pub(super) const COLUMNS: &[Column] = &[
    column("day", Kind::Day),
    column("cohort", Kind::Text),
    column("measure", Kind::Text),
    optional("component", Kind::Text),
    optional("version", Kind::Text),
    column("clusters", Kind::Count),
];

/// What was counted, day by day.
#[async_trait]
pub(crate) trait Days: Send + Sync {
    /// The days from `from` on (from the first on where absent) that are over, oldest first, `limit` at most. A day on
    /// which nobody checked in at all, whatever the cohort, is left out: the service was not there to count.
    /// Where fewer than `limit` are answered, no more follow.
    async fn days(&self, from: Option<Date>, limit: usize) -> Result<Vec<CountedDay>, StoreError>;
}

/// The days of a store that were over at a moment.
pub(crate) struct DaysOf {
    pub(crate) store: Arc<dyn Store>,
    /// The service's clock.
    pub(crate) clock: Timestamp,
}

#[async_trait]
impl Days for DaysOf {
    async fn days(&self, from: Option<Date>, limit: usize) -> Result<Vec<CountedDay>, StoreError> {
        let (from, clock) = (from.map(fleet::Day::from), self.clock);
        let question =
            move |rollups: &dyn fleet::Rollups| fleet::daily(rollups, from, limit, fleet::now(rollups, clock)?);
        ask(&*self.store, question).await
    }
}

/// The numbers of all days, from a place on.
pub(crate) struct Daily {
    days: Arc<dyn Days>,
    /// From which day to read on; any where absent, and none where all were read.
    from: Option<Date>,
    over: bool,
    /// Behind which row to begin, and later the last one that was given.
    given: Option<Place>,
    read: std::iter::Peekable<std::vec::IntoIter<(Place, u64)>>,
}

impl Daily {
    pub(crate) fn new(days: Arc<dyn Days>, behind: Option<Place>) -> Self {
        let from = behind.as_ref().map(|place| place.day);
        Self { days, from, over: false, given: behind, read: Vec::new().into_iter().peekable() }
    }

    /// Whether there is another row; reads on where it has to.
    async fn more(&mut self) -> Result<bool, StoreError> {
        while self.read.peek().is_none() {
            if self.over {
                return Ok(false);
            }
            let days = self.days.days(self.from, DAYS).await?;
            self.from = days.last().and_then(|last| last.day.tomorrow().ok());
            self.over = days.len() < DAYS || self.from.is_none();
            let behind = |place: &Place| self.given.as_ref().is_none_or(|given| place > given);
            let rows = days.into_iter().flat_map(rows).filter(|(place, _)| behind(place));
            self.read = rows.collect::<Vec<_>>().into_iter().peekable();
        }
        Ok(true)
    }
}

#[async_trait]
impl Table for Daily {
    fn columns(&self) -> &'static [Column] {
        COLUMNS
    }

    async fn next(&mut self, most: usize) -> Result<Vec<Row>, StoreError> {
        let mut given = Vec::new();
        while given.len() < most && self.more().await? {
            let Some((place, clusters)) = self.read.next() else { break };
            given.push(row(&place, clusters));
            self.given = Some(place);
        }
        Ok(given)
    }

    async fn place(&mut self) -> Result<Option<String>, StoreError> {
        let more = self.more().await?;
        Ok(self.given.as_ref().filter(|_| more).map(ToString::to_string))
    }
}

/// A day's rows in their order: measures that are zero are said, versions that nobody runs are not.
fn rows(CountedDay { day, cohorts }: CountedDay) -> Vec<(Place, u64)> {
    let mut rows = Vec::new();
    for (cohort, counts) in cohorts {
        let Counts { known, active, appeared, disappeared, returned, versions } = counts;
        let measures = [
            (Measure::Known, known),
            (Measure::Active, active),
            (Measure::Appeared, appeared),
            (Measure::Disappeared, disappeared),
            (Measure::Returned, returned),
        ];
        rows.extend(measures.map(|(measure, clusters)| (Place { day, cohort, measure, of: None }, clusters)));
        let versions = versions.into_iter().filter(|(_, clusters)| *clusters > 0);
        let place = |of| Place { day, cohort, measure: Measure::Version, of: Some(of) };
        rows.extend(versions.map(|(of, clusters)| (place(of), clusters)));
    }
    rows
}

fn row(place: &Place, clusters: u64) -> Row {
    let Place { day, cohort, measure, of } = place;
    let text = |text: String| Cell::Text(text.into());
    vec![
        Cell::Day(*day),
        Cell::Word(cohort.as_str()),
        Cell::Word(measure.as_str()),
        cell(of.as_ref(), |(component, _)| text(component.to_string())),
        cell(of.as_ref(), |(_, version)| text(version.to_string())),
        Cell::Count(clusters),
    ]
}

#[cfg(test)]
mod tests;
