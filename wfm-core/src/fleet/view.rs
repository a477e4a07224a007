//! The rollups at a moment.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;
use std::sync::Arc;

use super::life::{Life, Teller};
use super::rows::{self, Level, NotARow};
use super::time::{DAY, Day, Window};
use super::track::Track;
use super::{Changes, Cohorts};
use crate::cluster::{ClusterId, Cohort};
use crate::store::{ClusterFacts, StoreError, StoreErrorKind};

/// A key and its row.
pub type Row = (Vec<u8>, Vec<u8>);

/// What the rollups are read from: rows as [`Changes::rows`] made them, all as they were at one moment.
pub trait Rollups {
    /// A row.
    ///
    /// # Errors
    /// Where it cannot be read.
    fn row(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError>;

    /// The rows from one key up to another, that one excluded.
    ///
    /// # Errors
    /// Where they cannot be read.
    fn rows(&self, from: &[u8], to: &[u8]) -> Result<Vec<Row>, StoreError>;

    /// The first key from one up to another, that one excluded.
    ///
    /// # Errors
    /// Where it cannot be read.
    fn first(&self, from: &[u8], to: &[u8]) -> Result<Option<Vec<u8>>, StoreError>;

    /// The clusters whose last check-in was at or before a second, and of which it is not told yet that they are silent.
    ///
    /// # Errors
    /// Where they cannot be read.
    fn waiting(&self, until: i64) -> Result<Vec<Waiting>, StoreError>;

    /// The last check-in of all, in seconds since 1970.
    ///
    /// # Errors
    /// Where it cannot be read.
    fn latest(&self) -> Result<Option<i64>, StoreError>;
}

/// A cluster of which it is not told yet that it is silent.
#[derive(Debug, Clone)]
pub struct Waiting {
    /// Which.
    pub cluster: ClusterId,
    /// Whose it is.
    pub cohort: Cohort,
    /// Its past.
    pub life: Life,
    /// What it last said.
    pub said: Arc<ClusterFacts>,
}

/// Answers about one moment T and some cohorts. Clusters that are silent by then without the rollups knowing it yet are
/// told to this view alone.
pub(super) struct View<'a> {
    rollups: &'a dyn Rollups,
    /// T, in seconds since 1970.
    pub(super) at: i64,
    pub(super) include: Cohorts,
    untold: Changes<Arc<ClusterFacts>>,
    /// What was read and counted already.
    known: RefCell<HashMap<(Track, i64), i64>>,
    lines: RefCell<HashMap<Vec<u8>, Rc<[u8]>>>,
    blocks: RefCell<HashMap<(Track, i64), i64>>,
}

impl<'a> View<'a> {
    pub(super) fn new(rollups: &'a dyn Rollups, at: i64, include: Cohorts) -> Result<Self, StoreError> {
        let mut untold = Changes::default();
        for waiting in rollups.waiting(at.saturating_sub(DAY))? {
            Teller::tell(&mut untold, waiting.cohort).fell_silent(&waiting.life, &waiting.said);
        }
        Ok(Self::with(rollups, at, include, untold))
    }

    /// The same moment for other cohorts.
    pub(super) fn of(&self, include: Cohorts) -> Self {
        Self::with(self.rollups, self.at, include, self.untold.clone())
    }

    fn with(rollups: &'a dyn Rollups, at: i64, include: Cohorts, untold: Changes<Arc<ClusterFacts>>) -> Self {
        let (known, lines, blocks) = (RefCell::default(), RefCell::default(), RefCell::default());
        Self { rollups, at, include, untold, known, lines, blocks }
    }

    /// Clusters whose first check-in was at or before a moment.
    pub(super) fn known(&self, at: i64) -> Result<i64, StoreError> {
        self.events(Track::Appeared, at)
    }

    /// Clusters with a check-in in the 24 hours up to a moment.
    pub(super) fn active(&self, at: i64) -> Result<i64, StoreError> {
        Ok(self.events(Track::Appeared, at)? + self.events(Track::Returned, at)?
            - self.events(Track::Disappeared, at)?)
    }

    /// Clusters whose first check-in lies in the window up to a moment.
    pub(super) fn appeared(&self, window: Window, at: i64) -> Result<i64, StoreError> {
        Ok(self.known(at)? - self.known(at - window.seconds())?)
    }

    /// Silent clusters whose 24 hours ended in the window: those whose silence began to count in it, less those that came
    /// back within it.
    pub(super) fn disappeared(&self, window: Window, at: i64) -> Result<i64, StoreError> {
        let all = self.within(Track::Disappeared, window, at)?;
        Ok(all - self.overlap(Track::Soon, Track::SoonFrom, window, at)?)
    }

    /// Clusters that came back in the window, each once.
    pub(super) fn returned(&self, window: Window, at: i64) -> Result<i64, StoreError> {
        let all = self.within(Track::Returned, window, at)?;
        Ok(all - self.overlap(Track::Again, Track::AgainFrom, window, at)?)
    }

    /// Clusters that appeared in the window, of which nothing was heard after their first day.
    pub(super) fn bounced(&self, window: Window, at: i64) -> Result<i64, StoreError> {
        let all = self.events(Track::Once, at)? - self.events(Track::OnceAppeared, at - window.seconds())?;
        Ok(all - self.overlap(Track::Second, Track::SecondFrom, window, at)?)
    }

    /// The sum of the ages of the clusters active at a moment, in seconds.
    pub(super) fn age_sum(&self, at: i64) -> Result<i128, StoreError> {
        Ok(i128::from(self.active(at)?) * i128::from(at) - i128::from(self.events(Track::FirstSeen, at)?))
    }

    /// Events of a pair that began and ended within the window: each is an interval that is over before the window has
    /// passed it, so it counts less than its beginning does.
    fn overlap(
        &self,
        ended: fn(Window) -> Track,
        began: fn(Window) -> Track,
        window: Window,
        at: i64,
    ) -> Result<i64, StoreError> {
        let mut sum = 0;
        for shorter in window.and_shorter() {
            sum += self.events(ended(shorter), at)? - self.events(began(shorter), at - window.seconds())?;
        }
        Ok(sum)
    }

    fn within(&self, track: Track, window: Window, at: i64) -> Result<i64, StoreError> {
        Ok(self.events(track, at)? - self.events(track, at - window.seconds())?)
    }

    /// How many events there were up to a moment.
    pub(super) fn events(&self, track: Track, at: i64) -> Result<i64, StoreError> {
        if let Some(&known) = self.known.borrow().get(&(track, at)) {
            return Ok(known);
        }
        let mut sum = self.untold.count(track, at, |cohort| self.include.contains(cohort));
        // Up to the moment is before the next second: what stands before a part at one level is left to the next one.
        let end = at.saturating_add(1);
        sum += self.blocks_before(track, Level::Days.place(end).0)?;
        for level in Level::ALL {
            let (row, part) = level.place(end);
            if part > 0 {
                let before = rows::line_cell(part, Cohort::Customer);
                let row = self.line(rows::line_key(track, level, row))?;
                let wanted = |cell| self.include.contains(rows::cohort(cell));
                sum += rows::sum_before(&row, before, wanted).map_err(damaged)?;
            }
        }
        self.known.borrow_mut().insert((track, at), sum);
        Ok(sum)
    }

    fn blocks_before(&self, track: Track, block: i64) -> Result<i64, StoreError> {
        if let Some(&known) = self.blocks.borrow().get(&(track, block)) {
            return Ok(known);
        }
        let (from, to) = (rows::line_key(track, Level::Days, i64::MIN), rows::line_key(track, Level::Days, block));
        let mut sum = 0;
        for (_, row) in self.rollups.rows(&from, &to)? {
            let wanted = |cell| self.include.contains(rows::cohort(cell));
            sum += rows::sum_before(&row, u64::MAX, wanted).map_err(damaged)?;
        }
        self.blocks.borrow_mut().insert((track, block), sum);
        Ok(sum)
    }

    fn line(&self, key: Vec<u8>) -> Result<Rc<[u8]>, StoreError> {
        if let Some(known) = self.lines.borrow().get(&key) {
            return Ok(Rc::clone(known));
        }
        let row: Rc<[u8]> = self.rollups.row(&key)?.unwrap_or_default().into();
        self.lines.borrow_mut().insert(key, Rc::clone(&row));
        Ok(row)
    }
}

impl View<'_> {
    /// Active clusters at a moment by the day of their first check-in.
    pub(super) fn first_seen(&self, at: i64) -> Result<BTreeMap<Day, i64>, StoreError> {
        let mut first_seen = BTreeMap::new();
        let mut add = |(first, cohort): (Day, Cohort), amount: i64| {
            if self.include.contains(cohort) {
                *first_seen.entry(first).or_default() += amount;
            }
        };
        let day = Day::of(at);
        if at == day.last_second() && at < self.at {
            // Who was seen on a day is active when it ends.
            for (cell, amount) in self.numbers(&rows::ages_key(day))? {
                add(rows::read_age(cell), amount);
            }
            return Ok(first_seen);
        }
        // Who was seen yesterday was active when it ended; from then on, who came and who went.
        for (cell, amount) in self.numbers(&rows::ages_key(day.plus(-1)))? {
            add(rows::read_age(cell), amount);
        }
        let (from, _) = rows::age_moves(day.first_second());
        let (last, second) = rows::age_moves(at);
        for (key, row) in self.rollups.rows(&from, &[last.as_slice(), &[0]].concat())? {
            for (cell, amount) in rows::numbers(&row).map_err(damaged)? {
                if key < last || rows::slot_of(cell) <= second {
                    add(rows::read_age(cell), amount);
                }
            }
        }
        for (cohort, first, amount) in self.untold.age_moves(day.first_second(), at) {
            add((Day::of(first), cohort), amount);
        }
        Ok(first_seen)
    }

    /// Active clusters at a moment whose first check-in was on a day, by its second.
    pub(super) fn first_seen_on(&self, day: Day, at: i64) -> Result<BTreeMap<i64, i64>, StoreError> {
        let mut first_seen = BTreeMap::new();
        let (from, to) = rows::born_on(day);
        for (key, row) in self.rollups.rows(&from, &to)? {
            for (cell, amount) in rows::numbers(&row).map_err(damaged)? {
                let (first, moved, cohort) = rows::read_born(&key, cell).ok_or_else(|| damaged(NotARow))?;
                if moved <= at && self.include.contains(cohort) {
                    *first_seen.entry(first).or_default() += amount;
                }
            }
        }
        for (cohort, first, amount) in self.untold.age_moves(i64::MIN, at) {
            if Day::of(first) == day && self.include.contains(cohort) {
                *first_seen.entry(first).or_default() += amount;
            }
        }
        Ok(first_seen)
    }

    /// The first day on which anybody checked in, whatever the cohort.
    pub(super) fn first_day(&self) -> Result<Option<Day>, StoreError> {
        super::first_day(self.rollups)
    }

    pub(super) fn numbers(&self, key: &[u8]) -> Result<Vec<(u64, i64)>, StoreError> {
        rows::numbers(&self.rollups.row(key)?.unwrap_or_default()).map_err(damaged)
    }

    pub(super) fn rollups(&self) -> &dyn Rollups {
        self.rollups
    }

    /// What the silent clusters that are not told yet no longer run.
    pub(super) fn untold(&self) -> &Changes<Arc<ClusterFacts>> {
        &self.untold
    }
}

/// Rows that cannot be understood.
pub(super) fn damaged(error: NotARow) -> StoreError {
    StoreError::new(StoreErrorKind::Corrupt, "the rollups cannot be understood: run wfm-api rebuild").caused_by(error)
}
