//! The cluster's random identity, kept in the Secret `deis-workflow-manager` under `cluster-id`; beside it the secret that
//! permits its erasure, under `erasure-secret`, and the schedule of sending, under `schedule`.
//!
//! The agents of 2016 kept the id there, so a cluster keeps its identity through the upgrade. The Secret itself is made with
//! the agent's Role: the permission to create Secrets would let the agent read the tokens of other service accounts.

use std::sync::atomic::AtomicU32;
use std::time::Duration;

use http::{Method, StatusCode};
use k8s_openapi::ByteString;
use kube::Client;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Value, json};
use wfm_core::cluster::{ClusterId, ErasureSecret, Namespace};
use wfm_core::collector::UnreadableCause;

use crate::api::Api;
use crate::failure::{Failure, Refusal};

/// The Secret's name.
pub const SECRET: &str = "deis-workflow-manager";
/// The key of its data that holds the id: a UUID as text.
pub const KEY: &str = "cluster-id";
/// The key of its data that holds the erasure secret: 64 hexadecimal digits.
pub const ERASURE_SECRET: &str = "erasure-secret";
/// The key of its data that holds the schedule of sending: text that this module only carries.
pub const SCHEDULE: &str = "schedule";

/// The only type of Secret that is used. Others are filled by Kubernetes, for instance with the token of a service account.
const OPAQUE: &str = "Opaque";
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
/// Others may write the Secret between our reading and our writing, but hardly so often.
const ATTEMPTS: u32 = 5;

/// Why there is no identity. Each is one sentence for the operator.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IdentityError {
    /// The Secret does not exist.
    #[error(
        "the Secret {SECRET} is missing in the namespace {namespace}: create it with \
         `kubectl create secret generic {SECRET} -n {namespace}`"
    )]
    NoSecret {
        /// The namespace where it should be.
        namespace: Namespace,
    },
    /// The Secret has another type than `Opaque`.
    #[error(
        "the Secret {SECRET} in the namespace {namespace} has the type {found} and is not used: replace it with \
         `kubectl delete secret {SECRET} -n {namespace} && kubectl create secret generic {SECRET} -n {namespace}`"
    )]
    WrongType {
        /// The namespace of the Secret.
        namespace: Namespace,
        /// Its type.
        found: String,
    },
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
        "the agent may not {verb} secrets/{SECRET} in the namespace {namespace}: grant the verb {verb}, check with \
         `kubectl auth can-i {verb} secrets/{SECRET} -n {namespace}`"
    )]
    Forbidden {
        /// `get` or `patch`.
        verb: &'static str,
        /// The namespace of the Secret.
        namespace: Namespace,
    },
    /// Others changed the Secret each time before we could.
    #[error(
        "the Secret {SECRET} in the namespace {namespace} changed {ATTEMPTS} times while it was written: try again"
    )]
    Contended {
        /// The namespace of the Secret.
        namespace: Namespace,
    },
    /// The API server could not be asked, or answered oddly.
    #[error("the Secret {SECRET} could not be read or changed: {message}")]
    Failed {
        /// What kind of failure.
        cause: UnreadableCause,
        /// What happened.
        message: String,
    },
}

/// Reads the identity, and changes nothing. `None` if none was drawn yet. Needs the verb `get`.
///
/// # Errors
/// If it cannot be read, or is no UUID.
pub async fn read(client: &Client, namespace: &Namespace) -> Result<Option<ClusterId>, IdentityError> {
    let unanswered = AtomicU32::new(0);
    IdentitySecret::new(client, namespace, &unanswered).get().await?.id(namespace)
}

/// Reads the identity, and if there is none, makes that of `candidate` the identity. Needs the verbs `get` and `patch`.
///
/// If several do so at once, all get the same answer: the API server takes one change to the version of the Secret that was
/// read, and the others read again. What else the Secret holds stays as it is.
///
/// # Errors
/// If it cannot be read or written, or is no UUID.
pub async fn ensure(
    client: &Client,
    namespace: &Namespace,
    candidate: &ErasureSecret,
) -> Result<ClusterId, IdentityError> {
    let unanswered = AtomicU32::new(0);
    let secret = IdentitySecret::new(client, namespace, &unanswered);
    for _ in 0..ATTEMPTS {
        let found = secret.get().await?;
        if let Some(id) = found.id(namespace)? {
            return Ok(id);
        }
        let id = candidate.cluster_id();
        if secret.replace(&found, &json!({ KEY: id, ERASURE_SECRET: candidate.reveal() })).await? {
            return Ok(id);
        }
    }
    Err(secret.contended())
}

/// Reads the erasure secret of the identity. `None` if there is none, as beside an id of an older agent. Needs the verb `get`.
///
/// # Errors
/// If it cannot be read, or the identity is no UUID.
pub async fn erasure_secret(client: &Client, namespace: &Namespace) -> Result<Option<ErasureSecret>, IdentityError> {
    let unanswered = AtomicU32::new(0);
    let found = IdentitySecret::new(client, namespace, &unanswered).get().await?;
    let id = found.id(namespace)?;
    let secret = found.text(|data| data.erasure_secret.as_ref()).and_then(|text| text.trim().parse().ok());
    Ok(secret.filter(|secret: &ErasureSecret| Some(secret.cluster_id()) == id))
}

/// Reads the schedule of sending; `None` if there is none. Needs the verb `get`.
///
/// # Errors
/// If the Secret cannot be read.
pub async fn schedule(client: &Client, namespace: &Namespace) -> Result<Option<String>, IdentityError> {
    let unanswered = AtomicU32::new(0);
    let found = IdentitySecret::new(client, namespace, &unanswered).get().await?;
    Ok(found.text(|data| data.schedule.as_ref()).map(str::to_owned))
}

/// Replaces the schedule of sending if it still is `expected`, and returns whether it was. Of several that do so at once one
/// succeeds. Needs the verbs `get` and `patch`.
///
/// # Errors
/// If the Secret cannot be read or written.
pub async fn replace_schedule(
    client: &Client,
    namespace: &Namespace,
    expected: Option<&str>,
    schedule: &str,
) -> Result<bool, IdentityError> {
    let unanswered = AtomicU32::new(0);
    let secret = IdentitySecret::new(client, namespace, &unanswered);
    for _ in 0..ATTEMPTS {
        let found = secret.get().await?;
        if found.text(|data| data.schedule.as_ref()) != expected {
            return Ok(false);
        }
        if secret.replace(&found, &json!({ SCHEDULE: schedule })).await? {
            return Ok(true);
        }
    }
    Err(secret.contended())
}

/// Makes the id of `erasure` the identity and `schedule` its schedule, in one change, whatever was there before. Needs the
/// verbs `get` and `patch`.
///
/// # Errors
/// If it cannot be written.
pub async fn reset(
    client: &Client,
    namespace: &Namespace,
    erasure: &ErasureSecret,
    schedule: &str,
) -> Result<(), IdentityError> {
    let unanswered = AtomicU32::new(0);
    let secret = IdentitySecret::new(client, namespace, &unanswered);
    let data = json!({ KEY: erasure.cluster_id(), ERASURE_SECRET: erasure.reveal(), SCHEDULE: schedule });
    for _ in 0..ATTEMPTS {
        if secret.replace(&secret.get().await?, &data).await? {
            return Ok(());
        }
    }
    Err(secret.contended())
}

/// The Secret that holds the identity.
struct IdentitySecret<'a> {
    api: Api<'a>,
    namespace: &'a Namespace,
}

impl<'a> IdentitySecret<'a> {
    fn new(client: &'a Client, namespace: &'a Namespace, unanswered: &'a AtomicU32) -> Self {
        Self { api: Api::new(client, REQUEST_TIMEOUT, unanswered), namespace }
    }

    async fn get(&self) -> Result<SecretObject, IdentityError> {
        let found: SecretObject = self.api.get(&self.path()).await.map_err(|failure| self.error("get", &failure))?;
        match found.kind.as_deref() {
            None | Some(OPAQUE) => Ok(found),
            Some(other) => {
                let found = other.chars().filter(|c| !c.is_control()).take(100).collect();
                Err(IdentityError::WrongType { namespace: self.namespace.clone(), found })
            }
        }
    }

    /// Sets keys in the version of the Secret that was read, and returns whether that still was the present one.
    async fn replace(&self, found: &SecretObject, data: &Value) -> Result<bool, IdentityError> {
        let version = found.metadata.as_ref().and_then(|meta| meta.resource_version.as_deref()).unwrap_or_default();
        let patch = json!({"metadata": {"resourceVersion": version}, "stringData": data});
        let patched: Result<IgnoredAny, Failure> =
            self.api.request(Method::PATCH, &self.path(), Some(("application/merge-patch+json", &patch))).await;
        match patched {
            Ok(_) => Ok(true),
            Err(Failure::Refused(Refusal { code: StatusCode::CONFLICT, .. })) => Ok(false),
            Err(failure) => Err(self.error("patch", &failure)),
        }
    }

    fn error(&self, verb: &'static str, failure: &Failure) -> IdentityError {
        let namespace = self.namespace.clone();
        match failure.cause() {
            _ if failure.code() == Some(StatusCode::NOT_FOUND) => IdentityError::NoSecret { namespace },
            UnreadableCause::Forbidden => IdentityError::Forbidden { verb, namespace },
            cause => IdentityError::Failed { cause, message: failure.sentence() },
        }
    }

    fn contended(&self) -> IdentityError {
        IdentityError::Contended { namespace: self.namespace.clone() }
    }

    fn path(&self) -> String {
        format!("/api/v1/namespaces/{}/secrets/{SECRET}", self.namespace)
    }
}

/// The Secret without what is not ours.
#[derive(Deserialize)]
struct SecretObject {
    #[serde(rename = "type")]
    kind: Option<String>,
    metadata: Option<Meta>,
    data: Option<Data>,
}

impl SecretObject {
    /// What a key holds; nothing if it is absent, empty or not text.
    fn text(&self, key: impl Fn(&Data) -> Option<&ByteString>) -> Option<&str> {
        let bytes = &self.data.as_ref().and_then(key)?.0;
        std::str::from_utf8(bytes).ok().filter(|text| !text.is_empty())
    }

    fn id(&self, namespace: &Namespace) -> Result<Option<ClusterId>, IdentityError> {
        let bytes = self.data.as_ref().and_then(|data| data.cluster_id.as_ref()).map_or(&[][..], |bytes| &bytes.0);
        let text = bytes.trim_ascii();
        if text.is_empty() {
            return Ok(None);
        }
        let id = std::str::from_utf8(text).ok().and_then(|text| text.parse().ok()).filter(ClusterId::is_random);
        id.map(Some).ok_or_else(|| IdentityError::NotAnId { namespace: namespace.clone() })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Meta {
    resource_version: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Data {
    cluster_id: Option<ByteString>,
    erasure_secret: Option<ByteString>,
    schedule: Option<ByteString>,
}
