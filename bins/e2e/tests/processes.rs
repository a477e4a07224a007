//! The real programs as processes: what they print, how they end, and what survives a kill.

#![allow(clippy::unwrap_used, clippy::panic, reason = "clippy knows only #[test] functions as tests")]

mod world;

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use wfm_e2e::{RELEASES_JSON, RecordedCluster, Recording};
use world::{program, text, until};

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
    // The page says "acknowledged" once the service has answered: from then on it must be on the disk.
    until(|| text(addr, "/"), |page| page.contains("Check-in: acknowledged")).await;
    let id = text(addr, "/id").await;
    drop(service);

    let service = Serving::start("wfm-api", &["--listen", "127.0.0.1:0", "--store", &store], &[]);
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
