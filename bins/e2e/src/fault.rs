//! Scripted faults: what goes wrong, where, and how often.

use std::time::Duration;

use bytes::Bytes;
use http::{Method, StatusCode};

use crate::body::Delivery;
use crate::paging;
use crate::status::{Failure, Reply};

/// Something that goes wrong for some requests.
#[derive(Debug, Clone)]
pub struct Fault {
    prefix: String,
    method: Option<Method>,
    only_continued: bool,
    is_exact: bool,
    left: Option<u32>,
    answer: Answer,
}

/// What a request gets in place of its answer.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Answer {
    /// A Kubernetes `Status` with this HTTP status code.
    Status {
        /// The HTTP status code; 500 where it is none.
        code: u16,
        /// Seconds of a `Retry-After` header.
        retry_after: Option<u32>,
    },
    /// Any bytes, such as the HTML page of a proxy.
    Raw {
        /// The HTTP status code; 500 where it is none.
        code: u16,
        /// The header `Content-Type`.
        content_type: &'static str,
        /// The body.
        body: Bytes,
    },
    /// The right answer, but late.
    Late(Duration),
    /// The right answer's head and the first half of its body; then the connection is closed.
    Torn,
    /// The right answer, so many bytes at a time.
    Drip {
        /// How many bytes at a time.
        bytes: usize,
        /// The pause before each.
        every: Duration,
    },
    /// No answer: the connection is closed, and nothing happened.
    HangUp,
    /// The request takes effect, but the connection is closed before its answer.
    Lost,
}

impl Answer {
    /// A Kubernetes `Status` without `Retry-After`.
    #[must_use]
    pub fn status(code: u16) -> Self {
        Self::Status { code, retry_after: None }
    }
}

impl Fault {
    /// A fault of every request whose path begins with `prefix`, for ever.
    pub fn new(prefix: impl Into<String>, answer: Answer) -> Self {
        Self { prefix: prefix.into(), method: None, only_continued: false, is_exact: false, left: None, answer }
    }

    /// Only of the next `count` requests that match.
    #[must_use]
    pub fn times(mut self, count: u32) -> Self {
        self.left = Some(count);
        self
    }

    /// Only of requests with this method.
    #[must_use]
    pub fn method(mut self, method: Method) -> Self {
        self.method = Some(method);
        self
    }

    /// Only of requests for this very path.
    #[must_use]
    pub fn exactly(mut self) -> Self {
        self.is_exact = true;
        self
    }

    /// Only of requests for a list's second page or a later one.
    #[must_use]
    pub fn when_continued(mut self) -> Self {
        self.only_continued = true;
        self
    }

    /// How long it asks to wait, where it is an [`Answer::Status`] with a `Retry-After`.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self.answer {
            Answer::Status { retry_after, .. } => retry_after.map(|seconds| Duration::from_secs(seconds.into())),
            _ => None,
        }
    }

    fn matches(&self, method: &Method, path: &str, query: Option<&str>) -> bool {
        self.left != Some(0)
            && path.starts_with(&self.prefix)
            && (!self.is_exact || path == self.prefix)
            && self.method.as_ref().is_none_or(|only| only == method)
            && (!self.only_continued || paging::value(query, "continue").is_some())
    }
}

/// What a fault does to the request at hand.
#[derive(Debug)]
pub(crate) enum Effect {
    Reply(Reply),
    Late(Duration),
    Deliver(Delivery),
    HangUp,
    Lost,
}

/// Takes the first fault that matches, and counts it.
pub(crate) fn take(faults: &mut [Fault], method: &Method, path: &str, query: Option<&str>) -> Option<Effect> {
    let fault = faults.iter_mut().find(|fault| fault.matches(method, path, query))?;
    fault.left = fault.left.map(|left| left.saturating_sub(1));
    let status_code = |code| StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    Some(match &fault.answer {
        Answer::Status { code, retry_after } => {
            let reply = Failure::scripted(status_code(*code), path).into_reply();
            Effect::Reply(Reply { retry_after: *retry_after, ..reply })
        }
        Answer::Raw { code, content_type, body } => {
            Effect::Reply(Reply { code: status_code(*code), content_type, retry_after: None, body: body.clone() })
        }
        Answer::Late(by) => Effect::Late(*by),
        Answer::Torn => Effect::Deliver(Delivery::Torn),
        Answer::Drip { bytes, every } => Effect::Deliver(Delivery::Drip { bytes: *bytes, every: *every }),
        Answer::HangUp => Effect::HangUp,
        Answer::Lost => Effect::Lost,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strikes(faults: &mut [Fault], path: &str, query: Option<&str>) -> bool {
        take(faults, &Method::GET, path, query).is_some()
    }

    #[test]
    fn a_fault_strikes_its_prefix_as_often_as_scripted() {
        let mut faults = [Fault::new("/api/v1/nodes", Answer::HangUp).times(2)];
        assert!(!strikes(&mut faults, "/version", None));
        assert!(strikes(&mut faults, "/api/v1/nodes", None));
        assert!(strikes(&mut faults, "/api/v1/nodes/a", None));
        assert!(!strikes(&mut faults, "/api/v1/nodes", None));
    }

    #[test]
    fn a_fault_can_wait_for_the_second_page_or_another_method() {
        let mut faults = [Fault::new("/", Answer::HangUp).when_continued()];
        assert!(!strikes(&mut faults, "/a", Some("limit=5")));
        assert!(strikes(&mut faults, "/a", Some("limit=5&continue=00")));
        let mut faults = [Fault::new("/", Answer::HangUp).method(Method::PATCH)];
        assert!(!strikes(&mut faults, "/a", None));
    }
}
