//! Days as the public is shown them.

use super::*;
use crate::store::Run;

fn steps() -> Steps {
    Steps::of(std::array::from_fn(|at| (at % 7) as u8))
}

/// Clusters as the public counts them: each of those drawn stands for some.
fn shown(fleet: &[Drawn], many: usize, from: Day, to: Day) -> Vec<PublicDay> {
    let mut days = PublicDays::between(from, to);
    for drawn in fleet {
        let runs = drawn.check_ins().into_iter().map(|(at, said)| Run {
            said: Arc::new(said),
            instants: vec![at],
            untimed: 0,
        });
        let runs: Vec<_> = runs.collect();
        (0..many).for_each(|_| days.add(drawn.cohort, &runs));
    }
    days.rounded(&steps())
}

fn customers() -> impl Strategy<Value = Vec<Drawn>> {
    let cohort = prop_oneof![3 => Just(Cohort::Customer), 1 => Just(Cohort::Staff)];
    let drawn = (drawn(), cohort).prop_map(|(drawn, cohort)| Drawn { cohort, ..drawn });
    prop::collection::vec(drawn, 1..8)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn public_days_are_what_a_recount_gives_however_they_are_cut(
        fleet in customers(),
        many in prop::sample::select(vec![1usize, 7, 13]),
        cut in 0i64..90,
    ) {
        let mut counted = counted(&fleet);
        counted.clusters = (0..many).flat_map(|_| counted.clusters.clone()).collect();
        let (from, last) = (Day::of(START), Day::of(START).plus(90));
        let expected = counted.public_days(from, last, &steps());
        prop_assert_eq!(&shown(&fleet, many, from, last), &expected);
        let middle = from.plus(cut);
        let mut days = shown(&fleet, many, from, middle);
        days.extend(shown(&fleet, many, middle.plus(1), last));
        prop_assert_eq!(&days, &expected);
    }

    #[test]
    fn a_check_in_less_changes_nothing_where_the_others_are_two_weeks_apart_at_most(
        first in START..START + DAY,
        gone in prop::collection::vec(any::<bool>(), 60),
    ) {
        // Every day for two weeks, then some days; never two weeks without.
        let (mut steady, mut some) = (Vec::new(), Vec::new());
        let mut pause = 0;
        for (number, gone) in gone.into_iter().enumerate() {
            steady.push((DAY, 1));
            pause += DAY;
            if number < 16 || !gone || pause >= 12 * DAY || number == 59 {
                some.push((pause, 1));
                pause = 0;
            }
        }
        let drawn = |steps| Drawn { cohort: Cohort::Customer, first, steps, told: false };
        let (from, to) = (Day::of(START), Day::of(START).plus(60));
        prop_assert_eq!(shown(&[drawn(steady)], 23, from, to), shown(&[drawn(some)], 23, from, to));
    }
}

#[test]
fn a_cluster_counts_from_two_weeks_after_its_first_check_in_until_two_weeks_after_its_last() {
    let daily = vec![(DAY, 1); 20];
    let drawn = Drawn { cohort: Cohort::Customer, first: START + 7, steps: daily, told: false };
    let days = shown(&[drawn], 39, Day::of(START), Day::of(START).plus(60));
    let active =
        |day: i64| days.iter().find(|shown| Day::from(shown.day) == Day::of(START).plus(day)).map(|day| day.active);
    assert_eq!([13, 14, 20].map(active), [Some(Count::Few), Some(Count::Told(30)), Some(Count::Told(30))]);
    assert_eq!([33, 34].map(active), [Some(Count::Told(30)), None]);
    assert_eq!(days.last().map(|day| day.known), Some(Count::Told(30)));
}
