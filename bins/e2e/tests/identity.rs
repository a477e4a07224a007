//! The cluster's identity is drawn once, kept, and the same for everybody.

mod support;

use std::time::Duration;

use http::Method;
use serde_json::{Value, json};
use support::{id_of, secret, start};
use wfm_core::cluster::Namespace;
use wfm_core::collector::UnreadableCause;
use wfm_e2e::{Answer, Fault, RecordedCluster, Recording};
use wfm_k8s::identity::{IdentityError, ensure, erasure_secret, read, replace_schedule, reset, schedule};

const SECRETS: &str = "/api/v1/namespaces/deis/secrets";
const SECRET: &str = "/api/v1/namespaces/deis/secrets/deis-workflow-manager";

fn deis() -> Namespace {
    Namespace::default()
}

/// Puts a Secret with these data (in base64) there, in place of all others.
fn put(cluster: &RecordedCluster, data: &Value) {
    let secret = json!({
        "metadata": {"name": "deis-workflow-manager", "namespace": "deis", "resourceVersion": "9"},
        "type": "Opaque",
        "data": data,
    });
    cluster.set(SECRETS, json!({"kind": "SecretList", "apiVersion": "v1", "metadata": {}, "items": [secret]}));
}

/// The namespace has no Secret.
fn remove(cluster: &RecordedCluster) {
    cluster.set(SECRETS, json!({"kind": "SecretList", "apiVersion": "v1", "metadata": {}, "items": []}));
}

/// The requests that changed something.
fn writes(cluster: &RecordedCluster) -> Vec<String> {
    let requests = cluster.requests();
    requests.into_iter().map(|request| request.method).filter(|method| method != "GET").collect()
}

#[tokio::test]
async fn the_identity_that_is_there_is_kept_and_has_no_erasure_secret() {
    let (cluster, client) = start(Recording::EksCurrent).await;
    let kept = "8c6da034-c8b1-489a-a55d-a2215d93f934".parse().unwrap();
    assert_eq!(read(&client, &deis()).await, Ok(Some(kept)));
    assert_eq!(ensure(&client, &deis(), &secret(1)).await, Ok(kept));
    assert_eq!(erasure_secret(&client, &deis()).await, Ok(None));
    assert_eq!(writes(&cluster), [""; 0]);
}

#[tokio::test]
async fn where_there_is_none_the_candidate_becomes_it_with_its_erasure_secret() {
    let (cluster, client) = start(Recording::Onprem2018).await;
    assert_eq!(read(&client, &deis()).await, Ok(None));
    assert_eq!(ensure(&client, &deis(), &secret(1)).await, Ok(id_of(1)));
    assert_eq!(ensure(&client, &deis(), &secret(2)).await, Ok(id_of(1)));
    assert_eq!(read(&client, &deis()).await, Ok(Some(id_of(1))));
    assert_eq!(erasure_secret(&client, &deis()).await, Ok(Some(secret(1))));
    assert_eq!(writes(&cluster), ["PATCH"]);
}

#[tokio::test]
async fn a_secret_that_is_missing_is_not_created_and_the_sentence_has_the_command() {
    let (cluster, client) = start(Recording::Onprem2018).await;
    remove(&cluster);
    let missing = IdentityError::NoSecret { namespace: deis() };
    assert_eq!(read(&client, &deis()).await, Err(missing.clone()));
    assert_eq!(ensure(&client, &deis(), &secret(1)).await, Err(missing.clone()));
    assert_eq!(erasure_secret(&client, &deis()).await, Err(missing.clone()));
    assert_eq!(replace_schedule(&client, &deis(), None, "new").await, Err(missing.clone()));
    assert_eq!(reset(&client, &deis(), &secret(1), "new").await, Err(missing.clone()));
    assert_eq!(
        missing.to_string(),
        "the Secret deis-workflow-manager is missing in the namespace deis: create it with \
         `kubectl create secret generic deis-workflow-manager -n deis`"
    );
    assert_eq!(writes(&cluster), [""; 0]);
}

/// Kubernetes fills a Secret of this type with the token of a service account: the agent neither reads nor keeps anything there.
#[tokio::test]
async fn a_secret_of_another_type_is_refused() {
    let (cluster, client) = start(Recording::EksCurrent).await;
    for found in ["kubernetes.io/service-account-token", "kubernetes.io/tls", "helm.sh/release.v1"] {
        cluster.update(SECRET, |secret| secret["type"] = json!(found)).unwrap();
        let wrong = IdentityError::WrongType { namespace: deis(), found: found.to_owned() };
        assert_eq!(read(&client, &deis()).await, Err(wrong.clone()));
        assert_eq!(ensure(&client, &deis(), &secret(1)).await, Err(wrong.clone()));
        assert_eq!(reset(&client, &deis(), &secret(1), "new").await, Err(wrong.clone()));
        assert_eq!(schedule(&client, &deis()).await, Err(wrong.clone()));
        assert!(wrong.to_string().contains("kubectl delete secret deis-workflow-manager -n deis && kubectl create"));
    }
    assert_eq!(writes(&cluster), [""; 0]);
}

#[tokio::test]
async fn two_that_write_at_once_agree_and_other_keys_stay() {
    for data in [json!({"other": "b3RoZXI="}), json!({"other": "b3RoZXI=", "cluster-id": ""})] {
        let (cluster, client) = start(Recording::EksCurrent).await;
        put(&cluster, &data);
        // Both have looked before either writes.
        cluster.script(Fault::new(SECRET, Answer::Late(Duration::from_millis(100))).method(Method::PATCH));
        let (namespace, one, two) = (deis(), secret(1), secret(2));
        let (a, b) = tokio::join!(ensure(&client, &namespace, &one), ensure(&client, &namespace, &two));
        assert_eq!(writes(&cluster), ["PATCH", "PATCH"]);
        assert_eq!(a, b);
        assert_eq!(read(&client, &deis()).await.unwrap(), a.clone().ok());
        assert_eq!(erasure_secret(&client, &deis()).await.unwrap().map(|secret| secret.cluster_id()), a.ok());
        assert_eq!(cluster.get(SECRET).unwrap()["data"]["other"], "b3RoZXI=");
    }
}

#[tokio::test]
async fn a_secret_without_any_data_is_filled() {
    let (cluster, client) = start(Recording::EksCurrent).await;
    put(&cluster, &Value::Null);
    assert_eq!(ensure(&client, &deis(), &secret(1)).await, Ok(id_of(1)));
    assert_eq!(read(&client, &deis()).await, Ok(Some(id_of(1))));
}

#[tokio::test]
async fn an_id_with_a_line_break_behind_it_is_read() {
    let (cluster, client) = start(Recording::EksCurrent).await;
    put(&cluster, &json!({"cluster-id": "OGM2ZGEwMzQtYzhiMS00ODlhLWE1NWQtYTIyMTVkOTNmOTM0Cg=="}));
    let kept = "8c6da034-c8b1-489a-a55d-a2215d93f934".parse().unwrap();
    assert_eq!(ensure(&client, &deis(), &secret(1)).await, Ok(kept));
}

#[tokio::test]
async fn what_is_no_id_is_reported_and_not_overwritten() {
    let (cluster, client) = start(Recording::EksCurrent).await;
    put(&cluster, &json!({"cluster-id": "aHVudGVyMg=="})); // hunter2
    let error = ensure(&client, &deis(), &secret(1)).await.unwrap_err();
    assert_eq!(error, IdentityError::NotAnId { namespace: deis() });
    assert_eq!(
        error.to_string(),
        "the Secret deis-workflow-manager in the namespace deis holds something under cluster-id that is no random UUID: \
         to have a new id drawn, delete the key with `kubectl patch secret deis-workflow-manager -n deis --type=json \
         -p '[{\"op\":\"remove\",\"path\":\"/data/cluster-id\"}]'`"
    );
    assert_eq!(writes(&cluster), [""; 0]);
}

#[tokio::test]
async fn an_id_that_is_made_of_an_address_or_a_time_is_none() {
    let (cluster, client) = start(Recording::EksCurrent).await;
    // 8c6da034-c8b1-189a-a55d-a2215d93f934: version 1 holds the address of a network card.
    put(&cluster, &json!({"cluster-id": "OGM2ZGEwMzQtYzhiMS0xODlhLWE1NWQtYTIyMTVkOTNmOTM0"}));
    let error = ensure(&client, &deis(), &secret(1)).await.unwrap_err();
    assert_eq!(error, IdentityError::NotAnId { namespace: deis() });
}

#[tokio::test]
async fn an_erasure_secret_of_another_id_is_none() {
    let (cluster, client) = start(Recording::EksCurrent).await;
    ensure(&client, &deis(), &secret(1)).await.unwrap();
    let encoded = |text: String| json!(k8s_openapi::ByteString(text.into_bytes()));
    for text in [secret(2).reveal(), String::new(), "no secret".to_owned()] {
        cluster.update(SECRET, |object| object["data"]["erasure-secret"] = encoded(text)).unwrap();
        assert_eq!(erasure_secret(&client, &deis()).await, Ok(None));
    }
}

#[tokio::test]
async fn a_schedule_is_replaced_only_if_it_is_the_one_that_was_expected() {
    let (cluster, client) = start(Recording::EksCurrent).await;
    let replace = async |expected, new| replace_schedule(&client, &deis(), expected, new).await;
    assert_eq!(schedule(&client, &deis()).await, Ok(None));
    assert_eq!(replace(Some("old"), "new").await, Ok(false));
    assert_eq!(replace(None, "one").await, Ok(true));
    assert_eq!(replace(None, "two").await, Ok(false));
    assert_eq!(replace(Some("one"), "two").await, Ok(true));
    assert_eq!(schedule(&client, &deis()).await, Ok(Some("two".to_owned())));
    let kept = "8c6da034-c8b1-489a-a55d-a2215d93f934".parse().unwrap();
    assert_eq!(read(&client, &deis()).await, Ok(Some(kept)));
    assert_eq!(writes(&cluster), ["PATCH", "PATCH"]);
}

#[tokio::test]
async fn of_several_that_replace_a_schedule_at_once_one_succeeds() {
    let (cluster, client) = start(Recording::EksCurrent).await;
    cluster.script(Fault::new(SECRET, Answer::Late(Duration::from_millis(50))).method(Method::PATCH));
    let namespace = deis();
    for round in 0..5 {
        let before = schedule(&client, &namespace).await.unwrap();
        let news = ["a", "b", "c"].map(|agent| format!("{round} {agent}"));
        let replace = |new| replace_schedule(&client, &namespace, before.as_deref(), new);
        let (a, b, c) = tokio::join!(replace(&news[0]), replace(&news[1]), replace(&news[2]));
        assert_eq!([a, b, c].into_iter().filter(|replaced| *replaced == Ok(true)).count(), 1);
    }
}

#[tokio::test]
async fn a_reset_replaces_id_erasure_secret_and_schedule_in_one_change() {
    for recording in Recording::ALL {
        let (cluster, client) = start(recording).await;
        reset(&client, &deis(), &secret(2), "new").await.unwrap();
        assert_eq!(read(&client, &deis()).await, Ok(Some(id_of(2))));
        assert_eq!(erasure_secret(&client, &deis()).await, Ok(Some(secret(2))));
        assert_eq!(schedule(&client, &deis()).await, Ok(Some("new".to_owned())));
        assert_eq!(writes(&cluster), ["PATCH"]);
    }
}

#[tokio::test]
async fn a_missing_permission_is_named() {
    for (method, verb) in [(Method::GET, "get"), (Method::PATCH, "patch")] {
        let (cluster, client) = start(Recording::Onprem2018).await;
        cluster.script(Fault::new(SECRETS, Answer::status(403)).method(method));
        let error = ensure(&client, &deis(), &secret(1)).await.unwrap_err().to_string();
        let asked = format!("{verb} secrets/deis-workflow-manager");
        assert!(error.starts_with(&format!("the agent may not {asked} in the namespace deis: grant")), "{error}");
        assert!(error.ends_with(&format!("`kubectl auth can-i {asked} -n deis`")), "{error}");
    }
}

#[tokio::test]
async fn endless_conflicts_end_in_an_error() {
    let (cluster, client) = start(Recording::EksCurrent).await;
    put(&cluster, &json!({}));
    cluster.script(Fault::new(SECRET, Answer::status(409)).method(Method::PATCH));
    let error = ensure(&client, &deis(), &secret(1)).await.unwrap_err();
    assert_eq!(error, IdentityError::Contended { namespace: deis() });
}

#[tokio::test]
async fn a_change_whose_answer_was_lost_is_found_again() {
    let (cluster, client) = start(Recording::Onprem2018).await;
    cluster.script(Fault::new(SECRET, Answer::Lost).method(Method::PATCH).times(1));
    let first = ensure(&client, &deis(), &secret(1)).await;
    assert!(first.is_err() || first == Ok(id_of(1)));
    assert_eq!(ensure(&client, &deis(), &secret(2)).await, Ok(id_of(1)));
}

#[tokio::test]
async fn a_server_that_is_gone_is_reported() {
    let (cluster, client) = start(Recording::Onprem2018).await;
    drop(cluster);
    let error = ensure(&client, &deis(), &secret(1)).await.unwrap_err();
    assert!(matches!(error, IdentityError::Failed { cause: UnreadableCause::Unreachable, .. }), "{error}");
}
