//! The cluster's identity is drawn once, kept, and the same for everybody.

mod support;

use std::time::Duration;

use http::Method;
use serde_json::{Value, json};
use support::{id, start};
use wfm_core::cluster::Namespace;
use wfm_core::collector::UnreadableCause;
use wfm_e2e::{Answer, Fault, RecordedCluster, Recording};
use wfm_k8s::identity::{IdentityError, ensure, keep_slots, read, reset, slots};

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

/// The requests that changed something.
fn writes(cluster: &RecordedCluster) -> Vec<String> {
    let requests = cluster.requests();
    requests.into_iter().map(|request| request.method).filter(|method| method != "GET").collect()
}

#[tokio::test]
async fn the_identity_that_is_there_is_kept() {
    let (cluster, client) = start(Recording::EksCurrent).await;
    let kept = "8c6da034-c8b1-489a-a55d-a2215d93f934".parse().unwrap();
    assert_eq!(read(&client, &deis()).await, Ok(Some(kept)));
    assert_eq!(ensure(&client, &deis(), id('1')).await, Ok(kept));
    assert_eq!(writes(&cluster), [""; 0]);
}

#[tokio::test]
async fn where_there_is_none_the_candidate_becomes_it() {
    let (cluster, client) = start(Recording::Onprem2018).await;
    assert_eq!(read(&client, &deis()).await, Ok(None));
    assert_eq!(ensure(&client, &deis(), id('1')).await, Ok(id('1')));
    assert_eq!(ensure(&client, &deis(), id('2')).await, Ok(id('1')));
    assert_eq!(read(&client, &deis()).await, Ok(Some(id('1'))));
    assert_eq!(cluster.get(SECRET).unwrap()["type"], "Opaque");
    assert_eq!(writes(&cluster), ["POST"]);
}

#[tokio::test]
async fn two_that_create_at_once_agree() {
    let (cluster, client) = start(Recording::Onprem2018).await;
    // Both have looked before either writes.
    cluster.script(Fault::new(SECRETS, Answer::Late(Duration::from_millis(100))).method(Method::POST));
    let namespace = deis();
    let (a, b) = tokio::join!(ensure(&client, &namespace, id('1')), ensure(&client, &namespace, id('2')));
    assert_eq!(writes(&cluster), ["POST", "POST"]);
    assert_eq!(a, b);
    assert_eq!(read(&client, &deis()).await.unwrap(), a.ok());
}

#[tokio::test]
async fn two_that_mend_at_once_agree_and_other_keys_stay() {
    for data in [json!({"other": "b3RoZXI="}), json!({"other": "b3RoZXI=", "cluster-id": ""})] {
        let (cluster, client) = start(Recording::EksCurrent).await;
        put(&cluster, &data);
        cluster.script(Fault::new(SECRET, Answer::Late(Duration::from_millis(100))).method(Method::PATCH));
        let namespace = deis();
        let (a, b) = tokio::join!(ensure(&client, &namespace, id('1')), ensure(&client, &namespace, id('2')));
        assert_eq!(writes(&cluster), ["PATCH", "PATCH"]);
        assert_eq!(a, b);
        assert_eq!(read(&client, &deis()).await.unwrap(), a.ok());
        assert_eq!(cluster.get(SECRET).unwrap()["data"]["other"], "b3RoZXI=");
    }
}

#[tokio::test]
async fn a_secret_without_any_data_is_mended() {
    let (cluster, client) = start(Recording::EksCurrent).await;
    put(&cluster, &Value::Null);
    assert_eq!(ensure(&client, &deis(), id('1')).await, Ok(id('1')));
    assert_eq!(read(&client, &deis()).await, Ok(Some(id('1'))));
}

#[tokio::test]
async fn an_id_with_a_line_break_behind_it_is_read() {
    let (cluster, client) = start(Recording::EksCurrent).await;
    put(&cluster, &json!({"cluster-id": "OGM2ZGEwMzQtYzhiMS00ODlhLWE1NWQtYTIyMTVkOTNmOTM0Cg=="}));
    let kept = "8c6da034-c8b1-489a-a55d-a2215d93f934".parse().unwrap();
    assert_eq!(ensure(&client, &deis(), id('1')).await, Ok(kept));
}

#[tokio::test]
async fn what_is_no_id_is_told_and_not_overwritten() {
    let (cluster, client) = start(Recording::EksCurrent).await;
    put(&cluster, &json!({"cluster-id": "aHVudGVyMg=="})); // hunter2
    let error = ensure(&client, &deis(), id('1')).await.unwrap_err();
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
    let error = ensure(&client, &deis(), id('1')).await.unwrap_err();
    assert_eq!(error, IdentityError::NotAnId { namespace: deis() });
}

#[tokio::test]
async fn slots_are_kept_beside_the_id_and_what_else_is_there_stays() {
    let (cluster, client) = start(Recording::EksCurrent).await;
    assert_eq!(slots(&client, &deis()).await, Ok(None));
    keep_slots(&client, &deis(), "{\"checkIn\":7}").await.unwrap();
    assert_eq!(slots(&client, &deis()).await, Ok(Some("{\"checkIn\":7}".to_owned())));
    let kept = "8c6da034-c8b1-489a-a55d-a2215d93f934".parse().unwrap();
    assert_eq!(read(&client, &deis()).await, Ok(Some(kept)));
    assert_eq!(writes(&cluster), ["PATCH"]);
}

#[tokio::test]
async fn a_reset_replaces_id_and_slots_in_one_change_or_makes_them() {
    for (recording, changes) in
        [(Recording::EksCurrent, vec!["PATCH"]), (Recording::Onprem2018, vec!["PATCH", "POST", "PATCH"])]
    {
        let (cluster, client) = start(recording).await;
        reset(&client, &deis(), id('2'), "new").await.unwrap();
        assert_eq!(read(&client, &deis()).await, Ok(Some(id('2'))));
        assert_eq!(slots(&client, &deis()).await, Ok(Some("new".to_owned())));
        assert_eq!(writes(&cluster), changes);
    }
}

#[tokio::test]
async fn a_missing_permission_is_named() {
    let expected = [
        (Method::GET, "get secrets/deis-workflow-manager"),
        (Method::POST, "create secrets"),
        (Method::PATCH, "patch secrets/deis-workflow-manager"),
    ];
    for (method, asked) in expected {
        let (cluster, client) = start(Recording::Onprem2018).await;
        if method == Method::PATCH {
            put(&cluster, &json!({}));
        }
        cluster.script(Fault::new(SECRETS, Answer::status(403)).method(method));
        let error = ensure(&client, &deis(), id('1')).await.unwrap_err().to_string();
        assert!(error.starts_with(&format!("the agent may not {asked} in the namespace deis: grant")), "{error}");
        assert!(error.ends_with(&format!("`kubectl auth can-i {asked} -n deis`")), "{error}");
    }
}

#[tokio::test]
async fn without_the_namespace_the_sentence_says_so() {
    let (_cluster, client) = start(Recording::Onprem2018).await;
    let nowhere: Namespace = "nowhere".parse().unwrap();
    let error = ensure(&client, &nowhere, id('1')).await.unwrap_err();
    assert_eq!(error, IdentityError::NoNamespace { namespace: nowhere });
}

#[tokio::test]
async fn endless_conflicts_end_in_an_error() {
    let (cluster, client) = start(Recording::EksCurrent).await;
    put(&cluster, &json!({}));
    cluster.script(Fault::new(SECRET, Answer::status(409)).method(Method::PATCH));
    let error = ensure(&client, &deis(), id('1')).await.unwrap_err();
    assert_eq!(error, IdentityError::Contended { namespace: deis() });
}

#[tokio::test]
async fn a_creation_whose_answer_was_lost_is_found_again() {
    let (cluster, client) = start(Recording::Onprem2018).await;
    cluster.script(Fault::new(SECRETS, Answer::Lost).method(Method::POST).times(1));
    assert_eq!(ensure(&client, &deis(), id('1')).await, Ok(id('1')));
    assert_eq!(writes(&cluster), ["POST", "POST"]);
}

#[tokio::test]
async fn a_server_that_is_gone_is_told() {
    let (cluster, client) = start(Recording::Onprem2018).await;
    drop(cluster);
    let error = ensure(&client, &deis(), id('1')).await.unwrap_err();
    assert!(matches!(error, IdentityError::Failed { cause: UnreadableCause::Unreachable, .. }), "{error}");
}
