//! The program itself: what it prints, and what it says to bad input.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use std::fs;
use std::net::TcpListener;
use std::process::Output;

use common::history;
use common::program::{Process, program, run};
use tempfile::TempDir;

fn stdout(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

/// The one sentence of a failure.
fn refused(arguments: &[&str]) -> String {
    sentence(&run(arguments))
}

fn sentence(output: &Output) -> String {
    let said = String::from_utf8(output.stderr.clone()).unwrap();
    assert!(!output.status.success(), "{said}");
    let said = said.strip_suffix('\n').unwrap();
    assert!(said.starts_with("wfm-api: ") && !said.contains('\n') && !said.contains("panicked"), "{said}");
    said.to_owned()
}

#[test]
fn the_first_line_is_the_address() {
    let service = Process::start("memory://");
    let addr: std::net::SocketAddr = service.addr.parse().unwrap();
    assert_ne!(addr.port(), 0);
    std::net::TcpStream::connect(addr).unwrap();
}

#[test]
fn a_port_in_use_is_named_with_the_flag_to_change() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = taken.local_addr().unwrap().to_string();
    let said = refused(&["--listen", &addr, "--store", "memory://"]);
    assert!(said.contains(&addr) && said.contains("--listen"), "{said}");
}

#[test]
fn a_dry_run_without_a_folder_to_make_the_store_in_ends_like_the_import() {
    let folder = TempDir::new().unwrap();
    let store = format!("sled://{}", folder.path().join("missing/store").display());
    let file = history();
    let import = ["import", file.to_str().unwrap(), "--store", &store];
    let said = refused(&import);
    assert!(said.contains("there is no folder") && said.contains("missing"), "{said}");
    let dry = run(&[import.as_slice(), &["--dry-run"]].concat());
    assert_eq!((sentence(&dry), dry.status.code()), (said, run(&import).status.code()));
}

#[test]
fn settings_come_from_the_environment_too() {
    let output = program().env("WFM_API_LISTEN", "nowhere").env("WFM_API_STORE", "memory://").output().unwrap();
    assert!(sentence(&output).contains("127.0.0.1:8081"));
    let output = program().env("WFM_API_STORE", "redis://x").output().unwrap();
    assert!(sentence(&output).contains("sled://PATH"));
    let output = program().env("WFM_API_STORE", "memory://").env("WFM_API_TOKENS_FILE", "/no/such").output().unwrap();
    assert!(sentence(&output).contains("/no/such"));
    let output = program().env("WFM_API_STORE", "memory://").env("WFM_API_COHORT_RULES", "/no/such").output().unwrap();
    assert!(sentence(&output).contains("--cohort-rules"));
}

#[test]
fn a_broken_rule_about_cohorts_is_named_by_its_line() {
    let rules = tempfile::NamedTempFile::new().unwrap();
    fs::write(rules.path(), "# ours\nacme 8c6da034-c8b1-489a-a55d-a2215d93f934\n").unwrap();
    let said = refused(&["--store", "memory://", "--cohort-rules", rules.path().to_str().unwrap()]);
    assert!(said.contains("line 2: the first word is no cohort") && !said.contains("acme"), "{said}");
    let said = refused(&["--store", "memory://", "--insights-public", "all"]);
    assert!(said.contains("aggregate, none"), "{said}");
}

#[test]
fn a_store_that_cannot_be_is_told_in_one_sentence() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let inside = format!("sled://{}/store", file.display());
    for (store, says) in [
        ("redis://x", "write sled://PATH"),
        ("/var/lib/x", "write sled://PATH"),
        ("sled://", "names no folder"),
        (&inside, "cannot be made"),
        ("sled:///proc/wfm-api", "cannot be made"),
    ] {
        let said = refused(&["--listen", "127.0.0.1:0", "--store", store]);
        assert!(said.contains(says), "{said}");
    }
    assert!(refused(&[]).contains("--store sled://"));
    assert!(refused(&["import", "x.json"]).contains("x.json"));
}

#[test]
fn a_tokens_file_that_cannot_be_used_is_named_with_its_line() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("tokens");
    fs::write(&file, "# who\n\nboss sha256:00\n").unwrap();
    let said = refused(&["--listen", "127.0.0.1:0", "--store", "memory://", "--tokens-file", file.to_str().unwrap()]);
    assert!(said.contains("tokens, line 3: ") && said.contains("publisher"), "{said}");
    let said = refused(&["--listen", "127.0.0.1:0", "--store", "memory://", "--tokens-file", "/no/such"]);
    assert!(said.contains("/no/such cannot be read"), "{said}");
}

#[test]
fn a_store_in_use_is_refused_with_what_to_do_instead() {
    let folder = TempDir::new().unwrap();
    let store = format!("sled://{}", folder.path().display());
    let _service = Process::start(&store);
    for arguments in [&["import", history().to_str().unwrap(), "--store", &store][..], &["--store", &store]] {
        let said = refused(arguments);
        assert!(said.contains("in use by another process") && said.contains("/v4/releases:import"), "{said}");
    }
}

#[test]
fn a_flag_that_does_not_exist_is_one_sentence_too() {
    for arguments in
        [&["--frobnicate"][..], &["token", "new"], &["token", "new", "--role", "boss"], &["import"], &["fly"]]
    {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(2));
        assert!(sentence(&output).contains("see wfm-api --help"));
    }
}

#[test]
fn help_has_examples_and_the_names_in_the_environment() {
    for arguments in [&["--help"][..], &["import", "--help"]] {
        let output = run(arguments);
        assert!(output.status.success());
        assert!(stdout(&output).contains("Example") && stdout(&output).contains("WFM_API_STORE"));
    }
}

#[test]
fn two_tokens_are_never_the_same_and_come_with_their_line() {
    let tokens: Vec<Output> = (0..2).map(|_| run(&["token", "new", "--role", "publisher"])).collect();
    assert_ne!(tokens[0].stdout, tokens[1].stdout);
    let lines: Vec<&str> = stdout(&tokens[0]).lines().collect();
    assert_eq!(lines.len(), 2);
    assert!(lines[0].starts_with("wfm_") && lines[0].len() == 68, "{}", lines[0]);
    assert!(lines[1].starts_with("publisher sha256:") && lines[1].len() == 81, "{}", lines[1]);
    let named = run(&["token", "new", "--role", "publisher", "--name", "build-server"]);
    assert!(stdout(&named).ends_with(" build-server\n"), "{named:?}");
    assert_eq!(run(&["token", "new", "--role", "publisher", "--name", "two words"]).status.code(), Some(2));
}

#[test]
fn the_history_is_imported_once_and_the_second_time_changes_nothing() {
    let folder = TempDir::new().unwrap();
    let store = format!("sled://{}", folder.path().display());
    let history = history();
    let import = |more: &[&str]| {
        let output = run(&[&["import", history.to_str().unwrap(), "--store", &store], more].concat());
        assert!(output.status.success(), "{output:?}");
        stdout(&output).to_owned()
    };
    let dry = import(&["--dry-run"]);
    assert_eq!(dry.lines().last(), Some("500 added, 0 changed, 0 unchanged: dry run, nothing kept"));
    let verbose = import(&["--dry-run", "--verbose"]);
    assert_eq!(verbose.lines().filter(|line| line.starts_with('+')).count(), 500);
    assert!(verbose.contains("+ stable deis-router v2.0.0\n"), "{verbose}");
    let first = import(&[]);
    assert!(first.lines().count() < 60, "a line for each component and the total: {first}");
    let router = first.lines().find(|line| line.starts_with("+ stable deis-router: ")).unwrap();
    assert!(router.ends_with(" releases, v2.0.0 to v2.19.0"), "{router}");
    assert_eq!(first.lines().last(), Some("500 added, 0 changed, 0 unchanged: kept"));
    assert_eq!(import(&[]), "0 added, 0 changed, 500 unchanged: kept\n");
}

#[test]
fn a_changed_fact_needs_to_be_asked_for() {
    let folder = TempDir::new().unwrap();
    let store = format!("sled://{}", folder.path().display());
    let file = folder.path().join("releases.json");
    let path = file.to_str().unwrap();
    let write = |year: u32| {
        let text = format!(
            r#"{{"data":[{{"component":{{"name":"a"}},"version":{{"train":"stable","version":"v1.0.0","released":"{year}-01-01T00:00:00Z"}}}}]}}"#
        );
        fs::write(&file, text).unwrap();
    };
    write(2020);
    assert!(run(&["import", path, "--store", &store]).status.success());
    write(2021);
    let output = run(&["import", path, "--store", &store]);
    let how = "~ stable a v1.0.0: version.released 2020-01-01T00:00:00Z → 2021-01-01T00:00:00Z\n";
    assert_eq!(stdout(&output), how);
    assert!(sentence(&output).contains("1 published release differs") && sentence(&output).contains("--replace"));
    let dry = run(&["import", path, "--store", &store, "--dry-run"]);
    assert_eq!((stdout(&dry), dry.status.code()), (how, Some(1)), "a dry run ends as the import would");
    assert!(run(&["import", path, "--store", &store, "--dry-run", "--replace"]).status.success());
    let replaced = run(&["import", path, "--store", &store, "--replace"]);
    assert!(stdout(&replaced).ends_with("0 added, 1 changed, 0 unchanged: kept\n"));
}

#[test]
fn a_broken_file_is_told_by_file_entry_component_and_field_and_nothing_is_kept() {
    let folder = TempDir::new().unwrap();
    let store = format!("sled://{}", folder.path().join("store").display());
    let file = folder.path().join("releases.json");
    let path = file.to_str().unwrap();
    let text = fs::read_to_string(history()).unwrap().replacen("2016-04-28T18:06:02Z", "last week", 1);
    fs::write(&file, &text).unwrap();
    let said = refused(&["import", path, "--store", &store]);
    assert!(said.contains(&format!("{path}: entry 4 (deis-builder): version.released: “last week”")), "{said}");
    fs::write(&file, &text[..text.len() / 2]).unwrap();
    assert!(refused(&["import", path, "--store", &store]).contains("not JSON"));
    assert!(refused(&["import", "/no/such.json", "--store", &store]).contains("/no/such.json"));
    let output = run(&["import", history().to_str().unwrap(), "--store", &store, "--dry-run"]);
    assert!(stdout(&output).ends_with("500 added, 0 changed, 0 unchanged: dry run, nothing kept\n"));
    assert!(stdout(&output).starts_with("there is no store in "), "{output:?}");
    assert!(!folder.path().join("store").exists(), "to look at what would change makes no store");
    let said = refused(&["import", history().to_str().unwrap(), "--store", "memory://"]);
    assert!(said.contains("memory:// keeps nothing"), "{said}");
}

#[test]
fn a_store_is_made_in_a_folder_that_is_there_and_nowhere_else() {
    let folder = TempDir::new().unwrap();
    let store = format!("sled://{}", folder.path().join("mistyped/wfm-api").display());
    for arguments in [&["import", history().to_str().unwrap(), "--store", &store][..], &["--store", &store]] {
        let said = refused(arguments);
        assert!(said.contains("there is no folder") && said.contains("mistyped to make a new store in"), "{said}");
    }
    assert!(!folder.path().join("mistyped").exists());
    let fresh = format!("sled://{}", folder.path().join("fresh").display());
    drop(Process::start(&fresh));
    assert!(folder.path().join("fresh/db").exists());
}

#[test]
fn a_backup_is_made_while_the_service_runs_and_restored_into_a_new_folder() {
    let folder = TempDir::new().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let url = |name: &str| format!("sled://{}", at(name));
    let ok = |arguments: &[&str]| {
        let output = run(arguments);
        assert!(output.status.success(), "{output:?}");
        stdout(&output).to_owned()
    };
    ok(&["import", history().to_str().unwrap(), "--store", &url("a")]);
    let service = Process::start(&url("a"));
    ok(&["backup", "--store", &url("a"), &at("running.ndjson")]);
    drop(service);
    ok(&["backup", "--store", &url("a"), &at("stopped.ndjson")]);
    let bytes = |name: &str| fs::read(at(name)).unwrap();
    assert_eq!(bytes("running.ndjson"), bytes("stopped.ndjson"));
    assert!(ok(&["restore", "--store", &url("b"), &at("stopped.ndjson")]).ends_with("/b\n"));
    ok(&["backup", "--store", &url("b"), &at("again.ndjson")]);
    assert_eq!(bytes("again.ndjson"), bytes("stopped.ndjson"));
    assert!(ok(&["verify", "--store", &url("b")]).starts_with("500 releases, 500 lines of the audit log, 0 clusters"));
    assert!(ok(&["backup", "--store", &url("b"), &at("")]).contains("/wfm-api-20"));

    assert!(refused(&["backup", "--store", &url("b"), &at("again.ndjson")]).contains("again.ndjson"));
    assert!(refused(&["restore", "--store", &url("b"), &at("again.ndjson")]).contains("not empty"));
    assert!(refused(&["verify", "--store", &url("nowhere")]).contains("there is no store in"));
    assert!(!folder.path().join("nowhere").exists());
    fs::write(at("half.ndjson"), &bytes("again.ndjson")[..9000]).unwrap();
    assert!(refused(&["restore", "--store", &url("c"), &at("half.ndjson")]).contains("half.ndjson: it ends before"));
    assert!(!folder.path().join("c").exists());
    assert!(refused(&["backup", "--store", "memory://", &at("x")]).contains("keeps nothing"));
}
