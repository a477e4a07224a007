//! What the server knows: the documents, the faults, and what was asked.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use http::request::Parts;
use http::{Method, StatusCode, header};
use serde_json::Value;

use crate::fault::{self, Effect, Fault};
use crate::permissions::Permissions;
use crate::status::{Failure, Reply};
use crate::target::Target;
use crate::{paging, secrets};

/// How many requests are remembered: a demo runs for days.
const REMEMBERED: usize = 10_000;

/// A request that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedRequest {
    /// The method, such as `GET`.
    pub method: String,
    /// The path, such as `/api/v1/nodes`.
    pub path: String,
    /// The query, such as `limit=100`.
    pub query: Option<String>,
    /// The header `User-Agent`.
    pub user_agent: Option<String>,
    /// Whether the client takes a compressed answer.
    pub takes_gzip: bool,
}

/// Nothing stands at the path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownPath(pub String);

impl std::fmt::Display for UnknownPath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the recorded cluster has nothing at {}", self.0)
    }
}

impl std::error::Error for UnknownPath {}

#[derive(Debug)]
pub(crate) struct State(Mutex<Inner>);

#[derive(Debug)]
struct Inner {
    documents: BTreeMap<String, Value>,
    permissions: Permissions,
    revision: u64,
    faults: Vec<Fault>,
    token: Option<String>,
    requests: VecDeque<RecordedRequest>,
}

impl State {
    pub(crate) fn new(mut documents: BTreeMap<String, Value>, permissions: Permissions) -> Self {
        let version = |document: &Value| document["metadata"]["resourceVersion"].as_str()?.parse().ok();
        let revision = documents.values().filter_map(version).max().unwrap_or(0);
        // If no Secrets were recorded, the manifests were applied.
        let namespaces: Vec<String> =
            documents.keys().filter_map(|path| path.strip_suffix("/pods")).map(str::to_owned).collect();
        for path in namespaces {
            let namespace = path.rsplit('/').next().unwrap_or_default();
            let shipped = secrets::shipped(namespace, revision);
            documents.entry(format!("{path}/secrets")).or_insert(shipped);
        }
        let (faults, token, requests) = (Vec::new(), None, VecDeque::new());
        Self(Mutex::new(Inner { documents, permissions, revision, faults, token, requests }))
    }

    pub(crate) fn requests(&self) -> Vec<RecordedRequest> {
        self.lock().requests.iter().cloned().collect()
    }

    pub(crate) fn take_requests(&self) -> Vec<RecordedRequest> {
        std::mem::take(&mut self.lock().requests).into()
    }

    pub(crate) fn require_token(&self, token: Option<&str>) {
        self.lock().token = token.map(ToOwned::to_owned);
    }

    pub(crate) fn get(&self, path: &str) -> Option<Value> {
        self.lock().get(path)
    }

    pub(crate) fn set(&self, path: &str, mut body: Value) {
        let mut inner = self.lock();
        inner.revision += 1;
        if body["items"].is_array() {
            body["metadata"]["resourceVersion"] = inner.revision.to_string().into();
        }
        inner.documents.insert(path.to_owned(), body);
    }

    pub(crate) fn update(&self, path: &str, change: impl FnOnce(&mut Value)) -> Result<(), UnknownPath> {
        let mut inner = self.lock();
        let revision = inner.revision + 1;
        let (list_path, item) = inner.find_mut(path).ok_or_else(|| UnknownPath(path.to_owned()))?;
        change(item);
        item["metadata"]["resourceVersion"] = revision.to_string().into();
        inner.written(&list_path);
        Ok(())
    }

    pub(crate) fn remove(&self, path: &str) -> Result<(), UnknownPath> {
        let mut inner = self.lock();
        let unknown = || UnknownPath(path.to_owned());
        let (list_path, _) = inner.find_mut(path).ok_or_else(unknown)?;
        let name = path.rsplit('/').next().unwrap_or_default();
        if let Some(items) = inner.documents.get_mut(&list_path).and_then(|list| list["items"].as_array_mut()) {
            items.retain(|item| item["metadata"]["name"] != name);
        }
        inner.written(&list_path);
        Ok(())
    }

    pub(crate) fn script(&self, fault: Fault) {
        self.lock().faults.push(fault);
    }

    pub(crate) fn heal(&self) {
        self.lock().faults.clear();
    }

    /// Remembers a request, and says what is scripted for it.
    pub(crate) fn enter(&self, request: &Parts) -> Option<Effect> {
        let mut inner = self.lock();
        if inner.requests.len() == REMEMBERED {
            inner.requests.pop_front();
        }
        let user_agent = request.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
        let (path, query) = (request.uri.path(), request.uri.query());
        inner.requests.push_back(RecordedRequest {
            method: request.method.to_string(),
            path: path.to_owned(),
            query: query.map(Into::into),
            user_agent: user_agent.map(Into::into),
            takes_gzip: crate::server::takes_gzip(&request.headers),
        });
        let sent = request.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let sent = sent.and_then(|value| value.strip_prefix("Bearer "));
        if inner.token.is_some() && sent != inner.token.as_deref() {
            return Some(Effect::Reply(Failure::scripted(StatusCode::UNAUTHORIZED, path).into_reply()));
        }
        fault::take(&mut inner.faults, &request.method, path, query)
    }

    /// Answers a request. One at a time: so two writers meet in some order, as in front of etcd.
    pub(crate) fn answer(&self, request: &Parts, body: &[u8]) -> Reply {
        let mut inner = self.lock();
        let (path, query) = (request.uri.path(), request.uri.query());
        if !inner.permissions.permit(&request.method, path, query) {
            return Failure::scripted(StatusCode::FORBIDDEN, path).into_reply();
        }
        let answer = match request.method {
            Method::GET => inner.read(request).map(|found| (StatusCode::OK, found)),
            Method::PATCH => inner.patch(request, body).map(|patched| (StatusCode::OK, patched)),
            _ => Err(Failure::method_not_allowed()),
        };
        match answer {
            Ok((code, body)) => Reply::json(code, &body),
            Err(failure) => failure.into_reply(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn read(&self, request: &Parts) -> Result<Value, Failure> {
        let (path, query) = (request.uri.path(), request.uri.query());
        if paging::value(query, "watch").is_some_and(|watch| watch != "false" && watch != "0") {
            return Err(Failure::bad_request("a recorded cluster cannot be watched"));
        }
        match self.documents.get(path) {
            Some(list) if list["items"].is_array() => paging::page(list, query),
            _ => self.get(path).ok_or_else(|| Failure::not_found(path)),
        }
    }

    fn patch(&mut self, request: &Parts, body: &[u8]) -> Result<Value, Failure> {
        let path = request.uri.path();
        if Target::parse(path).is_none_or(|target| target.kind != "secrets" || target.name.is_none()) {
            return Err(Failure::method_not_allowed());
        }
        let revision = self.revision + 1;
        let (list_path, secret) = self.find_mut(path).ok_or_else(|| Failure::not_found(path))?;
        let patched = secrets::patch(secret, &request.headers, body, revision)?;
        self.written(&list_path);
        Ok(patched)
    }

    /// A document, or an object of a list; an object in a list has no kind of its own, one that stands alone has.
    fn get(&self, path: &str) -> Option<Value> {
        if let Some(document) = self.documents.get(path) {
            return Some(document.clone());
        }
        let (list_path, name) = path.rsplit_once('/')?;
        let list = self.documents.get(list_path)?;
        let mut item = list["items"].as_array()?.iter().find(|item| item["metadata"]["name"] == name)?.clone();
        item["apiVersion"] = list["apiVersion"].clone();
        item["kind"] = list["kind"].as_str().unwrap_or_default().trim_end_matches("List").into();
        Some(item)
    }

    /// An object of a list, and the path of the list.
    fn find_mut(&mut self, path: &str) -> Option<(String, &mut Value)> {
        let (list_path, name) = path.rsplit_once('/')?;
        let items = self.documents.get_mut(list_path)?["items"].as_array_mut()?;
        let item = items.iter_mut().find(|item| item["metadata"]["name"] == name)?;
        Some((list_path.to_owned(), item))
    }

    /// Counts a write to a list.
    fn written(&mut self, list_path: &str) {
        self.revision += 1;
        if let Some(list) = self.documents.get_mut(list_path) {
            list["metadata"]["resourceVersion"] = self.revision.to_string().into();
        }
    }
}
