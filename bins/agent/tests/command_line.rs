//! The program from outside: what it says of bad settings, and how it ends.

#![allow(clippy::unwrap_used, reason = "clippy knows only #[test] functions as tests")]

use std::process::{Command, Output};

fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wfm-agent"));
    command.args(args).env_clear().env("RUST_LOG", "warn");
    command
}

fn ended(args: &[&str]) -> Output {
    command(args).output().unwrap()
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
    one_sentence(&ended(&["--kubeconfig", "/nowhere/config"]), &["/nowhere/config"]);
    one_sentence(&ended(&["--kubeconfig", broken.to_str().unwrap()]), &["broken.yaml"]);
    one_sentence(&ended(&[]), &["--kubeconfig"]);
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
    let mut share = command(&["--kubeconfig", kubeconfig]);
    one_sentence(&share.env("SHARE_USAGE_DATA", "true").output().unwrap(), &["SHARE_USAGE_DATA", "--versions-url"]);
    let mut poll = command(&["--kubeconfig", kubeconfig]);
    one_sentence(&poll.env("POLL_INTERVAL_SEC", "soon").output().unwrap(), &["POLL_INTERVAL_SEC", "soon", "43200"]);
    one_sentence(&ended(&["--kubeconfig", kubeconfig, "--versions-url", "versions"]), &["versions"]);
}

#[test]
fn settings_are_shown_with_their_source() {
    let mut command = command(&["config", "show", "--namespace", "mine"]);
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
