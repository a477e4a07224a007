//! The one error of every handler, and the one place where a request that no route took is answered.

use std::convert::Infallible;

use http::{HeaderName, HeaderValue, StatusCode, header};
use warp::reply::{Reply, Response};
use warp::{Rejection, reject::Reject};
use wfm_core::store::{StoreError, StoreErrorKind};
use wfm_core::wire;

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
}

impl ApiError {
    fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, message: message.into(), details: Vec::new(), header: None }
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

    pub(crate) fn too_many(message: &str, seconds: u64) -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, message).with_header(header::RETRY_AFTER, &seconds.to_string())
    }

    pub(crate) fn wrong_clock() -> Self {
        let message = "this service's clock is wrong, so nothing is kept: try again in an hour";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, message).with_header(header::RETRY_AFTER, "3600")
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

impl Reject for ApiError {}

impl Reply for ApiError {
    fn into_response(self) -> Response {
        (&self).into()
    }
}

impl From<&ApiError> for Response {
    fn from(error: &ApiError) -> Self {
        let ApiError { status, message, details, header } = error;
        let body = wire::Error { code: status.as_u16(), message: message.clone(), details: details.clone() };
        let mut response = json_with_status(*status, &body);
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
