//! A release history, moved into the days of a fleet.

use jiff::Timestamp;
use wfm_core::release::{Notice, Release, Releases, Yank};
use wfm_core::version::Train;

use super::DAY;
use super::calendar::Calendar;

/// How long before the end the last release comes out, unless the fleet lives for fewer than 100 days.
const QUIET_AT_THE_END: i64 = 20 * DAY;
/// So many product releases should come out while the fleet lives.
const TO_SEE: usize = 12;
/// Where the history has to be pressed together, a longer pause counts as this one.
const LONGEST_PAUSE: i64 = 60 * DAY;
/// Components that come out with less than this between them belong to one release of the product.
const APART: i64 = 5 * DAY;

/// When what was published at some moment comes out for the fleet.
///
/// The history is shifted as it is, so that its last release comes out 20 days before the end. Where its last 12 product
/// releases would then begin before the fleet does, pauses are cut to 60 days; where that is not enough, all of them are
/// shortened alike. The order of two moments never changes.
pub(super) struct Timeline {
    /// Each moment of the history and where it lies now, ascending, in seconds since 1970.
    moments: Vec<(i64, i64)>,
    /// The moments at which a release of the product was complete, as they were.
    products: Vec<i64>,
}

impl Timeline {
    pub(super) fn of(history: &Releases, calendar: &Calendar) -> Self {
        let mut moments: Vec<i64> = history.iter().map(|release| release.released().as_second()).collect();
        moments.sort_unstable();
        moments.dedup();
        let products = products(history);
        let quiet = QUIET_AT_THE_END.min((calendar.end - calendar.start) / 5);
        let room = calendar.end - quiet - calendar.start;
        let seen = products.len().checked_sub(TO_SEE).map_or(0, |first| products[first]);
        let seen = &moments[moments.partition_point(|moment| *moment < seen)..];
        let length = |pause| gaps(seen, pause).sum::<i64>();
        let pause = if length(i64::MAX) <= room { i64::MAX } else { LONGEST_PAUSE };
        let length = length(pause).max(1);
        let shortened = |gap: i64| if length <= room { gap } else { scaled(gap, room, length).max(1) };

        let last = calendar.end - quiet;
        let mut behind: i64 = 0;
        let mut moved = vec![last; moments.len()];
        let gaps: Vec<i64> = gaps(&moments, pause).map(shortened).collect();
        for (place, gap) in moved.iter_mut().rev().skip(1).zip(gaps.iter().rev()) {
            behind += gap;
            *place = last - behind;
        }
        Self { moments: moments.into_iter().zip(moved).collect(), products }
    }

    /// Where a moment of the history lies now; one at which nothing came out goes with the one before.
    pub(super) fn at(&self, moment: i64) -> i64 {
        let known = self.moments.partition_point(|(was, _)| *was <= moment).saturating_sub(1);
        self.moments.get(known).map_or(moment, |(was, is)| moment - was + is)
    }

    /// The moments at which a release of the product was complete: as it was, and where that lies now.
    pub(super) fn products(&self) -> impl Iterator<Item = (i64, i64)> {
        self.products.iter().map(|&was| (was, self.at(was)))
    }

    /// The releases and notices with the dates they have now.
    pub(super) fn releases(&self, history: &Releases) -> Releases {
        let moved = |at: Timestamp| Timestamp::from_second(self.at(at.as_second())).unwrap_or(at);
        let mut releases: Releases = history.iter().map(|release| redated(release, moved)).collect();
        for notice in history.all_notices() {
            releases.insert_notice(Notice { published: moved(notice.published), ..notice.clone() });
        }
        releases
    }
}

fn redated(release: &Release, moved: impl Fn(Timestamp) -> Timestamp) -> Release {
    let (component, train) = (release.component().clone(), release.train().clone());
    let yanked = release.yanked().map(|yank| Yank { reason: yank.reason.clone(), at: moved(yank.at) });
    Release::new(component, train, release.version().clone(), moved(release.released()))
        .with_notes(release.notes().clone())
        .with_minimum(release.minimum().cloned())
        .with_yank(yanked)
}

/// The train whose releases clusters run: stable, or else the first there is.
pub(super) fn train(history: &Releases) -> Option<&Train> {
    let stable = history.iter().map(Release::train).find(|train| **train == Train::stable());
    stable.or_else(|| history.iter().map(Release::train).next())
}

/// The moments after which nothing came out for a while, and the last.
fn products(history: &Releases) -> Vec<i64> {
    let train = train(history);
    let followed = history.iter().filter(|release| Some(release.train()) == train);
    let mut moments: Vec<i64> = followed.map(|release| release.released().as_second()).collect();
    moments.sort_unstable();
    let complete = |at: usize| moments.get(at + 1).is_none_or(|next| next - moments[at] >= APART);
    (0..moments.len()).filter(|&at| complete(at)).map(|at| moments[at]).collect()
}

fn gaps(moments: &[i64], longest: i64) -> impl Iterator<Item = i64> {
    moments.windows(2).map(move |pair| (pair[1] - pair[0]).min(longest))
}

fn scaled(gap: i64, by: i64, of: i64) -> i64 {
    let product = i128::from(gap) * i128::from(by) / i128::from(of);
    i64::try_from(product).unwrap_or(gap)
}
