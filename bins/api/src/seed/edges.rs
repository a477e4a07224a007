//! What happens to few clusters and breaks what is counted carelessly. Every 200th cluster has the same one, so that any
//! fleet worth looking at has some of each.

use super::calendar::{Calendar, midnight};
use super::dice::Dice;
use super::life::Life;
use super::{DAY, HOUR};

/// After how many clusters each comes again.
const PERIOD: u64 = 200;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Edge {
    /// Every check-in exactly 24 hours after the one before.
    EveryDay,
    /// Every day at 00:00:00.
    Midnight,
    /// Every day at 23:59:59.
    LastSecond,
    /// Two check-ins in one second.
    SameSecond,
    /// A silence of exactly 24 hours.
    SilentForADay,
    /// A silence of one second more.
    SilentForLonger,
    /// Another version, and the one before again, all on one day.
    ThereAndBack,
}

impl Edge {
    pub(super) fn of(index: u64) -> Option<Self> {
        match index % PERIOD {
            11 => Some(Self::EveryDay),
            41 => Some(Self::Midnight),
            71 => Some(Self::LastSecond),
            101 => Some(Self::SameSecond),
            131 => Some(Self::SilentForADay),
            161 => Some(Self::SilentForLonger),
            // Twice as often, because not every one finds a day for it.
            53 | 153 => Some(Self::ThereAndBack),
            _ => None,
        }
    }

    /// Whether its check-ins keep to their slots to the second.
    pub(super) fn is_exact(self) -> bool {
        matches!(self, Self::EveryDay | Self::Midnight | Self::LastSecond)
    }

    /// Whether it checks in once a day.
    pub(super) fn is_daily(self) -> bool {
        self == Self::EveryDay
    }

    /// The first check-in, near the one that was drawn.
    pub(super) fn begin(self, born: i64, calendar: &Calendar) -> i64 {
        let at = match self {
            Self::Midnight => midnight(born),
            Self::LastSecond => midnight(born) + DAY - 1,
            _ => return born,
        };
        // A fleet lives for a whole day at least, so one of the days around will do.
        match at {
            late if late > calendar.end => late - DAY,
            early if early < calendar.start => early + DAY,
            at => at,
        }
    }

    /// Changes check-ins that are in order, and leaves them in order.
    pub(super) fn happen(self, instants: &mut Vec<i64>, life: &Life, calendar: &Calendar, dice: &mut Dice) {
        let at = dice.index(instants.len());
        match self {
            Self::SameSecond => instants.insert(at, instants[at]),
            Self::SilentForADay => silence(DAY, at, instants, life, calendar),
            Self::SilentForLonger => silence(DAY + 1, at, instants, life, calendar),
            Self::ThereAndBack => {
                // Whoever changes a version starts the agent anew, and it checks in.
                let fits = |&at: &usize| {
                    let (from, to) = (instants[at], instants[at] + 3 * HOUR);
                    midnight(from) == midnight(to) && instants.get(at + 1).map_or(to < life.until, |next| to < *next)
                };
                if let Some(at) = (at..instants.len()).chain(0..at).find(fits) {
                    let from = instants[at];
                    instants.splice(at + 1..at + 1, [from + HOUR, from + 3 * HOUR]);
                }
            }
            Self::EveryDay | Self::Midnight | Self::LastSecond => {}
        }
    }
}

fn silence(length: i64, near: usize, instants: &mut Vec<i64>, life: &Life, calendar: &Calendar) {
    let fits = |&at: &usize| {
        let end = instants[at] + length;
        end < life.until && !calendar.is_down(end)
    };
    if let Some(at) = (near..instants.len()).chain(0..near).find(fits) {
        let end = instants[at] + length;
        let next = instants.partition_point(|instant| *instant <= end);
        instants.splice(at + 1..next, [end]);
    }
}

/// When a cluster with [`Edge::ThereAndBack`] runs another version: between two check-ins that are an hour and three after
/// one before.
pub(super) fn there_and_back(instants: &[i64]) -> Option<(i64, i64)> {
    let at = instants.windows(3).find(|three| three[1] - three[0] == HOUR && three[2] - three[0] == 3 * HOUR)?;
    Some((at[1], at[2]))
}
