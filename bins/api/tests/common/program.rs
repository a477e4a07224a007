//! The program as a process.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Output, Stdio};

/// The program, without any setting of whoever runs the tests.
pub(crate) fn program() -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_wfm-api"));
    for name in ["WFM_API_LISTEN", "WFM_API_STORE", "WFM_API_TOKENS_FILE", "WFM_API_COHORT_RULES", "RUST_LOG"] {
        program.env_remove(name);
    }
    program
}

pub(crate) fn run(arguments: &[&str]) -> Output {
    program().args(arguments).output().unwrap()
}

/// A service that runs until it is killed or dropped.
pub(crate) struct Process {
    child: Child,
    pub(crate) addr: String,
    pub(crate) store: String,
}

impl Process {
    pub(crate) fn start(store: &str) -> Self {
        Self::start_with(store, |program| program.stderr(Stdio::null()))
    }

    /// A service with more arguments, or another place for its log.
    pub(crate) fn start_with(store: &str, adjust: impl FnOnce(&mut Command) -> &mut Command) -> Self {
        let mut program = program();
        program
            .args(["--listen", "127.0.0.1:0", "--store", store])
            // A test asks more than any agent would.
            .args(["--rate-per-cluster", "0", "--rate-per-address", "0", "--rate-new-clusters", "0"])
            .stdout(Stdio::piped());
        let mut child = adjust(&mut program).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let addr = line.strip_suffix('\n').expect("the first line is the address").to_owned();
        Self { child, addr, store: store.to_owned() }
    }

    /// The most memory that it ever held, in bytes.
    pub(crate) fn peak_memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
    }

    /// As an operator would, to the end.
    pub(crate) fn stop(mut self) {
        let asked = Command::new("kill").args(["-s", "TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(asked.success() && self.child.wait().unwrap().success());
    }

    /// As a power cut would: no signal that could be handled.
    pub(crate) fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}
