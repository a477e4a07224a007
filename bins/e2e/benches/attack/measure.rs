//! A program under attack, and what is measured of it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How often, and how long at the most, `/livez` is asked.
const EVERY: Duration = Duration::from_millis(50);
const PATIENCE: Duration = Duration::from_secs(5);

/// What an attack came to.
pub(crate) struct Figures {
    /// The largest memory, and the memory when the attack was over, in MiB.
    pub(crate) peak: f64,
    pub(crate) then: f64,
    /// Milliseconds until `/livez` answered, and how many of the probes were not answered with 200.
    pub(crate) median: f64,
    pub(crate) worst: f64,
    pub(crate) failed: usize,
    pub(crate) probes: usize,
    /// How many requests of a peer in another network were answered with 200, and how many there were.
    pub(crate) served: usize,
    pub(crate) asked: usize,
    pub(crate) remark: String,
}

/// The folder of the programs: `WFM_PROGRAMS`, else the one of this program's own build.
pub(crate) fn programs() -> PathBuf {
    let own = || std::env::current_exe().unwrap().parent().unwrap().parent().unwrap().to_owned();
    std::env::var_os("WFM_PROGRAMS").map_or_else(own, PathBuf::from)
}

/// A running program, ended when it is dropped.
pub(crate) struct Program {
    child: Child,
    pub(crate) addr: SocketAddr,
}

impl Program {
    /// Starts it; its first line is its address.
    pub(crate) fn start(name: &str, arguments: &[&str], env: &[(&str, &str)]) -> Self {
        let path = programs().join(name);
        assert!(path.exists(), "{} is not built: run `just attack`", path.display());
        let mut command = Command::new(path);
        command.args(arguments).env_clear().env("RUST_LOG", "error").envs(env.iter().copied());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut first = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
        Self { child, addr: first.trim().parse().unwrap() }
    }

    /// Whether a program has an option.
    pub(crate) fn knows(name: &str, option: &str) -> bool {
        let help = Command::new(programs().join(name)).arg("--help").output().unwrap();
        String::from_utf8_lossy(&help.stdout).contains(option)
    }

    /// A figure of its memory in MiB; nothing is left of one that has ended.
    pub(crate) fn memory(&self, figure: &str) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = status.lines().find(|line| line.starts_with(figure)).unwrap_or_default();
        line.split_whitespace().nth(1).map_or(f64::INFINITY, |number| number.parse::<f64>().unwrap() / 1024.0)
    }

    /// Asks for `/livez`, and for what other peers ask for, while the attack goes on; the attack's result is the remark.
    pub(crate) async fn under(&self, others: &'static str, attack: impl Future<Output = String>) -> Figures {
        let over = Arc::new(AtomicBool::new(false));
        let probing = {
            let (over, addr) = (Arc::clone(&over), self.addr);
            std::thread::spawn(move || probe(addr, "/livez", EVERY, &over))
        };
        let asking = {
            let (over, addr) = (Arc::clone(&over), self.addr);
            std::thread::spawn(move || probe(addr, others, 4 * EVERY, &over))
        };
        let remark = attack.await;
        over.store(true, Ordering::SeqCst);
        let joined = tokio::task::spawn_blocking(|| (probing.join().unwrap(), asking.join().unwrap()));
        let (answers, others) = joined.await.unwrap();
        let mut answered: Vec<f64> = answers.iter().flatten().map(|time| time.as_secs_f64() * 1e3).collect();
        answered.sort_by(f64::total_cmp);
        Figures {
            peak: self.memory("VmHWM:"),
            then: self.memory("VmRSS:"),
            median: answered.get(answered.len() / 2).copied().unwrap_or(f64::INFINITY),
            worst: answered.last().copied().unwrap_or(f64::INFINITY),
            failed: answers.len() - answered.len(),
            probes: answers.len(),
            served: others.iter().flatten().count(),
            asked: others.len(),
            remark,
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended under the attack.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn probe(addr: SocketAddr, path: &str, every: Duration, over: &AtomicBool) -> Vec<Option<Duration>> {
    let mut answers = Vec::new();
    while !over.load(Ordering::SeqCst) {
        let begin = Instant::now();
        let answer = get(addr, path, PATIENCE).ok().filter(|answer| answer.starts_with("HTTP/1.1 200"));
        answers.push(answer.map(|_| begin.elapsed()));
        std::thread::sleep(every.saturating_sub(begin.elapsed()));
    }
    answers
}

/// An answer on a connection of its own.
pub(crate) fn get(addr: SocketAddr, path: &str, patience: Duration) -> std::io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&addr, patience)?;
    stream.set_read_timeout(Some(patience))?;
    stream.write_all(format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").as_bytes())?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

/// How much a folder holds on the disk, in bytes.
pub(crate) fn size(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let of = |entry: std::fs::DirEntry| {
        let metadata = entry.metadata().unwrap();
        if metadata.is_dir() { size(&entry.path()) } else { metadata.len() }
    };
    entries.map(of).sum()
}
