//! Hostile peers against the real programs: eight networks (each 127.x.y.0/24 is one) that never read, send slowly, or
//! hold connections. Probes go on, and memory has an end.

#![allow(clippy::unwrap_used, clippy::panic, reason = "clippy knows only #[test] functions as tests")]

mod world;

use std::io::{BufRead, BufReader};
use std::net::{IpAddr, SocketAddr};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use wfm_e2e::{RecordedCluster, Recording};
use world::program;

const NETWORKS: u8 = 8;
const SIEGE: Duration = Duration::from_secs(2);

/// A program that serves; killed when it is dropped.
struct Serving {
    child: Child,
    addr: SocketAddr,
}

impl Serving {
    fn start(name: &str, args: &[&str]) -> Self {
        let mut command = Command::new(program(name));
        command.args(args).env_clear().stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut first = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
        Self { addr: first.trim().parse().unwrap(), child }
    }

    /// MiB of memory of its own that it ever held at once: without the pages of the program's file.
    fn memory(&self) -> usize {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("RssAnon")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap() / 1024
    }

    /// What it has logged, after its end.
    async fn log(mut self) -> String {
        self.child.kill().unwrap();
        let mut log = String::new();
        std::io::Read::read_to_string(&mut self.child.stderr.take().unwrap(), &mut log).unwrap();
        log
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        self.child.wait().unwrap();
    }
}

async fn connect(from: [u8; 4], addr: SocketAddr) -> std::io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.set_recv_buffer_size(4096)?;
    socket.bind((IpAddr::from(from), 0).into())?;
    socket.connect(addr).await
}

/// Each peer sends these bytes and then nothing; none ever reads.
async fn besiege(addr: SocketAddr, networks: u8, each: u8, bytes: &str) -> Vec<TcpStream> {
    let mut peers = Vec::new();
    for network in 1..=networks {
        for host in 1..=each {
            // One that is refused has lost nothing.
            let Ok(mut peer) = connect([127, 5, network, host], addr).await else { continue };
            let _ = peer.write_all(bytes.as_bytes()).await;
            peers.push(peer);
        }
    }
    peers
}

/// Asks for a probe again and again; returns the longest time that an answer took, and the most memory meanwhile.
async fn watch(serving: &Serving) -> (Duration, usize) {
    let (began, mut longest, mut most) = (Instant::now(), Duration::ZERO, 0);
    while began.elapsed() < SIEGE {
        let asked = Instant::now();
        let mut peer = connect([127, 0, 0, 1], serving.addr).await.unwrap();
        peer.write_all(b"GET /livez HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").await.unwrap();
        let mut answer = String::new();
        peer.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer:?}");
        longest = longest.max(asked.elapsed());
        most = most.max(serving.memory());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    (longest, most)
}

/// A peer may hold what it has for ten seconds, so whatever waits for one waits longer than this. A busy machine and a
/// program that is not optimised take their time, too.
fn assert_held(what: &str, (longest, most): (Duration, usize), mebibytes: usize) {
    println!("{what}: the slowest probe took {longest:?}, {most} MiB");
    assert!(longest < Duration::from_secs(8), "{what}: {longest:?}");
    assert!(most <= mebibytes, "{what}: {most} MiB");
}

fn get(path: &str, times: usize) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: localhost\r\naccept-encoding: gzip\r\n\r\n").repeat(times)
}

#[tokio::test]
async fn the_service_answers_probes_in_little_memory_under_eight_hostile_networks() {
    let slow = "POST /v4/reports HTTP/1.1\r\nhost: x\r\ncontent-length: 16000\r\n\r\n";
    for (what, bytes) in [
        ("a document is not read", get("/openapi.json", 10)),
        ("the same uncompressed", get("/openapi.json", 10).replace("gzip", "br")),
        ("pages are not read", get("/docs", 2) + &get("/", 4)),
        ("slow bodies", slow.to_owned() + &"x".repeat(15_000)),
        ("half heads", format!("GET / HTTP/1.1\r\nx: {}", "y".repeat(15_000))),
        ("silence", String::new()),
    ] {
        let service = Serving::start("wfm-api", &["--listen", "127.0.0.1:0", "--store", "memory://"]);
        let peers = besiege(service.addr, NETWORKS, 60, &bytes).await;
        assert_held(what, watch(&service).await, 80);
        drop(peers);
        let log = service.log().await;
        assert!(log.lines().count() <= 2, "two lines at the start, and none for a peer: {log}");
    }
}

#[tokio::test]
async fn the_agent_answers_probes_in_little_memory_though_sixty_peers_never_read() {
    let folder = tempfile::tempdir().unwrap();
    let cluster = RecordedCluster::start(Recording::Onprem2018).await.unwrap();
    let kubeconfig = cluster.write_kubeconfig(folder.path()).unwrap();
    let args = ["--listen", "127.0.0.1:0", "--kubeconfig", kubeconfig.to_str().unwrap(), "--namespace", "deis"];
    for (what, bytes) in [
        ("the report is not read", get("/report.json", 4)),
        ("the same uncompressed", get("/report.json", 4).replace("gzip", "br")),
        ("the page is not read", get("/", 4)),
    ] {
        let agent = Serving::start("wfm-agent", &args);
        let peers = besiege(agent.addr, 1, 60, &bytes).await;
        assert_held(what, watch(&agent).await, 48);
        drop(peers);
    }
}
