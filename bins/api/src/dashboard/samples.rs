//! The page in each of its states.

use jiff::ToSpan;
use wfm_core::anonymizer::ReportedVersion;
use wfm_core::cluster::Cohort;
use wfm_core::component::ComponentName;
use wfm_core::wire::insights::*;

use super::*;

mod fleet;
use fleet::Fleet;

fn at() -> Timestamp {
    "2026-03-11T14:05:00Z".parse().unwrap()
}

fn name(text: &str) -> ComponentName {
    text.parse().unwrap()
}

fn about(included: Count, excluded: u64) -> About {
    About { at: at(), include: Asked::default().include, included, excluded: Count::Told(excluded), rounded_to: None }
}

fn clusters(has: &str) -> Listing {
    let cluster = |number: u128| Cluster {
        id: uuid::Uuid::from_u128(0x6d3f_1a52_3f0b_4f0c_9d3a_0000_0000_0000 + number * 0x1234_5678_9abc)
            .to_string()
            .parse()
            .unwrap(),
        components: [(name(has), ReportedVersion::from("v2.18.0".to_owned()))].into(),
        first_seen: at() - 4000.hours(),
        last_seen: at() - (number as i64).hours(),
        check_ins: 340 * number as u64,
        cohort: if number == 3 { Cohort::Staff } else { Cohort::Customer },
        declared_cohort: None,
        ruled_cohort: (number == 3).then_some(Cohort::Staff),
        decided_cohort: None,
    };
    let clusters: Vec<Cluster> = (1..=8).map(cluster).collect();
    Listing { next: clusters.last().map(|cluster| cluster.id), clusters }
}

fn page(asked: &str, shown: Shown) -> Dashboard {
    let service = Facts { releases: 512, trains: vec![Train::beta(), Train::stable()], has_parquet: false };
    Dashboard { at: at(), asked: Asked::read(asked).unwrap(), service, shown }
}

/// As the public is told.
fn rounded(number: u64) -> Count {
    if number < 20 { Count::Few } else { Count::Told(number / 10 * 10) }
}

fn public(fleet: &Fleet) -> Shown {
    let insights = fleet.insights();
    let summary = Summary {
        appeared: None,
        appeared_before: None,
        disappeared: None,
        disappeared_before: None,
        bounced: None,
        returned: None,
        age: None,
        ..insights.summary
    };
    Shown::Rounded(Box::new(Insights { summary, lives: None, ..insights }))
}

fn nothing() -> Insights {
    let about = about(Count::Told(0), 0);
    let none = Some(Windows { week: Count::Told(0), month: Count::Told(0), quarter: Count::Told(0) });
    let series = |interval| Series { about: about.clone(), interval, buckets: Vec::new() };
    Insights {
        at: at(),
        summary: Summary {
            about: about.clone(),
            known: Count::Told(0),
            active: Count::Told(0),
            appeared: none,
            appeared_before: none,
            disappeared: none,
            disappeared_before: none,
            bounced: none,
            returned: none,
            age: None,
        },
        active: series(Interval::Day),
        lives: Some(Lives {
            appeared: series(Interval::Week),
            disappeared: series(Interval::Week),
            ages: AgeSeries { about: about.clone(), interval: Interval::Day, buckets: Vec::new() },
        }),
        components: Vec::new(),
        component: None,
        distributions: None,
        releases: ReleasesInUse { about: about.clone(), active: Count::Told(0), releases: Vec::new() },
    }
}

/// Every state, by name.
pub(super) fn all() -> Vec<(&'static str, Dashboard)> {
    let fleet = |days, size| Fleet { days, size, gap: 0..0, tell: Count::Told };
    let signed_in = |insights: Insights| Shown::Everything(Box::new(insights), clusters("deis-router"));
    let none = || Listing { clusters: Vec::new(), next: None };

    let mut empty = page("", Shown::Everything(Box::new(nothing()), none()));
    empty.service = Facts { releases: 0, trains: Vec::new(), has_parquet: true };

    let mut only_staff = nothing();
    only_staff.summary.about.excluded = Count::Told(3);

    let mut one = fleet(12, 1).insights();
    one.summary.age = None;
    one.distributions = None;

    // Clusters were here once; today nobody is.
    let mut silent = nothing();
    silent.summary.known = Count::Told(4);
    silent.active = Fleet { days: 3, size: 1, gap: 0..3, tell: Count::Told }.series(Interval::Day, 1);

    let mut hostile = fleet(30, 400).insights();
    let long = name(&format!("a{}z", "-b.c".repeat(60)));
    hostile.components.push(long.clone());
    if let Some(chosen) = &mut hostile.component {
        chosen.adoption.component = long.clone();
        chosen.lag.as_mut().unwrap().component = long.clone();
        chosen.day = chosen.adoption.days.get(3).cloned();
    }
    hostile.releases.releases[0].component = long;
    let evil = "<script>alert(1)</script>\"'&<svg onload=x>";
    hostile.distributions.as_mut().unwrap().distributions[0].values[0].value = evil.into();
    hostile.distributions.as_mut().unwrap().distributions[1].name = evil.into();
    hostile.distributions.as_mut().unwrap().distributions[2].values.clear();

    let year = Fleet { days: 365, size: 4200, gap: 214..233, tell: Count::Told };
    vec![
        ("empty", empty),
        ("only-others", page("", Shown::Everything(Box::new(only_staff), none()))),
        ("one-cluster", page("", signed_in(one))),
        ("one-day", page("", signed_in(fleet(1, 37).insights()))),
        ("silent", page("", signed_in(silent))),
        (
            "year",
            page("range=1y&include=customer,staff&has=deis-router&version=%3E%3D2.18", signed_in(year.insights())),
        ),
        ("month", page("range=30d", signed_in(fleet(30, 700).insights()))),
        ("public", page("", public(&Fleet { days: 90, size: 90, gap: 30..33, tell: rounded }))),
        ("public-few", page("", public(&Fleet { days: 40, size: 15, gap: 30..33, tell: rounded }))),
        ("public-first-days", page("", public(&Fleet { days: 9, size: 6, gap: 0..0, tell: rounded }))),
        ("nobody", page("", Shown::Nothing)),
        ("hostile", page("range=30d", signed_in(hostile))),
    ]
}
