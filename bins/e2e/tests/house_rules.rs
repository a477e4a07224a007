//! The rules of the house that no compiler holds: what may depend on what, and how long a file may be.

#![allow(clippy::unwrap_used, clippy::panic, reason = "clippy knows only #[test] functions as tests")]

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// The names in the `[dependencies]` of a crate: what its users get, not what its tests need.
fn dependencies(krate: &str) -> Vec<String> {
    let manifest = fs::read_to_string(root().join(krate).join("Cargo.toml")).unwrap();
    let section = manifest.split("\n[dependencies]\n").nth(1).unwrap_or_default();
    let section = section.split("\n[").next().unwrap();
    let name = |line: &str| line.split(['.', ' ', '=']).next().unwrap().to_owned();
    section.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).map(name).collect()
}

#[test]
fn dependencies_point_one_way() {
    let bins = ["wfm-shell", "wfm-agent", "wfm-api", "wfm", "wfm-e2e"];
    let io = ["kube", "k8s-openapi", "reqwest", "warp", "hyper", "sled", "tokio", "tracing-subscriber"];
    let not = |krate: &str, forbidden: &[&str]| {
        let dependencies = dependencies(krate);
        assert!(!dependencies.is_empty(), "{krate} has dependencies");
        for name in forbidden {
            assert!(!dependencies.iter().any(|d| d == name), "{krate} must not depend on {name}");
        }
    };
    not("wfm-core", &[&bins[..], &io[..], &["wfm-k8s", "wfm-client"]].concat());
    not("wfm-k8s", &[&bins[..], &["wfm-client", "warp", "sled"]].concat());
    not("wfm-client", &[&bins[..], &["wfm-k8s", "kube", "warp", "sled"]].concat());
    not("bins/shell", &["wfm-core", "wfm-k8s", "wfm-client", "wfm-agent", "wfm-api", "wfm"]);
    not("bins/agent", &["wfm-api", "wfm", "wfm-e2e", "sled"]);
    not("bins/api", &["wfm-agent", "wfm", "wfm-e2e", "wfm-k8s", "kube"]);
}

#[test]
fn banned_crates_are_not_in_the_lock_file() {
    let lock = fs::read_to_string(root().join("Cargo.lock")).unwrap();
    for name in ["aws-lc-rs", "aws-lc-sys", "openssl", "openssl-sys", "native-tls", "serde_yaml", "bincode"] {
        assert!(!lock.contains(&format!("name = \"{name}\"")), "{name} is in Cargo.lock");
    }
    assert!(lock.contains("name = \"ring\""), "the lock file was read");
}

/// jiff is the one time crate of what is built by default. The library that writes Parquet brings another one, so that library
/// is there only for those who ask for it, and nothing else may bring it.
#[test]
fn a_second_time_crate_is_there_for_parquet_alone_and_only_where_that_is_asked_for() {
    let lock = fs::read_to_string(root().join("Cargo.lock")).unwrap();
    let packages = || lock.split("[[package]]\n").skip(1);
    let name = |package: &str| package.split('"').nth(1).unwrap().to_owned();
    let users = |of: &str| {
        let uses = |package: &&str| {
            let dependencies = package.split("dependencies = [").nth(1).unwrap_or_default();
            dependencies.split('"').any(|dependency| dependency.split(' ').next() == Some(of))
        };
        packages().filter(uses).map(name).collect::<Vec<_>>()
    };
    assert_eq!(users("chrono"), ["parquet"]);
    assert_eq!(users("parquet"), ["wfm-api"]);
    assert!(users("jiff").len() > 1, "the lock file was understood");
    let manifest = fs::read_to_string(root().join("bins/api/Cargo.toml")).unwrap();
    assert!(manifest.contains("\nparquet = { workspace = true, optional = true }\n"));
    assert!(!manifest.contains("\ndefault = "), "no feature of the service is a default");
    for krate in
        ["", "wfm-core", "wfm-k8s", "wfm-client", "bins/agent", "bins/shell", "bins/wfm", "bins/e2e", "examples"]
    {
        let manifest = fs::read_to_string(root().join(krate).join("Cargo.toml")).unwrap();
        let asks = |line: &str| line.contains("parquet") && (line.starts_with("wfm-api") || !krate.is_empty());
        assert!(!manifest.lines().any(asks), "{krate} must not ask for Parquet");
    }
}

#[test]
fn the_top_level_holds_what_it_should_and_nothing_else() {
    let ours = ["Cargo.toml", "wfm-core", "wfm-k8s", "wfm-client", "bins", "examples", "fuzz", "docs"];
    let tools = ["Cargo.lock", "README.md", "CHANGELOG.md", "LICENSE-MIT", "LICENSE-APACHE", "justfile", "target"];
    let lints = ["clippy.toml", "deny.toml", "rustfmt.toml"];
    let listed = fs::read_dir(root()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let stray: Vec<String> = listed
        .filter(|name| !name.starts_with('.'))
        .filter(|name| ![&ours[..], &tools[..], &lints[..]].concat().contains(&name.as_str()))
        .collect();
    assert_eq!(stray, Vec::<String>::new());
    for name in ours {
        assert!(root().join(name).exists(), "{name}");
    }
}

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && path.file_name().unwrap() != "target" {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn files_stay_calm() {
    let mut files = Vec::new();
    for folder in ["wfm-core", "wfm-k8s", "wfm-client", "bins", "examples", "fuzz"] {
        rust_files(&root().join(folder), &mut files);
    }
    assert!(files.len() > 50, "the files were found");
    let lines = |path: &Path| fs::read_to_string(path).unwrap().lines().count();
    for path in &files {
        let limit = if path.file_name().unwrap() == "main.rs" { 30 } else { 600 };
        assert!(lines(path) <= limit, "{} has {} lines", path.display(), lines(path));
    }
}

#[test]
fn every_page_of_the_readme_and_the_docs_links_to_something() {
    let mut pages = vec![root().join("README.md")];
    pages.extend(fs::read_dir(root().join("docs")).unwrap().map(|entry| entry.unwrap().path()));
    for page in pages.iter().filter(|page| page.extension().is_some_and(|ending| ending == "md")) {
        let text = fs::read_to_string(page).unwrap();
        for target in text.split("](").skip(1).map(|rest| rest.split(')').next().unwrap()) {
            let local = !target.starts_with("http") && !target.starts_with('#');
            let path = page.parent().unwrap().join(target.split('#').next().unwrap());
            assert!(!local || path.exists(), "{} links to {target}", page.display());
        }
    }
}
