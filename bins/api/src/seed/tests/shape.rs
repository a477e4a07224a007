//! What a fleet looks like: in numbers wide enough for any number of clusters that is not tiny.

use wfm_core::version::Train;

use super::*;
use crate::seed::calendar::midnight;

#[test]
fn the_fleet_has_births_deaths_bounces_outages_and_every_cohort() {
    let seen = seen(&all(fleet(4000, 365)));
    let (start, end) = (end() - 365 * DAY, end());
    let last = |cluster: &Seen| *cluster.instants.last().unwrap();
    let of = |cohort| share(&seen, |cluster| cluster.cohort == cohort);
    assert!((880..=925).contains(&of(Cohort::Customer)), "{}", of(Cohort::Customer));
    assert!((30..=50).contains(&of(Cohort::Staff)) && (30..=50).contains(&of(Cohort::Ci)));
    assert!((12..=28).contains(&of(Cohort::Test)));

    let born: Vec<&Seen> =
        seen.iter().filter(|c| c.instants[0] > start + DAY && c.cohort == Cohort::Customer).collect();
    assert!((500..=650).contains(&(born.len() * 1000 / seen.len())));
    let bounced = share(&born, |c| midnight(c.instants[0]) == midnight(last(c)) && last(c) < end - DAY);
    assert!((30..=70).contains(&bounced), "{bounced}");
    let active = share(&seen, |cluster| last(cluster) > end - DAY);
    assert!((450..=850).contains(&active), "{active}");
    let silent = share(&seen, |c| c.instants.windows(2).any(|pair| pair[1] - pair[0] > 5 * DAY));
    assert!((50..=350).contains(&silent), "{silent}");
    let decided = |cohort| {
        let decided = |record: &&Record| matches!(record, Record::Cluster { decided, .. } if *decided == Some(cohort));
        all(fleet(4000, 365)).iter().filter(decided).count()
    };
    assert!(decided(Cohort::Staff) > 0 && decided(Cohort::Customer) > 0);
}

#[test]
fn on_one_day_nobody_could_check_in() {
    let days: BTreeSet<i64> =
        seen(&all(fleet(1000, 90))).iter().flat_map(|c| c.instants.clone()).map(midnight).collect();
    let (first, last) = (*days.first().unwrap(), *days.last().unwrap());
    let missing = (first..=last).step_by(DAY as usize).filter(|day| !days.contains(day)).count();
    assert_eq!(missing, 1);
}

#[test]
fn the_edges_are_there() {
    let seen = seen(&all(fleet(1000, 120)));
    let some = |what: &str, count: usize| assert!(count >= 2, "{what}: {count}");
    let silence = |of: i64| seen.iter().filter(|c| c.instants.windows(2).any(|pair| pair[1] - pair[0] == of)).count();
    some("a second time in the same second", silence(0));
    some("24 hours and a second", silence(DAY + 1));
    let daily = |c: &&Seen| c.instants.len() > 5 && c.instants.windows(2).all(|pair| (pair[1] - pair[0]) % DAY == 0);
    some("every 24 hours", seen.iter().filter(daily).count());
    let at =
        |second: i64| seen.iter().filter(|c| c.instants.iter().filter(|i| **i % DAY == second).count() > 3).count();
    some("at midnight", at(0));
    some("at the last second", at(DAY - 1));
    let twice = |c: &&Seen| {
        c.runs.windows(3).any(|three| midnight(*three[0].instants.last().unwrap()) == midnight(three[2].instants[0]))
    };
    some("two versions on a day", seen.iter().filter(twice).count());
}

#[test]
fn a_million_clusters_would_say_few_different_things() {
    let facts = |clusters, days| {
        let records = fleet(clusters, days).records(&history()).unwrap();
        records.filter(|record| matches!(record, Ok(Record::Facts { .. }))).count()
    };
    let few = facts(5000, 30);
    assert!(few < 1500, "{few}");
    assert!(facts(500, 365) < 1000);
}

#[test]
fn most_clusters_run_a_whole_release_and_upgrade_in_time() {
    let seen = seen(&all(fleet(1500, 365)));
    let lasting: Vec<&Seen> = seen.iter().filter(|c| c.instants.len() > 500).collect();
    let upgraded = share(&lasting, |cluster| cluster.runs.len() > 1);
    assert!((600..=950).contains(&upgraded), "{upgraded}");
    let custom = share(&seen, |c| c.runs[0].said.components.values().any(|version| version.to_string() == "custom"));
    assert!((5..=60).contains(&custom), "{custom}");
    assert!(seen.iter().all(|c| c.runs.iter().all(|run| (10..=17).contains(&run.said.components.len()))));
}

#[test]
fn the_history_keeps_its_order_and_ends_twenty_days_before_the_end() {
    let (was, records) = (history(), all(fleet(1, 365)));
    let is: Releases = records
        .into_iter()
        .filter_map(|r| if let Record::Release(release) = r { Some(release) } else { None })
        .collect();
    assert_eq!(is.len(), was.len());
    let last = is.iter().map(|release| release.released().as_second()).max().unwrap();
    assert_eq!(end() - last, 20 * DAY);
    let mut both: Vec<_> = was.iter().zip(is.iter()).map(|(was, is)| (was.released(), is.released())).collect();
    both.sort_unstable();
    assert!(both.windows(2).all(|pair| (pair[0].0 < pair[1].0) == (pair[0].1 < pair[1].1)));
    let start = end() - 365 * DAY;
    let seen: BTreeSet<i64> = is.iter().map(|r| r.released().as_second()).filter(|at| *at > start).collect();
    assert!(seen.len() >= 12, "{}", seen.len());
}

#[test]
fn where_time_suffices_pauses_stay_as_they_were() {
    let calendar = Calendar::of(&fleet(1, 5000));
    let timeline = Timeline::of(&history(), &calendar);
    let gap = |from: &str, to: &str| {
        let at = |text: &str| text.parse::<Timestamp>().unwrap().as_second();
        (at(to) - at(from), timeline.at(at(to)) - timeline.at(at(from)))
    };
    let (was, is) = gap("2021-04-19T01:08:22Z", "2024-01-13T01:47:07Z");
    assert_eq!(was, is);
}

#[test]
fn nobody_runs_what_is_not_published_yet() {
    let fleet = fleet(400, 365);
    let mut releases = Releases::default();
    let records = all(fleet);
    for record in &records {
        if let Record::Release(release) = record {
            releases.insert(release.clone());
        }
    }
    for cluster in seen(&records) {
        for run in &cluster.runs {
            for (name, version) in &run.said.components {
                let wfm_core::anonymizer::ReportedVersion::Listed(version) = version else { continue };
                let release = releases.find(&Train::stable(), name, version.as_version()).unwrap();
                assert!(release.released().as_second() <= run.instants[0], "{name} {version}");
            }
        }
    }
}
