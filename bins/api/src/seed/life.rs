//! One cluster: whose it is, when it begins and ends, and when it is silent.

use std::ops::Range;

use uuid::Builder;
use wfm_core::cluster::{ClusterId, Cohort};

use super::calendar::{Calendar, SETTLED, midnight, weekday};
use super::dice::Dice;
use super::edges::Edge;
use super::{DAY, HOUR};

pub(super) struct Life {
    pub(super) id: ClusterId,
    /// Whose it says it is.
    pub(super) declared: Option<Cohort>,
    /// Whose it is by decision.
    pub(super) decided: Option<Cohort>,
    /// Its first check-in, in seconds since 1970.
    pub(super) born: i64,
    /// It never checks in from here on.
    pub(super) until: i64,
    /// Whether it is older than the fleet's first day.
    pub(super) settled: bool,
    /// The rare thing that happens to it.
    pub(super) edge: Option<Edge>,
    /// When it is silent, in no order.
    pub(super) silences: Vec<Range<i64>>,
}

impl Life {
    pub(super) fn of(index: u64, calendar: &Calendar, dice: &mut Dice) -> Self {
        let id = id(dice);
        let edge = Edge::of(index);
        let cohort = match edge {
            // It must live long enough for its edge to happen.
            Some(_) => Cohort::Customer,
            None => dice.pick(&[(900, Cohort::Customer), (40, Cohort::Staff), (40, Cohort::Ci), (20, Cohort::Test)]),
        };
        let (declared, decided) = said_and_decided(cohort, dice);
        let (born, settled) = birth(cohort, calendar, dice);
        let born = edge.map_or(born, |edge| edge.begin(born, calendar));
        let born = if calendar.is_down(born) { born - DAY } else { born };
        let until = match edge {
            Some(_) => calendar.end + 1,
            None => end(cohort, born, settled, calendar, dice).clamp(born + 1, calendar.end + 1),
        };
        let mut silences = silences(born, until, dice);
        silences.extend(calendar.down.clone());
        Self { id, declared, decided, born, until, settled, edge, silences }
    }
}

fn id(dice: &mut Dice) -> ClusterId {
    let mut bytes = [0; 16];
    for half in bytes.chunks_exact_mut(8) {
        half.copy_from_slice(&dice.word().to_le_bytes());
    }
    ClusterId::new(Builder::from_random_bytes(bytes).into_uuid())
}

/// Most clusters that are no customer's say so; of the others, and of the odd customer's that says it is a test, an
/// administrator has decided.
fn said_and_decided(cohort: Cohort, dice: &mut Dice) -> (Option<Cohort>, Option<Cohort>) {
    match cohort {
        Cohort::Customer if dice.chance(3) => (Some(Cohort::Test), Some(Cohort::Customer)),
        Cohort::Customer => (None, None),
        other if dice.chance(850) => (Some(other), None),
        other => (None, Some(other)),
    }
}

/// The first check-in, and whether the cluster is older than that.
///
/// Two of five were there when the fleet begins. The others come ever faster, and on a Saturday or Sunday a third as often.
fn birth(cohort: Cohort, calendar: &Calendar, dice: &mut Dice) -> (i64, bool) {
    let Calendar { start, end, .. } = *calendar;
    if cohort != Cohort::Ci && dice.chance(400) {
        return (dice.within(start..start + DAY), true);
    }
    let mut born = dice.within(start..end);
    if dice.chance(300) {
        born = born.max(dice.within(start..end));
    }
    // Bounded, for a fleet of a single weekend.
    for _ in 0..6 {
        if weekday(born) < 5 || dice.chance(333) {
            break;
        }
        born = dice.within(start..end);
    }
    (born, false)
}

/// From when on a cluster is no more.
fn end(cohort: Cohort, born: i64, settled: bool, calendar: &Calendar, dice: &mut Dice) -> i64 {
    match cohort {
        Cohort::Ci => return born + dice.within(2 * HOUR..72 * HOUR),
        Cohort::Test => return born + dice.within(3 * DAY..60 * DAY),
        // Tried for a day, and given up.
        Cohort::Customer if !settled && dice.chance(40) => return midnight(born) + DAY,
        Cohort::Customer | Cohort::Staff => {}
    }
    let age = if settled { SETTLED } else { 0 };
    let days = calendar.days_left(age, dice.below(calendar.alive(age)));
    born + days * DAY + dice.within(1..DAY)
}

/// Outages of its own: one or none in a year as a rule, some in a row for a few.
fn silences(born: i64, until: i64, dice: &mut Dice) -> Vec<Range<i64>> {
    let thousandths = (until - born) / DAY * 1000 / 350;
    let once_more = dice.chance(thousandths.rem_euclid(1000).cast_unsigned());
    let again = if dice.chance(20) { dice.within(4..9) } else { 0 };
    let count = thousandths / 1000 + i64::from(once_more) + again;
    let silence = |_| {
        let from = dice.within(born + 1..until);
        let most = dice.pick(&[(600, 3 * DAY), (280, 10 * DAY), (120, 40 * DAY)]);
        // 1.2 days at least: a check-in that comes late is no outage.
        from..from + dice.within(DAY * 6 / 5..most)
    };
    (0..count).map(silence).collect()
}
