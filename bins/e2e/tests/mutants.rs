//! What would happen if a normaliser passed through what it should normalise: `just mutants`.
//!
//! Each mutation is made in a copy of the repository, one at a time, and the anonymizer's tests must fail there. Where the copy
//! does not even compile, the type forbids that mutation, and this is said.

#![allow(clippy::unwrap_used, clippy::panic, reason = "clippy knows only #[test] functions as tests")]

#[path = "mutants/table.rs"]
mod table;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use table::{MUTATIONS, Mutation};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// Copies the sources, without what is built of them. What did not change keeps its time, so that it is not built again.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            if !matches!(entry.file_name().to_str(), Some("target" | ".git" | "corpus" | "artifacts")) {
                copy(&path, &target);
            }
        } else if fs::read(&path).ok() != fs::read(&target).ok() {
            fs::copy(&path, &target).unwrap();
        }
    }
}

/// What the tests say of a mutation.
#[derive(Debug)]
enum Verdict {
    /// The type forbids it: the first error.
    DoesNotCompile(String),
    /// The first of the tests that fail, and how many do.
    Caught(String, usize),
    Survived,
}

/// The file's text with the mutation in it.
///
/// # Panics
/// Where what is replaced does not stand there exactly once.
fn mutated(text: &str, mutation: &Mutation) -> String {
    let found = text.matches(mutation.text).count();
    assert_eq!(found, 1, "{}: this stands {found} times in {}: {}", mutation.of, mutation.file, mutation.text);
    text.replace(mutation.text, mutation.replacement)
}

fn test(copy: &Path, target: &Path) -> Verdict {
    let cargo = Command::new(env!("CARGO"))
        .args(["test", "-p", "wfm-core", "--lib", "--locked", "--quiet", "anonymizer"])
        .current_dir(copy)
        .env("CARGO_TARGET_DIR", target)
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
        .env("CARGO_TERM_COLOR", "never")
        .output()
        .unwrap();
    if cargo.status.success() {
        return Verdict::Survived;
    }
    let said = String::from_utf8_lossy(&cargo.stdout).into_owned();
    // The names of those that failed stand at the end, each in a line of its own.
    let list = said.rsplit("failures:\n").next().unwrap_or_default();
    let failed: Vec<&str> = list.lines().filter_map(|line| line.strip_prefix("    ")).collect();
    match failed.first() {
        Some(first) => Verdict::Caught((*first).to_owned(), failed.len()),
        None => {
            let errors = String::from_utf8_lossy(&cargo.stderr).into_owned();
            let error = errors.lines().find(|line| line.starts_with("error")).unwrap_or("it failed without a word");
            Verdict::DoesNotCompile(error.to_owned())
        }
    }
}

#[test]
fn every_mutation_fits_in_one_place() {
    for mutation in MUTATIONS {
        mutated(&fs::read_to_string(root().join(mutation.file)).unwrap(), mutation);
    }
}

#[test]
#[ignore = "it builds wfm-core once for each mutation: some ten minutes"]
fn every_normaliser_that_lets_things_through_turns_the_tests_red() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("mutants");
    let (sources, target) = (folder.join("sources"), folder.join("target"));
    copy(&root(), &sources);
    assert!(matches!(test(&sources, &target), Verdict::Survived), "without a mutation the tests pass");
    let mut survivors = Vec::new();
    println!("| normaliser | mutation | caught by |\n|---|---|---|");
    for mutation in MUTATIONS {
        let path = sources.join(mutation.file);
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, mutated(&text, mutation)).unwrap();
        let verdict = test(&sources, &target);
        fs::write(&path, text).unwrap();
        let by = match verdict {
            Verdict::DoesNotCompile(error) => format!("the compiler: {error}"),
            Verdict::Caught(test, 1) => test,
            Verdict::Caught(test, failed) => format!("{test} and {} more", failed - 1),
            Verdict::Survived => {
                survivors.push(mutation.of);
                "NOTHING".to_owned()
            }
        };
        println!("| {} | {} | {by} |", mutation.of, mutation.what);
    }
    assert_eq!(survivors, Vec::<&str>::new());
}
