use wfm_core::release::Releases;
use wfm_core::wire::v4::TrainReleases;

use super::*;

const GOOD: &str = r#"{"component":{"name":"deis-router"},"version":{"train":"stable","version":"v2.9.0","released":"2020-01-01T00:00:00Z"}}"#;

fn refused(text: &str) -> String {
    read(text.as_bytes()).unwrap_err().to_string()
}

fn with(entry: &str) -> String {
    refused(&format!(r#"{{"data":[{GOOD},{entry}]}}"#))
}

#[test]
fn the_old_shape_is_read_in_its_order() {
    let text = format!(r#"{{"data":[{},{GOOD}]}}"#, GOOD.replace("v2.9.0", "v2.10.0"));
    let versions: Vec<String> = read(text.as_bytes()).unwrap().iter().map(|r| r.version().to_string()).collect();
    assert_eq!(versions, ["v2.10.0", "v2.9.0"]);
}

#[test]
fn a_trains_document_is_read_as_what_it_was_written_from() {
    let text = r#"{"schemaVersion":1,"train":"edge","components":[{"name":"deis-minio","releases":[{"version":"v2.0.0-rc1","released":"2020-01-01T00:00:00Z","fixes":"a CVE"}]}]}"#;
    let [release] = read(text.as_bytes()).unwrap().try_into().unwrap();
    assert_eq!((release.train().as_str(), release.component().as_str()), ("edge", "deis-minio"));
    assert_eq!(release.notes().fixes.as_deref(), Some("a CVE"));
}

#[test]
fn what_is_wrong_is_told_by_entry_component_and_field() {
    let cases = [
        (GOOD.replace("\"deis-router\"", "\"Deis Router\""), "entry 2 (Deis Router): component.name: "),
        (GOOD.replace("\"deis-router\"", "7"), "entry 2: component.name: write text in quotes, not a number"),
        (GOOD.replace("\"stable\"", "null"), "entry 2 (deis-router): version.train: "),
        (GOOD.replace("v2.9.0", "canary"), "entry 2 (deis-router): version.version: “canary” is not"),
        (
            GOOD.replace("2020-01-01T00:00:00Z", "yesterday"),
            "entry 2 (deis-router): version.released: “yesterday” is not",
        ),
        (GOOD.replace("\"2020-01-01T00:00:00Z\"", "{}"), "entry 2 (deis-router): version.released: write text"),
        ("[]".into(), "entry 2: the entry: write an object"),
        (
            GOOD.replace("\"train\"", "\"notes\":\"x\",\"train\""),
            "entry 2 (deis-router): version.notes: it is unknown: use train, version",
        ),
        (
            GOOD.replace("\"name\"", "\"released\":\"x\",\"name\""),
            "entry 2 (deis-router): component.released: it is unknown here: write it as version.released",
        ),
        (
            GOOD.replace("\"train\"", "\"minimum\":\"v1.0.0\",\"data\":{\"minimum\":\"v1.0.1\"},\"train\""),
            "entry 2 (deis-router): version.minimum: version.data.minimum is another text",
        ),
        ("{}".into(), "entry 2: component.name: "),
    ];
    for (entry, expected) in cases {
        let said = with(&entry);
        assert!(said.starts_with(expected), "{said}");
    }
}

#[test]
fn the_minimum_and_the_notes_are_read_beside_the_version_too() {
    let members = r#""minimum":"v2.0.0","fixes":"a CVE""#;
    let beside = GOOD.replace("\"train\"", &format!("{members},\"train\""));
    let within = GOOD.replace("\"train\"", &format!("\"data\":{{{members}}},\"train\""));
    let [beside, within] =
        [beside, within].map(|entry| read(format!(r#"{{"data":[{entry}]}}"#).as_bytes()).unwrap().remove(0));
    assert_eq!((beside.minimum().map(ToString::to_string).as_deref(), &beside), (Some("v2.0.0"), &within));
}

#[test]
fn a_trains_document_is_read_without_loss() {
    let text = r#"{"schemaVersion":1,"train":"edge","serial":7,"issued":"2020-01-01T00:00:00Z","components":[{"name":"deis-minio",
        "releases":[{"version":"v2.0.0","released":"2020-01-01T00:00:00Z","minimum":"v1.0.0","image":"i","description":"d",
        "yanked":{"reason":"It loses data","at":"2020-01-02T00:00:00Z"}}]}]}"#;
    let [release] = read(text.as_bytes()).unwrap().try_into().unwrap();
    assert_eq!(release.minimum().map(ToString::to_string).as_deref(), Some("v1.0.0"));
    assert_eq!(release.yanked().map(|yank| yank.reason.to_string()).as_deref(), Some("It loses data"));
    assert_eq!((release.notes().image.as_deref(), release.notes().description.as_deref()), (Some("i"), Some("d")));
    let said = refused(&text.replace("\"image\"", "\"picture\""));
    assert!(said.starts_with("entry 1 (deis-minio): picture: it is unknown here: a release has version, "), "{said}");
    let said = refused(&text.replace("\"reason\"", "\"why\""));
    assert!(said.starts_with("entry 1 (deis-minio): version.yanked: write {"), "{said}");
}

#[test]
fn the_document_of_beta_is_refused_because_it_has_the_releases_of_stable() {
    let release = |train: Train, version: &str| {
        let released = "2020-01-01T00:00:00Z".parse().unwrap();
        Release::new("deis-router".parse().unwrap(), train, version.parse().unwrap(), released)
    };
    let all: Releases =
        [release(Train::stable(), "v2.9.0"), release(Train::beta(), "v2.10.0-rc1")].into_iter().collect();
    let document = |train: &Train| TrainReleases::of(&all, train).to_json();
    assert_eq!(read(&document(&Train::stable())).unwrap(), [release(Train::stable(), "v2.9.0")]);
    let said = read(&document(&Train::beta())).unwrap_err().to_string();
    assert!(said.starts_with("train: the document of beta also has the releases of stable"), "{said}");
}

#[test]
fn a_release_that_would_do_harm_is_refused() {
    let now = "2026-01-01T00:00:00Z".parse().unwrap();
    let checked = |minimum: &str, released: &str| {
        let entry = GOOD.replace("2020-01-01T00:00:00Z", released);
        let entry = entry.replace("\"train\"", &format!("\"minimum\":\"{minimum}\",\"train\""));
        let releases = read(format!(r#"{{"data":[{entry}]}}"#).as_bytes()).unwrap();
        check_all(&releases, now).map_err(|error| error.to_string())
    };
    let above = checked("v9.0.0", "2020-01-02T00:00:00Z").unwrap_err();
    assert!(
        above.starts_with("entry 1 (deis-router): version.data.minimum: v9.0.0 is above the release itself, v2.9.0")
    );
    let late = checked("v2.0.0", "2999-01-01T00:00:00Z").unwrap_err();
    assert!(late.contains("version.released: 2999-01-01T00:00:00Z is more than 30 days ahead"), "{late}");
    assert_eq!(checked("v2.9.0", "2026-01-30T00:00:00Z"), Ok(()));
}

#[test]
fn two_entries_may_repeat_but_not_contradict_each_other() {
    assert_eq!(read(format!(r#"{{"data":[{GOOD},{GOOD}]}}"#).as_bytes()).unwrap().len(), 2);
    let said = with(&GOOD.replace("2020", "2021"));
    assert!(said.starts_with("entry 2 (deis-router): it is the same release as entry 1"), "{said}");
}

#[test]
fn something_else_than_releases_says_what_to_write() {
    assert!(refused("").starts_with("not JSON: "));
    assert!(refused("{\"data\":[").starts_with("not JSON: "));
    assert!(refused("{}").contains("there are no releases in it"));
    assert!(refused("[]").contains("there are no releases in it"));
    assert!(refused("{\"data\":7}").contains("data: write a list"));
    assert!(refused("{\"data\":[]}").contains("empty"));
    assert!(refused(r#"{"schemaVersion":9,"train":"edge","components":[]}"#).contains("schemaVersion: 9 is newer"));
    assert!(refused(r#"{"train":"edge","components":[]}"#).contains("schemaVersion: write 1"));
    assert!(refused(r#"{"schemaVersion":1,"train":"edge","components":[{}]}"#).contains("components[0].releases"));
}

#[test]
fn the_same_releases_are_read_from_json_yaml_and_a_table() {
    let json = br#"{"data":[{"component":{"name":"deis-router"},"version":{"train":"stable","version":"v2.10.0",
        "released":"2020-01-01T00:00:00Z","data":{"fixes":"a, b","minimum":"v2.0.0"}}}]}"#;
    let yaml = b"data:\n- component: {name: deis-router}\n  version:\n    train: stable\n    version: v2.10.0\n    \
        released: 2020-01-01T00:00:00Z\n    data: {fixes: 'a, b', minimum: v2.0.0}\n";
    let csv = b"train,component,version,released,fixes,minimum,image\n\
        stable,deis-router,v2.10.0,2020-01-01T00:00:00Z,\"a, b\",v2.0.0,\n";
    let read = read_as(Format::Json, json).unwrap();
    assert_eq!(read.len(), 1);
    assert_eq!(read_as(Format::Yaml, yaml), Ok(read.clone()));
    assert_eq!(read_as(Format::Csv, csv), Ok(read));
}

#[test]
fn a_table_is_refused_by_column_line_and_field() {
    let said = |text: &str| read_as(Format::Csv, text.as_bytes()).unwrap_err().to_string();
    assert!(said("train,colour\n").contains("use component, train"), "{}", said("train,colour\n"));
    assert_eq!(
        said("train,component\nstable,a\nstable\n"),
        "not a table of releases: line 3: the first line names 2 columns, and this one has 1 values"
    );
    assert!(
        said("train,component,version,released\nstable,a,1.0,2020-01-01T00:00:00Z\n").contains("entry 1 (a): version")
    );
    assert!(read_as(Format::Yaml, b"a: [").unwrap_err().to_string().starts_with("not YAML: "));
}
