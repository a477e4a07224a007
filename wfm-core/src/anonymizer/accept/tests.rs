use jiff::civil::date;
use serde_json::{Value, json};

use super::*;
use crate::catalog::Catalog;
use crate::release::{Release, Releases};
use crate::version::Train;

fn releases() -> Releases {
    let at = "2020-01-01T00:00:00Z".parse().unwrap();
    let name = "deis-router".parse().unwrap();
    [Release::new(name, Train::stable(), "v2.14.0".parse().unwrap(), at)].into_iter().collect()
}

fn accept(body: &str) -> Result<Arrival, NotTaken> {
    let (catalog, releases) = (Catalog::workflow(), releases());
    Arrival::accept(body.as_bytes(), Vocabulary::new(&catalog, &releases))
}

fn check_in() -> Value {
    json!({
        "schema": 1, "id": "8c6da034-c8b1-489a-a55d-a2215d93f934", "cohort": "staff",
        "components": [{"name": "deis-router", "version": "v2.14.0"}, {"name": "deis-minio", "version": "custom"}]
    })
}

/// The same with what stands at a place replaced.
fn with(place: &str, value: Value) -> String {
    let mut body = check_in();
    match body.pointer_mut(place) {
        Some(there) => *there = value,
        None => {
            let (parent, name) = place.rsplit_once('/').unwrap();
            body.pointer_mut(parent).unwrap()[name] = value;
        }
    }
    body.to_string()
}

#[test]
fn a_check_in_is_taken_as_it_was_made() {
    let arrival = accept(&check_in().to_string()).unwrap();
    assert_eq!(arrival.cluster().short(), "8c6da034");
    assert_eq!(arrival.cohort(), Some(Cohort::Staff));
    let kept: Vec<String> = arrival.components().iter().map(|(name, version)| format!("{name} {version}")).collect();
    assert_eq!(kept, ["deis-minio custom", "deis-router v2.14.0"]);
}

#[test]
fn what_departs_from_the_schema_is_refused_by_its_place_and_never_by_its_value() {
    let falcon = || json!("falcon");
    for (place, value, name) in [
        ("/schema", json!(2), "schema"),
        ("/schema", json!(0), "schema"),
        ("/schema", falcon(), "schema"),
        ("/id", falcon(), "id"),
        // A UUID of version 1 holds the address of a network card.
        ("/id", json!("8c6da034-c8b1-189a-a55d-a2215d93f934"), "id"),
        ("/id", json!("8C6DA034-C8B1-489A-A55D-A2215D93F934"), "id"),
        ("/cohort", falcon(), "cohort"),
        ("/cohort", json!(null), "cohort"),
        // What is reported without the id has no place beside it.
        ("/created", json!({"year": 2026, "week": 47}), "created"),
        ("/workloads", json!(4), "workloads"),
        ("/components", json!({"falcon": 1}), "components"),
        ("/components/0/name", falcon(), "components[0].name"),
        ("/components/0/name", json!("deis-router-falcon"), "components[0].name"),
        ("/components/1/name", json!("deis-router"), "components[1].name"),
        ("/components/0/version", json!("v2.14.0-falcon"), "components[0].version"),
        ("/components/0/version", json!("v2.14.0+falcon"), "components[0].version"),
        ("/components/0/image", falcon(), "components[0].image"),
        ("/components/1", falcon(), "components[1]"),
        ("/host", falcon(), "host"),
    ] {
        let error = accept(&with(place, value.clone())).unwrap_err().to_string();
        assert!(error.starts_with(&format!("{name}: ")), "{place} {value}: {error}");
        assert!(!error.replace(name, "").contains("falcon"), "{error}");
    }
}

#[test]
fn a_member_is_there_once_and_a_needed_one_is_there() {
    assert_eq!(accept(r#"{"schema":1,"schema":1}"#), Err(NotTaken::Twice("schema".into())));
    assert_eq!(accept(r#"{"schema":1,"sch\u0065ma":1}"#), Err(NotTaken::Twice("schema".into())));
    for name in ["schema", "id", "components"] {
        let mut body = check_in();
        body.as_object_mut().unwrap().remove(name);
        assert_eq!(accept(&body.to_string()), Err(NotTaken::Missing(name.into())));
    }
    let long = format!(r#"{{"{}":1}}"#, "f".repeat(1000));
    assert!(accept(&long).unwrap_err().to_string().len() < 200);
}

#[test]
fn what_is_no_object_is_refused_however_deep_it_is() {
    let deep = "[".repeat(100_000);
    for body in ["", "falcon", "[]", "{", "7", "null", &deep, &format!(r#"{{"id":{deep}"#)] {
        assert_eq!(accept(body), Err(NotTaken::NotAnObject));
        assert_eq!(FacetReport::accept(body.as_bytes(), date(2026, 11, 16)), Err(NotTaken::NotAnObject));
    }
}

fn facets(body: &Value) -> Result<FacetReport, NotTaken> {
    FacetReport::accept(body.to_string().as_bytes(), date(2026, 11, 16))
}

#[test]
fn facets_are_taken_as_they_were_made() {
    let software = json!({"schema": 1, "part": "software", "cohort": "ci", "kubernetes": "1.31", "os": "ubuntu 24.04"});
    let report = facets(&software).unwrap();
    assert_eq!((report.week(), report.cohort()), (date(2026, 11, 16), Cohort::Ci));
    let told: Vec<String> = report.counted().map(|value| value.to_string()).collect();
    assert_eq!(told, ["1.31", "ubuntu 24.04", "software"]);
    let capacity = json!({"schema": 1, "part": "capacity", "nodes": 4, "cpu": 23, "memoryMiB": 1024, "diskMiB": 1});
    let told: Vec<String> = facets(&capacity).unwrap().counted().map(|value| value.to_string()).collect();
    assert_eq!(told, ["4–5", "23–31 cores", "1–1.4 GiB", "under 1 GiB", "capacity"]);
}

#[test]
fn facets_say_nothing_but_what_their_part_can_say() {
    let capacity = |name: &str, value: Value| {
        let mut body = json!({"schema": 1, "part": "capacity", "nodes": 4});
        body[name] = value;
        facets(&body).unwrap_err().to_string()
    };
    for (name, value) in [
        ("nodes", json!(5)),
        ("nodes", json!("4–5")),
        ("cpu", json!(20)),
        ("cpu", json!("16")),
        ("memoryMiB", json!(1025)),
        ("memoryMiB", json!(-1)),
        ("id", json!("8c6da034-c8b1-489a-a55d-a2215d93f934")),
        ("kubernetes", json!("1.31")),
        ("part", json!("falcon")),
        ("part", json!("part")),
        ("cohort", json!("falcon")),
        ("schema", json!(7)),
    ] {
        assert!(capacity(name, value.clone()).starts_with(&format!("{name}: ")), "{name} {value}");
    }
    for (name, value) in [("kernel", "5.917"), ("os", "ubuntu 24.07"), ("os", "falcon"), ("nodes", "4–5")] {
        let body = json!({"schema": 1, "part": "software", name: value});
        assert!(facets(&body).unwrap_err().to_string().starts_with(&format!("{name}: ")), "{name} {value}");
    }
    assert_eq!(facets(&json!({"schema": 1, "part": "software"})), Err(NotTaken::Empty));
    assert_eq!(facets(&json!({"schema": 1, "part": "creation"})), Err(NotTaken::Empty));
    assert_eq!(facets(&json!({"schema": 1})), Err(NotTaken::Value("part".into())));
}

#[test]
fn creation_and_other_workloads_are_taken_as_they_were_made() {
    let counted = |body: Value| facets(&body).unwrap().counted().map(|value| value.to_string()).collect::<Vec<_>>();
    let creation = json!({"schema": 1, "part": "creation", "created": {"year": 2024, "week": 7}});
    assert_eq!(counted(creation), ["2024-W07", "creation"]);
    let workloads = json!({"schema": 1, "part": "other-workloads", "cohort": "ci", "workloads": 4});
    assert_eq!(counted(workloads), ["4–5", "other-workloads"]);
}

#[test]
fn creation_and_other_workloads_report_nothing_but_their_values() {
    let creation = |created: Value| json!({"schema": 1, "part": "creation", "created": created});
    for (created, name) in [
        (json!("falcon"), "created: not one"),
        (json!("2024-W07"), "created: not one"),
        (json!({"year": 2024, "week": 54}), "created: not one"),
        (json!({"year": 2025, "week": 53}), "created: not one"),
        (json!({"year": 1999, "week": 7}), "created: not one"),
        (json!({"year": 2024, "week": "falcon"}), "created.week: not one"),
        (json!({"year": 2024, "week": 7.0}), "created.week: not one"),
        (json!({"year": 2024}), "created.week: is missing"),
        (json!({"year": 2024, "week": 7, "day": 1}), "created.day: there is no such member"),
        // The week after the one in which it arrives.
        (json!({"year": 2026, "week": 48}), "created: that week has not begun"),
    ] {
        let error = facets(&creation(created)).unwrap_err().to_string();
        assert!(error.starts_with(name) && !error.contains("falcon"), "{name}: {error}");
    }
    assert!(facets(&creation(json!({"year": 2026, "week": 47}))).is_ok(), "the week in which it arrives");
    let id = "8c6da034-c8b1-489a-a55d-a2215d93f934";
    for (name, value) in
        [("workloads", json!(5)), ("workloads", json!(1.0)), ("workloads", json!("4–5")), ("id", json!(id))]
    {
        let mut body = json!({"schema": 1, "part": "other-workloads", "workloads": 4});
        body[name] = value;
        assert!(facets(&body).unwrap_err().to_string().starts_with(&format!("{name}: ")), "{body}");
    }
}
