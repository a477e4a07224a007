//! docs/PRIVACY.md says what the types say, and what the recorded cluster would send.

#![allow(clippy::unwrap_used, clippy::panic, reason = "clippy knows only #[test] functions as tests")]

mod world;

use std::fmt::Write;
use std::path::Path;

use wfm_agent::{Flags, Settings};
use wfm_core::anonymizer::{EnvelopeKind, Field, SchemaVersion, Vocabulary, schema};
use wfm_core::catalog::Catalog;
use wfm_core::release::Releases;
use wfm_e2e::{RELEASES_JSON, RecordedCluster, Recording};

/// What stands before and after a part that is made.
const BEGIN: &str = "<!-- made from the types by `just generate`: ";
const END: &str = "<!-- end -->";

fn table(kind: EnvelopeKind) -> String {
    let title = match kind {
        EnvelopeKind::CheckIn => "The check-in",
        EnvelopeKind::Software => "The software envelope",
        EnvelopeKind::Capacity => "The capacity envelope",
        EnvelopeKind::Creation => "The creation envelope",
        EnvelopeKind::OtherWorkloads => "The envelope of other workloads",
    };
    let mut table =
        format!("### {title}\n\n| field | vocabulary | why it is asked | since schema |\n|---|---|---|---|\n");
    for field in kind.fields() {
        row(&mut table, "", field);
        let prefix = if field.name == "components" { "components[]." } else { "created." };
        field.members.iter().for_each(|member| row(&mut table, prefix, member));
    }
    table
}

fn row(table: &mut String, prefix: &str, field: &Field) {
    let Field { name, vocabulary, why, since, required, .. } = field;
    let optional = if *required { "" } else { " (may be absent)" };
    writeln!(table, "| `{prefix}{name}`{optional} | {vocabulary} | {why} | {since} |").unwrap();
}

/// Every word of the tables that are too long for a cell.
fn tables() -> String {
    let (catalog, releases) = (Catalog::workflow(), Releases::default());
    let schema = schema(EnvelopeKind::Software, Vocabulary::new(&catalog, &releases));
    let words = |field: &str| {
        let words = schema["properties"][field]["enum"].as_array().unwrap().iter();
        words.map(|word| word.as_str().unwrap().to_owned()).collect::<Vec<_>>().join(", ")
    };
    ["os", "kernel", "runtime"].iter().map(|field| format!("- `{field}`: {}\n", words(field))).collect()
}

/// What the recorded cluster would send, by the agent itself.
async fn example() -> String {
    let folder = tempfile::tempdir().unwrap();
    let cluster = RecordedCluster::start(Recording::Onprem2018).await.unwrap();
    let releases = folder.path().join("releases.json");
    std::fs::write(&releases, RELEASES_JSON).unwrap();
    let kubeconfig = Some(cluster.write_kubeconfig(folder.path()).unwrap());
    let flags = Flags { kubeconfig, releases: Some(releases), ..Flags::default() };
    let (settings, _) = Settings::read(&flags, &std::collections::BTreeMap::new()).unwrap();
    let agent = wfm_agent::connect(&settings).await.unwrap();
    agent.updates().check().await;
    let nobody = "00000000-0000-4000-8000-000000000000".parse().unwrap();
    let lines = agent.preview(nobody).await.unwrap();
    format!("```json\n{}\n```\n", lines.iter().map(|line| line.as_str()).collect::<Vec<_>>().join("\n"))
}

/// The document with every part made anew.
fn made(document: &str, parts: &[(String, String)]) -> String {
    let mut rest = document;
    let mut made = String::new();
    while let Some((before, after)) = rest.split_once(BEGIN) {
        let (name, after) = after.split_once(" -->\n").unwrap();
        let (_, after) = after.split_once(END).unwrap();
        let part = &parts.iter().find(|(known, _)| known == name).unwrap_or_else(|| panic!("no part {name}")).1;
        write!(made, "{before}{BEGIN}{name} -->\n{part}{END}").unwrap();
        rest = after;
    }
    made + rest
}

#[tokio::test]
async fn the_privacy_document_says_what_the_types_say() {
    let mut parts: Vec<_> = EnvelopeKind::ALL.iter().map(|kind| (kind.to_string(), table(*kind))).collect();
    parts.push(("tables".into(), tables()));
    parts.push(("example".into(), example().await));
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/PRIVACY.md");
    let committed = std::fs::read_to_string(&file).unwrap();
    assert!(parts.iter().all(|(name, _)| committed.contains(&format!("{BEGIN}{name} -->"))), "a part is missing");
    let new = made(&committed, &parts);
    if std::env::var_os("WFM_GENERATE").is_some() {
        std::fs::write(&file, &new).unwrap();
    } else {
        assert!(committed == new, "docs/PRIVACY.md is old: run `just generate`");
    }
    assert!(new.contains(&format!("accepts schema {}", SchemaVersion::FIRST)));
}
