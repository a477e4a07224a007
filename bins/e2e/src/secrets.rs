//! Secrets, the one resource that can be changed.

use http::HeaderMap;
use http::header::CONTENT_TYPE;
use k8s_openapi::ByteString;
use serde_json::{Map, Value, json};

use crate::status::Failure;

/// The Secrets of a namespace where `rbac.yaml` was applied: the agent's, empty.
pub(crate) fn shipped(namespace: &str, revision: u64) -> Value {
    let metadata = json!({
        "name": "deis-workflow-manager",
        "namespace": namespace,
        "uid": "00000000-0000-4000-8000-000000000001",
        "resourceVersion": revision.to_string(),
    });
    json!({
        "kind": "SecretList",
        "apiVersion": "v1",
        "metadata": {"resourceVersion": revision.to_string()},
        "items": [{"metadata": metadata, "type": "Opaque"}],
    })
}

/// Applies a merge patch (RFC 7396) to a Secret, and returns it as it stands then. A `resourceVersion` in the patch must
/// be the present one.
pub(crate) fn patch(secret: &mut Value, headers: &HeaderMap, body: &[u8], revision: u64) -> Result<Value, Failure> {
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if kind.split(';').next().map(str::trim) != Some("application/merge-patch+json") {
        return Err(Failure::unsupported_patch());
    }
    let patch = object(body)?;
    let expected = &patch["metadata"]["resourceVersion"];
    if !expected.is_null() && *expected != secret["metadata"]["resourceVersion"] {
        return Err(Failure::conflict(secret["metadata"]["name"].as_str().unwrap_or_default()));
    }
    merge(secret, patch);
    fold_string_data(secret);
    secret["metadata"]["resourceVersion"] = revision.to_string().into();
    Ok(secret.clone())
}

fn object(body: &[u8]) -> Result<Value, Failure> {
    let unreadable = || Failure::bad_request("the object provided is unrecognized");
    serde_json::from_slice(body).ok().filter(Value::is_object).ok_or_else(unreadable)
}

/// `stringData` can be written and never read: the API server moves it into `data`, in base64.
fn fold_string_data(secret: &mut Value) {
    let Some(Value::Object(plain)) = secret.as_object_mut().and_then(|secret| secret.remove("stringData")) else {
        return;
    };
    if !secret["data"].is_object() {
        secret["data"] = json!({});
    }
    for (key, value) in plain {
        let bytes = ByteString(value.as_str().unwrap_or_default().as_bytes().to_vec());
        secret["data"][key] = json!(bytes);
    }
}

fn merge(target: &mut Value, patch: Value) {
    let Value::Object(patch) = patch else {
        *target = patch;
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    for (key, value) in patch {
        if value.is_null() {
            target.as_object_mut().map(|object| object.remove(&key));
        } else {
            merge(&mut target[key], value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merge_patch() -> HeaderMap {
        [(CONTENT_TYPE, "application/merge-patch+json".parse().unwrap())].into_iter().collect()
    }

    #[test]
    fn a_patch_keeps_what_it_does_not_name_and_null_removes() {
        let mut secret =
            json!({"metadata": {"name": "a", "resourceVersion": "1"}, "data": {"old": "eA==", "gone": "eA=="}});
        let body = br#"{"data": {"gone": null}, "stringData": {"new": "x"}}"#;
        let patched = patch(&mut secret, &merge_patch(), body, 2).unwrap();
        assert_eq!(patched["data"], json!({"old": "eA==", "new": "eA=="}));
        assert_eq!(patched["metadata"]["resourceVersion"], "2");
    }

    #[test]
    fn a_patch_of_an_older_version_conflicts_and_changes_nothing() {
        let mut secret = json!({"metadata": {"name": "a", "resourceVersion": "2"}});
        let before = secret.clone();
        let body = br#"{"metadata": {"resourceVersion": "1"}, "stringData": {"k": "x"}}"#;
        assert_eq!(patch(&mut secret, &merge_patch(), body, 3), Err(Failure::conflict("a")));
        assert_eq!(secret, before);
    }
}
