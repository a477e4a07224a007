use std::sync::Arc;

use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::Value;
use wfm_core::anonymizer::{Arrival, Vocabulary};
use wfm_core::catalog::Catalog;
use wfm_core::cluster::{ClusterId, Cohort};
use wfm_core::fleet::{Cohorts, Counted, Day};
use wfm_core::release::{PublishMode, Release, Releases};
use wfm_core::store::{Actor, By, MemoryStore, Store, ask};
use wfm_core::version::Train;
use wfm_core::wire::insights::Interval;
use wfm_core::wire::v3;

use super::super::asked::{At, Stretch};
use super::super::scene::{NoAnswer, Scene};
use super::*;

/// 2025-12-29, a Monday, at noon.
const START: i64 = 1_766_966_400 + DAY / 2;
const DAYS: i64 = 10;

/// Clusters that come on one day, check in on each day until another, and run one version; all were created at the
/// beginning, so that ages are the same however many they are.
#[derive(Debug, Clone)]
struct Group {
    clusters: u64,
    first: i64,
    last: i64,
    version: usize,
}

const VERSIONS: [&str; 4] = ["v2.18.0", "v2.19.0", "v2.20.0", "v9.9.9"];

fn group(clusters: impl Strategy<Value = u64>) -> impl Strategy<Value = Group> {
    (clusters, 0..DAYS, 0..DAYS, 0..VERSIONS.len()).prop_map(|(clusters, one, other, version)| Group {
        clusters,
        first: one.min(other),
        last: one.max(other),
        version,
    })
}

fn releases() -> Vec<Release> {
    let release = |version: &&str| {
        let day = Timestamp::from_second(START).unwrap();
        Release::new("deis-router".parse().unwrap(), Train::stable(), version.parse().unwrap(), day)
    };
    // The last is not published: it is custom.
    VERSIONS[..3].iter().map(release).collect()
}

async fn store(groups: &[Group]) -> MemoryStore {
    let (store, known) = (MemoryStore::default(), releases().into_iter().collect::<Releases>());
    let by = By { actor: Actor::Publisher, at: Timestamp::from_second(START).unwrap() };
    store.publish(releases(), PublishMode::RefuseChanges, by).await.unwrap();
    for (number, group) in groups.iter().enumerate() {
        let body = v3::Cluster {
            id: uuid::Uuid::nil().to_string(),
            components: vec![v3::ComponentVersion {
                component: v3::Component { name: "deis-router".into(), ..Default::default() },
                version: v3::Version { version: VERSIONS[group.version].into(), ..Default::default() },
                update_available: None,
            }],
            first_seen: None,
            last_seen: None,
        };
        let arrival = Arrival::reduce(&body, Vocabulary::new(&Catalog::workflow(), &known)).unwrap();
        let arrival = arrival.with_created(Some(jiff::civil::date(2025, 12, 29)));
        for cluster in 0..group.clusters {
            let id = ClusterId::new(uuid::Uuid::from_u64_pair(number as u64 + 1, cluster));
            for day in group.first..=group.last {
                let at = Timestamp::from_second(START + day * DAY).unwrap();
                store.check_in(arrival.clone().said_by(id), at).await.unwrap();
            }
        }
    }
    store
}

/// Everything that the public can be told of a fleet: each question, as of each day.
async fn told(store: &MemoryStore) -> Vec<Value> {
    let releases = store.releases().await.unwrap();
    let question = move |rollups: &dyn wfm_core::fleet::Rollups| {
        let mut all = Vec::new();
        for day in [0, 3, 6, 7, DAYS - 1, DAYS, DAYS + 7] {
            let now = Timestamp::from_second(START + day * DAY + DAY / 2 - 1).unwrap();
            let scene = Scene { rollups, now, include: Cohorts::default(), public: true };
            answers(&scene, &releases, &mut all).map_err(|error| match error {
                NoAnswer::Store(error) => error,
                NoAnswer::Asked(message) => panic!("{message}"),
            })?;
        }
        Ok(all)
    };
    ask(store, question).await.unwrap()
}

fn answers(scene: &Scene<'_>, releases: &Arc<Releases>, all: &mut Vec<Value>) -> Result<(), NoAnswer> {
    let router = "deis-router".parse().unwrap();
    let mut add = |answer: Result<Value, serde_json::Error>| all.push(answer.unwrap());
    add(serde_json::to_value(scene.summary(None)?));
    add(serde_json::to_value(scene.summary(Some(At::Day(Day::of(START))))?));
    for interval in [Interval::Day, Interval::Week] {
        let stretch = Stretch { interval, ..Stretch::default() };
        for counted in [Counted::Active, Counted::Appeared, Counted::Disappeared] {
            add(serde_json::to_value(scene.series(counted, stretch)?));
        }
        add(serde_json::to_value(scene.ages(stretch)?));
        add(serde_json::to_value(scene.adoption(&router, stretch)?));
    }
    add(serde_json::to_value(scene.releases(releases)?));
    let said = [(wfm_core::facets::Facet::Vendor, "eks"), (wfm_core::facets::Facet::Creation, "2024-W07")];
    let distributions = crate::handlers::insights::distributions::tests::week(&[(Cohort::Customer, &said, 37)]);
    add(serde_json::to_value(scene.distributions(&distributions)));
    add(serde_json::to_value(scene.back(None, Interval::Day)?.from.map(Day::date)));
    Ok(())
}

/// Every number of an answer that counts clusters or seconds.
fn numbers(answer: &Value, found: &mut Vec<u64>) {
    match answer {
        Value::Number(number) => found.push(number.as_u64().unwrap()),
        Value::Array(values) => values.iter().for_each(|value| numbers(value, found)),
        Value::Object(fields) => fields.values().for_each(|value| numbers(value, found)),
        _ => {}
    }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn fleets_whose_counts_differ_below_ten_are_told_alike_on_all_days(
        tens in prop::collection::vec(group((1u64..4).prop_map(|tens| tens * 10)), 0..3),
        few in prop::collection::vec(group(0u64..4), 3),
        other in prop::collection::vec(group(0u64..4), 3),
    ) {
        let fleet = |few: &[Group]| [tens.as_slice(), few].concat();
        let (one, other) = block_on(async { (told(&store(&fleet(&few)).await).await, told(&store(&fleet(&other)).await).await) });
        for (one, other) in one.iter().zip(&other) {
            prop_assert_eq!(one, other);
        }
    }

    #[test]
    fn what_is_reckoned_out_of_told_numbers_is_a_multiple_of_ten(
        fleet in prop::collection::vec(group(0u64..35), 1..4),
    ) {
        let mut told_numbers = Vec::new();
        block_on(async { told(&store(&fleet).await).await }).iter().for_each(|answer| numbers(answer, &mut told_numbers));
        // Ages are whole days, which are a multiple of ten too.
        prop_assert!(told_numbers.iter().all(|number| number % 10 == 0 && *number > 0 || *number == 0));
        for pair in told_numbers.windows(2) {
            prop_assert_eq!(pair[0].abs_diff(pair[1]) % 10, 0);
        }
    }

    #[test]
    fn a_count_is_told_by_its_tens_alone(tens in 0u64..1000, one in 0u64..10, other in 0u64..10) {
        let told = |ones| Count::Told(tens * 10 + ones).for_public();
        prop_assert_eq!(told(one), told(other));
        prop_assert_eq!(told(one).for_public(), told(one));
        prop_assert_eq!(told(one) == Count::FewerThanTen, tens == 0);
    }
}

#[test]
fn what_is_too_rare_is_added_up_before_it_is_rounded() {
    let value = |value: &str, clusters| DistributionValue { value: value.into(), clusters: Count::Told(clusters) };
    let values = vec![value("1.30", 27), value("1.31", 9), value("1.32", 0), value("other", 4)];
    let told = Distribution { name: "kubernetes".into(), values, rest: Count::Told(3) }.for_public();
    assert_eq!(told.values, [value("1.30", 20)]);
    assert_eq!(told.rest, Count::Told(10));
}
