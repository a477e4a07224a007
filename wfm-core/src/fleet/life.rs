//! A cluster's life, one check-in after the other, and what each of them adds to the rollups.

use std::hash::Hash;

use super::Changes;
use super::time::{DAY, Day, Window};
use super::track::Track;
use crate::cluster::Cohort;

/// As much of a cluster's past as its next check-in needs. All times in seconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Life {
    /// Its first check-in.
    pub first: i64,
    /// Its last one.
    pub last: i64,
    /// The last one that came after a silence of more than 24 hours.
    pub returned: Option<i64>,
}

/// Adds a cluster's doings to the changes: once, or minus once to take back what was told.
#[derive(Debug)]
pub struct Teller<'a, F> {
    changes: &'a mut Changes<F>,
    cohort: Cohort,
    amount: i64,
    /// Days on which the cluster was seen, one after the other, that are still to be told.
    seen: Option<Seen<F>>,
}

/// A cluster was seen on each of these days, and the last thing it said on each was the same.
#[derive(Debug)]
struct Seen<F> {
    from: Day,
    to: Day,
    said: F,
    first: i64,
}

impl<'a, F: Clone + Eq + Hash> Teller<'a, F> {
    /// Tells what a cluster of this cohort does.
    pub fn tell(changes: &'a mut Changes<F>, cohort: Cohort) -> Self {
        Self { changes, cohort, amount: 1, seen: None }
    }

    /// Takes back what was told of a cluster.
    pub fn take_back(changes: &'a mut Changes<F>, cohort: Cohort) -> Self {
        Self { changes, cohort, amount: -1, seen: None }
    }

    /// A first check-in.
    pub fn appeared(&mut self, at: i64, said: &F) -> Life {
        let life = self.first(at, said);
        self.tell_days();
        life
    }

    /// A check-in at or after the last one. `said_before` is what the last one said; `waiting` tells whether the silence
    /// that may have come in between is still to be told; where it was told already, more than 24 hours have passed.
    pub fn checked_in(&mut self, life: Life, waiting: bool, at: i64, said_before: &F, said: &F) -> Life {
        let life = self.next(life, waiting, at, said_before, said);
        self.tell_days();
        life
    }

    /// 24 hours have passed since the last check-in, which said `said`.
    pub fn fell_silent(&mut self, life: &Life, said: &F) {
        let at = life.last + DAY;
        self.event(Track::Disappeared, at);
        self.aged(life, at, -self.amount);
        if Day::of(life.first) == Day::of(life.last) {
            self.event(Track::Once, at);
            self.event(Track::OnceAppeared, life.first);
        }
        self.runs_now(said, -1);
    }

    /// A whole life, from check-ins in the order of time. `waiting` tells whether the silence after the last one is still to
    /// be told.
    pub fn life(&mut self, check_ins: impl IntoIterator<Item = (i64, F)>, waiting: bool) -> Option<Life> {
        let mut check_ins = check_ins.into_iter();
        let (at, mut said) = check_ins.next()?;
        let mut life = self.first(at, &said);
        for (at, says) in check_ins {
            life = self.next(life, true, at, &said, &says);
            said = says;
        }
        self.tell_days();
        if !waiting {
            self.fell_silent(&life, &said);
        }
        Some(life)
    }

    fn first(&mut self, at: i64, said: &F) -> Life {
        let life = Life { first: at, last: at, returned: None };
        self.event(Track::Appeared, at);
        self.aged(&life, at, self.amount);
        self.saw(&life, Day::of(at), said);
        self.runs_now(said, 1);
        life
    }

    fn next(&mut self, mut life: Life, waiting: bool, at: i64, said_before: &F, said: &F) -> Life {
        let silent = at - life.last > DAY;
        if silent && waiting {
            self.fell_silent(&life, said_before);
        }
        if silent {
            self.came_back(&life, at);
            self.runs_now(said, 1);
        } else if said != said_before {
            self.runs_now(said_before, -1);
            self.runs_now(said, 1);
        }
        let day = Day::of(at);
        if day != Day::of(life.last) {
            self.saw(&life, day, said);
        } else if said != said_before {
            self.tell_days();
            self.changes.seen((day, day), self.cohort, said_before, -self.amount);
            self.changes.seen((day, day), self.cohort, said, self.amount);
        }
        life.returned = if silent { Some(at) } else { life.returned };
        life.last = at;
        life
    }

    fn came_back(&mut self, life: &Life, at: i64) {
        let disappeared = life.last + DAY;
        self.event(Track::Returned, at);
        self.aged(life, at, self.amount);
        self.pair(Track::Soon, Track::SoonFrom, disappeared, at);
        if let Some(before) = life.returned {
            self.pair(Track::Again, Track::AgainFrom, before, at);
        }
        if Day::of(life.first) == Day::of(life.last) {
            self.pair(Track::Second, Track::SecondFrom, life.first, at);
        }
    }

    fn pair(&mut self, track: fn(Window) -> Track, from: fn(Window) -> Track, since: i64, at: i64) {
        if let Some(window) = Window::longer_than(at - since) {
            self.event(track(window), at);
            self.event(from(window), since);
        }
    }

    /// So many clusters of this age became active, or ceased to be.
    fn aged(&mut self, life: &Life, at: i64, amount: i64) {
        self.changes.event(Track::FirstSeen, self.cohort, at, amount * life.first);
        self.changes.age_moved(at, self.cohort, life.first, amount);
    }

    fn saw(&mut self, life: &Life, day: Day, said: &F) {
        match &mut self.seen {
            Some(seen) if seen.to.plus(1) == day && seen.said == *said => seen.to = day,
            _ => {
                self.tell_days();
                self.seen = Some(Seen { from: day, to: day, said: said.clone(), first: life.first });
            }
        }
    }

    fn tell_days(&mut self) {
        if let Some(Seen { from, to, said, first }) = self.seen.take() {
            self.changes.seen((from, to), self.cohort, &said, self.amount);
            self.changes.aged((from, to), self.cohort, first, self.amount);
        }
    }

    fn runs_now(&mut self, said: &F, amount: i64) {
        self.changes.now(self.cohort, said, self.amount * amount);
    }

    fn event(&mut self, track: Track, at: i64) {
        self.changes.event(track, self.cohort, at, self.amount);
    }
}
