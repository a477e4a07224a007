//! The store beside the reference, on any list of operations.

use proptest::prelude::*;
use tokio::runtime::Runtime;
use wfm_core::clock::{Clock, ManualClock};
use wfm_core::cluster::Cohort;
use wfm_core::facets::{Facet, FacetReport, FacetValue};
use wfm_core::fleet::{self, Cohorts, PublicDay, Steps};
use wfm_core::release::{NoticeLevel, ReleaseKey};
use wfm_core::store::{InstalledQuery, MemoryStore, Record, ask};
use wfm_core::wire::insights::Count;

use super::*;

const VERSIONS: [&str; 4] = ["v2.9.0", "v2.10.0", "v2.10.1-rc1", "3.0.0"];

#[derive(Debug, Clone)]
enum Operation {
    Advance(i64),
    CheckIn { cluster: u128, version: usize, cohort: Option<usize>, times: u8 },
    Publish { versions: Vec<usize>, day: i8, mode: usize },
    Yank { version: usize, reason: bool },
    Notice { id: u8, text: u8, remove: bool },
    SetCohort { cluster: u128, cohort: Option<usize> },
    SetRules { rules: Vec<(u128, usize)> },
    Erase { cluster: u128 },
    CountFacets { week: i64, cohort: usize, minor: u8, nodes: Option<u64> },
    ShowDay { day: i8, tens: u64, secret: u8 },
    NoteSilent,
    Ask { back: i64 },
    OpenAgain,
    CopyToAnother,
}

fn operation() -> impl Strategy<Value = Operation> {
    use Operation::*;
    let version = 0..VERSIONS.len();
    let cohort = || proptest::option::of(0..4usize);
    prop_oneof![
        3 => (-100_000i64..200_000).prop_map(Advance),
        10 => (0u128..5, version.clone(), rarely(0..4usize), 1u8..40)
            .prop_map(|(cluster, version, cohort, times)| CheckIn { cluster, version, cohort, times }),
        3 => (proptest::collection::vec(version.clone(), 1..3), 1i8..3, 0..3usize)
            .prop_map(|(versions, day, mode)| Publish { versions, day, mode }),
        2 => (version, any::<bool>()).prop_map(|(version, reason)| Yank { version, reason }),
        2 => (0u8..2, 0u8..3, any::<bool>()).prop_map(|(id, text, remove)| Notice { id, text, remove }),
        2 => (0u128..6, cohort()).prop_map(|(cluster, cohort)| SetCohort { cluster, cohort }),
        1 => proptest::collection::vec((0u128..6, 0..4usize), 0..3).prop_map(|rules| SetRules { rules }),
        2 => (0u128..5).prop_map(|cluster| Erase { cluster }),
        3 => (0i64..2, 0..4usize, 8u8..11, proptest::option::of(1u64..7))
            .prop_map(|(week, cohort, minor, nodes)| CountFacets { week, cohort, minor, nodes }),
        2 => (1i8..6, 2u64..9, any::<u8>()).prop_map(|(day, tens, secret)| ShowDay { day, tens, secret }),
        2 => Just(NoteSilent),
        4 => (0i64..400_000).prop_map(|back| Ask { back }),
        1 => Just(OpenAgain),
        1 => Just(CopyToAnother),
    ]
}

/// Mostly nothing, so that one thing after the other is the same.
fn rarely<T: Clone + std::fmt::Debug>(value: impl Strategy<Value = T>) -> impl Strategy<Value = Option<T>> {
    proptest::option::weighted(0.15, value)
}

/// Both stores, one clock.
struct Pair {
    folder: TempDir,
    sled: Option<SledStore>,
    memory: MemoryStore,
    clock: ManualClock,
}

/// Asks both and demands one answer.
macro_rules! both {
    ($pair:expr, $store:ident => $asked:expr) => {{
        let of_sled = {
            let $store: &dyn Store = $pair.sled();
            $asked.await.unwrap()
        };
        let of_memory = {
            let $store: &dyn Store = &$pair.memory;
            $asked.await.unwrap()
        };
        prop_assert_eq!(&of_sled, &of_memory);
    }};
}

impl Pair {
    async fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let sled = Some(SledStore::open(folder.path()).await.unwrap());
        Self { folder, sled, memory: MemoryStore::default(), clock: ManualClock::new(noon()) }
    }

    fn sled(&self) -> &SledStore {
        self.sled.as_ref().unwrap()
    }

    async fn run(&mut self, operation: Operation) -> Result<(), TestCaseError> {
        let by = By { at: self.clock.now(), ..by() };
        let cohort = |n: Option<usize>| n.map(|n| Cohort::ALL[n]);
        let id = |n: u128| ClusterId::new(uuid::Uuid::from_u128(n << 100));
        match operation {
            Operation::Advance(seconds) => self.clock.advance(jiff::SignedDuration::from_secs(seconds)),
            Operation::CheckIn { cluster, version, cohort: declared, times } => {
                for _ in 0..times {
                    let arrival = said(id(cluster), VERSIONS[version]);
                    // Old agents, which cannot declare a cohort, check in with one of the versions.
                    let arrival = if version == 0 { arrival } else { arrival.with_cohort(cohort(declared)) };
                    both!(self, store => store.check_in(arrival.clone(), self.clock.now()));
                    self.clock.advance(jiff::SignedDuration::from_secs(43_200));
                }
            }
            Operation::Publish { versions, day, mode } => {
                let at = |version: &usize| {
                    let released = format!("2020-01-{day:02}T00:00:00Z").parse().unwrap();
                    Release::new(
                        "deis-router".parse().unwrap(),
                        Train::stable(),
                        VERSIONS[*version].parse().unwrap(),
                        released,
                    )
                };
                let batch: Vec<Release> = versions.iter().map(at).collect();
                let mode = [PublishMode::DryRun, PublishMode::RefuseChanges, PublishMode::Replace][mode];
                both!(self, store => store.publish(batch.clone(), mode, by));
            }
            Operation::Yank { version, reason } => {
                let key = ReleaseKey { version: VERSIONS[version].parse().unwrap(), ..release("v1.0.0").key() };
                let reason = reason.then(|| "it loses data".parse().unwrap());
                both!(self, store => store.yank(key.clone(), reason.clone(), by));
            }
            Operation::Notice { id, text, remove: false } => {
                let notice = Notice {
                    id: format!("n{id}").parse().unwrap(),
                    train: Train::stable(),
                    level: NoticeLevel::Advisory,
                    component: None,
                    affected: None,
                    text: format!("text {text}").parse().unwrap(),
                    published: noon(),
                };
                both!(self, store => store.put_notice(notice.clone(), by));
            }
            Operation::Notice { id, .. } => {
                let id: NoticeId = format!("n{id}").parse().unwrap();
                both!(self, store => store.remove_notice(Train::stable(), id.clone(), by));
            }
            Operation::SetCohort { cluster, cohort: decided } => {
                both!(self, store => store.set_cohort(id(cluster), cohort(decided), by));
            }
            Operation::SetRules { rules } => {
                let rules: BTreeMap<_, _> = rules.into_iter().map(|(n, cohort)| (id(n), Cohort::ALL[cohort])).collect();
                both!(self, store => store.set_rules(rules.clone(), by));
            }
            Operation::Erase { cluster } => {
                both!(self, store => store.erase(id(cluster), by));
                prop_assert_eq!(self.sled().verify().await.unwrap().differences, Vec::<String>::new());
            }
            Operation::CountFacets { week, cohort, minor, nodes } => {
                let kubernetes = FacetValue::read(Facet::Kubernetes, &format!("1.{minor}")).unwrap();
                let nodes = nodes.and_then(wfm_core::facets::Nodes::of).map(FacetValue::Nodes);
                let created = wfm_core::facets::Week::new(2024, minor.cast_signed()).map(FacetValue::Creation);
                let values = std::iter::once(kubernetes).chain(nodes).chain(created);
                let report = FacetReport::new(week_of(week), Cohort::ALL[cohort], values).unwrap();
                // Two at once, so that some share a transaction.
                let count = || self.sled().count_facets(report.clone());
                tokio::try_join!(count(), count()).unwrap();
                for _ in 0..2 {
                    self.memory.count_facets(report.clone()).await.unwrap();
                }
            }
            Operation::ShowDay { day, tens, secret } => {
                let (day, active) = (jiff::civil::date(2026, 1, day), Count::Told(tens * 10));
                let shown = PublicDay { day, known: active, excluded: Count::Few, active, components: BTreeMap::new() };
                both!(self, store => store.keep_public_days(vec![shown.clone()]));
                both!(self, store => store.steps(Steps::of([secret; Steps::RANDOM])));
                both!(self, store => store.last_public_day(day.into()));
                both!(self, store => store.public_days(day.into(), fleet::Day::from(day).plus(2)));
            }
            Operation::NoteSilent => self.note_silent().await,
            Operation::Ask { back } => self.ask(self.clock.now() - jiff::SignedDuration::from_secs(back)).await?,
            Operation::OpenAgain => {
                self.sled = None;
                self.sled = Some(SledStore::open(self.folder.path()).await.unwrap());
            }
            Operation::CopyToAnother => {
                let folder = TempDir::new().unwrap();
                let copy = SledStore::open(folder.path()).await.unwrap();
                copy.load(self.sled().records().await.unwrap()).await.unwrap();
                self.sled = Some(copy);
                self.folder = folder;
            }
        }
        Ok(())
    }

    async fn ask(&self, moment: Timestamp) -> Result<(), TestCaseError> {
        let installed = |version: Option<&str>| InstalledQuery {
            component: "deis-router".parse().unwrap(),
            version: version.map(|range| range.parse().unwrap()),
        };
        for query in [
            ClusterQuery::default(),
            ClusterQuery { installed: Some(installed(Some(">=2.9,<2.11"))), ..ClusterQuery::default() },
            ClusterQuery { installed: Some(installed(None)), cohort: Some(Cohort::Ci), ..ClusterQuery::default() },
            ClusterQuery { checked_in: Bounds { after: Some(moment), before: None }, ..ClusterQuery::default() },
        ] {
            both!(self, store => store.clusters(query.clone(), None, 2));
        }
        let created = Bounds { after: None, before: Some(moment) };
        both!(self, store => store.check_ins(created, None, 100));
        for epoch in [None, Some(moment - jiff::SignedDuration::from_hours(50))] {
            let query = PersistentQuery { epoch, at: moment };
            both!(self, store => store.persistent(query, None, 100));
        }
        both!(self, store => ask(store, move |rollups| fleet::summary(rollups, moment, Cohorts::ALL)));
        both!(self, store => ask(store, move |rollups| fleet::summary(rollups, moment, Cohorts::default())));
        for week in 0..2 {
            both!(self, store => store.facets(week_of(week)));
        }
        both!(self, store => store.releases());
        both!(self, store => store.count_clusters());
        both!(self, store => store.audit(0, 1000));
        Ok(())
    }

    async fn note_silent(&self) {
        for store in [self.sled() as &dyn Store, &self.memory] {
            while store.note_silent(self.clock.now()).await.unwrap() > 0 {}
        }
    }

    async fn compare_everything(&self) -> Result<(), TestCaseError> {
        let all = async |store: &dyn Store| store.records().await.unwrap().collect::<Result<Vec<Record>, _>>().unwrap();
        prop_assert_eq!(all(self.sled()).await, all(&self.memory).await);
        self.note_silent().await;
        let everything = |rollups: &dyn fleet::Rollups| rollups.rows(&[], &[0xff]);
        both!(self, store => ask(store, everything));
        let clock = self.clock.now();
        // A clock that was set back before the first check-in knows of none.
        let summary =
            move |rollups: &dyn fleet::Rollups| fleet::summary(rollups, fleet::now(rollups, clock)?, Cohorts::ALL);
        let sled = ask(self.sled(), summary).await.unwrap();
        prop_assert_eq!(sled.known, Count::Told(self.memory.count_clusters().await.unwrap()));
        prop_assert_eq!(self.sled().rebuild().await.unwrap(), 0, "rebuilt is as it was");
        prop_assert_eq!(self.sled().verify().await.unwrap().differences, Vec::<String>::new());
        Ok(())
    }
}

fn week_of(number: i64) -> jiff::civil::Date {
    fleet::Day::from(jiff::civil::date(2026, 1, 5)).plus(7 * number).date()
}

fn said(id: ClusterId, version: &str) -> Arrival {
    let known: Releases = VERSIONS.iter().map(|version| release(version)).collect();
    let body = v3::Cluster {
        id: id.to_string(),
        components: vec![v3::ComponentVersion {
            component: v3::Component { name: "deis-router".into(), ..v3::Component::default() },
            version: v3::Version { version: version.into(), ..v3::Version::default() },
            update_available: None,
        }],
        first_seen: None,
        last_seen: None,
    };
    Arrival::reduce(&body, Vocabulary::new(&Catalog::workflow(), &known)).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn any_list_of_operations_gives_the_answers_of_the_reference(
        operations in proptest::collection::vec(operation(), 1..25),
    ) {
        Runtime::new().unwrap().block_on(async {
            let mut pair = Pair::new().await;
            for operation in operations {
                pair.run(operation).await?;
            }
            pair.ask(pair.clock.now()).await?;
            pair.compare_everything().await
        })?;
    }
}
