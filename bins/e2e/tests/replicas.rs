//! Several agents of one installation over a simulated month: what one has claimed no other sends, whatever happens to it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "clippy knows only #[test] functions as tests")]

mod recorder;
mod world;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use recorder::Recorder;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use wfm_agent::timer::Timer;
use wfm_agent::{Agent, Flags, Settings, loops};
use wfm_core::anonymizer::EnvelopeKind;
use wfm_core::clock::{Clock, ManualClock};
use wfm_e2e::{Answer, Fault, RecordedCluster, Recording};

const MONTH: SignedDuration = SignedDuration::from_hours(28 * 24);
const SECRET: &str = "/api/v1/namespaces/deis/secrets/deis-workflow-manager";

/// A Monday.
fn start() -> Timestamp {
    "2026-03-02T09:00:00Z".parse().unwrap()
}

/// What each agent waits for; `None` while it works.
type Seats = BTreeMap<usize, Option<(Timestamp, Arc<Notify>)>>;

/// The clock of several agents: it goes on to the earliest moment that any of them waits for, once all of them wait.
struct Table {
    clock: Arc<ManualClock>,
    end: Timestamp,
    seats: Mutex<Seats>,
    over: Notify,
}

impl Table {
    fn sit(self: &Arc<Self>) -> Seat {
        let mut seats = self.seats.lock().unwrap();
        let number = seats.last_key_value().map_or(0, |(last, _)| last + 1);
        seats.insert(number, None);
        Seat { table: Arc::clone(self), number }
    }

    fn go_on(&self, seats: &mut Seats) {
        let Some(waiting) = seats.values().map(|seat| seat.as_ref().map(|(at, _)| *at)).collect::<Option<Vec<_>>>()
        else {
            return;
        };
        let Some(earliest) = waiting.into_iter().min() else { return };
        if earliest > self.end {
            return self.over.notify_one();
        }
        self.clock.set(self.clock.now().max(earliest));
        for seat in seats.values_mut() {
            if let Some((_, turn)) = seat.take_if(|(at, _)| *at <= earliest) {
                turn.notify_one();
            }
        }
    }
}

/// An agent's place at the table; it is free when the agent ends.
struct Seat {
    table: Arc<Table>,
    number: usize,
}

#[async_trait]
impl Timer for Seat {
    async fn until(&self, at: Timestamp) {
        let turn = Arc::new(Notify::new());
        {
            let mut seats = self.table.seats.lock().unwrap();
            seats.insert(self.number, Some((at, Arc::clone(&turn))));
            self.table.go_on(&mut seats);
        }
        turn.notified().await;
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut seats = self.table.seats.lock().unwrap();
        seats.remove(&self.number);
        self.table.go_on(&mut seats);
    }
}

struct Installation {
    cluster: RecordedCluster,
    recorder: Recorder,
    table: Arc<Table>,
    folder: tempfile::TempDir,
}

impl Installation {
    async fn new() -> Self {
        let clock = Arc::new(ManualClock::new(start()));
        let table =
            Table { clock: Arc::clone(&clock), end: start() + MONTH, seats: Mutex::default(), over: Notify::new() };
        Self {
            cluster: RecordedCluster::start(Recording::EksCurrent).await.unwrap(),
            recorder: Recorder::start().await.by(clock),
            table: Arc::new(table),
            folder: tempfile::tempdir().unwrap(),
        }
    }

    async fn agent(&self) -> Arc<Agent> {
        let flags = Flags {
            kubeconfig: Some(self.cluster.write_kubeconfig(self.folder.path()).unwrap()),
            versions_url: Some(self.recorder.url()),
            ..Flags::default()
        };
        let env = BTreeMap::from([("SHARE_USAGE_DATA".to_owned(), "true".to_owned())]);
        let (settings, _) = Settings::read(&flags, &env).unwrap();
        wfm_agent::connect_with(&settings, self.table.clock.clone()).await.unwrap()
    }

    /// Starts a replica at the table's time.
    async fn replica(&self) -> JoinHandle<()> {
        let seat = self.table.sit();
        tokio::spawn(loops::run(self.agent().await, Arc::new(seat), || 0.5))
    }

    /// The periods in which each kind arrived, in the order of arrival: half days and weeks, counted from the start's.
    fn arrivals(&self) -> BTreeMap<EnvelopeKind, Vec<i64>> {
        let kind = |body: &str| {
            let of =
                |kind: &EnvelopeKind| kind.part().is_some_and(|part| body.contains(&format!(r#""part":"{part}""#)));
            EnvelopeKind::ALL.into_iter().find(of).unwrap_or(EnvelopeKind::CheckIn)
        };
        let mut arrivals: BTreeMap<EnvelopeKind, Vec<i64>> = BTreeMap::new();
        for post in self.recorder.posts() {
            let kind = kind(&post.body);
            let (length, origin) = if kind == EnvelopeKind::CheckIn { (43_200, 0) } else { (7 * 86_400, 4 * 86_400) };
            let period = |at: Timestamp| (at.as_second() - origin).div_euclid(length);
            arrivals.entry(kind).or_default().push(period(post.at.unwrap()) - period(start()));
        }
        arrivals
    }

    /// How many periods have no envelope; no period may have two.
    fn missing(&self) -> usize {
        let arrivals = self.arrivals();
        let missing = EnvelopeKind::ALL.into_iter().map(|kind| {
            let periods = arrivals.get(&kind).cloned().unwrap_or_default();
            assert!(periods.windows(2).all(|pair| pair[0] < pair[1]), "{kind} came twice: {periods:?}");
            // The first of a week's comes within seven days, so perhaps in the second week.
            let (first, last) = if kind == EnvelopeKind::CheckIn { (0, 55) } else { (1, 3) };
            (first..=last).filter(|period| !periods.contains(period)).count()
        });
        missing.sum()
    }
}

#[tokio::test]
async fn one_two_and_three_agents_of_an_installation_send_every_envelope_once() {
    for number in 1..=3 {
        let installation = Installation::new().await;
        let mut replicas = Vec::new();
        for _ in 0..number {
            replicas.push(installation.replica().await);
        }
        installation.table.over.notified().await;
        assert_eq!(installation.missing(), 0, "{number} agents: {:?}", installation.arrivals());
        replicas.iter().for_each(JoinHandle::abort);
    }
}

/// A rolling update: for some minutes a new agent runs beside the old one, thirty times in the month.
#[tokio::test]
async fn an_agent_that_starts_beside_another_neither_repeats_nor_loses_an_envelope() {
    let installation = Installation::new().await;
    let mut replica = installation.replica().await;
    let rollout = installation.table.sit();
    for number in 1..=30 {
        rollout.until(start() + SignedDuration::from_secs(number * 79_999)).await;
        let new = installation.replica().await;
        rollout.until(installation.table.clock.now() + SignedDuration::from_mins(5)).await;
        replica.abort();
        replica = new;
    }
    drop(rollout);
    installation.table.over.notified().await;
    assert_eq!(installation.missing(), 0, "{:?}", installation.arrivals());
    replica.abort();
}

/// Kills agents some milliseconds after a slot was claimed, as a node does that loses its power.
#[tokio::test]
async fn a_crash_loses_one_envelope_at_most_and_repeats_none() {
    let installation = Installation::new().await;
    let mut replicas = [installation.replica().await, installation.replica().await];
    let claims = || installation.cluster.requests().iter().filter(|request| request.method == "PATCH").count();
    let (mut crashes, mut seen) = (0, claims());
    let mut dice = numbers(7);
    loop {
        tokio::select! {
            () = installation.table.over.notified() => break,
            () = tokio::time::sleep(Duration::from_micros(100)) => {}
        }
        let now = claims();
        if now == seen {
            continue;
        }
        seen = now;
        if !dice().is_multiple_of(3) {
            continue;
        }
        tokio::time::sleep(Duration::from_micros(dice() % 4000)).await;
        // Both at once, so that the one with the claim is among them; or one of them, whichever it is.
        let victims = if dice().is_multiple_of(2) { vec![0, 1] } else { vec![(dice() % 2) as usize] };
        for victim in victims {
            // The place is taken before the other is gone: time stands still while nobody runs.
            let new = installation.replica().await;
            replicas[victim].abort();
            let _ = (&mut replicas[victim]).await;
            replicas[victim] = new;
        }
        crashes += 1;
    }
    let missing = installation.missing();
    println!("{crashes} crashes, {missing} envelopes missing");
    assert!(crashes > 10 && missing <= crashes, "{crashes} crashes, {missing} missing: {:?}", installation.arrivals());
    replicas.iter().for_each(JoinHandle::abort);
}

/// A write that fails or whose answer is lost is no claim: the API server did not say that this agent has it.
#[tokio::test]
async fn what_could_not_be_claimed_is_not_sent_by_two() {
    for answer in [Answer::status(500), Answer::HangUp, Answer::Lost] {
        let installation = Installation::new().await;
        let mut replicas = Vec::new();
        for _ in 0..2 {
            replicas.push(installation.replica().await);
        }
        let trouble = installation.table.sit();
        let mut times = 0;
        for number in 1..=60 {
            trouble.until(start() + SignedDuration::from_secs(number * 11_999)).await;
            let fault = Fault::new(SECRET, answer.clone()).method(http::Method::PATCH).times(2);
            installation.cluster.heal();
            installation.cluster.script(fault);
            times += 1;
        }
        drop(trouble);
        installation.table.over.notified().await;
        let missing = installation.missing();
        println!("{answer:?}: {times} times in trouble, {missing} envelopes missing");
        // A claim whose answer is lost is one that nobody may use.
        assert!(missing == 0 || matches!(answer, Answer::Lost), "{answer:?}: {missing} missing");
        replicas.iter().for_each(JoinHandle::abort);
    }
}

/// Wherever an id could be shown, of every replica, from the next second on.
#[tokio::test]
async fn after_a_reset_no_page_of_any_replica_shows_the_old_id() {
    const PATHS: [&str; 7] = ["/", "/id", "/components", "/report.json", "/report.csv", "/metrics", "/sent.ndjson"];
    let installation = Installation::new().await;
    let mut replicas = Vec::new();
    for _ in 0..2 {
        replicas.push(wfm_agent::start(installation.agent().await, world::anywhere(), || 0.5).await.unwrap());
    }
    let shown = async || {
        let mut shown = Vec::new();
        for replica in &replicas {
            for path in PATHS {
                shown.push((path, world::text(replica.addr, path).await));
            }
        }
        shown
    };
    let first = |id: &str| id.trim_end().trim_end_matches('…').to_owned();
    let old = first(&world::until(|| world::text(replicas[0].addr, "/id"), |id| id.contains('…')).await);
    world::until(|| world::text(replicas[0].addr, "/sent.ndjson"), |log| log.contains(&old)).await;
    assert!(shown().await.iter().filter(|(_, text)| text.contains(&old)).count() >= 8);

    let new = installation.agent().await.reset_id(SignedDuration::from_hours(12)).await.unwrap().to_string();
    installation.table.clock.advance(SignedDuration::from_secs(1));
    for (path, text) in shown().await {
        assert!(!text.contains(&old), "{path} shows the id that was reset: {text}");
        assert!(path != "/id" || new.starts_with(&first(&text)), "{text}");
    }
}

/// Numbers that look random, the same in every run.
fn numbers(seed: u64) -> impl FnMut() -> u64 {
    let mut state = seed;
    move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state >> 33
    }
}
