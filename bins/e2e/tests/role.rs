//! The permissions that are shipped, line by line: a change of `rbac.yaml` is a change here.

#![allow(clippy::unwrap_used, clippy::panic, reason = "clippy knows only #[test] functions as tests")]

use std::collections::BTreeSet;

use serde_json::Value;

const MANIFESTS: &str = include_str!("../../agent/deploy/rbac.yaml");
const NAME: &str = "deis-workflow-manager";

fn manifests(text: &str) -> Vec<Value> {
    text.split("\n---\n").map(|document| serde_saphyr::from_str(document).unwrap()).collect()
}

fn of_kind(manifests: &[Value], kind: &str) -> Value {
    let mut found = manifests.iter().filter(|manifest| manifest["kind"] == kind);
    let one = found.next().unwrap_or_else(|| panic!("no {kind}")).clone();
    assert!(found.next().is_none(), "more than one {kind}");
    one
}

/// `verb group/resource name`, one for each verb of each resource.
fn permissions(role: &Value) -> BTreeSet<String> {
    let texts = |value: &Value| -> Vec<String> {
        value.as_array().map(|all| all.iter().map(|one| one.as_str().unwrap().to_owned()).collect()).unwrap_or_default()
    };
    let mut all = BTreeSet::new();
    for rule in role["rules"].as_array().unwrap() {
        let names = texts(&rule["resourceNames"]).join(",");
        assert_eq!(rule.as_object().unwrap().len(), if names.is_empty() { 3 } else { 4 }, "{rule}");
        for group in texts(&rule["apiGroups"]) {
            for resource in texts(&rule["resources"]) {
                all.extend(texts(&rule["verbs"]).iter().map(|verb| format!("{verb} {group}/{resource} {names}")));
            }
        }
    }
    all
}

#[test]
fn the_role_permits_exactly_this() {
    let manifests = manifests(MANIFESTS);
    let kinds: Vec<&str> = manifests.iter().map(|manifest| manifest["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["ServiceAccount", "Secret", "Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"]);
    let expected = [
        "list apps/deployments ",
        "list apps/daemonsets ",
        "list apps/statefulsets ",
        "list /replicationcontrollers ",
        "list /pods ",
        "list /services ",
        "list /events ",
        "get /namespaces deis",
        "get /secrets deis-workflow-manager",
        "patch /secrets deis-workflow-manager",
    ];
    let role = of_kind(&manifests, "Role");
    assert_eq!(permissions(&role), expected.map(str::to_owned).into());
    assert_eq!((&role["metadata"]["name"], &role["metadata"]["namespace"]), (&NAME.into(), &"deis".into()));
    let expected = ["list /nodes ", "get /namespaces kube-system"];
    assert_eq!(permissions(&of_kind(&manifests, "ClusterRole")), expected.map(str::to_owned).into());
    for (binding, role) in [("RoleBinding", "Role"), ("ClusterRoleBinding", "ClusterRole")] {
        let (binding, role) = (of_kind(&manifests, binding), of_kind(&manifests, role));
        assert_eq!(binding["roleRef"]["name"], role["metadata"]["name"]);
        assert_eq!(binding["roleRef"]["kind"], role["kind"]);
        let subject = serde_json::json!([{"kind": "ServiceAccount", "name": NAME, "namespace": "deis"}]);
        assert_eq!(binding["subjects"], subject);
    }
}

#[test]
fn the_secret_is_shipped_empty_and_opaque() {
    let secret = of_kind(&manifests(MANIFESTS), "Secret");
    assert_eq!((&secret["type"], &secret["metadata"]["name"]), (&"Opaque".into(), &NAME.into()));
    assert_eq!((&secret["data"], &secret["stringData"]), (&Value::Null, &Value::Null));
}

/// Two installations in one cluster: what the second applies names nothing of the first.
#[test]
fn in_another_namespace_no_object_is_that_of_the_first() {
    let replaced = MANIFESTS.replace("namespace: deis\n", "namespace: other\n").replace("name: deis:", "name: other:");
    let replaced = replaced.replace("[\"deis\"]", "[\"other\"]");
    assert!(permissions(&of_kind(&manifests(&replaced), "Role")).contains("get /namespaces other"));
    let names = |text: &str| -> BTreeSet<String> {
        let key = |manifest: &Value| {
            let metadata = &manifest["metadata"];
            format!("{} {} {}", manifest["kind"], metadata["namespace"], metadata["name"])
        };
        manifests(text).iter().map(key).collect()
    };
    let (first, second) = (names(MANIFESTS), names(&replaced));
    assert_eq!(first.intersection(&second).collect::<Vec<_>>(), Vec::<&String>::new());
    let of_second = of_kind(&manifests(&replaced), "ClusterRoleBinding");
    assert_eq!(
        (&of_second["roleRef"]["name"], &of_second["subjects"][0]["namespace"]),
        (&"other:deis-workflow-manager".into(), &"other".into())
    );
}
