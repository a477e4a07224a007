use wfm_core::cluster::Cohort;
use wfm_core::facets::FacetReport;

use super::*;

/// What so many clusters of a cohort say, by codes.
type Said<'a> = (Cohort, &'a [(Facet, &'a str)], u64);

/// Counters of a week as a store would have them.
pub(in super::super) fn week(reports: &[Said<'_>]) -> Counted {
    let week = jiff::civil::date(2025, 12, 29);
    let mut counts: BTreeMap<(Cohort, FacetValue), u64> = BTreeMap::new();
    for (cohort, values, times) in reports {
        let values = values.iter().map(|(facet, code)| FacetValue::read(*facet, code).unwrap());
        for value in FacetReport::new(week, *cohort, values).unwrap().counted() {
            *counts.entry((*cohort, value)).or_default() += times;
        }
    }
    let counts = counts.into_iter();
    Counted {
        week,
        counts: counts.map(|((cohort, value), reports)| FacetCount { week, cohort, value, reports }).collect(),
    }
}

fn told_of(counted: &Counted, include: Cohorts) -> Distributions {
    counted.distributions("2026-01-05T11:00:00Z".parse().unwrap(), include)
}

fn customers(counted: &Counted) -> Distributions {
    told_of(counted, Cohorts::default())
}

fn values(one: &Distribution) -> Vec<(&str, Count)> {
    one.values.iter().map(|value| (value.value.as_str(), value.clusters)).collect()
}

#[test]
fn values_stand_in_their_order_and_rare_ones_are_added_up() {
    let kubernetes = |code| [(Facet::Kubernetes, code)];
    let counted = week(&[
        (Cohort::Customer, &kubernetes("1.10"), 5),
        (Cohort::Customer, &kubernetes("1.9"), 40),
        (Cohort::Customer, &kubernetes("1.8"), 4),
        (Cohort::Customer, &kubernetes("1.31"), 3),
    ]);
    let told = customers(&counted);
    assert_eq!(values(&told.distributions[0]), [("1.9", Count::Told(40)), ("1.10", Count::Told(5))]);
    assert_eq!(told.distributions[0].rest, Count::Told(7));
    assert_eq!((told.distributions.len(), told.about.included), (1, Count::Told(52)));
}

#[test]
fn other_cohorts_are_left_out_and_counted_as_such() {
    let linux: &[(Facet, &str)] = &[(Facet::Os, "ubuntu 22.04"), (Facet::Cpu, "16")];
    let counted = week(&[(Cohort::Customer, linux, 10), (Cohort::Staff, linux, 7), (Cohort::Ci, linux, 2)]);
    let of = |include| {
        let told = told_of(&counted, include);
        (told.about.included, told.about.excluded, told.distributions[0].values[0].clusters)
    };
    assert_eq!(of(Cohorts::default()), (Count::Told(10), Count::Told(9), Count::Told(10)));
    assert_eq!(of(Cohorts::ALL), (Count::Told(19), Count::Told(0), Count::Told(19)));
}

#[test]
fn parts_that_come_apart_are_one_cluster_and_what_is_left_out_hides_no_report() {
    let counted = week(&[
        (Cohort::Customer, &[(Facet::Nodes, "3")], 20),
        (Cohort::Customer, &[(Facet::Kubernetes, "1.31"), (Facet::Vendor, "eks")], 12),
        (Cohort::Customer, &[(Facet::Vendor, "none")], 9),
    ]);
    let told = customers(&counted);
    assert_eq!(told.about.included, Count::Told(21));
    let names: Vec<&str> = told.distributions.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["kubernetes", "vendor", "nodes"], "in the order in which they are shown, and no other");
}
