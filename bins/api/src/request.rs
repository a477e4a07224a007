//! What a request carries, read with limits and without repeating it: path, query, body.

use std::str::FromStr;
use std::sync::Arc;

use bytes::Bytes;
use http::HeaderMap;
use serde::de::{DeserializeOwned, DeserializeSeed};
use wfm_core::store::{Actor, By, Change};
use wfm_shell::server::Peer;

use crate::error::ApiError;
use crate::service::Service;
use crate::tokens::Caller;
use crate::viewer::Viewer;

mod components;
mod conditional;
mod object;
mod query;
mod stream;

pub(crate) use components::{Components, Installed, ObjectWith};
pub(crate) use conditional::IfNoneMatch;
pub(crate) use object::Object;
pub(crate) use query::{LONGEST_PAGE, Query, empty};
pub(crate) use stream::pieces;
use stream::{Pieces, collect};

/// A request that may be answered.
pub(crate) struct Request {
    pub(crate) service: Arc<Service>,
    /// The path of its row.
    pub(crate) template: &'static str,
    /// What stands in the path's holes, decoded.
    pub(crate) values: Vec<String>,
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Pieces,
    /// Who looks, where the row is a page or one of the insights.
    pub(crate) viewer: Viewer,
    /// Whose token was used.
    pub(crate) caller: Option<Caller>,
    /// The network that it came from.
    pub(crate) peer: Option<Peer>,
}

impl Request {
    /// Who does something now, with the name of the token that was used.
    pub(crate) fn by(&self, actor: Actor) -> By {
        By { name: self.caller.and_then(|caller| caller.name), ..By::new(actor, self.service.clock.now()) }
    }

    /// Leaves a line in the audit log: ids of clusters are read. Reading goes on if the line cannot be kept, because it is
    /// needed most when the disk is full.
    pub(crate) fn note_reading(&self) -> impl Future<Output = ()> + Send + use<> {
        let (service, path) = (Arc::clone(&self.service), self.template);
        let by = self.caller.map(|caller| self.by(caller.role.into()));
        async move {
            let Some(by) = by else { return };
            if let Err(error) = service.store.note(Change::read(path), by).await {
                let error = wfm_shell::sentence(&error);
                tracing::warn!(error, path, "ids of clusters were read, and the audit log has no line of it");
            }
        }
    }

    /// What stands in a hole of the path, as a value of the domain.
    pub(crate) fn path<T: FromStr>(&self, hole: &str) -> Result<T, ApiError>
    where
        T::Err: std::fmt::Display,
    {
        self.segment(hole).parse().map_err(|e: T::Err| ApiError::bad_request(e.to_string()))
    }

    /// Whether the path has this hole.
    pub(crate) fn has(&self, hole: &str) -> bool {
        self.template.contains(&format!("{{{hole}}}"))
    }

    /// What stands in a hole of the path.
    pub(crate) fn segment(&self, hole: &str) -> &str {
        let mut holes = self.template.split('/').filter(|segment| segment.starts_with('{'));
        let at = holes.position(|segment| segment.trim_matches(['{', '}']) == hole);
        at.and_then(|at| self.values.get(at)).map_or("", String::as_str)
    }

    /// The tags of what the client has already.
    pub(crate) fn if_none_match(&self) -> IfNoneMatch {
        IfNoneMatch::read(&self.headers)
    }

    /// The body, if it is at most so long; longer is 413. It counts the bytes that arrive: a chunked body has no length,
    /// and the content type does not matter, because old agents send none.
    pub(crate) async fn body(&mut self, limit: usize) -> Result<Bytes, ApiError> {
        collect(self.body.as_mut(), limit).await
    }
}

/// A JSON object. What is wrong with it is told by place and never by value.
pub(crate) fn read_object<T: DeserializeOwned>(body: &[u8], shape: &str) -> Result<T, ApiError> {
    read_json(body, shape).map(|Object(read)| read)
}

/// A JSON body. What is wrong with it is told by place and never by value.
pub(crate) fn read_json<T: DeserializeOwned>(body: &[u8], shape: &str) -> Result<T, ApiError> {
    read_into(body, std::marker::PhantomData, shape)
}

/// A JSON body that is read into something. What is wrong with it is told by place and never by value.
pub(crate) fn read_into<'de, S: DeserializeSeed<'de>>(
    body: &'de [u8],
    seed: S,
    shape: &str,
) -> Result<S::Value, ApiError> {
    let mut reader = serde_json::Deserializer::from_slice(body);
    let read = seed.deserialize(&mut reader).and_then(|read| reader.end().map(|()| read));
    read.map_err(|e| {
        let (line, column) = (e.line(), e.column());
        ApiError::bad_request(match e.classify() {
            serde_json::error::Category::Data => {
                format!("the JSON at line {line}, column {column} is not what belongs there: send {shape}")
            }
            _ => format!("the body is not JSON from line {line}, column {column} on: send {shape}"),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broken_json_is_told_by_place_and_not_by_value() {
        for body in [r#"{"data":"secret"}"#, "{\"data\":[secret", "secret"] {
            let error = read_json::<wfm_core::wire::v3::Data<u8>>(body.as_bytes(), "numbers").unwrap_err();
            let said = format!("{error:?}");
            assert!(said.contains("line 1, column") && !said.contains("secret"), "{said}");
        }
    }
}
