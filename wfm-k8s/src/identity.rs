//! The cluster's random identity, kept in the Secret `deis-workflow-manager` under `cluster-id`; beside it, under `slots`,
//! when this installation tells what, if it tells anything.
//!
//! The agents of 2016 kept it there, so a cluster keeps its identity through the upgrade. It is drawn by the caller, never
//! derived from the cluster.

use std::sync::atomic::AtomicU32;
use std::time::Duration;

use http::{Method, StatusCode};
use k8s_openapi::ByteString;
use kube::Client;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::json;
use wfm_core::cluster::{ClusterId, Namespace};
use wfm_core::collector::UnreadableCause;

use crate::api::Api;
use crate::failure::{Failure, Refusal};

/// The Secret's name.
pub const SECRET: &str = "deis-workflow-manager";
/// The key of its data that holds the id: a UUID as text.
pub const KEY: &str = "cluster-id";

/// The key of its data that holds the moments of telling: text that this module only carries.
pub const SLOTS: &str = "slots";

const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
/// Others may write the Secret between our reading and our writing, but hardly so often.
const ATTEMPTS: u32 = 5;

/// Why there is no identity. Each is one sentence for the operator.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IdentityError {
    /// The key holds something else than a random UUID. Somebody put it there, so it is not overwritten. (A UUID that is not
    /// random may hold the address of a network card.)
    #[error(
        "the Secret {SECRET} in the namespace {namespace} holds something under {KEY} that is no random UUID: to have a new id \
         drawn, delete the key with `kubectl patch secret {SECRET} -n {namespace} --type=json \
         -p '[{{\"op\":\"remove\",\"path\":\"/data/{KEY}\"}}]'`"
    )]
    NotAnId {
        /// The namespace of the Secret.
        namespace: Namespace,
    },
    /// A permission is missing (403).
    #[error(
        "the agent may not {verb} {object} in the namespace {namespace}: grant the verb {verb}, check with \
         `kubectl auth can-i {verb} {object} -n {namespace}`"
    )]
    Forbidden {
        /// `get`, `create` or `patch`.
        verb: &'static str,
        /// What kubectl calls it: `secrets`, or `secrets/deis-workflow-manager` where the right can be for that one only.
        object: String,
        /// The namespace of the Secret.
        namespace: Namespace,
    },
    /// The namespace does not exist.
    #[error("the namespace {namespace} does not exist: create it, or set the namespace that the product lives in")]
    NoNamespace {
        /// The namespace.
        namespace: Namespace,
    },
    /// Others changed the Secret each time before we could.
    #[error(
        "the Secret {SECRET} in the namespace {namespace} changed {ATTEMPTS} times while the id was written: try again"
    )]
    Contended {
        /// The namespace of the Secret.
        namespace: Namespace,
    },
    /// The API server could not be asked, or answered oddly.
    #[error("the cluster's id cannot be kept: {message}")]
    Failed {
        /// What kind of failure.
        cause: UnreadableCause,
        /// What happened.
        message: String,
    },
}

/// Reads the identity, and changes nothing. `None` where none was drawn yet. Needs the verb `get`.
///
/// # Errors
/// Where it cannot be read, or is no UUID.
pub async fn read(client: &Client, namespace: &Namespace) -> Result<Option<ClusterId>, IdentityError> {
    let unanswered = AtomicU32::new(0);
    let kept = Kept { api: Api::new(client, REQUEST_TIMEOUT, &unanswered), namespace };
    Ok(match kept.look().await? {
        Found::Id(id) => Some(id),
        Found::NoSecret | Found::NoKey { .. } => None,
    })
}

/// Reads the identity, and where there is none, makes `candidate` the identity. Needs the verbs `get`, `create` and `patch`.
///
/// Of several that do so at once all get the same answer: the API server takes one creation, or one change to the version
/// of the Secret that was read, and the others read again. What else the Secret holds stays as it is.
///
/// # Errors
/// Where it cannot be read or written, or is no UUID.
pub async fn ensure(client: &Client, namespace: &Namespace, candidate: ClusterId) -> Result<ClusterId, IdentityError> {
    let unanswered = AtomicU32::new(0);
    let kept = Kept { api: Api::new(client, REQUEST_TIMEOUT, &unanswered), namespace };
    for _ in 0..ATTEMPTS {
        let written = match kept.look().await? {
            Found::Id(id) => return Ok(id),
            Found::NoSecret => kept.create(candidate).await?,
            Found::NoKey { resource_version } => kept.add(candidate, &resource_version).await?,
        };
        if written == Written::Yes {
            return Ok(candidate);
        }
    }
    Err(IdentityError::Contended { namespace: namespace.clone() })
}

/// Reads what is kept under [`SLOTS`]; nothing where there is none. Needs the verb `get`.
///
/// # Errors
/// Where the Secret cannot be read.
pub async fn slots(client: &Client, namespace: &Namespace) -> Result<Option<String>, IdentityError> {
    let unanswered = AtomicU32::new(0);
    let kept = Kept { api: Api::new(client, REQUEST_TIMEOUT, &unanswered), namespace };
    let bytes = kept.secret().await?.and_then(|secret| secret.data).and_then(|data| data.slots).unwrap_or_default().0;
    Ok(String::from_utf8(bytes).ok().filter(|text| !text.is_empty()))
}

/// Keeps something under [`SLOTS`], beside an identity that is there. Needs the verb `patch`.
///
/// # Errors
/// Where it cannot be written.
pub async fn keep_slots(client: &Client, namespace: &Namespace, slots: &str) -> Result<(), IdentityError> {
    let unanswered = AtomicU32::new(0);
    let kept = Kept { api: Api::new(client, REQUEST_TIMEOUT, &unanswered), namespace };
    kept.overwrite(&json!({ SLOTS: slots })).await.map(drop)
}

/// Makes `id` the identity and `slots` its moments, both in one change, whatever was there before. Needs the verbs `patch`
/// and `create`.
///
/// # Errors
/// Where it cannot be written.
pub async fn reset(client: &Client, namespace: &Namespace, id: ClusterId, slots: &str) -> Result<(), IdentityError> {
    let unanswered = AtomicU32::new(0);
    let kept = Kept { api: Api::new(client, REQUEST_TIMEOUT, &unanswered), namespace };
    for _ in 0..ATTEMPTS {
        if kept.overwrite(&json!({ KEY: id, SLOTS: slots })).await? == Written::Yes {
            return Ok(());
        }
        // There is no Secret yet, or somebody has just made one.
        kept.create(id).await?;
    }
    Err(IdentityError::Contended { namespace: namespace.clone() })
}

/// Where the identity is kept.
struct Kept<'a> {
    api: Api<'a>,
    namespace: &'a Namespace,
}

enum Found {
    Id(ClusterId),
    NoSecret,
    NoKey { resource_version: String },
}

#[derive(PartialEq, Eq)]
enum Written {
    Yes,
    /// Somebody else wrote first: look again.
    Not,
}

impl Kept<'_> {
    async fn secret(&self) -> Result<Option<SecretObject>, IdentityError> {
        match self.api.get(&self.path()).await {
            Ok(secret) => Ok(Some(secret)),
            Err(failure) if failure.code() == Some(StatusCode::NOT_FOUND) => Ok(None),
            Err(failure) => Err(self.error("get", &failure)),
        }
    }

    async fn look(&self) -> Result<Found, IdentityError> {
        let Some(secret) = self.secret().await? else { return Ok(Found::NoSecret) };
        let bytes = secret.data.unwrap_or_default().cluster_id.unwrap_or_default().0;
        let text = bytes.trim_ascii();
        if text.is_empty() {
            let resource_version = secret.metadata.and_then(|meta| meta.resource_version).unwrap_or_default();
            return Ok(Found::NoKey { resource_version });
        }
        let id = std::str::from_utf8(text).ok().and_then(|text| text.parse().ok()).filter(ClusterId::is_random);
        id.map(Found::Id).ok_or_else(|| IdentityError::NotAnId { namespace: self.namespace.clone() })
    }

    async fn create(&self, candidate: ClusterId) -> Result<Written, IdentityError> {
        let secret = json!({
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": SECRET, "namespace": self.namespace},
            "type": "Opaque",
            "stringData": {KEY: candidate},
        });
        let created: Result<IgnoredAny, Failure> =
            self.api.request(Method::POST, &self.list_path(), Some(("application/json", &secret))).await;
        match created {
            Err(failure) if failure.code() == Some(StatusCode::NOT_FOUND) => {
                Err(IdentityError::NoNamespace { namespace: self.namespace.clone() })
            }
            created => self.written("create", created),
        }
    }

    /// Adds the key to the version of the Secret that was read, and to no other.
    async fn add(&self, candidate: ClusterId, resource_version: &str) -> Result<Written, IdentityError> {
        let patch = json!({"metadata": {"resourceVersion": resource_version}, "stringData": {KEY: candidate}});
        self.patch(&patch).await
    }

    /// Sets keys, whatever they held.
    async fn overwrite(&self, data: &serde_json::Value) -> Result<Written, IdentityError> {
        self.patch(&json!({ "stringData": data })).await
    }

    async fn patch(&self, patch: &serde_json::Value) -> Result<Written, IdentityError> {
        let patched: Result<IgnoredAny, Failure> =
            self.api.request(Method::PATCH, &self.path(), Some(("application/merge-patch+json", patch))).await;
        match patched {
            // Deleted meanwhile, or never there.
            Err(failure) if failure.code() == Some(StatusCode::NOT_FOUND) => Ok(Written::Not),
            patched => self.written("patch", patched),
        }
    }

    fn written(&self, verb: &'static str, answer: Result<IgnoredAny, Failure>) -> Result<Written, IdentityError> {
        match answer {
            Ok(_) => Ok(Written::Yes),
            // `AlreadyExists` and `Conflict`.
            Err(Failure::Refused(Refusal { code: StatusCode::CONFLICT, .. })) => Ok(Written::Not),
            Err(failure) => Err(self.error(verb, &failure)),
        }
    }

    fn error(&self, verb: &'static str, failure: &Failure) -> IdentityError {
        let cause = failure.cause();
        if cause == UnreadableCause::Forbidden {
            let object = if verb == "create" { "secrets".to_owned() } else { format!("secrets/{SECRET}") };
            return IdentityError::Forbidden { verb, object, namespace: self.namespace.clone() };
        }
        IdentityError::Failed { cause, message: failure.sentence() }
    }

    fn list_path(&self) -> String {
        format!("/api/v1/namespaces/{}/secrets", self.namespace)
    }

    fn path(&self) -> String {
        format!("{}/{SECRET}", self.list_path())
    }
}

/// The Secret without what is not ours.
#[derive(Deserialize)]
struct SecretObject {
    metadata: Option<Meta>,
    data: Option<Data>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Meta {
    resource_version: Option<String>,
}

#[derive(Default, Deserialize)]
struct Data {
    #[serde(rename = "cluster-id")]
    cluster_id: Option<ByteString>,
    slots: Option<ByteString>,
}
