//! The days of the fleet as a file, held against the check-ins as a file.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use std::collections::{BTreeMap, BTreeSet};

use common::{ID, Served, serve_history};
use jiff::Timestamp;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

const DAY: i64 = 86_400;

fn id(n: i64) -> String {
    format!("{}{n:02}", &ID[..34])
}

/// Twelve clusters for four weeks: some come daily, some stay away for days, one upgrades; on the 15th and the 16th nobody
/// comes. Every third one is the company's.
async fn fleet() -> Served {
    let served = serve_history().await;
    let comes = |n: i64, day: i64| !(15..17).contains(&day) && day > n / 2 && (day * (n + 2)) % 7 >= n % 5;
    for (day, n) in (1..29).flat_map(|day| (0..12).map(move |n| (day, n))).filter(|(day, n)| comes(*n, *day)) {
        let at = format!("2026-01-{day:02}T{:02}:{:02}:00Z", (n * 5 + day * 3) % 24, n * 4);
        served.clock.set(at.parse().unwrap());
        let version = if n == 4 && day > 9 { "v2.18.1" } else { ["v2.18.0", "v0.0.1"][usize::from(n % 4 == 3)] };
        let component = |name: &str| json!({"component": {"name": name}, "version": {"version": version}});
        let components = if n % 2 == 0 { vec!["deis-router"] } else { vec!["deis-router", "deis-builder"] };
        let components: Vec<Value> = components.into_iter().map(component).collect();
        let body = json!({"id": id(n), "components": components});
        assert_eq!(served.post("/v3/clusters", body.to_string()).await.0, StatusCode::OK);
    }
    for n in [0, 3, 6, 9] {
        let staff = served.admin(Method::PUT, &format!("/v4/clusters/{}/cohort", id(n)));
        assert_eq!(staff.json(&json!({"cohort": "staff"})).send().await.unwrap().status(), StatusCode::OK);
    }
    served
}

async fn rows(served: &Served, file: &str) -> Vec<Value> {
    let response = served.analyst(Method::GET, &format!("/v4/export/{file}")).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK, "{file}");
    response.text().await.unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The check-ins of a cluster: when, and what it said.
#[derive(Default)]
struct Cluster {
    cohort: String,
    check_ins: Vec<(i64, Value)>,
}

impl Cluster {
    /// Those up to a second.
    fn until(&self, end: i64) -> impl DoubleEndedIterator<Item = &(i64, Value)> {
        self.check_ins.iter().filter(move |(at, _)| *at <= end)
    }
}

/// What `daily` has to say of these check-ins before a day, in no order.
fn recounted(check_ins: &[Value], today: i64) -> BTreeSet<String> {
    let mut clusters: BTreeMap<&str, Cluster> = BTreeMap::new();
    for row in check_ins {
        let cluster = clusters.entry(row["cluster"].as_str().unwrap()).or_default();
        cluster.cohort = row["cohort"].as_str().unwrap().to_owned();
        let at: Timestamp = row["at"].as_str().unwrap().parse().unwrap();
        cluster.check_ins.push((at.as_second(), row["components"].clone()));
    }
    clusters.values_mut().for_each(|cluster| cluster.check_ins.sort_by_key(|(at, _)| *at));
    let all = clusters.values().flat_map(|cluster| &cluster.check_ins);
    let days: BTreeSet<i64> = all.map(|(at, _)| at.div_euclid(DAY)).filter(|day| *day < today).collect();
    let mut said: BTreeMap<[String; 5], u64> = BTreeMap::new();
    for day in days {
        let (begin, end) = (day * DAY, day * DAY + DAY - 1);
        for cluster in clusters.values() {
            let Some((last, components)) = cluster.until(end).next_back() else { continue };
            let instants: Vec<i64> = cluster.until(end).map(|(at, _)| *at).collect();
            let mut count = |measure: &str, component: &str, version: &str, is_so: bool| {
                let date = Timestamp::from_second(begin).unwrap().to_string();
                let row = [&date[..10], &cluster.cohort, measure, component, version].map(ToOwned::to_owned);
                *said.entry(row).or_default() += u64::from(is_so);
            };
            count("known", "", "", true);
            count("active", "", "", *last >= begin);
            count("appeared", "", "", instants[0] >= begin);
            count("disappeared", "", "", (begin..=end).contains(&(last + DAY)));
            count("returned", "", "", instants.windows(2).any(|pair| pair[1] - pair[0] > DAY && pair[1] >= begin));
            for (component, version) in components.as_object().unwrap().iter().filter(|_| *last >= begin) {
                count("version", component, version.as_str().unwrap(), true);
            }
        }
    }
    said.into_iter().map(|(row, clusters)| format!("{},{clusters}", row.join(","))).collect()
}

/// A row with nothing for what is absent.
fn shown(row: &Value) -> String {
    let text = |name: &str| row[name].as_str().unwrap_or_default();
    let texts = ["day", "cohort", "measure", "component", "version"].map(text);
    format!("{},{}", texts.join(","), row["clusters"])
}

#[tokio::test]
async fn daily_is_what_counting_the_check_ins_gives() {
    let served = fleet().await;
    let check_ins = rows(&served, "checkins.ndjson").await;
    for now in ["2026-01-28T23:59:59Z", "2026-01-29T00:00:00Z", "2026-02-10T10:00:00Z"] {
        let now: Timestamp = now.parse().unwrap();
        served.clock.set(now);
        let expected = recounted(&check_ins, now.as_second().div_euclid(DAY));
        let daily = rows(&served, "daily.ndjson").await;
        assert_eq!(daily.iter().map(shown).collect::<BTreeSet<_>>(), expected);
        assert_eq!(daily.len(), expected.len(), "no row is there twice");
    }
    let row = |row: &Value| (row["component"].clone(), row["version"].clone());
    let daily = rows(&served, "daily.ndjson").await;
    assert_eq!(row(&daily[0]), (Value::Null, Value::Null), "absent and not empty");
    for measure in ["active", "appeared", "disappeared", "returned"] {
        let some = daily.iter().any(|row| row["measure"] == measure && row["clusters"].as_u64() > Some(0));
        assert!(some, "the clusters of this test show what {measure} is");
    }
    assert!(!daily.iter().any(|row| row["day"] == "2026-01-15"), "nobody came");
}

#[tokio::test]
async fn a_decision_moves_a_clusters_past_days_to_its_cohort() {
    let served = fleet().await;
    served.clock.set("2026-02-01T00:00:00Z".parse().unwrap());
    let before = rows(&served, "daily.ndjson").await;
    let ci = served.admin(Method::PUT, &format!("/v4/clusters/{}/cohort", id(1)));
    assert_eq!(ci.json(&json!({"cohort": "ci"})).send().await.unwrap().status(), StatusCode::OK);
    let after = rows(&served, "daily.ndjson").await;
    let known = |rows: &[Value], cohort: &str| {
        let last = rows.iter().rfind(|row| row["cohort"] == cohort && row["measure"] == "known");
        last.map(|row| row["clusters"].as_u64().unwrap())
    };
    assert_eq!((known(&before, "customer"), known(&before, "ci")), (Some(8), None));
    assert_eq!((known(&after, "customer"), known(&after, "ci")), (Some(7), Some(1)));
}
