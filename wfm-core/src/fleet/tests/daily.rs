//! Days that are over.

use super::*;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn days_are_what_a_recount_gives_however_they_are_asked_for(
        fleet in prop::collection::vec(drawn(), 1..8),
        (later, most, skipped) in (0i64..3 * DAY, 1usize..20, 0i64..80),
    ) {
        let (told, counted) = (Told::of(&fleet), counted(&fleet));
        let now = end(&fleet) + later;
        let expected = counted.daily(now);
        let asked = |from, most| daily(&told, from, most, moment(now)).unwrap();
        prop_assert_eq!(&asked(None, usize::MAX), &expected);
        let mut pages = asked(None, most);
        let mut page = pages.len();
        while page == most {
            let from = pages.last().map(|last| Day::from(last.day).plus(1));
            let more = asked(from, most);
            page = more.len();
            pages.extend(more);
        }
        prop_assert_eq!(&pages, &expected);
        let from = Day::of(START).plus(skipped);
        let since: Vec<_> = expected.into_iter().filter(|counted| counted.day >= from.date()).collect();
        prop_assert_eq!(asked(Some(from), usize::MAX), since);
    }

    #[test]
    fn a_day_of_all_cohorts_is_what_its_series_and_its_adoption_say(
        fleet in prop::collection::vec(drawn(), 1..8),
        later in 0i64..3 * DAY,
    ) {
        let told = Told::of(&fleet);
        let now = moment(end(&fleet) + later);
        for counted in daily(&told, None, 40, now).unwrap() {
            let day = Day::from(counted.day);
            let range = Range { from: day, to: day, interval: Interval::Day };
            for (cohort, counts) in &counted.cohorts {
                let include = Cohorts::only(*cohort);
                let bucket = |what| series(&told, what, range, now, include).unwrap().buckets[0].clusters.map(number);
                let told = |count: u64| Some(i64::try_from(count).unwrap());
                prop_assert_eq!(bucket(Counted::Active), told(counts.active));
                prop_assert_eq!(bucket(Counted::Appeared), told(counts.appeared));
                prop_assert_eq!(bucket(Counted::Disappeared), told(counts.disappeared));
            }
            for component in COMPONENTS.map(|name| name.parse().unwrap()) {
                let adopted = adoption(&told, &component, range, now, Cohorts::ALL).unwrap().days.remove(0);
                let mut versions: BTreeMap<_, i64> = BTreeMap::new();
                for ((of, version), clusters) in counted.cohorts.values().flat_map(|counts| &counts.versions) {
                    if *of == component {
                        *versions.entry(version.clone()).or_default() += i64::try_from(*clusters).unwrap();
                    }
                }
                let adopted = adopted.installed.unwrap().versions;
                prop_assert_eq!(versions, adopted.into_iter().map(|(version, told)| (version, number(told))).collect());
            }
        }
    }
}

#[test]
fn a_day_is_told_when_its_last_second_is_over() {
    let cohort = Cohort::Staff;
    let told = Told::of(&[Drawn { cohort, first: START, steps: Vec::new(), told: false }]);
    let days = |now| daily(&told, None, 9, moment(now)).unwrap();
    assert_eq!(days(START + DAY - 1), []);
    let [counted] = &days(START + 9 * DAY)[..] else { panic!("nobody came on the other days") };
    assert_eq!(counted.cohorts.keys().collect::<Vec<_>>(), [&Cohort::Staff]);
    assert_eq!(days(START + DAY), std::slice::from_ref(counted));
}

#[test]
fn components_whose_names_begin_alike_are_each_told() {
    let names = ["deis", "deis-router", "deis.router", "deis0"];
    let components = names.map(|name| (name.parse().unwrap(), String::from("v2.1.0").into())).into();
    let mut changes = Changes::default();
    let said = Arc::new(ClusterFacts { components, ..ClusterFacts::default() });
    Teller::tell(&mut changes, Cohort::Ci).appeared(START, &said);
    let mut told = Told::of(&[]);
    told.table.add(&changes).unwrap();
    let days = daily(&told, None, 9, moment(START + DAY)).unwrap();
    let of = days[0].cohorts[&Cohort::Ci].versions.keys().map(|(component, _)| component.as_str());
    assert_eq!(of.collect::<Vec<_>>(), names);
}
