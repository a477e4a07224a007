//! Answers, and the `Status` objects of failed requests as an API server words them.

use std::io::Write;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::{Response, StatusCode, header};
use serde_json::{Value, json};

use crate::body::{Delivery, ReplyBody};
use crate::target::Target;

/// Answers of so many bytes are compressed for a client that takes gzip, as a real API server does:
/// <https://github.com/kubernetes/enhancements/tree/master/keps/sig-api-machinery/2338-graduate-API-gzip-compression-support-to-GA>.
const COMPRESSED_FROM: usize = 128 * 1024;

/// An answer to a request.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Reply {
    pub(crate) code: StatusCode,
    pub(crate) content_type: &'static str,
    pub(crate) retry_after: Option<u32>,
    pub(crate) body: Bytes,
}

impl Reply {
    /// A JSON object with a status code.
    pub(crate) fn json(code: StatusCode, body: &Value) -> Self {
        let body = Bytes::from(body.to_string());
        Self { code, content_type: "application/json", retry_after: None, body }
    }

    /// `gzip` is whether the client takes it.
    pub(crate) fn into_response(self, delivery: Delivery, gzip: bool) -> Response<ReplyBody> {
        let compressed = (gzip && self.body.len() >= COMPRESSED_FROM).then(|| compressed(&self.body));
        let is_compressed = compressed.is_some();
        let mut response = Response::new(ReplyBody::new(compressed.unwrap_or(self.body), delivery));
        if is_compressed {
            response.headers_mut().insert(header::CONTENT_ENCODING, header::HeaderValue::from_static("gzip"));
        }
        *response.status_mut() = self.code;
        response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static(self.content_type));
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}

/// At the level that an API server uses.
fn compressed(body: &[u8]) -> Bytes {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::new(1));
    // Memory takes everything.
    encoder.write_all(body).ok();
    encoder.finish().unwrap_or_default().into()
}

/// A failed request: what its `Status` object says.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Failure {
    code: StatusCode,
    reason: &'static str,
    message: String,
    details: Option<Value>,
    /// Where an expired list goes on.
    next: Option<String>,
}

impl Failure {
    /// 404 for an object, or for a path that no resource stands at.
    pub(crate) fn not_found(path: &str) -> Self {
        let Some((target, name)) = Target::parse(path).and_then(|target| Some((target, target.name?))) else {
            let message = "the server could not find the requested resource".to_owned();
            return Self::new(StatusCode::NOT_FOUND, "NotFound", message).detailed(json!({}));
        };
        let message = format!("{} \"{name}\" not found", target.qualified());
        Self::new(StatusCode::NOT_FOUND, "NotFound", message).about(&target)
    }

    /// 409 for a change to an older version of the object.
    pub(crate) fn conflict(secret: &str) -> Self {
        let message = format!(
            "Operation cannot be fulfilled on secrets \"{secret}\": the object has been modified; \
             please apply your changes to the latest version and try again"
        );
        let details = json!({"name": secret, "kind": "secrets"});
        Self::new(StatusCode::CONFLICT, "Conflict", message).detailed(details)
    }

    /// 410 for a `continue` token of a list that is no more, with a token that goes on in the list as it is now.
    pub(crate) fn expired_but(next: String) -> Self {
        Self { next: Some(next), ..Self::expired() }
    }

    /// 410 for a `continue` token of a list that is no more.
    pub(crate) fn expired() -> Self {
        let message = "The provided continue parameter is too old to display a consistent list result.".to_owned();
        Self::new(StatusCode::GONE, "Expired", message)
    }

    /// 400.
    pub(crate) fn bad_request(message: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "BadRequest", message.to_owned())
    }

    /// 405.
    pub(crate) fn method_not_allowed() -> Self {
        let message = "the server does not allow this method on the requested resource".to_owned();
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed", message).detailed(json!({}))
    }

    /// 415 for a patch of another kind than a merge patch.
    pub(crate) fn unsupported_patch() -> Self {
        let message = "the body of the request was in an unknown format - accepted media types include: \
                       application/merge-patch+json";
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "UnsupportedMediaType", message.to_owned()).detailed(json!({}))
    }

    /// Any code, worded as the API server words it for this path.
    pub(crate) fn scripted(code: StatusCode, path: &str) -> Self {
        let (reason, message) = match code {
            StatusCode::UNAUTHORIZED => ("Unauthorized", "Unauthorized".to_owned()),
            StatusCode::FORBIDDEN => return Self::forbidden(path),
            StatusCode::NOT_FOUND => return Self::not_found(path),
            StatusCode::GONE => return Self::expired(),
            StatusCode::TOO_MANY_REQUESTS => {
                ("TooManyRequests", "Too many requests, please try again later.".to_owned())
            }
            StatusCode::SERVICE_UNAVAILABLE => {
                ("ServiceUnavailable", "the server is currently unable to handle the request".to_owned())
            }
            StatusCode::INTERNAL_SERVER_ERROR => ("InternalError", "an error on the server".to_owned()),
            _ => ("", "the server answered with an unknown error".to_owned()),
        };
        Self::new(code, reason, message)
    }

    fn forbidden(path: &str) -> Self {
        let user = "system:serviceaccount:deis:deis-workflow-manager";
        let Some(target) = Target::parse(path) else {
            let message = format!("forbidden: User \"{user}\" cannot get path \"{path}\"");
            return Self::new(StatusCode::FORBIDDEN, "Forbidden", message).detailed(json!({}));
        };
        let place = target.namespace.map_or("at the cluster scope".to_owned(), |n| format!("in the namespace \"{n}\""));
        let message = format!(
            "{} is forbidden: User \"{user}\" cannot access resource \"{}\" in API group \"{}\" {place}",
            target.qualified(),
            target.kind,
            target.group.unwrap_or_default(),
        );
        Self::new(StatusCode::FORBIDDEN, "Forbidden", message).about(&target)
    }

    /// The HTTP answer that carries it.
    pub(crate) fn into_reply(self) -> Reply {
        let mut status = json!({
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Failure",
            "message": self.message,
            "reason": self.reason,
            "code": self.code.as_u16(),
        });
        if let Some(details) = self.details {
            status["details"] = details;
        }
        if let Some(next) = self.next {
            status["metadata"]["continue"] = next.into();
        }
        Reply::json(self.code, &status)
    }

    fn new(code: StatusCode, reason: &'static str, message: String) -> Self {
        Self { code, reason, message, details: None, next: None }
    }

    fn about(self, target: &Target<'_>) -> Self {
        let mut details = json!({"kind": target.kind});
        if let Some(name) = target.name {
            details["name"] = name.into();
        }
        if let Some(group) = target.group {
            details["group"] = group.into();
        }
        self.detailed(details)
    }

    fn detailed(mut self, details: Value) -> Self {
        self.details = Some(details);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(failure: Failure) -> Value {
        serde_json::from_slice(&failure.into_reply().body).unwrap()
    }

    #[test]
    fn a_failure_reads_as_it_was_recorded() {
        let recorded: Value =
            serde_json::from_str(include_str!("../recordings/eks-current/errors/404-not-found.json")).unwrap();
        assert_eq!(body(Failure::not_found("/apis/apps/v1/namespaces/deis/deployments/nope")), recorded);

        let recorded: Value =
            serde_json::from_str(include_str!("../recordings/eks-current/errors/401-unauthorized.json")).unwrap();
        assert_eq!(body(Failure::scripted(StatusCode::UNAUTHORIZED, "/version")), recorded);
    }
}
