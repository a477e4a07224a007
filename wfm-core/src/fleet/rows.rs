//! The rollups as rows of a table: which counter stands in which row, and how a row is written down.
//!
//! | key begins with | one row for each | counters of the row |
//! |---|---|---|
//! | `l` | track, and stretch of time at three levels: 64 days, a day, an hour | events in each day, hour, second of it |
//! | `s` | component and day | clusters seen that day, by the version they last reported |
//! | `a` | day | clusters seen that day, by the day of their first check-in |
//! | `m` | hour | clusters that became active or ceased to be, by the second and the day of their first check-in |
//! | `b` | hour | clusters first seen in it that became active or ceased to be, by the second of their first check-in and how much later that was |
//! | `n` | component | clusters not yet known to be silent, by version |
//!
//! All counters are kept for each cohort. A counter of zero is not written, and a row without counters does not exist, so
//! the same clusters make the same bytes, however they came about.

use std::collections::BTreeMap;

use super::time::{DAY, Day};
use super::track::Track;
use crate::anonymizer::ReportedVersion;
use crate::cluster::Cohort;
use crate::component::ComponentName;

mod code;
mod weight;

pub use code::NotARow;
pub(super) use code::{numbers, sum_before, versions};
pub use weight::{key_weight, weight};

const HOUR: i64 = 3600;
/// Days in a row of the highest level.
const BLOCK: i64 = 64;

/// A stretch of time that has a row for each track, with a counter for each part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    Days,
    Hours,
    Seconds,
}

impl Level {
    pub(super) const ALL: [Self; 3] = [Self::Days, Self::Hours, Self::Seconds];

    /// The length of a row and of its parts, in seconds.
    pub(super) fn lengths(self) -> (i64, i64) {
        match self {
            Self::Days => (BLOCK * DAY, DAY),
            Self::Hours => (DAY, HOUR),
            Self::Seconds => (HOUR, 1),
        }
    }

    /// The row's number, and the part's within it.
    pub(super) fn place(self, at: i64) -> (i64, u64) {
        let (row, part) = self.lengths();
        (at.div_euclid(row), (at.rem_euclid(row) / part).cast_unsigned())
    }
}

pub(super) fn line_key(track: Track, level: Level, row: i64) -> Vec<u8> {
    let mut key = vec![b'l', track.number(), level as u8];
    key.extend(ordered(row));
    key
}

/// The counters of an event: one at each level.
pub(super) fn line(track: Track, at: i64, cohort: Cohort) -> impl Iterator<Item = (Vec<u8>, u64)> {
    Level::ALL.into_iter().map(move |level| {
        let (row, part) = level.place(at);
        (line_key(track, level, row), line_cell(part, cohort))
    })
}

/// A counter of a line. Those of the parts before a part come before its counters.
pub(super) fn line_cell(part: u64, cohort: Cohort) -> u64 {
    part << 2 | cohort as u64
}

pub(super) fn seen_key(component: &ComponentName, day: Day) -> Vec<u8> {
    let mut key = component_key(b's', component);
    key.extend(ordered(i64::from(day.number())));
    key
}

/// Where the rows of what was seen begin and end.
pub(super) const ALL_SEEN: (&[u8], &[u8]) = (b"s", b"t");

/// Behind all rows of what was seen of a component.
pub(super) fn after_seen(component: &ComponentName) -> Vec<u8> {
    [b"s", component.as_str().as_bytes(), b"\x01"].concat()
}

/// The component that a row of what was seen, or of what runs now, is about.
pub(super) fn component_of_key(key: &[u8]) -> Option<ComponentName> {
    let name = key.get(1..)?.split(|byte| *byte == 0).next()?;
    std::str::from_utf8(name).ok()?.parse().ok()
}

/// The day at the end of a key.
pub(super) fn day_of_key(key: &[u8]) -> Option<Day> {
    let number = i64::from_be_bytes(*key.last_chunk()?) ^ i64::MIN;
    Some(Day::of(number.checked_mul(DAY)?))
}

pub(super) fn now_key(component: &ComponentName) -> Vec<u8> {
    component_key(b'n', component)
}

/// Where the rows of what runs now begin and end.
pub(super) const ALL_NOW: (&[u8], &[u8]) = (b"n", b"o");

/// Where the rows of all days' ages begin and end.
pub(super) const ALL_AGES: (&[u8], &[u8]) = (b"a", b"b");

pub(super) fn ages_key(day: Day) -> Vec<u8> {
    let mut key = vec![b'a'];
    key.extend(ordered(i64::from(day.number())));
    key
}

/// The row of an hour, and the second in it.
pub(super) fn age_moves(at: i64) -> (Vec<u8>, u64) {
    let mut key = vec![b'm'];
    key.extend(ordered(at.div_euclid(HOUR)));
    (key, at.rem_euclid(HOUR).cast_unsigned())
}

/// Bits of an age's counter: 32 for the day, 2 for the cohort.
const AGE_BITS: u32 = 34;

/// The counter of clusters first seen on a day.
pub(super) fn age(cohort: Cohort, first: Day) -> u64 {
    u64::from(first.number().cast_unsigned() ^ 1 << 31) << 2 | cohort as u64
}

pub(super) fn at_slot(slot: u64, cell: u64) -> u64 {
    slot << AGE_BITS | cell
}

pub(super) fn slot_of(cell: u64) -> u64 {
    cell >> AGE_BITS
}

/// The day of the first check-in and the cohort of an age's counter.
pub(super) fn read_age(cell: u64) -> (Day, Cohort) {
    let number = (cell >> 2 & u64::from(u32::MAX)) as u32 ^ 1 << 31;
    (Day::of(i64::from(number.cast_signed()) * DAY), cohort(cell))
}

/// Bits of how much later something was: enough for 34,000 years.
const LATER_BITS: u32 = 40;

/// The row of the hour of a first check-in, and the counter of what became of it later.
pub(super) fn born(cohort: Cohort, first: i64, at: i64) -> (Vec<u8>, u64) {
    let mut key = vec![b'b'];
    key.extend(ordered(first.div_euclid(HOUR)));
    let later = at.saturating_sub(first).max(0).cast_unsigned().min((1 << LATER_BITS) - 1);
    (key, (first.rem_euclid(HOUR).cast_unsigned() << LATER_BITS | later) << 2 | cohort as u64)
}

/// Where the rows of the first check-ins of a day begin and end.
pub(super) fn born_on(day: Day) -> (Vec<u8>, Vec<u8>) {
    let key = |second| born(Cohort::Customer, second, second).0;
    (key(day.first_second()), key(day.last_second() + 1))
}

/// The first check-in that a counter is about, when something became of it, and the cohort.
pub(super) fn read_born(key: &[u8], cell: u64) -> Option<(i64, i64, Cohort)> {
    let hour = i64::from_be_bytes(*key.last_chunk()?) ^ i64::MIN;
    let first = hour.checked_mul(HOUR)?.checked_add(i64::try_from(cell >> 2 >> LATER_BITS).ok()?)?;
    let later = i64::try_from(cell >> 2 & ((1 << LATER_BITS) - 1)).ok()?;
    Some((first, first.checked_add(later)?, cohort(cell)))
}

/// The cohort in the lowest two bits.
pub(super) fn cohort(bits: u64) -> Cohort {
    Cohort::ALL[usize::from(bits.to_le_bytes()[0] & 3)]
}

fn component_key(first: u8, component: &ComponentName) -> Vec<u8> {
    [&[first], component.as_str().as_bytes(), b"\0"].concat()
}

/// A number as bytes that sort as numbers do.
fn ordered(number: i64) -> [u8; 8] {
    (number ^ i64::MIN).to_be_bytes()
}

/// A version as a row names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct VersionCell {
    pub(super) cohort: Cohort,
    pub(super) version: String,
}

impl VersionCell {
    pub(super) fn new(cohort: Cohort, version: &ReportedVersion) -> Self {
        Self { cohort, version: version.to_string() }
    }
}

/// What is to be added to a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delta {
    /// To counters that have numbers.
    Numbers(BTreeMap<u64, i64>),
    /// To counters of versions.
    Versions(BTreeMap<VersionCell, i64>),
}

impl Delta {
    /// The row with this added; `None` where nothing is left to count. A row that does not exist is `None` too.
    ///
    /// # Errors
    /// Where the row cannot be understood.
    pub fn add_to(&self, row: Option<&[u8]>) -> Result<Option<Vec<u8>>, NotARow> {
        let row = row.unwrap_or_default();
        let written = match self {
            Self::Numbers(more) => code::write_numbers(&sum(numbers(row)?, more)),
            Self::Versions(more) => code::write_versions(&sum(versions(row)?, more)),
        };
        Ok(Some(written).filter(|row| !row.is_empty()))
    }
}

/// Two sorted lists of counters as one.
fn sum<C: Ord + Clone>(row: Vec<(C, i64)>, more: &BTreeMap<C, i64>) -> Vec<(C, i64)> {
    let mut all = Vec::with_capacity(row.len() + more.len());
    let mut more = more.iter().peekable();
    for (cell, amount) in row {
        while let Some((new, added)) = more.next_if(|(new, _)| **new < cell) {
            all.push((new.clone(), *added));
        }
        let added = more.next_if(|(new, _)| **new == cell).map_or(0, |(_, added)| *added);
        all.push((cell, amount.saturating_add(added)));
    }
    all.extend(more.map(|(new, added)| (new.clone(), *added)));
    all.retain(|(_, amount)| *amount != 0);
    all
}
