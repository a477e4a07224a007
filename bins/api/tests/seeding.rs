//! `wfm-api seed`: what it fills a store with, and what it says to bad input.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use std::collections::BTreeSet;
use std::fs;

use common::history;
use common::program::run;
use serde_json::Value;
use tempfile::TempDir;

struct Place(TempDir);

impl Place {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    fn at(&self, name: &str) -> String {
        self.0.path().join(name).display().to_string()
    }

    fn url(&self, name: &str) -> String {
        format!("sled://{}", self.at(name))
    }
}

fn ok(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(output.stderr, b"", "nothing but the closing line without a terminal");
    String::from_utf8(output.stdout).unwrap()
}

fn seed(store: &str, clusters: &str, more: &[&str]) -> Vec<String> {
    let fleet = ["seed", "--store", store, "--clusters", clusters, "--rng", "7", "--end", "2026-01-31T09:30:15Z"];
    fleet.iter().chain(more).map(|&argument| argument.to_owned()).collect()
}

fn refused(arguments: &[String]) -> String {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let output = run(&arguments);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let said = String::from_utf8(output.stderr).unwrap();
    let said = said.strip_suffix('\n').unwrap();
    assert!(said.starts_with("wfm-api: ") && !said.contains('\n') && !said.contains("panicked"), "{said}");
    said.to_owned()
}

fn done(arguments: &[String]) -> String {
    ok(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
}

#[test]
fn a_fleet_is_the_same_each_time_and_its_raw_lines_are_its_check_ins() {
    let place = Place::new();
    for name in ["a", "b"] {
        let raw = place.at(&format!("{name}.raw"));
        let said = done(&seed(&place.url(name), "120", &["--days", "90", "--raw", &raw]));
        assert!(said.starts_with("120 clusters, ") && said.ends_with(" s\n") && said.lines().count() == 1, "{said}");
        ok(&["backup", "--store", &place.url(name), &place.at(&format!("{name}.ndjson"))]);
    }
    let read = |name: &str| fs::read_to_string(place.at(name)).unwrap();
    assert!(read("a.ndjson") == read("b.ndjson") && read("a.raw") == read("b.raw"));

    let raw = read("a.raw");
    let verified = ok(&["verify", "--store", &place.url("a")]);
    let counted = format!("500 releases, 0 lines of the audit log, 120 clusters, {} check-ins\n", raw.lines().count());
    assert_eq!(verified, counted);
    let lines: Vec<Value> = raw.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.iter().map(|line| line["id"].as_str().unwrap()).collect::<BTreeSet<_>>().len(), 120);
    assert!(lines.iter().all(|line| line["at"].as_str().unwrap() <= "2026-01-31T09:30:15Z"));
    assert!(lines.iter().any(|line| line["components"]["deis-router"] == "v2.19.0"));
}

#[test]
fn a_store_that_is_not_empty_is_refused_and_stays_as_it_is() {
    let place = Place::new();
    let raw = place.at("raw");
    for fill in [&seed(&place.url("a"), "3", &["--days", "2"])[..], &import(&place.url("b"))] {
        done(fill);
    }
    for name in ["a", "b"] {
        let before = ok(&["verify", "--store", &place.url(name)]);
        let said = refused(&seed(&place.url(name), "3", &["--days", "2", "--raw", &raw]));
        assert!(said.contains("the store is not empty") && said.contains("--store"), "{said}");
        assert_eq!(ok(&["verify", "--store", &place.url(name)]), before);
    }
    assert!(!fs::exists(&raw).unwrap());
}

fn import(store: &str) -> Vec<String> {
    ["import", history().to_str().unwrap(), "--store", store].map(str::to_owned).to_vec()
}

#[test]
fn releases_of_one_s_own_are_what_the_fleet_runs() {
    let place = Place::new();
    let (file, raw) = (place.at("releases.csv"), place.at("raw"));
    fs::write(&file, "component,train,version,released\nacme-web,stable,1.0.0,2020-01-01T00:00:00Z\n").unwrap();
    done(&seed(&place.url("a"), "20", &["--days", "40", "--releases", &file, "--raw", &raw]));
    let raw = fs::read_to_string(raw).unwrap();
    assert!(raw.contains(r#""components":{"acme-web":"v1.0.0"}"#) && !raw.contains("deis-"));
    assert!(ok(&["verify", "--store", &place.url("a")]).starts_with("1 releases"));
}

#[test]
fn bad_input_is_one_sentence_and_leaves_nothing_behind() {
    let place = Place::new();
    let store = place.url("a");
    let early =
        ["seed", "--store", &store, "--clusters", "1", "--days", "1", "--rng", "1", "--end", "2015-01-01T00:00:00Z"];
    for (arguments, says) in [
        (seed(&store, "0", &["--days", "1"]), "write 1 or more"),
        (seed(&store, "1", &["--days", "0"]), "write 1 to 10000"),
        (early.map(str::to_owned).to_vec(), "before the first release, which was on 2015-12-30"),
        (seed(&store, "1", &["--days", "1", "--releases", "/no/such.json"]), "/no/such.json"),
    ] {
        let said = refused(&arguments);
        assert!(said.contains(says), "{said}");
        assert!(!fs::exists(place.at("a")).unwrap(), "{said}");
    }
    fs::write(place.at("taken"), "mine").unwrap();
    for raw in [place.at("no/such/folder"), place.at("taken")] {
        let said = refused(&seed(&store, "1", &["--days", "1", "--raw", &raw]));
        assert!(said.contains(&format!("cannot write {raw} (")), "{said}");
    }
    assert_eq!(fs::read_to_string(place.at("taken")).unwrap(), "mine");
    assert!(
        refused(&["seed", "--clusters", "1", "--days", "1", "--rng", "1"].map(str::to_owned))
            .contains("--store sled://")
    );
}
