//! `just bench`: how big the programs are, how soon the agent's first page is there, and how much memory it takes.
//!
//! Times are ratios within this run: to the time that the same program takes to start and print its version. Sizes are
//! absolute. It measures the release programs beside it; `just bench` builds them first.

#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods, reason = "a benchmark is a test")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use wfm_e2e::{RecordedCluster, Recording};

const RUNS: usize = 15;
const MIB: f64 = 1024.0 * 1024.0;

fn main() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    println!("release binaries");
    for name in ["wfm-agent", "wfm-api", "wfm"] {
        println!("  {name:<10} {:6.1} MiB", std::fs::metadata(program(name)).unwrap().len() as f64 / MIB);
    }
    for recording in Recording::ALL {
        let folder = tempfile::tempdir().unwrap();
        let cluster = runtime.block_on(RecordedCluster::start(recording)).unwrap();
        let kubeconfig = cluster.write_kubeconfig(folder.path()).unwrap();
        let (mut bare, mut first, mut peaks) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..RUNS {
            bare.push(until_version());
            let (time, peak) = until_first_page(&kubeconfig);
            first.push(time);
            peaks.push(peak);
        }
        let (bare, first, peak) = (median(bare), median(first), median(peaks));
        let answered: u64 = cluster.requests().len() as u64 / RUNS as u64;
        println!("{recording:?}");
        println!(
            "  start to first page  {:6.1} × start to version ({:.1} ms to {:.1} ms), {answered} requests to the cluster",
            first.as_secs_f64() / bare.as_secs_f64(),
            first.as_secs_f64() * 1e3,
            bare.as_secs_f64() * 1e3,
        );
        println!("  agent's peak memory  {:6.1} MiB", peak as f64 / 1024.0);
    }
}

/// A release program in the same target folder as this one.
fn program(name: &str) -> PathBuf {
    let path = std::env::current_exe().unwrap().parent().unwrap().parent().unwrap().join(name);
    assert!(path.exists(), "{} is not built: run `just bench`", path.display());
    path
}

fn until_version() -> Duration {
    let start = Instant::now();
    assert!(Command::new(program("wfm-agent")).arg("--version").stdout(Stdio::null()).status().unwrap().success());
    start.elapsed()
}

/// From the start to the last byte of the first page, which waits for the first inventory; and the peak of the resident
/// memory by then, in KiB.
fn until_first_page(kubeconfig: &Path) -> (Duration, u64) {
    let start = Instant::now();
    let mut child = Command::new(program("wfm-agent"))
        .args(["--listen", "127.0.0.1:0", "--kubeconfig"])
        .arg(kubeconfig)
        .env_clear()
        .env("RUST_LOG", "error")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut addr = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut addr).unwrap();
    let mut stream = TcpStream::connect(addr.trim()).unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n").unwrap();
    let mut page = String::new();
    stream.read_to_string(&mut page).unwrap();
    let time = start.elapsed();
    assert!(page.contains("CrashLoopBackOff"), "the page shows the inventory");
    let peak = peak_memory(&child);
    child.kill().unwrap();
    child.wait().unwrap();
    (time, peak)
}

/// `VmHWM` of a process in KiB.
fn peak_memory(child: &Child) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

fn median<T: Ord + Copy>(mut values: Vec<T>) -> T {
    values.sort_unstable();
    values[values.len() / 2]
}
