//! What a request carries, read with limits and without repeating it: methods, path segments, flags, roles, bodies.

use std::str::FromStr;
use std::sync::Arc;

use bytes::{Buf, Bytes, BytesMut};
use http::{HeaderMap, Method};
use percent_encoding::percent_decode_str;
use serde::de::DeserializeOwned;
use warp::{Filter, Rejection, reject};

use crate::error::ApiError;
use crate::service::Service;
use crate::tokens::Role;

mod conditional;
mod stream;

pub(crate) use conditional::{IfNoneMatch, if_none_match};
use stream::collect;

/// One segment of a path, decoded.
#[derive(Debug)]
pub(crate) struct Segment(String);

impl Segment {
    /// The segment as a value of the domain.
    pub(crate) fn parse<T: FromStr>(&self) -> Result<T, ApiError>
    where
        T::Err: std::fmt::Display,
    {
        self.0.parse().map_err(|e: T::Err| ApiError::bad_request(e.to_string()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Segment {
    type Err = std::str::Utf8Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(percent_decode_str(text).decode_utf8()?.into_owned()))
    }
}

/// GET and HEAD, the only methods of a path.
pub(crate) fn reads() -> impl Filter<Extract = (), Error = Rejection> + Clone {
    only(&[Method::GET, Method::HEAD], "GET, HEAD")
}

/// One of the methods that a path takes, and all of them for whoever tries another.
pub(crate) fn only(
    methods: &'static [Method],
    allowed: &'static str,
) -> impl Filter<Extract = (), Error = Rejection> + Clone {
    warp::method()
        .and_then(move |method| async move {
            if methods.contains(&method) { Ok(()) } else { Err(reject::custom(ApiError::method_not_allowed(allowed))) }
        })
        .untuple_one()
}

/// A bearer token with this role, before anything of the body is read.
pub(crate) fn role(role: Role, service: &Arc<Service>) -> impl Filter<Extract = (), Error = Rejection> + Clone + use<> {
    let service = Arc::clone(service);
    warp::header::headers_cloned()
        .and_then(move |headers: HeaderMap| {
            let service = Arc::clone(&service);
            async move { service.tokens.authorise(&headers, role).await.map_err(reject::custom) }
        })
        .untuple_one()
}

/// The body, if it is at most so long; longer is 413. It counts the bytes that arrive: a chunked body has no length, and
/// the content type does not matter, because old agents send none.
pub(crate) fn body(limit: usize) -> impl Filter<Extract = (Bytes,), Error = Rejection> + Clone {
    warp::body::stream().and_then(move |stream| async move { collect(stream, limit).await.map_err(reject::custom) })
}

/// A JSON body. What is wrong with it is told by place and never by value.
pub(crate) fn read_json<T: DeserializeOwned>(body: &[u8], shape: &str) -> Result<T, ApiError> {
    serde_json::from_slice(body).map_err(|e| {
        let (line, column) = (e.line(), e.column());
        ApiError::bad_request(match e.classify() {
            serde_json::error::Category::Data => {
                format!("the JSON at line {line}, column {column} is not what belongs there: send {shape}")
            }
            _ => format!("the body is not JSON from line {line}, column {column} on: send {shape}"),
        })
    })
}

/// The flags of a query string, such as `?replace=true`. What is no known flag is refused: a misspelt `dry_run` must not
/// publish.
pub(crate) fn flags<const N: usize>(
    names: [&'static str; N],
) -> impl Filter<Extract = ([bool; N],), Error = Rejection> + Clone {
    warp::query::raw().or(warp::any().map(String::new)).unify().and_then(move |query: String| async move {
        read_flags(&query, names).map_err(|message| reject::custom(ApiError::bad_request(message)))
    })
}

fn read_flags<const N: usize>(query: &str, names: [&'static str; N]) -> Result<[bool; N], String> {
    let mut flags = [false; N];
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, "true"));
        let at = names.iter().position(|known| *known == name);
        let at =
            at.ok_or_else(|| format!("the query holds a name that this path does not know: use {}", list(&names)))?;
        flags[at] = match value {
            "true" | "1" => true,
            "false" | "0" => false,
            _ => return Err(format!("{}: write true or false", names[at])),
        };
    }
    Ok(flags)
}

fn list(names: &[&str]) -> String {
    if names.is_empty() { "none".into() } else { names.join(" or ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_is_true_where_it_stands_alone_and_a_misspelt_one_is_refused() {
        let names = ["dry_run", "replace"];
        assert_eq!(read_flags("", names), Ok([false, false]));
        assert_eq!(read_flags("dry_run&replace=false", names), Ok([true, false]));
        assert!(read_flags("dryrun=true", names).unwrap_err().contains("dry_run or replace"));
        assert_eq!(read_flags("replace=perhaps", names).unwrap_err(), "replace: write true or false");
    }

    #[test]
    fn broken_json_is_told_by_place_and_not_by_value() {
        for body in [r#"{"data":"secret"}"#, "{\"data\":[secret", "secret"] {
            let error = read_json::<wfm_core::wire::v3::Data<u8>>(body.as_bytes(), "numbers").unwrap_err();
            let said = format!("{error:?}");
            assert!(said.contains("line 1, column") && !said.contains("secret"), "{said}");
        }
    }

    #[test]
    fn a_segment_is_decoded_once() {
        assert_eq!("2.9.0%2Bbuild".parse::<Segment>().unwrap().as_str(), "2.9.0+build");
        assert_eq!("%252e".parse::<Segment>().unwrap().as_str(), "%2e");
        assert!("%ff".parse::<Segment>().is_err());
    }
}
