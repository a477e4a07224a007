//! `just bench-agent`: what a big cluster costs the agent: time, memory, and the processor while nobody looks.
//!
//! The cluster is served by another process (this program once more), so that memory and processor are the agent's alone.

#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods, reason = "a benchmark is a test")]

mod big;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const IDLE: Duration = Duration::from_secs(20);
const DUE_VIEWS: usize = 9;
const ANOTHER: Duration = Duration::from_secs(31);

fn main() {
    if std::env::args().any(|argument| argument == "serve") {
        big::serve();
        return;
    }
    println!("{} workloads, {} pods, {} nodes", big::WORKLOADS, big::PODS, big::NODES);
    let cluster = Running::start(Command::new(std::env::current_exe().unwrap()).arg("serve"));
    let folder = tempfile::tempdir().unwrap();
    let kubeconfig = folder.path().join("kubeconfig.yaml");
    std::fs::write(&kubeconfig, kubeconfig_of(&cluster.first_line)).unwrap();

    let mut command = Command::new(program("wfm-agent"));
    command.args(["--listen", "127.0.0.1:0", "--kubeconfig"]).arg(&kubeconfig).env_clear().env("RUST_LOG", "error");
    let start = Instant::now();
    let agent = Running::start(&mut command);
    while !get(&agent.first_line, "/readyz").starts_with("HTTP/1.1 200") {}
    println!("  one collection            {:7.2} s", start.elapsed().as_secs_f64());
    agent.tell("after a collection");
    cluster.sent("the first view");
    agent.rest("between polls");

    let page = get(&agent.first_line, "/");
    assert!(page.contains("10,000") && page.contains("BackOff"), "the page shows the cluster");
    println!("  the page                  {:7.0} KiB", page.len() as f64 / 1024.0);
    agent.tell("after a page");
    for _ in 0..DUE_VIEWS {
        std::thread::sleep(ANOTHER);
        get(&agent.first_line, "/");
        // A page does not wait for a collection that takes long.
        std::thread::sleep(Duration::from_secs(5));
        cluster.sent("a due view");
    }
    agent.tell("between views");
    agent.rest("between polls");

    let report = get(&agent.first_line, "/report.json");
    println!("  the whole as JSON         {:7.0} KiB", report.len() as f64 / 1024.0);
    agent.tell("after the whole as JSON");
}

struct Running {
    child: Child,
    first_line: String,
}

impl Running {
    fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut first = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
        Self { child, first_line: first.trim().to_owned() }
    }

    fn tell(&self, when: &str) {
        let (now, peak) = (self.memory("VmRSS:"), self.memory("VmHWM:"));
        println!("  memory {when:<24} {now:5.1} MiB, peak {peak:5.1} MiB");
    }

    /// What the cluster sent since it was asked last.
    fn sent(&self, when: &str) {
        let answer = get(&self.first_line, "/sent");
        let (requests, bytes) = answer.rsplit_once("\r\n\r\n").unwrap().1.split_once(' ').unwrap();
        println!("  {when:<25} {requests:>4} requests, {:6.1} MB", bytes.parse::<f64>().unwrap() / 1e6);
    }

    fn rest(&self, when: &str) {
        let before = self.processor();
        std::thread::sleep(IDLE);
        let used = (self.processor() - before).as_secs_f64() / IDLE.as_secs_f64();
        println!("  processor {when:<21} {:7.4} % of a core over {} s", used * 100.0, IDLE.as_secs());
    }

    /// A figure of the memory in MiB.
    fn memory(&self, figure: &str) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with(figure)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1024.0
    }

    /// The time on a processor of all threads, which `/proc/PID/stat` tells in hundredths of a second only.
    fn processor(&self) -> Duration {
        let threads = std::fs::read_dir(format!("/proc/{}/task", self.child.id())).unwrap();
        let of_thread = |path: PathBuf| {
            let text = std::fs::read_to_string(path.join("schedstat")).ok()?;
            text.split(' ').next()?.parse::<u64>().ok()
        };
        Duration::from_nanos(threads.filter_map(|thread| of_thread(thread.unwrap().path())).sum())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

fn kubeconfig_of(addr: &str) -> String {
    format!(
        "current-context: a\ncontexts: [{{name: a, context: {{cluster: a}}}}]\n\
         clusters: [{{name: a, cluster: {{server: \"http://{addr}\"}}}}]\n"
    )
}

fn get(addr: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(addr).unwrap();
    stream.write_all(format!("GET {path} HTTP/1.1\r\nhost: {addr}\r\nconnection: close\r\n\r\n").as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// A release program in the same target folder as this one.
fn program(name: &str) -> PathBuf {
    let path = std::env::current_exe().unwrap().parent().unwrap().parent().unwrap().join(name);
    assert!(path.exists(), "{} is not built: run `just bench-agent`", path.display());
    path
}
