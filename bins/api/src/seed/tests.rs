use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Weekday;
use wfm_core::cluster::{ClusterId, Cohort};
use wfm_core::store::ClusterRecord;
use wfm_core::version::Train;

use super::calendar::midnight;
use super::*;

const END: &str = "2026-01-31T09:30:15Z";

fn history() -> Releases {
    crate::import::read(RELEASES_JSON.as_bytes()).unwrap().into_iter().collect()
}

fn fleet(clusters: u64, days: u32) -> Fleet {
    Fleet::new(clusters, days, 7, END.parse().unwrap()).unwrap()
}

fn end() -> i64 {
    END.parse::<Timestamp>().unwrap().as_second()
}

fn all(fleet: Fleet) -> Vec<Record> {
    fleet.records(&history()).unwrap().map(Result::unwrap).collect()
}

/// A cluster as its record has it, its check-ins in one row.
struct Seen {
    id: ClusterId,
    created: Option<jiff::civil::Date>,
    cohort: Cohort,
    runs: Vec<Run<ClusterFacts>>,
    instants: Vec<i64>,
}

fn seen(records: &[Record]) -> Vec<Seen> {
    let mut known = BTreeMap::new();
    let mut clusters = Vec::new();
    for record in records {
        match record {
            Record::Facts { number, facts } => {
                assert!(known.insert(*number, facts.clone()).is_none(), "numbered twice")
            }
            Record::Cluster { id, created, ruled, decided, runs } => {
                let said = |run: &Run<u64>| Run {
                    said: known[&run.said].clone(),
                    instants: run.instants.clone(),
                    untimed: run.untimed,
                };
                let runs: Vec<_> = runs.iter().map(said).collect();
                let declared = runs.last().unwrap().said.cohort;
                let cohort = decided.or(*ruled).or(declared).unwrap_or_default();
                let instants = runs.iter().flat_map(|run| run.instants.clone()).collect();
                clusters.push(Seen { id: *id, created: *created, cohort, runs, instants });
            }
            _ => {}
        }
    }
    clusters
}

fn share<T>(all: &[T], which: impl Fn(&T) -> bool) -> usize {
    all.iter().filter(|one| which(one)).count() * 1000 / all.len()
}

#[test]
fn two_runs_give_the_same_bytes() {
    let bytes = |fleet| serde_json::to_vec(&all(fleet)).unwrap();
    assert!(bytes(fleet(200, 90)) == bytes(fleet(200, 90)));
    let other = Fleet::new(200, 90, 8, END.parse().unwrap()).unwrap();
    assert!(bytes(fleet(200, 90)) != bytes(other), "another number is another fleet");
}

#[test]
fn a_cluster_does_not_depend_on_how_many_others_there_are() {
    let (few, many) = (seen(&all(fleet(3, 200))), seen(&all(fleet(100, 200))));
    for (one, same) in few.iter().zip(&many) {
        assert_eq!((one.id, one.created, &one.runs), (same.id, same.created, &same.runs));
    }
}

#[test]
fn every_check_in_lies_in_the_fleet_s_days_and_in_order() {
    for (clusters, days) in [(1000, 1), (1000, 2), (1000, 7), (1000, 60), (400, 400), (20, 3000)] {
        let seen = seen(&all(fleet(clusters, days)));
        assert_eq!(seen.len() as u64, clusters);
        for cluster in &seen {
            assert!(cluster.runs.iter().all(|run| !run.instants.is_empty()));
            assert!(cluster.instants.is_sorted(), "{:?}", cluster.instants);
            assert!(cluster.instants[0] >= end() - i64::from(days) * DAY, "{days} days: too early");
            assert!(*cluster.instants.last().unwrap() <= end(), "{days} days: too late");
            assert!(cluster.runs.windows(2).all(|pair| pair[0].said != pair[1].said), "a run that goes on");
            let first = Timestamp::from_second(cluster.instants[0]).unwrap();
            let first = jiff::tz::Offset::UTC.to_datetime(first).date();
            assert!(cluster.created.is_none_or(|day| day <= first && day.weekday() == Weekday::Monday));
        }
        let ids: BTreeSet<_> = seen.iter().map(|cluster| cluster.id).collect();
        assert_eq!(ids.len() as u64, clusters);
        assert!(ids.iter().all(|id| id.as_bytes()[6] >> 4 == 4 && id.as_bytes()[8] >> 6 == 2), "random UUIDs");
    }
}

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
    let unsaid = share(&seen, |cluster| cluster.created.is_none());
    assert!((25..=60).contains(&unsaid), "{unsaid}");
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
                let release = releases.find(&Train::stable(), name, version).unwrap();
                assert!(release.released().as_second() <= run.instants[0], "{name} {version}");
            }
        }
    }
}

#[test]
fn a_history_of_one_release_and_none_at_all_will_do() {
    let one: Releases = history().iter().take(1).cloned().collect();
    for history in [one, Releases::default()] {
        let records: Vec<Record> = fleet(50, 30).records(&history).unwrap().map(Result::unwrap).collect();
        assert_eq!(seen(&records).len(), 50);
    }
}

#[test]
fn what_cannot_be_is_refused_in_a_sentence() {
    let end: Timestamp = END.parse().unwrap();
    assert_eq!(Fleet::new(0, 1, 0, end), Err(NotAFleet::NoCluster));
    assert_eq!(Fleet::new(1, 0, 0, end), Err(NotAFleet::Days { days: 0 }));
    assert_eq!(Fleet::new(1, 10_001, 0, end), Err(NotAFleet::Days { days: 10_001 }));
    let early = Fleet::new(1, 1, 0, "2015-01-01T00:00:00Z".parse().unwrap()).unwrap();
    assert!(early.records(&history()).err().unwrap().to_string().contains("2015-12-30"));
}

#[test]
fn the_raw_lines_are_the_records() {
    let records = all(fleet(300, 60));
    let mut raw = Raw::new(Vec::new());
    for record in &records {
        raw.write(record).unwrap();
    }
    let lines = String::from_utf8(raw.into_inner()).unwrap();
    let mut told = lines.lines();
    for cluster in seen(&records) {
        for run in &cluster.runs {
            for &instant in &run.instants {
                let at = Timestamp::from_second(instant).unwrap();
                let mut line = serde_json::json!({
                    "id": cluster.id, "at": at, "cohort": cluster.cohort, "components": run.said.components,
                });
                if let Some(created) = cluster.created {
                    line["created"] = serde_json::json!(created);
                }
                assert_eq!(serde_json::from_str::<serde_json::Value>(told.next().unwrap()).unwrap(), line);
            }
        }
    }
    assert_eq!(told.next(), None);
}

#[tokio::test]
async fn what_a_store_knows_afterwards_is_what_the_records_say() {
    use wfm_core::store::{MemoryStore, Store};
    let store = MemoryStore::default();
    store.load(fleet(300, 90).records(&history()).unwrap()).await.unwrap();
    assert_eq!(store.releases().await.unwrap().len(), history().len());
    for cluster in seen(&all(fleet(300, 90))) {
        let known: ClusterRecord = store.cluster(cluster.id).await.unwrap().unwrap();
        assert_eq!(known.check_ins, cluster.instants.len() as u64);
        assert_eq!((known.cohort(), known.created), (cluster.cohort, cluster.created));
        assert_eq!(known.components, cluster.runs.last().unwrap().said.components);
    }
}
