//! The query string. A name that a path does not know is refused: a misspelt `dry_run` must not publish.

use std::str::FromStr;

use jiff::Timestamp;
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use wfm_core::store::Bounds;

use super::{ApiError, Request};

/// Entries of a page, where nothing else is asked.
const PAGE: usize = 100;
/// Entries of a page, at most.
pub(crate) const LONGEST_PAGE: usize = 1000;

/// The parameters of a query string.
#[derive(Debug)]
pub(crate) struct Query(Vec<(String, String)>);

impl Request {
    /// The parameters, all of them of these names.
    pub(crate) fn query(&self, names: &[&str]) -> Result<Query, ApiError> {
        Query::read(&self.query, names).map_err(ApiError::bad_request)
    }
}

impl Query {
    fn read(text: &str, names: &[&str]) -> Result<Self, String> {
        let mut pairs: Vec<(String, String)> = Vec::new();
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let known = names
                .iter()
                .find(|known| **known == name)
                .ok_or_else(|| format!("the query holds a name that this path does not know: use {}", list(names)))?;
            if pairs.iter().any(|(said, _)| said == known) {
                return Err(format!("{known}: it is given twice: give it once"));
            }
            let value = value.replace('+', " ");
            let value = percent_decode_str(&value).decode_utf8();
            let value = value.map_err(|_| format!("{known}: it is not UTF-8 under its percent signs"))?;
            pairs.push(((*known).to_owned(), value.into_owned()));
        }
        Ok(Self(pairs))
    }

    /// A parameter's text, where it is given.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// A parameter as a value of the domain, where it is given.
    pub(crate) fn value<T: FromStr>(&self, name: &str) -> Result<Option<T>, ApiError>
    where
        T::Err: std::fmt::Display,
    {
        let refuse = |e: T::Err| ApiError::bad_request(format!("{name}: {e}"));
        self.text(name).map(|text| text.parse().map_err(refuse)).transpose()
    }

    /// A time, where it is given and not empty: whoever asks the old questions may leave a field of a form empty.
    pub(crate) fn time(&self, name: &str) -> Result<Option<Timestamp>, ApiError> {
        // A plus that nobody encoded is the sign of an offset.
        let refuse = || ApiError::bad_request(format!("{name}: write a time such as 2020-10-08T20:29:47Z"));
        let text = self.text(name).filter(|text| !text.is_empty());
        text.map(|text| text.replace(' ', "+").parse().map_err(|_| refuse())).transpose()
    }

    /// Two exclusive bounds. Where nothing can lie between them, the question is a mistake.
    pub(crate) fn bounds(&self, after: &str, before: &str) -> Result<Bounds, ApiError> {
        let bounds = Bounds { after: self.time(after)?, before: self.time(before)? };
        if bounds.is_empty() {
            return Err(empty(after, before));
        }
        Ok(bounds)
    }

    /// How many entries a page has.
    pub(crate) fn limit(&self) -> Result<usize, ApiError> {
        let refuse = || ApiError::bad_request(format!("limit: write a number from 1 to {LONGEST_PAGE}"));
        let Some(text) = self.text("limit") else { return Ok(PAGE) };
        text.parse().ok().filter(|limit| (1..=LONGEST_PAGE).contains(limit)).ok_or_else(refuse)
    }

    /// The query of the next page: this one, with another value of one parameter.
    pub(crate) fn with(&self, name: &str, value: &str) -> String {
        let kept = self.0.iter().filter(|(known, _)| known != name);
        let kept = kept.map(|(name, value)| (name.as_str(), value.as_str())).chain([(name, value)]);
        let encode = |text| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        kept.map(|(name, value)| format!("{name}={}", encode(value))).collect::<Vec<_>>().join("&")
    }

    /// A flag: true where it stands alone, false where it is absent.
    pub(crate) fn flag(&self, name: &str) -> Result<bool, ApiError> {
        match self.text(name) {
            None | Some("false" | "0") => Ok(false),
            Some("" | "true" | "1") => Ok(true),
            _ => Err(ApiError::bad_request(format!("{name}: write true or false"))),
        }
    }
}

/// A refusal of an interval that holds no moment.
pub(crate) fn empty(after: &str, before: &str) -> ApiError {
    let message =
        format!("{after} and {before}: no moment lies after the one and before the other: swap them, or leave one out");
    ApiError::bad_request(message)
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
        let flags = |text| {
            let query = Query::read(text, &names).unwrap();
            names.map(|name| query.flag(name).unwrap())
        };
        assert_eq!(flags(""), [false, false]);
        assert_eq!(flags("dry_run&replace=false"), [true, false]);
        assert!(Query::read("dryrun=true", &names).unwrap_err().contains("dry_run or replace"));
        let perhaps = Query::read("replace=perhaps", &names).unwrap().flag("replace").unwrap_err();
        assert!(format!("{perhaps:?}").contains("replace: write true or false"));
    }

    #[test]
    fn a_value_is_decoded_once_and_given_once() {
        let read = |text| Query::read(text, &["version"]);
        assert_eq!(read("version=%3E%3D2.18,%3C2.19").unwrap().text("version"), Some(">=2.18,<2.19"));
        assert_eq!(read("version=a+b%2Bc").unwrap().text("version"), Some("a b+c"));
        assert_eq!(read("version=").unwrap().text("version"), Some(""));
        assert!(read("version=1&version=2").unwrap_err().contains("twice"));
        assert!(read("version=%ff").unwrap_err().contains("UTF-8"));
    }
}
