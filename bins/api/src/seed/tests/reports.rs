//! What the fleet reports without an id.

use wfm_core::facets::{Facet, FacetCount, FacetValue, Part};

use super::*;

fn counts(records: Vec<Record>) -> Vec<FacetCount> {
    records.into_iter().filter_map(|r| if let Record::Facets(count) = r { Some(count) } else { None }).collect()
}

#[test]
fn every_report_tells_each_facet_once_and_no_more_report_than_there_are() {
    let counts = counts(all(fleet(1000, 200)));
    assert!(counts.is_sorted() && counts.windows(2).all(|pair| pair[0].week <= pair[1].week));
    let mut totals: BTreeMap<_, u64> = BTreeMap::new();
    for count in &counts {
        let part = if let FacetValue::Part(part) = count.value { Some(part) } else { None };
        *totals.entry((count.week, count.cohort, count.value.facet(), part)).or_default() += count.reports;
    }
    for (&(week, cohort, _, _), total) in &totals {
        assert_eq!(*total, totals[&(week, cohort, Facet::Part, Some(Part::Software))]);
        assert!(*total <= 1000);
    }
    let facets: BTreeSet<Facet> = counts.iter().map(|count| count.value.facet()).collect();
    assert_eq!(facets.len(), Facet::REPORTED.len() + 1);
    let weeks: BTreeSet<_> = counts.iter().map(|count| count.week).collect();
    assert!(
        (28..=30).contains(&weeks.len()) && weeks.iter().all(|week| week.weekday() == jiff::civil::Weekday::Monday)
    );
}

#[test]
fn whatever_is_counted_could_have_been_said_by_an_agent() {
    // As late as a fleet may live, Kubernetes has no more minors that are told.
    let late = Fleet::new(50, 400, 7, "2080-01-01T00:00:00Z".parse().unwrap()).unwrap();
    let counts = counts(all(fleet(2000, 400))).into_iter().chain(counts(all(late)));
    let values: BTreeSet<FacetValue> = counts.map(|count| count.value).collect();
    let said = |value: &&FacetValue| !value.is_reported() && !matches!(value, FacetValue::Part(_));
    let unknown: Vec<String> = values.iter().filter(said).map(ToString::to_string).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
    assert!(values.len() > 60, "{}", values.len());
}

#[test]
fn about_as_many_report_in_a_week_as_check_in() {
    let records = all(fleet(2000, 200));
    let monday = jiff::civil::date(2026, 1, 19);
    let from = wfm_core::fleet::Day::from(monday).first_second();
    let active =
        seen(&records).iter().filter(|c| c.instants.iter().any(|at| (from..from + 7 * DAY).contains(at))).count();
    let of_week = |count: &FacetCount| count.week == monday && count.value == FacetValue::Part(Part::Capacity);
    let reports: u64 = counts(records).into_iter().filter(of_week).map(|count| count.reports).sum();
    let share = reports * 1000 / active as u64;
    assert!((900..=1000).contains(&share), "{share}");
}

#[test]
fn kubernetes_rises_with_time() {
    let counts = counts(all(fleet(500, 400)));
    let median = |week: jiff::civil::Date| {
        let of_week = |count: &&FacetCount| count.week == week && count.value.facet() == Facet::Kubernetes;
        let values = counts
            .iter()
            .filter(of_week)
            .flat_map(|count| std::iter::repeat_n(count.value, usize::try_from(count.reports).unwrap()));
        let mut values: Vec<FacetValue> = values.collect();
        values.sort_unstable();
        values[values.len() / 2]
    };
    let (first, last) = (median(jiff::civil::date(2025, 1, 6)), median(jiff::civil::date(2026, 1, 19)));
    assert!(first < last, "{first} {last}");
}

#[tokio::test]
async fn a_store_knows_them_afterwards() {
    use wfm_core::store::{MemoryStore, Store};
    let store = MemoryStore::default();
    store.load(fleet(300, 90).cluster_records(&history()).unwrap()).await.unwrap();
    let week = jiff::civil::date(2026, 1, 19);
    let known: Vec<FacetCount> = counts(all(fleet(300, 90))).into_iter().filter(|count| count.week == week).collect();
    assert!(known.len() > 30, "{}", known.len());
    assert_eq!(store.facets(week).await.unwrap(), known);
}
