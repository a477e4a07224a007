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

#[test]
fn settings_of_a_file_are_shown_with_their_line_also_as_json() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("wfm.toml"), "train = 'beta'\n\npin = ['*=2.18']\npoll-interval = 60\n").unwrap();
    let in_folder = |args: &[&str]| {
        let mut command = command(args);
        command.current_dir(folder.path()).env("CONFIG_FILE", "wfm.toml").output().unwrap()
    };
    let shown = String::from_utf8(in_folder(&["config", "show"]).stdout).unwrap();
    let pin = shown.lines().find(|line| line.starts_with("pin")).unwrap();
    assert_eq!(pin.split_whitespace().collect::<Vec<_>>(), ["pin", "*=2.18", "file", "wfm.toml", "line", "3"]);
    let json = String::from_utf8(in_folder(&["config", "show", "--output", "json"]).stdout).unwrap();
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["schemaVersion"], 1);
    let row = |name: &str| json["settings"].as_array().unwrap().iter().find(|row| row["name"] == name).unwrap().clone();
    let source = serde_json::json!({"from": "file", "file": "wfm.toml", "line": 4});
    assert_eq!(row("poll-interval"), serde_json::json!({"name": "poll-interval", "value": 60, "source": source}));
    assert_eq!(row("config")["source"], serde_json::json!({"from": "environment", "name": "CONFIG_FILE"}));
    assert_eq!(row("cohort"), serde_json::json!({"name": "cohort", "value": null, "source": {"from": "default"}}));
}

#[test]
fn a_mistake_in_the_file_of_settings_is_one_sentence_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("wfm.toml");
    std::fs::write(&file, "train = 'beta'\nshare = true\n").unwrap();
    one_sentence(
        &ended(&["config", "show", "--config", file.to_str().unwrap()]),
        &["wfm.toml line 2", "share-usage-data"],
    );
}

#[test]
fn a_catalog_is_checked_and_its_mistakes_are_listed_with_their_places() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let good = file("shop.yaml", "product: Shop\nnamespace: shop\ncomponents:\n  shop-api: {kind: Deployment}\n");
    let output = ended(&["catalog", "check", &good]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && said.starts_with("Shop: 1 component, 0 on demand\n"), "{said}");
    assert!(said.contains("component.deis.io/version") && said.contains("shop-api"), "{said}");

    let bad = file("shop.toml", "product = 'Shop'\n[components.shop-api]\nkind = 'Pod'\n");
    let output = ended(&["catalog", "check", &bad]);
    assert_eq!(output.status.code(), Some(1));
    one_sentence(&output, &["shop.toml:3:8: “Pod” is not known here: write one of Deployment,"]);
    one_sentence(&ended(&["--catalog", &bad]), &["shop.toml:3:8: "]);

    let odd = "product = 'Shop'\nrelease-component = 'x'\n[components.a]\nkind = 'Deployment'\nsince = 'v2.0.0'\nuntil = 'v1.0.0'\n";
    let output = ended(&["catalog", "check", &file("odd.toml", odd)]);
    let said = String::from_utf8(output.stderr).unwrap();
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines.len(), 3, "{said}");
    assert!(
        lines[0].contains("2 mistakes") && lines[1].contains("odd.toml:2:21: ") && lines[2].contains("odd.toml:6:9: ")
    );

    one_sentence(&ended(&["catalog", "check", &file("shop.json", "{}")]), &["neither .toml nor .yaml"]);
    one_sentence(&ended(&["catalog", "check", "/nowhere/shop.toml"]), &["/nowhere/shop.toml cannot be read"]);
}

#[test]
fn the_built_in_catalog_is_shown_as_toml_that_is_read_back_also_while_settings_are_wrong() {
    let mut command = command(&["catalog", "show"]);
    let output = command.env("POLL_INTERVAL_SEC", "soon").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let read = wfm_core::catalog::file::read(&text, wfm_core::catalog::file::Format::Toml).unwrap();
    assert_eq!(read, wfm_core::catalog::Catalog::workflow());
}
