//! The one error of every handler, and the one place where a request that no route took is answered.

use std::convert::Infallible;

use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use maud::html;
use warp::reply::{Reply, Response};
use warp::{Rejection, reject::Reject};
use wfm_core::store::{StoreError, StoreErrorKind};
use wfm_core::wire;
use wfm_shell::metrics::quality;
use wfm_shell::page::Page;

use crate::reply::json_with_status;

/// What a handler answers.
pub(crate) type Answer = Result<Response, ApiError>;

/// An answer that is no success. Its message goes to the client: 4xx says what to change, 5xx nothing of the inside.
#[derive(Debug)]
pub(crate) struct ApiError {
    status: StatusCode,
    message: String,
    details: Vec<String>,
    header: Option<Box<(HeaderName, HeaderValue)>>,
    reason: Reason,
}

/// Why a request was refused, as one word of the metrics. It goes with the answer as an extension.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Reason {
    /// The request is wrong: its JSON, its path, its query.
    Malformed,
    /// It is JSON, and not what the schema has.
    Schema,
    /// The body is too large.
    TooLarge,
    /// The token is missing, wrong, or of another role.
    Token,
    /// The network asks too often.
    NetworkRate,
    /// The cluster checks in too often.
    ClusterRate,
    /// The network has brought too many new clusters today.
    NewClusters,
    /// The service's clock is wrong.
    Clock,
    /// The store or something else of the service failed.
    Failed,
}

impl Reason {
    /// Every reason.
    pub(crate) const ALL: [Self; 9] = [
        Self::Malformed,
        Self::Schema,
        Self::TooLarge,
        Self::Token,
        Self::NetworkRate,
        Self::ClusterRate,
        Self::NewClusters,
        Self::Clock,
        Self::Failed,
    ];

    /// The reason as one word.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::Schema => "schema",
            Self::TooLarge => "too_large",
            Self::Token => "token",
            Self::NetworkRate => "network_rate",
            Self::ClusterRate => "cluster_rate",
            Self::NewClusters => "new_clusters",
            Self::Clock => "clock",
            Self::Failed => "failed",
        }
    }

    /// Whether it is one of the limits of `--rate-…`.
    pub(crate) fn is_rate(self) -> bool {
        matches!(self, Self::NetworkRate | Self::ClusterRate | Self::NewClusters)
    }

    fn of(status: StatusCode) -> Self {
        match status {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Self::Token,
            StatusCode::UNPROCESSABLE_ENTITY => Self::Schema,
            StatusCode::PAYLOAD_TOO_LARGE => Self::TooLarge,
            status if status.is_server_error() => Self::Failed,
            _ => Self::Malformed,
        }
    }
}

impl ApiError {
    fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, message: message.into(), details: Vec::new(), header: None, reason: Reason::of(status) }
    }

    fn with_header(mut self, name: HeaderName, value: &str) -> Self {
        self.header = HeaderValue::from_str(value).ok().map(|value| Box::new((name, value)));
        self
    }

    pub(crate) fn with_details(mut self, details: Vec<String>) -> Self {
        self.details = details;
        self
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, message)
    }

    pub(crate) fn conflict(message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, message)
    }

    pub(crate) fn unauthorised(message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, message).with_header(header::WWW_AUTHENTICATE, "Bearer")
    }

    /// Names another way to send a token, where none was sent that is valid.
    pub(crate) fn challenge(self, ways: &str) -> Self {
        if self.status == StatusCode::UNAUTHORIZED { self.with_header(header::WWW_AUTHENTICATE, ways) } else { self }
    }

    /// A token that does not do, told as none at all: 401 instead of 403, so that a browser asks for another one.
    pub(crate) fn into_unauthorised(self) -> Self {
        if self.is_about_the_token() { Self { status: StatusCode::UNAUTHORIZED, ..self } } else { self }
    }

    /// Whether no token, or not the right one, is what is wrong.
    pub(crate) fn is_about_the_token(&self) -> bool {
        matches!(self.status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN)
    }

    pub(crate) fn forbidden(message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, message)
    }

    /// The body is understood, and not what its schema has.
    pub(crate) fn unprocessable(message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, message)
    }

    pub(crate) fn too_large(limit: usize) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, format!("the body is too large: send at most {limit} bytes"))
    }

    pub(crate) fn method_not_allowed(allowed: &str) -> Self {
        let message = format!("this path does not answer that method: use {allowed}");
        Self::new(StatusCode::METHOD_NOT_ALLOWED, message).with_header(header::ALLOW, allowed)
    }

    pub(crate) fn too_many(reason: Reason, message: &str, seconds: u64) -> Self {
        let refusal = Self { reason, ..Self::new(StatusCode::TOO_MANY_REQUESTS, message) };
        refusal.with_header(header::RETRY_AFTER, &seconds.to_string())
    }

    pub(crate) fn wrong_clock() -> Self {
        let message = "this service's clock is wrong, so nothing is kept: try again in an hour";
        let refusal = Self { reason: Reason::Clock, ..Self::new(StatusCode::SERVICE_UNAVAILABLE, message) };
        refusal.with_header(header::RETRY_AFTER, "3600")
    }

    pub(crate) fn unavailable() -> Self {
        let message = "the service cannot do this at the moment: try again in a few seconds";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, message).with_header(header::RETRY_AFTER, "5")
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        // The store's messages are written for the operator and hold neither ids nor bodies. One that is unavailable has
        // said why when it became so; once for every request would only fill the disk.
        let said = wfm_shell::sentence(&error);
        match error.kind() {
            StoreErrorKind::Unavailable => {
                tracing::debug!(error = said, "the store is unavailable");
                Self::unavailable()
            }
            StoreErrorKind::Corrupt | StoreErrorKind::Settings => {
                tracing::error!(error = said, "the store failed");
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, "something went wrong here; it has been logged")
            }
        }
    }
}

impl ApiError {
    /// The error as a page, for a person whose browser asked; `path` is where.
    pub(crate) fn into_page(self, path: &str) -> Response {
        let mut response = Response::from(&self);
        let steps = path.matches('/').count().saturating_sub(1);
        let start = if steps == 0 { "./".to_owned() } else { "../".repeat(steps) };
        let title = format!("{} {}", self.status.as_u16(), self.status.canonical_reason().unwrap_or("Error"));
        let body = html! {
            header.top { div.wrap.bar { h1 { (title) } } }
            main.wrap {
                p { (sentence(&self.message)) }
                @if !self.details.is_empty() { ul { @for detail in &self.details { li { (detail) } } } }
                p { a href=(start) { "Start page" } " · " a href=(format!("{start}docs")) { "Description of the API" } }
            }
        };
        let (head, text) = Page { title, style: "", script: "", body }.respond(None).into_parts();
        *response.body_mut() = text.into();
        for name in [header::CONTENT_TYPE, header::CONTENT_SECURITY_POLICY, header::REFERRER_POLICY] {
            if let Some(value) = head.headers.get(&name) {
                response.headers_mut().insert(name, value.clone());
            }
        }
        response.headers_mut().append(header::VARY, HeaderValue::from_static("accept"));
        response
    }
}

/// A message with a capital and a full stop.
fn sentence(message: &str) -> String {
    let mut letters = message.chars();
    let first = letters.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(letters).chain(['.']).collect()
}

/// Whether a browser asks, for a person: it takes HTML by name. A client that also takes JSON by name is a program.
pub(crate) fn is_for_a_person(method: &Method, headers: &HeaderMap) -> bool {
    let takes = |kind: &str| quality(headers, kind).is_some_and(|weight| weight > 0.0);
    matches!(*method, Method::GET | Method::HEAD) && takes("text/html") && !takes("application/json")
}

impl Reject for ApiError {}

impl Reply for ApiError {
    fn into_response(self) -> Response {
        (&self).into()
    }
}

impl From<&ApiError> for Response {
    fn from(error: &ApiError) -> Self {
        let ApiError { status, message, details, header, reason } = error;
        let body = wire::Error { code: status.as_u16(), message: message.clone(), details: details.clone() };
        let mut response = json_with_status(*status, &body);
        response.extensions_mut().insert(*reason);
        if let Some((name, value)) = header.as_deref() {
            response.headers_mut().insert(name, value.clone());
        }
        response
    }
}

/// Answers what no route took.
pub(crate) async fn recover(rejection: Rejection) -> Result<Response, Infallible> {
    Ok(match rejection.find::<ApiError>() {
        Some(error) => error.into(),
        None if rejection.is_not_found() => ApiError::not_found("there is nothing at this path").into_response(),
        None => ApiError::bad_request("this request cannot be read: see the description of the API").into_response(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_for_who_takes_html_and_does_not_name_json() {
        for (accept, expected) in [
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", true),
            ("text/html;q=0.1", true),
            ("text/html;q=0", false),
            ("text/html; q=0.0, */*", false),
            ("application/json, text/html", false),
            ("text/html, application/json;q=0.5", false),
            ("text/html, application/json;q=0", true),
            ("application/json", false),
            ("*/*", false),
        ] {
            let headers = HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_static(accept))]);
            assert_eq!(is_for_a_person(&Method::GET, &headers), expected, "{accept}");
            assert!(!is_for_a_person(&Method::POST, &headers), "{accept}");
        }
    }
}
