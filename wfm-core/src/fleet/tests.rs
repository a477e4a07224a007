//! The rollups against a count of every check-in, on histories that nobody would wish for.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use proptest::prelude::*;

use super::reference::{Fleet, History};
use super::summary::moment;
use super::*;
use crate::cluster::{ClusterId, Cohort};
use crate::store::{ClusterFacts, StoreError};
use crate::wire::insights::{Count, Interval};

mod daily;
mod public;

const COMPONENTS: [&str; 2] = ["deis-router", "deis-builder"];
/// 2025-12-29, a Monday.
const START: i64 = 1_766_966_400;

/// A cluster as the tests draw it: its check-ins by the seconds between them, and whether the rollups are told at the end
/// that it is silent.
#[derive(Debug, Clone)]
struct Drawn {
    cohort: Cohort,
    first: i64,
    steps: Vec<(i64, u8)>,
    told: bool,
}

fn facts(number: u8) -> ClusterFacts {
    let version = |number: u8| match number {
        0 => String::from("custom"),
        other => format!("v2.{other}.0"),
    };
    let mut components = BTreeMap::new();
    components.insert(COMPONENTS[0].parse().unwrap(), version(number % 4).into());
    if number >= 4 {
        components.insert(COMPONENTS[1].parse().unwrap(), version(number / 4).into());
    }
    ClusterFacts { components, ..ClusterFacts::default() }
}

fn steps() -> impl Strategy<Value = i64> {
    prop_oneof![
        8 => 40_000i64..47_000,
        1 => Just(0),
        2 => 1i64..3600,
        1 => Just(DAY - 1),
        1 => Just(DAY),
        1 => Just(DAY + 1),
        1 => Just(2 * DAY),
        2 => DAY..4 * DAY,
        1 => DAY..100 * DAY,
        1 => prop::sample::select(vec![7 * DAY, 8 * DAY, 8 * DAY - 1, 8 * DAY + 1, 31 * DAY, 91 * DAY]),
    ]
}

fn drawn() -> impl Strategy<Value = Drawn> {
    let cohort = (0usize..4).prop_map(|cohort| Cohort::ALL[cohort]);
    let first =
        prop_oneof![(0..40 * DAY), (0i64..40).prop_map(|day| day * DAY), (1i64..40).prop_map(|day| day * DAY - 1)];
    let said = prop_oneof![6 => Just(1u8), 2 => 0u8..12];
    (cohort, first, prop::collection::vec((steps(), said), 0..25), any::<bool>())
        .prop_map(|(cohort, first, steps, told)| Drawn { cohort, first: START + first, steps, told })
}

impl Drawn {
    fn check_ins(&self) -> Vec<(i64, ClusterFacts)> {
        let mut at = self.first;
        let mut check_ins = vec![(at, facts(1))];
        for (step, said) in &self.steps {
            at += step;
            check_ins.push((at, facts(*said)));
        }
        check_ins
    }

    fn last(&self) -> i64 {
        self.first + self.steps.iter().map(|(step, _)| step).sum::<i64>()
    }
}

/// The rollups of some clusters, told one check-in after the other.
struct Told {
    table: Table,
    waiting: Vec<Waiting>,
}

impl Told {
    fn of(fleet: &[Drawn]) -> Self {
        let (mut table, mut waiting) = (Table::default(), Vec::new());
        for (number, drawn) in fleet.iter().enumerate() {
            let cluster = ClusterId::new(uuid::Uuid::from_u128(number as u128));
            let mut check_ins = drawn.check_ins().into_iter().map(|(at, said)| (at, Arc::new(said)));
            let (at, mut said) = check_ins.next().unwrap();
            let mut changes = Changes::default();
            let mut life = Teller::tell(&mut changes, drawn.cohort).appeared(at, &said);
            table.add(&changes).unwrap();
            for (at, says) in check_ins {
                let mut changes = Changes::default();
                let mut waits = true;
                if at - life.last > DAY && at % 2 == 0 {
                    // Sometimes the silence is told before the return, sometimes with it.
                    Teller::tell(&mut changes, drawn.cohort).fell_silent(&life, &said);
                    waits = false;
                }
                life = Teller::tell(&mut changes, drawn.cohort).checked_in(life, waits, at, &said, &says);
                table.add(&changes).unwrap();
                said = says;
            }
            if drawn.told {
                let mut changes = Changes::default();
                Teller::tell(&mut changes, drawn.cohort).fell_silent(&life, &said);
                table.add(&changes).unwrap();
            } else {
                waiting.push(Waiting { cluster, cohort: drawn.cohort, life, said });
            }
        }
        Self { table, waiting }
    }
}

impl Rollups for Told {
    fn row(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.table.row(key))
    }

    fn rows(&self, from: &[u8], to: &[u8]) -> Result<Vec<Row>, StoreError> {
        Ok(self.table.rows(from, to).collect())
    }

    fn first(&self, from: &[u8], to: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.table.rows(from, to).next().map(|(key, _)| key))
    }

    fn waiting(&self, until: i64) -> Result<Vec<Waiting>, StoreError> {
        Ok(self.waiting.iter().filter(|waiting| waiting.life.last <= until).cloned().collect())
    }

    fn latest(&self) -> Result<Option<i64>, StoreError> {
        Ok(self.waiting.iter().map(|waiting| waiting.life.last).max())
    }
}

fn counted(fleet: &[Drawn]) -> Fleet {
    let history = |drawn: &Drawn| {
        History::new(drawn.cohort, drawn.check_ins().into_iter().map(|(at, said)| (at, Arc::new(said))).collect())
    };
    Fleet { clusters: fleet.iter().map(history).collect() }
}

fn cohorts() -> impl Strategy<Value = Cohorts> {
    prop::collection::vec(0usize..4, 1..4).prop_map(|cohorts| {
        cohorts.into_iter().map(|cohort| Cohort::ALL[cohort]).collect::<Vec<_>>().try_into().unwrap()
    })
}

/// Moments worth asking about: at and around everything that happened, a day and a window later, and at random.
fn moments(fleet: &[Drawn], random: &[i64]) -> Vec<i64> {
    let mut moments: Vec<i64> = random.iter().map(|at| START + at).collect();
    for at in fleet.iter().flat_map(Drawn::check_ins).map(|(at, _)| at).take(16) {
        for later in [0, DAY, 7 * DAY, 8 * DAY, 31 * DAY] {
            moments.extend([at + later - 1, at + later, at + later + 1]);
        }
        moments.push(Day::of(at).last_second());
    }
    moments
}

/// When everybody has fallen silent whom the rollups think silent.
fn end(fleet: &[Drawn]) -> i64 {
    fleet.iter().map(|drawn| drawn.last() + if drawn.told { DAY } else { 0 }).max().unwrap_or(START)
}

fn number(count: Count) -> i64 {
    match count {
        Count::Told(number) => i64::try_from(number).unwrap(),
        Count::Few => panic!("nothing is suppressed here"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_summary_is_what_a_recount_gives_at_every_moment(
        fleet in prop::collection::vec(drawn(), 1..8),
        random in prop::collection::vec(0..200 * DAY, 8),
        include in cohorts(),
    ) {
        let (told, counted) = (Told::of(&fleet), counted(&fleet));
        for at in moments(&fleet, &random).into_iter().map(moment) {
            prop_assert_eq!(summary(&told, at, include).unwrap(), counted.summary(at, include));
        }
    }

    #[test]
    fn series_are_what_a_recount_gives(
        fleet in prop::collection::vec(drawn(), 1..8),
        (from, length, later) in (-3i64..60, 0i64..40, 0i64..3 * DAY),
        weekly: bool,
        include in cohorts(),
    ) {
        let (told, counted) = (Told::of(&fleet), counted(&fleet));
        let now = end(&fleet) + later;
        let from = Day::of(START).plus(from);
        let interval = if weekly { Interval::Week } else { Interval::Day };
        for range in [Range { from, to: from.plus(length), interval }, Range { from: Day::of(now).plus(-9), to: Day::of(now), interval }] {
            for what in [Counted::Active, Counted::Appeared, Counted::Disappeared] {
                let series = series(&told, what, range, moment(now), include).unwrap();
                prop_assert_eq!(series.buckets, counted.series(what, range, now, include), "{:?}", what);
            }
            let ages = age_series(&told, range, moment(now), include).unwrap();
            prop_assert_eq!(ages.buckets, counted.age_series(range, now, include));
        }
    }

    #[test]
    fn adoption_is_what_a_recount_gives_and_adds_up(
        fleet in prop::collection::vec(drawn(), 1..8),
        (from, length, later) in (-3i64..60, 0i64..40, 0i64..3 * DAY),
        include in cohorts(),
    ) {
        let (told, counted) = (Told::of(&fleet), counted(&fleet));
        let now = end(&fleet) + later;
        let from = Day::of(START).plus(from);
        let range = Range { from, to: from.plus(length), interval: Interval::Day };
        for component in COMPONENTS.map(|name| name.parse().unwrap()) {
            let adoption = adoption(&told, &component, range, moment(now), include).unwrap();
            prop_assert_eq!(&adoption.now, &counted.running(&component, now, include));
            prop_assert_eq!(&adoption.days, &counted.adoption(&component, range, now, include));
            let running = running(&told, moment(now), include).unwrap().remove(&component).unwrap_or_default();
            prop_assert_eq!(&running, &adoption.now.versions);
            for installed in adoption.days.iter().filter_map(|day| day.installed.as_ref()).chain([&adoption.now]) {
                let versions: i64 = installed.versions.values().copied().map(number).sum();
                prop_assert_eq!(versions + number(installed.none), number(installed.active));
            }
        }
    }

    #[test]
    fn the_books_balance_between_any_two_moments(
        fleet in prop::collection::vec(drawn(), 1..8),
        moments in prop::collection::vec(0..200 * DAY, 2),
        include in cohorts(),
    ) {
        let told = Told::of(&fleet);
        let (from, to) = (START + moments[0].min(moments[1]), START + moments[0].max(moments[1]));
        let view = view::View::new(&told, to, include).unwrap();
        let events = |track| view.events(track, to).unwrap() - view.events(track, from).unwrap();
        let (was, is) = (view.active(from).unwrap(), view.active(to).unwrap());
        prop_assert_eq!(is, was + events(Track::Appeared) + events(Track::Returned) - events(Track::Disappeared));
        let about = summary(&told, moment(to), include).unwrap().about;
        let all = summary(&told, moment(to), Cohorts::ALL).unwrap().known;
        prop_assert_eq!(number(about.included) + number(about.excluded), number(all));
    }

    #[test]
    fn a_life_told_at_once_is_the_life_told_step_by_step(fleet in prop::collection::vec(drawn(), 1..8)) {
        let mut changes = Changes::default();
        for drawn in &fleet {
            let check_ins = drawn.check_ins().into_iter().map(|(at, said)| (at, Arc::new(said)));
            Teller::tell(&mut changes, drawn.cohort).life(check_ins, !drawn.told);
        }
        let mut at_once = Table::default();
        at_once.add(&changes).unwrap();
        prop_assert_eq!(&at_once, &Told::of(&fleet).table);
        let mut taken_back = Changes::default();
        for drawn in &fleet {
            let check_ins = drawn.check_ins().into_iter().map(|(at, said)| (at, Arc::new(said)));
            Teller::take_back(&mut taken_back, drawn.cohort).life(check_ins, !drawn.told);
        }
        at_once.add(&taken_back).unwrap();
        prop_assert_eq!(at_once, Table::default(), "what is taken back leaves nothing");
    }
}

#[test]
fn a_fleet_that_nobody_heard_of_has_no_numbers_that_are_none() {
    let nobody = Told::of(&[]);
    let at: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
    let summary = summary(&nobody, at, Cohorts::default()).unwrap();
    assert_eq!((summary.known, summary.active, summary.age), (Count::Told(0), Count::Told(0), None));
    assert!(!serde_json::to_string(&summary).unwrap().contains("null"));
}
