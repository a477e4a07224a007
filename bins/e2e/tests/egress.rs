//! What is on the wire over a simulated week: nothing, the same for everybody, or exactly what the preview and the log say.

#![allow(clippy::unwrap_used, clippy::panic, reason = "clippy knows only #[test] functions as tests")]

mod recorder;
#[path = "egress/release_list.rs"]
mod release_list;
mod world;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use recorder::{Heard, Recorder};
use tokio::sync::Notify;
use wfm_agent::timer::Timer;
use wfm_agent::{Agent, Flags, Settings, loops};
use wfm_core::anonymizer::EnvelopeKind;
use wfm_core::clock::ManualClock;
use wfm_core::cluster::ClusterId;
use wfm_e2e::{Answer, Fault, RecordedCluster, Recording};

const WEEK: SignedDuration = SignedDuration::from_hours(7 * 24);
const HOUR: SignedDuration = SignedDuration::from_hours(1);

fn start() -> Timestamp {
    "2026-03-02T09:00:00Z".parse().unwrap()
}

/// Sets the clock where others would wait, until the end.
struct Simulated {
    clock: Arc<ManualClock>,
    end: Timestamp,
    over: Arc<Notify>,
}

#[async_trait]
impl Timer for Simulated {
    async fn until(&self, at: Timestamp) {
        if at > self.end {
            self.over.notify_one();
            std::future::pending::<()>().await;
        }
        self.clock.set(self.now().max(at));
    }
}

impl Simulated {
    fn now(&self) -> Timestamp {
        wfm_core::clock::Clock::now(self.clock.as_ref())
    }
}

struct Installation {
    cluster: RecordedCluster,
    agent: Arc<Agent>,
    clock: Arc<ManualClock>,
    folder: tempfile::TempDir,
}

async fn install(recording: Recording, url: &str, env: &[(&str, &str)]) -> Installation {
    let folder = tempfile::tempdir().unwrap();
    let cluster = RecordedCluster::start(recording).await.unwrap();
    let clock = Arc::new(ManualClock::new(start()));
    let flags = Flags {
        kubeconfig: Some(cluster.write_kubeconfig(folder.path()).unwrap()),
        versions_url: Some(url.to_owned()),
        state_dir: Some(folder.path().join("state")),
        ..Flags::default()
    };
    let env: BTreeMap<String, String> = env.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
    let (settings, _) = Settings::read(&flags, &env).unwrap();
    let agent = wfm_agent::connect_with(&settings, clock.clone()).await.unwrap();
    Installation { cluster, agent, clock, folder }
}

impl Installation {
    /// Lives from now on for so long.
    async fn live(&self, long: SignedDuration) {
        let over = Arc::new(Notify::new());
        let now = wfm_core::clock::Clock::now(self.clock.as_ref());
        let timer = Simulated { clock: Arc::clone(&self.clock), end: now + long, over: Arc::clone(&over) };
        let life = loops::run(Arc::clone(&self.agent), Arc::new(timer), || 0.5);
        tokio::select! {
            () = life => {}
            () = over.notified() => {}
        }
        self.clock.set(now + long);
    }

    /// Another process draws a new id, while the agent runs.
    async fn reset(&self, recorder: &Recorder) -> ClusterId {
        let other = self.folder.path().join("other");
        std::fs::create_dir(&other).unwrap();
        let flags = Flags {
            kubeconfig: Some(self.cluster.write_kubeconfig(&other).unwrap()),
            versions_url: Some(recorder.url()),
            ..Flags::default()
        };
        let (settings, _) = Settings::read(&flags, &BTreeMap::new()).unwrap();
        let resetting = wfm_agent::connect_with(&settings, self.clock.clone()).await.unwrap();
        resetting.reset_id(SignedDuration::from_hours(12)).await.unwrap()
    }

    async fn preview(&self) -> Vec<String> {
        let nobody = "00000000-0000-4000-8000-000000000000".parse().unwrap();
        self.agent.preview(nobody).await.unwrap().iter().map(|envelope| envelope.as_str().to_owned()).collect()
    }

    fn log(&self) -> Vec<wfm_agent::sent::Entry> {
        let text = std::fs::read_to_string(self.folder.path().join("state/sent.ndjson")).unwrap_or_default();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

#[tokio::test]
async fn with_both_switches_off_a_week_passes_without_a_connection() {
    let recorder = Recorder::start().await;
    let off = [("CHECK_VERSIONS", "false"), ("SHARE_USAGE_DATA", "false")];
    let do_not_track = [("DO_NOT_TRACK", "1"), ("SHARE_USAGE_DATA", "true"), ("CHECK_VERSIONS", "true")];
    for env in [&off[..], &do_not_track[..]] {
        let installation = install(Recording::Onprem2018, &recorder.url(), env).await;
        installation.live(WEEK).await;
        installation.agent.view().await;
        assert!(installation.log().is_empty());
    }
    assert_eq!(recorder.connections(), 0);
}

#[tokio::test]
async fn the_update_check_is_the_same_request_from_every_installation() {
    let recorder = Recorder::start().await;
    let first_of_each: BTreeSet<String> = {
        let mut firsts = BTreeSet::new();
        for number in 0..20 {
            let recording = Recording::ALL[number % 2];
            let cohort: [(&str, &str); 2] = [("COHORT", "staff"), ("POLL_INTERVAL_SEC", "7200")];
            let installation = install(recording, &recorder.url(), &cohort[..number % 3]).await;
            let before = recorder.heard().len();
            installation.live(WEEK).await;
            let heard = recorder.heard();
            assert!(heard.len() >= before + 14, "it asked all week");
            firsts.insert(heard[before].head.clone());
        }
        firsts
    };
    assert_eq!(first_of_each.len(), 1, "{first_of_each:?}");
    let heard = recorder.heard();
    let distinct: BTreeSet<&str> = heard.iter().map(|heard| heard.head.as_str()).collect();
    // Once the document is known its hash is named, which everybody computes alike.
    assert_eq!(distinct.len(), 2, "{distinct:#?}");
    assert!(heard.iter().all(|heard| heard.path() == "/v4/releases/stable" && heard.body.is_empty()));
    let names = ["accept", "accept-encoding", "user-agent", "host"];
    let allowed = |name: &String| names.contains(&name.as_str()) || name == "if-none-match";
    assert!(heard.iter().all(|heard| heard.header_names().iter().all(allowed)), "{distinct:#?}");
}

#[tokio::test]
async fn what_is_sent_is_what_was_previewed_and_what_the_log_says_byte_for_byte() {
    for recording in Recording::ALL {
        let recorder = Recorder::start().await;
        let installation = install(recording, &recorder.url(), &[("SHARE_USAGE_DATA", "true")]).await;
        installation.live(WEEK).await;
        let (posts, log, preview) = (recorder.posts(), installation.log(), installation.preview().await);
        let bodies: Vec<&str> = posts.iter().map(|heard| heard.body.as_str()).collect();
        assert_eq!(bodies, log.iter().map(|entry| entry.body.as_str()).collect::<Vec<_>>());
        assert_eq!(bodies.iter().copied().collect::<BTreeSet<_>>(), preview.iter().map(String::as_str).collect());
        assert!(log.iter().all(|entry| entry.to == format!("{}/", recorder.url())));

        let count = |kind| log.iter().filter(|entry| entry.envelope == kind).count();
        assert!([14, 15].contains(&count(EnvelopeKind::CheckIn)), "{}", count(EnvelopeKind::CheckIn));
        // The week of the test is one of the calendar's and nine hours.
        let weekly = EnvelopeKind::ALL.into_iter().filter(|kind| kind.part().is_some());
        assert!(weekly.clone().all(|kind| [1, 2].contains(&count(kind))));
        each_on_its_own(&recorder.heard());
        let id = installation.agent.cluster_id().await.unwrap().to_string();
        for heard in posts {
            assert_eq!(heard.body.contains(&id), heard.path() == "/v4/reports");
            let names = ["accept", "accept-encoding", "user-agent", "host", "content-type", "content-length"];
            assert!(heard.header_names().iter().all(|name| names.contains(&name.as_str())), "{}", heard.head);
            assert!(!heard.head.contains(&id));
        }
        let times = |kind| log.iter().filter(move |entry| entry.envelope == kind).map(|entry| entry.at);
        for facets in weekly.flat_map(times) {
            let far = |check_in: Timestamp| check_in.duration_since(facets).abs() > HOUR * 9 / 10;
            assert!(times(EnvelopeKind::CheckIn).all(far), "{facets}");
        }
    }
}

/// No envelope came on a connection on which anything else came.
fn each_on_its_own(heard: &[Heard]) {
    for post in heard.iter().filter(|heard| heard.is_post()) {
        assert_eq!(heard.iter().filter(|other| other.connection == post.connection).count(), 1, "{}", post.head);
    }
}

#[tokio::test]
async fn what_carries_no_id_is_told_where_none_can_be_created() {
    let recorder = Recorder::start().await;
    let installation = install(Recording::Onprem2018, &recorder.url(), &[("SHARE_USAGE_DATA", "true")]).await;
    installation.cluster.script(Fault::new("/api/v1/namespaces/deis/secrets", Answer::status(403)));
    installation.live(WEEK).await;
    let told: BTreeSet<EnvelopeKind> = installation.log().iter().map(|entry| entry.envelope).collect();
    assert_eq!(told, EnvelopeKind::ALL.into_iter().filter(|kind| kind.part().is_some()).collect());
}

#[tokio::test]
async fn a_cluster_whose_creation_cannot_be_read_sends_no_such_envelope() {
    let recorder = Recorder::start().await;
    let installation = install(Recording::Onprem2018, &recorder.url(), &[("SHARE_USAGE_DATA", "true")]).await;
    installation.cluster.script(Fault::new("/api/v1/namespaces/kube-system", Answer::status(403)));
    installation.live(WEEK).await;
    let sent: BTreeSet<EnvelopeKind> = installation.log().iter().map(|entry| entry.envelope).collect();
    assert_eq!(sent, EnvelopeKind::ALL.into_iter().filter(|kind| *kind != EnvelopeKind::Creation).collect());
    assert_eq!(installation.preview().await.len(), sent.len());
    let why = installation.agent.envelope(EnvelopeKind::Creation).await.unwrap_err();
    let expected = "the creation of the namespace kube-system could not be read: check with `kubectl auth can-i get \
                    namespaces/kube-system`";
    assert_eq!(why, expected);
}

#[tokio::test]
async fn a_service_that_refuses_is_asked_three_times_a_period_and_nothing_is_made_up_for() {
    let recorder = Recorder::start().await;
    recorder.refuse(true);
    let installation = install(Recording::EksCurrent, &recorder.url(), &[("SHARE_USAGE_DATA", "true")]).await;
    installation.live(SignedDuration::from_hours(12)).await;
    let check_ins = |posts: &[Heard]| posts.iter().filter(|heard| heard.path() == "/v4/reports").count();
    let (refused, before) = (check_ins(&recorder.posts()), installation.log().len());
    assert_eq!(refused, 3 * installation.log().iter().filter(|e| e.envelope == EnvelopeKind::CheckIn).count());
    recorder.refuse(false);
    installation.live(SignedDuration::from_hours(24)).await;
    let after = installation.log().len() - before;
    assert!((1..=5).contains(&after), "{after} envelopes in a day");
}

#[tokio::test]
async fn after_a_reset_another_id_speaks_at_other_times_and_not_at_once() {
    let recorder = Recorder::start().await;
    let installation = install(Recording::EksCurrent, &recorder.url(), &[("SHARE_USAGE_DATA", "true")]).await;
    installation.live(WEEK).await;
    let (old, before) = (installation.agent.cluster_id().await.unwrap(), installation.log());
    let reset_at = wfm_core::clock::Clock::now(installation.clock.as_ref());
    assert_ne!(installation.reset(&recorder).await, old);

    // The first half day is silent, so every envelope of a week comes within a week and a half day.
    installation.live(WEEK + SignedDuration::from_hours(13)).await;
    let after = &installation.log()[before.len()..];
    assert!(after.len() >= 14 && after.iter().all(|entry| !entry.body.contains(&old.to_string())));
    assert!(after.iter().all(|entry| entry.at > reset_at + SignedDuration::from_hours(12)));
    assert!(EnvelopeKind::ALL.iter().all(|kind| after.iter().any(|entry| entry.envelope == *kind)));
}

/// The list that the agent knows is a mark, too: what a service left out of it would be reported as custom under both ids.
#[tokio::test]
async fn after_a_reset_no_request_and_no_check_in_comes_of_a_list_from_before() {
    for env in [&[][..], &[("SHARE_USAGE_DATA", "true")]] {
        let recorder = Recorder::start().await;
        let installation = install(Recording::EksCurrent, &recorder.url(), env).await;
        installation.live(HOUR * 30).await;
        let conditional =
            |heard: &&Heard| !heard.is_post() && heard.header_names().iter().any(|name| name == "if-none-match");
        let before = recorder.heard();
        assert!(before.iter().any(|heard| conditional(&heard)));
        installation.reset(&recorder).await;
        recorder.refuse_checks(true);
        installation.live(HOUR * 40).await;
        let after = recorder.heard().split_off(before.len());
        assert!(after.len() > 2 && !after.iter().any(|heard| conditional(&heard)));
        assert!(!after.iter().any(|heard| heard.path() == "/v4/reports"), "a check-in of the list from before");
    }
}

/// However often it starts: no envelope of a kind comes twice in a period, and none stays away for ever.
#[tokio::test]
async fn restarts_neither_send_twice_nor_skip_for_ever() {
    let recorder = Recorder::start().await;
    let installation = install(Recording::EksCurrent, &recorder.url(), &[("SHARE_USAGE_DATA", "true")]).await;
    for start in 0..60 {
        installation.live(HOUR * (1 + start * 7 % 23)).await;
        // Sometimes it is down for a while.
        let down = HOUR * if start % 5 == 0 { 9 } else { 0 };
        let now = wfm_core::clock::Clock::now(installation.clock.as_ref());
        installation.clock.set(now + down);
    }
    let log = installation.log();
    for kind in EnvelopeKind::ALL {
        let period = if kind == EnvelopeKind::CheckIn { 43_200 } else { WEEK.as_secs() };
        // Weeks begin on Mondays: the epoch was a Thursday.
        let number = |entry: &wfm_agent::sent::Entry| (entry.at.as_second() - 4 * 86_400).div_euclid(period);
        let periods: Vec<i64> = log.iter().filter(|entry| entry.envelope == kind).map(number).collect();
        assert!(periods.windows(2).all(|pair| pair[0] < pair[1]), "{kind}: {periods:?}");
        let least = if kind == EnvelopeKind::CheckIn { 30 } else { 2 };
        assert!(periods.len() >= least, "{kind} was sent {} times in a month", periods.len());
    }
}

/// The program itself, whose every connection that is not to this machine goes to a proxy that writes it down.
async fn proxied(recorder: &Recorder, kubeconfig: &Path, env: &[(&str, &str)]) -> usize {
    let proxy = recorder.url();
    let mut command = std::process::Command::new(world::program("wfm-agent"));
    command.args(["--listen", "127.0.0.1:0", "--versions-url", "http://versions.example.com", "--kubeconfig"]);
    command.arg(kubeconfig).env_clear().envs(env.iter().copied());
    for name in ["http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"] {
        command.env(name, &proxy);
    }
    command.env("NO_PROXY", "127.0.0.1").env("no_proxy", "127.0.0.1");
    command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
    let before = recorder.connections();
    let mut child = command.spawn().unwrap();
    tokio::time::sleep(Duration::from_millis(1500)).await;
    child.kill().unwrap();
    child.wait().unwrap();
    recorder.connections() - before
}

#[tokio::test]
async fn the_program_itself_opens_no_connection_where_both_are_off() {
    let (recorder, folder) = (Recorder::start().await, tempfile::tempdir().unwrap());
    let cluster = RecordedCluster::start(Recording::Onprem2018).await.unwrap();
    let kubeconfig = cluster.write_kubeconfig(folder.path()).unwrap();
    let off = [("CHECK_VERSIONS", "false"), ("POLL_INTERVAL_SEC", "1")];
    assert_eq!(proxied(&recorder, &kubeconfig, &off).await, 0);
    let do_not_track = [("DO_NOT_TRACK", "1"), ("SHARE_USAGE_DATA", "true"), ("POLL_INTERVAL_SEC", "1")];
    assert_eq!(proxied(&recorder, &kubeconfig, &do_not_track).await, 0);
    assert!(!cluster.requests().is_empty(), "it read its own cluster");
    assert_ne!(proxied(&recorder, &kubeconfig, &[]).await, 0, "the proxy would have caught it");
}

#[tokio::test]
async fn the_preview_prints_the_envelopes_and_sends_and_writes_nothing() {
    let (recorder, folder) = (Recorder::start().await, tempfile::tempdir().unwrap());
    let cluster = RecordedCluster::start(Recording::Onprem2018).await.unwrap();
    let kubeconfig = cluster.write_kubeconfig(folder.path()).unwrap();
    let file = folder.path().join("releases.json");
    std::fs::write(&file, recorder.document()).unwrap();
    let preview = async |args: &[&str]| {
        let mut command = std::process::Command::new(world::program("wfm-agent"));
        command.args(["preview", "--namespace", "deis", "--kubeconfig"]).arg(&kubeconfig).args(args);
        command.env_clear().env("SHARE_USAGE_DATA", "true");
        let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let by_url = preview(&["--versions-url", &recorder.url()]).await;
    assert_eq!(preview(&["--releases", file.to_str().unwrap()]).await, by_url);
    let lines: Vec<&str> = by_url.lines().collect();
    let begins = EnvelopeKind::ALL.map(|kind| match kind.part() {
        None => r#"{"schema":1,"id":"#.to_owned(),
        Some(part) => format!(r#"{{"schema":1,"part":"{part}""#),
    });
    assert!(
        lines.len() == begins.len() && lines.iter().zip(&begins).all(|(line, begin)| line.starts_with(begin)),
        "{by_url}"
    );
    assert!(recorder.posts().is_empty() && recorder.heard().len() == 1);
    assert!(cluster.requests().iter().all(|request| request.method == "GET"));
}
