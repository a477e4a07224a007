use proptest::prelude::*;

use super::*;

const HALF_DAY: SignedDuration = SignedDuration::from_hours(12);
const INSTALLATIONS: usize = 10_000;
const WEEKS: usize = 10;

/// Draws that are the same in every run.
fn random(seed: u64) -> impl FnMut() -> u32 {
    let mut state = seed ^ 0x2545_f491_4f6c_dd1d;
    move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        u32::try_from(state >> 32).unwrap()
    }
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn weekly() -> impl Iterator<Item = EnvelopeKind> {
    EnvelopeKind::ALL.into_iter().filter(|kind| *kind != EnvelopeKind::CheckIn)
}

/// When an installation sends from its start on, in order.
fn life(start: Timestamp, long: SignedDuration, mut random: impl FnMut() -> u32) -> Vec<(Timestamp, EnvelopeKind)> {
    let mut schedule = SendSchedule::new(HALF_DAY, start, &mut random);
    let mut sent = Vec::new();
    loop {
        let (kind, now) = schedule.next.iter().map(|(kind, at)| (*kind, *at)).min_by_key(|(_, at)| *at).unwrap();
        if now > start + long {
            return sent;
        }
        sent.push((now, kind));
        schedule = schedule.advanced(kind, HALF_DAY, now, &mut random);
    }
}

/// The attack: a service that keeps arrival times guesses that two envelopes of successive weeks are one installation's if the second
/// is the only one within so many seconds of the same moment of the week. It linked all of whom it could guess (85,833 of
/// 90,000 at a second) when an installation's moment was the same in every week.
#[test]
fn grouping_arrivals_by_phase_of_the_week_links_no_better_than_chance() {
    let start = at("2026-01-05T00:00:00Z");
    let mut random = random(1);
    let kind = weekly().next().unwrap();
    let mut phases = vec![Vec::new(); WEEKS];
    for number in 0..INSTALLATIONS {
        // Installations begin at any time of the week before.
        let begin = start - SignedDuration::from_secs((i64::try_from(number).unwrap() * 60) % WEEK.as_secs());
        let lives = life(begin, WEEK * (i32::try_from(WEEKS).unwrap() + 1), &mut random);
        let mut own = lives.iter().filter(|(at, of)| *of == kind && *at >= start).map(|(at, _)| *at);
        for (week, phases) in phases.iter_mut().enumerate() {
            let at = own.next().unwrap().duration_since(start);
            assert_eq!(usize::try_from(at.as_secs() / WEEK.as_secs()).unwrap(), week, "once in each week");
            phases.push(at.as_secs() % WEEK.as_secs());
        }
    }
    for within in [1, 60] {
        let (mut guesses, mut right) = (0u32, 0u32);
        for pair in phases.windows(2) {
            let mut next: Vec<(i64, usize)> = pair[1].iter().copied().zip(0..).collect();
            next.sort_unstable();
            for (installation, phase) in pair[0].iter().enumerate() {
                let from = next.partition_point(|(other, _)| *other < phase - within);
                let to = next.partition_point(|(other, _)| *other <= phase + within);
                if to - from == 1 {
                    guesses += 1;
                    right += u32::from(next[from].1 == installation);
                }
            }
        }
        println!("±{within} s: {guesses} guesses, {right} right");
        // A guess at random is right once in ten thousand times; six times the expected is beyond chance.
        let chance = f64::from(guesses) / 10_000.0;
        assert!(f64::from(right) <= 6.0 + 3.0 * chance, "±{within} s: {right} of {guesses}, {chance} by chance");
    }
}

#[test]
fn moments_are_spread_evenly_over_the_week() {
    let start = at("2026-01-05T00:00:00Z");
    let mut random = random(2);
    let mut days = [0u32; 7];
    for _ in 0..700 {
        for (at, kind) in life(start, WEEK * 4, &mut random) {
            if kind != EnvelopeKind::CheckIn && at >= start + WEEK {
                days[usize::try_from(at.duration_since(start).as_hours() / 24 % 7).unwrap()] += 1;
            }
        }
    }
    let mean = days.iter().sum::<u32>() / 7;
    assert!(days.iter().all(|day| day.abs_diff(mean) < mean / 5), "{days:?}");
}

#[test]
fn a_new_installation_checks_in_at_once_and_one_that_was_reset_is_silent_first() {
    let now = at("2026-01-01T00:00:00Z");
    let new = SendSchedule::new(HALF_DAY, now, random(3));
    assert_eq!(new.next(EnvelopeKind::CheckIn), Some(now));
    assert!(weekly().all(|kind| new.next(kind).unwrap() > now));
    let reset = SendSchedule::after_reset(HALF_DAY, now, random(3));
    assert!(EnvelopeKind::ALL.iter().all(|kind| reset.next(*kind).unwrap() > now + HALF_DAY));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// However often check-ins are, and whenever it begins.
    #[test]
    fn moments_lie_apart_and_each_kind_comes_once_in_its_period(seed: u64, hours in 1i64..=12, second in 0i64..604_800) {
        let every = SignedDuration::from_hours(hours);
        let start = at("2026-01-05T00:00:00Z") + SignedDuration::from_secs(second);
        let mut random = random(seed);
        let mut schedule = SendSchedule::new(every, start, &mut random);
        let mut sent: Vec<(i64, EnvelopeKind)> = Vec::new();
        for _ in 0..400 {
            let (kind, now) = schedule.next.iter().map(|(kind, at)| (*kind, *at)).min_by_key(|(_, at)| *at).unwrap();
            if let Some((before, _)) = sent.last() {
                prop_assert!(now.as_second() - before >= apart(every), "{kind} after {} s", now.as_second() - before);
            }
            sent.push((now.as_second(), kind));
            schedule = schedule.advanced(kind, every, now, &mut random);
        }
        for kind in EnvelopeKind::ALL {
            let (period, origin) =
                if kind == EnvelopeKind::CheckIn { (every.as_secs(), 0) } else { (WEEK.as_secs(), FIRST_MONDAY) };
            let mut periods: Vec<i64> =
                sent.iter().filter(|(_, of)| *of == kind).map(|(at, _)| (at - origin).div_euclid(period)).collect();
            // The very first comes within a period, whichever that is.
            periods.remove(0);
            prop_assert!(periods.windows(2).all(|pair| pair[1] == pair[0] + 1), "{kind}: {periods:?}");
        }
    }

    /// However long an agent was down, and however often it starts: nothing is due at once but what has just come due, and
    /// everything within a period.
    #[test]
    fn a_restart_neither_sends_at_once_nor_skips_for_ever(seed: u64, downs in prop::collection::vec(1i64..2_000_000, 1..20)) {
        let mut now = at("2026-01-05T00:00:00Z");
        let mut random = random(seed);
        let mut schedule = SendSchedule::new(HALF_DAY, now, &mut random);
        for down in downs {
            let before = schedule.clone();
            now += SignedDuration::from_secs(down);
            schedule = schedule.caught_up(HALF_DAY, now, &mut random);
            for kind in EnvelopeKind::ALL {
                let (old, new) = (before.next(kind).unwrap(), schedule.next(kind).unwrap());
                let soonest = now + SignedDuration::from_secs(apart(HALF_DAY));
                let is_drawn_anew = new >= soonest && new <= now + period(kind, HALF_DAY);
                let is_kept = old + JUST_NOW > now;
                prop_assert!(if is_kept { new == old } else { is_drawn_anew }, "{} {} at {}", old, new, now);
            }
        }
    }

    #[test]
    fn a_moment_beyond_two_periods_is_drawn_anew(seed: u64, days in 15i64..100_000) {
        let now = at("2026-01-05T00:00:00Z");
        let ahead = SendSchedule::new(HALF_DAY, now + SignedDuration::from_hours(24 * days), random(seed));
        let caught_up = ahead.caught_up(HALF_DAY, now, random(seed));
        for kind in EnvelopeKind::ALL {
            prop_assert!(caught_up.next(kind).unwrap() <= now + period(kind, HALF_DAY));
        }
    }

    #[test]
    fn what_is_kept_reads_back(seed: u64) {
        let schedule = SendSchedule::new(HALF_DAY, at("2026-01-01T00:00:00.5Z"), random(seed));
        let kept = serde_json::to_string(&schedule).unwrap();
        prop_assert_eq!(serde_json::from_str::<SendSchedule>(&kept).unwrap(), schedule);
    }
}
