use jiff::civil::{Date, date};

use crate::cluster::Cohort;
use crate::facets::{Facet, FacetCount, FacetReport, FacetValue};
use crate::store::{MemoryStore, Record, Store};

const WEEK: Date = date(2026, 1, 5);
const NEXT: Date = date(2026, 1, 12);

async fn report(store: &dyn Store, week: Date, cohort: Cohort, values: &[(Facet, &str)]) {
    let values = values.iter().map(|(facet, code)| FacetValue::read(*facet, code).unwrap());
    store.count_facets(FacetReport::new(week, cohort, values).unwrap()).await.unwrap();
}

async fn said(store: &dyn Store, week: Date) -> Vec<(Cohort, String, u64)> {
    let counts = store.facets(week).await.unwrap();
    assert!(counts.is_sorted() && counts.iter().all(|count| count.week == week));
    let shown = |value: FacetValue| format!("{} {value}", value.facet());
    counts.into_iter().map(|FacetCount { cohort, value, reports, .. }| (cohort, shown(value), reports)).collect()
}

fn line(cohort: Cohort, value: &str, reports: u64) -> (Cohort, String, u64) {
    (cohort, value.into(), reports)
}

/// The same said twice is two, and nothing is added to another week or cohort.
pub async fn what_reports_say_is_added_up_by_week_and_cohort(store: &dyn Store) {
    assert!(store.facets(WEEK).await.unwrap().is_empty());
    for (week, cohort, minor) in [
        (WEEK, Cohort::Customer, "1.9"),
        (WEEK, Cohort::Customer, "1.10"),
        (WEEK, Cohort::Customer, "1.9"),
        (WEEK, Cohort::Staff, "1.9"),
        (NEXT, Cohort::Customer, "1.9"),
    ] {
        report(store, week, cohort, &[(Facet::Kubernetes, minor)]).await;
    }
    let (customer, staff) = (Cohort::Customer, Cohort::Staff);
    assert_eq!(
        said(store, WEEK).await,
        [
            line(customer, "kubernetes 1.9", 2),
            line(customer, "kubernetes 1.10", 1),
            line(customer, "part software", 3),
            line(staff, "kubernetes 1.9", 1),
            line(staff, "part software", 1),
        ]
    );
    let next = [line(customer, "kubernetes 1.9", 1), line(customer, "part software", 1)];
    assert_eq!(said(store, NEXT).await, next);
    assert!(said(store, date(2025, 12, 29)).await.is_empty());
    assert_eq!(store.count_clusters().await.unwrap(), 0, "a report is nobody's");
}

/// However much of a part it tells, it is one report.
pub async fn a_report_counts_for_the_parts_that_it_tells(store: &dyn Store) {
    report(store, WEEK, Cohort::Ci, &[(Facet::Cpu, "16"), (Facet::Memory, "136"), (Facet::Vendor, "none")]).await;
    report(store, WEEK, Cohort::Ci, &[(Facet::Nodes, "4–5")]).await;
    for created in ["2024-W07", "2014-W01", "2024-W07"] {
        report(store, WEEK, Cohort::Ci, &[(Facet::Creation, created)]).await;
    }
    report(store, WEEK, Cohort::Ci, &[(Facet::OtherWorkloads, "11+")]).await;
    let ci = |value, reports| line(Cohort::Ci, value, reports);
    assert_eq!(
        said(store, WEEK).await,
        [
            ci("vendor none", 1),
            ci("nodes 4–5", 1),
            ci("cpu 16–22 cores", 1),
            ci("memory 16–23 GiB", 1),
            ci("creation 2014-W01", 1),
            ci("creation 2024-W07", 2),
            ci("other-workloads 11+", 1),
            ci("part software", 1),
            ci("part capacity", 2),
            ci("part creation", 3),
            ci("part other-workloads", 1),
        ]
    );
}

/// Counters go with a backup, and go on from where they were.
pub async fn a_backup_holds_what_reports_said(store: &dyn Store) {
    let known = MemoryStore::default();
    let ubuntu: &[(Facet, &str)] = &[(Facet::Os, "ubuntu 22.04"), (Facet::Disk, "160")];
    for (week, cohort) in [(NEXT, Cohort::Customer), (WEEK, Cohort::Test), (WEEK, Cohort::Test)] {
        report(&known, week, cohort, ubuntu).await;
    }
    report(&known, date(1969, 12, 29), Cohort::Customer, ubuntu).await;
    report(&known, WEEK, Cohort::Customer, &[(Facet::Creation, "2020-W53")]).await;
    report(&known, WEEK, Cohort::Customer, &[(Facet::OtherWorkloads, "4–5")]).await;
    let all = async |store: &dyn Store| store.records().await.unwrap().collect::<Result<Vec<Record>, _>>().unwrap();
    store.load(known.records().await.unwrap()).await.unwrap();
    assert_eq!(all(store).await, all(&known).await);
    for store in [&known, store] {
        report(store, WEEK, Cohort::Test, ubuntu).await;
        assert!(said(store, WEEK).await.contains(&line(Cohort::Test, "os ubuntu 22.04", 3)));
    }
    assert_eq!(said(store, NEXT).await, said(&known, NEXT).await);
}
