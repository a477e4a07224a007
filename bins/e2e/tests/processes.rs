//! The real programs as processes: what they print, how they end, and what survives a kill.

#![allow(clippy::unwrap_used, clippy::panic, reason = "clippy knows only #[test] functions as tests")]

mod world;

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use wfm_e2e::{RELEASES_JSON, RecordedCluster, Recording};
use world::{text, until};

/// A program of this workspace, beside the test's own; `cargo test --workspace` builds them all.
fn program(name: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let path = test.parent().unwrap().parent().unwrap().join(name);
    assert!(path.exists(), "{} is not built: run the tests with --workspace", path.display());
    path
}

fn command(name: &str, args: &[&str]) -> Command {
    let mut command = Command::new(program(name));
    command.args(args).env_clear().env("RUST_LOG", "warn").stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn ended(name: &str, args: &[&str]) -> Output {
    command(name, args).output().unwrap()
}

/// A program that serves; killed, not asked, when it is dropped.
struct Serving {
    child: Child,
    addr: SocketAddr,
}

impl Serving {
    fn start(name: &str, args: &[&str], env: &[(&str, &str)]) -> Self {
        let mut child = command(name, args).envs(env.iter().copied()).stderr(Stdio::inherit()).spawn().unwrap();
        let mut first = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
        let addr = first.trim().parse().unwrap_or_else(|_| panic!("the first line is the address: {first:?}"));
        Self { child, addr }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

fn store_url(folder: &Path) -> String {
    format!("sled://{}", folder.join("store").display())
}

#[tokio::test]
async fn a_check_in_of_the_agent_survives_a_kill_of_the_service() {
    let folder = tempfile::tempdir().unwrap();
    let store = store_url(folder.path());
    let releases = folder.path().join("releases.json");
    std::fs::write(&releases, RELEASES_JSON).unwrap();
    let import = ended("wfm-api", &["import", releases.to_str().unwrap(), "--store", &store]);
    assert!(import.status.success(), "{}", String::from_utf8_lossy(&import.stderr));
    let service = Serving::start("wfm-api", &["--listen", "127.0.0.1:0", "--store", &store], &[]);

    let cluster = RecordedCluster::start(Recording::Onprem2018).await.unwrap();
    let kubeconfig = cluster.write_kubeconfig(folder.path()).unwrap();
    let url = format!("http://{}", service.addr);
    let args = ["--listen", "127.0.0.1:0", "--kubeconfig", kubeconfig.to_str().unwrap(), "--namespace", "deis"];
    let args = [&args[..], &["--versions-url", &url]].concat();
    let agent = Serving::start("wfm-agent", &args, &[("SHARE_USAGE_DATA", "true")]);
    let addr = agent.addr;
    // The page says "acknowledged" once the service's 200 has arrived: from then on it must be on the disk.
    until(|| text(addr, "/"), |page| page.contains("acknowledged, in these bytes")).await;
    let id = text(addr, "/id").await;
    drop(service);

    let service = Serving::start("wfm-api", &["--listen", "127.0.0.1:0", "--store", &store], &[]);
    assert_eq!(text(service.addr, "/v3/clusters/count").await, "1");
    assert!(text(service.addr, &format!("/v3/clusters/{id}")).await.contains("deis-router"));
}

/// Exit code not 0, nothing on standard output, and one sentence on standard error that holds these words.
fn one_sentence(output: &Output, words: &[&str]) {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "{stderr}");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "");
    assert_eq!(stderr.trim_end().lines().count(), 1, "{stderr}");
    for word in words {
        assert!(stderr.contains(word), "{word:?} in {stderr}");
    }
}

#[test]
fn a_kubeconfig_that_cannot_be_read_is_one_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let broken = folder.path().join("broken.yaml");
    std::fs::write(&broken, "{ not yaml").unwrap();
    one_sentence(&ended("wfm-agent", &["--kubeconfig", "/nowhere/config"]), &["/nowhere/config"]);
    one_sentence(&ended("wfm-agent", &["--kubeconfig", broken.to_str().unwrap()]), &["broken.yaml"]);
    one_sentence(&ended("wfm-agent", &[]), &["--kubeconfig"]);
}

#[tokio::test]
async fn a_port_in_use_is_one_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let cluster = RecordedCluster::start(Recording::Onprem2018).await.unwrap();
    let kubeconfig = cluster.write_kubeconfig(folder.path()).unwrap();
    let taken = cluster.addr().to_string();
    let agent = ended("wfm-agent", &["--kubeconfig", kubeconfig.to_str().unwrap(), "--listen", &taken]);
    one_sentence(&agent, &[&taken, "in use", "--listen"]);
    let service = ended("wfm-api", &["--store", "memory://", "--listen", &taken]);
    one_sentence(&service, &[&taken, "in use", "--listen"]);
}

#[test]
fn settings_that_contradict_themselves_are_one_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let kubeconfig = folder.path().join("config");
    std::fs::write(
        &kubeconfig,
        "apiVersion: v1\nkind: Config\ncurrent-context: a\nclusters: [{name: a, cluster: {server: 'http://127.0.0.1:1'}}]\n\
         contexts: [{name: a, context: {cluster: a, user: a}}]\nusers: [{name: a, user: {}}]\n",
    )
    .unwrap();
    let kubeconfig = kubeconfig.to_str().unwrap();
    let mut share = command("wfm-agent", &["--kubeconfig", kubeconfig]);
    one_sentence(&share.env("SHARE_USAGE_DATA", "true").output().unwrap(), &["SHARE_USAGE_DATA", "--versions-url"]);
    let mut poll = command("wfm-agent", &["--kubeconfig", kubeconfig]);
    one_sentence(&poll.env("POLL_INTERVAL_SEC", "soon").output().unwrap(), &["POLL_INTERVAL_SEC", "soon", "43200"]);
    one_sentence(&ended("wfm-agent", &["--kubeconfig", kubeconfig, "--versions-url", "versions"]), &["versions"]);
}

#[test]
fn a_store_that_cannot_be_written_and_a_broken_file_are_one_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(
        &file,
        r#"{"data":[{"component":{"name":"deis-router"},"version":{"train":"stable","version":"latest"}}]}"#,
    )
    .unwrap();
    let inside = format!("sled://{}/store", file.display());
    one_sentence(&ended("wfm-api", &["--store", &inside, "--listen", "127.0.0.1:0"]), &["file/store", "--store"]);
    let import = ended("wfm-api", &["import", file.to_str().unwrap(), "--store", &store_url(folder.path())]);
    one_sentence(&import, &["file", "deis-router", "version"]);
}

#[test]
fn settings_are_shown_with_their_source() {
    let mut command = command("wfm-agent", &["config", "show", "--namespace", "mine"]);
    let output = command.env("WORKFLOW_MANAGER_POLL_INTERVAL_SEC", "60").output().unwrap();
    let shown = String::from_utf8(output.stdout).unwrap();
    let line =
        |name: &str| shown.lines().find(|line| line.starts_with(name)).unwrap().split_whitespace().collect::<Vec<_>>();
    assert_eq!(line("namespace"), ["namespace", "mine", "flag"]);
    assert_eq!(
        line("poll-interval"),
        ["poll-interval", "60", "s", "environment", "WORKFLOW_MANAGER_POLL_INTERVAL_SEC"]
    );
    assert_eq!(line("share-usage-data"), ["share-usage-data", "false", "default"]);
}
