//! What goes wrong between us and the API server.

use std::error::Error;
use std::io;
use std::time::Duration;

use http::StatusCode;
use http_body_util::LengthLimitError;
use serde::Deserialize;
use wfm_core::collector::UnreadableCause;
use wfm_core::text::peer_message;

/// A request that brought no usable answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The API server refused.
    Refused(Refusal),
    /// No answer in time.
    Timeout,
    /// No connection, or it broke. With the innermost cause.
    Unreachable(String),
    /// Our own credentials could not be loaded. With the cause.
    NoCredentials(String),
    /// An answer that cannot be understood. With what is odd about it.
    BadAnswer(String),
}

/// What a refusing answer says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: StatusCode,
    /// `AlreadyExists`, `Conflict`, …; empty where the answer was no `Status`.
    pub(crate) reason: String,
    /// The server's own words, shortened; empty where the answer was no `Status`.
    pub(crate) message: String,
    pub(crate) retry_after: Option<Duration>,
    /// Of a list that expired: where to go on.
    pub(crate) next: Option<String>,
}

impl Failure {
    pub(crate) fn refused(code: StatusCode, retry_after: Option<Duration>, body: &[u8]) -> Self {
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct Status {
            reason: Option<String>,
            message: Option<String>,
            metadata: Option<Meta>,
        }
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct Meta {
            #[serde(rename = "continue")]
            next: Option<String>,
        }
        // A proxy in between answers in HTML or plain text: then the code alone must do.
        let status: Status = serde_json::from_slice(body).unwrap_or_default();
        let message = peer_message(&status.message.unwrap_or_default());
        let next = status.metadata.and_then(|meta| meta.next).filter(|next| !next.is_empty());
        Self::Refused(Refusal { code, reason: status.reason.unwrap_or_default(), message, retry_after, next })
    }

    /// How long the server asked to be left alone.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Refused(refusal) => refusal.retry_after,
            _ => None,
        }
    }

    /// Where to go on with a list that expired meanwhile (410).
    pub(crate) fn next(&self) -> Option<&str> {
        match self {
            Self::Refused(refusal) if refusal.code == StatusCode::GONE => refusal.next.as_deref(),
            _ => None,
        }
    }

    /// Sorts an error of the transport by what lies innermost.
    pub(crate) fn transport(error: &(dyn Error + 'static)) -> Self {
        let mut innermost = error;
        loop {
            if innermost.downcast_ref::<io::Error>().is_some_and(|io| io.kind() == io::ErrorKind::TimedOut) {
                return Self::Timeout;
            }
            if innermost.is::<LengthLimitError>() {
                return Self::BadAnswer("it is too long".to_owned());
            }
            if innermost.is::<kube::client::AuthError>() {
                return Self::NoCredentials(peer_message(&innermost.to_string()));
            }
            match innermost.source() {
                Some(deeper) => innermost = deeper,
                None => return Self::Unreachable(peer_message(&innermost.to_string())),
            }
        }
    }

    pub(crate) fn cause(&self) -> UnreadableCause {
        match self {
            Self::Refused(refusal) => match refusal.code {
                StatusCode::UNAUTHORIZED => UnreadableCause::Unauthorized,
                StatusCode::FORBIDDEN => UnreadableCause::Forbidden,
                StatusCode::NOT_FOUND => UnreadableCause::NotServed,
                StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => UnreadableCause::Busy,
                StatusCode::GATEWAY_TIMEOUT => UnreadableCause::Timeout,
                _ => UnreadableCause::BadAnswer,
            },
            Self::Timeout => UnreadableCause::Timeout,
            Self::Unreachable(_) => UnreadableCause::Unreachable,
            Self::NoCredentials(_) => UnreadableCause::Unauthorized,
            Self::BadAnswer(_) => UnreadableCause::BadAnswer,
        }
    }

    /// The HTTP status, where there was an answer.
    pub(crate) fn code(&self) -> Option<StatusCode> {
        match self {
            Self::Refused(refusal) => Some(refusal.code),
            _ => None,
        }
    }

    /// What went wrong, for the operator, in words that hold for every request. Permissions are the caller's to word: it
    /// knows what it asked for.
    pub(crate) fn sentence(&self) -> String {
        match self {
            Self::Refused(refusal) => refusal.sentence(),
            Self::Timeout => "the API server did not answer in time: check its load and the network to it".to_owned(),
            Self::Unreachable(why) if is_unknown_issuer(why) => {
                format!(
                    "the API server's certificate is not from a known authority ({why}): check certificate-authority in the kubeconfig; in a pod, the service account's ca.crt"
                )
            }
            Self::Unreachable(why) => {
                format!("no connection to the API server ({why}): check its address and the network")
            }
            Self::NoCredentials(why) => format!("the credentials for the API server cannot be loaded: {why}"),
            Self::BadAnswer(why) => format!("the API server's answer cannot be understood: {why}"),
        }
    }
}

/// Whether it is the error of rustls for a certificate that no authority in the kubeconfig has signed.
fn is_unknown_issuer(error: &str) -> bool {
    error.contains("UnknownIssuer")
}

impl Refusal {
    fn sentence(&self) -> String {
        let code = self.code.as_u16();
        match self.code {
            StatusCode::UNAUTHORIZED => {
                "the API server does not accept the credentials (401): check the service account's \
                                         token, or the user in the kubeconfig"
                    .to_owned()
            }
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
                let wait = self.retry_after.map(|wait| format!(" for {} s", wait.as_secs())).unwrap_or_default();
                format!("the API server is busy and asks to wait{wait} ({code}): the next check asks again")
            }
            _ if self.message.is_empty() => format!("the API server answered with status {code}"),
            _ => format!("the API server answered with status {code}: {}", self.message),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_code_tells_the_cause() {
        let expected = [
            (401, UnreadableCause::Unauthorized),
            (403, UnreadableCause::Forbidden),
            (404, UnreadableCause::NotServed),
            (429, UnreadableCause::Busy),
            (503, UnreadableCause::Busy),
            (504, UnreadableCause::Timeout),
            (410, UnreadableCause::BadAnswer),
            (500, UnreadableCause::BadAnswer),
        ];
        for (code, cause) in expected {
            let failure = Failure::refused(StatusCode::from_u16(code).unwrap(), None, b"<html>no</html>");
            assert_eq!(failure.cause(), cause, "{code}");
        }
    }

    #[test]
    fn the_innermost_error_tells_the_cause() {
        let outer = |kind| io::Error::other(io::Error::new(kind, "inner"));
        assert_eq!(Failure::transport(&io::Error::from(io::ErrorKind::TimedOut)), Failure::Timeout);
        assert_eq!(
            Failure::transport(&outer(io::ErrorKind::ConnectionRefused)),
            Failure::Unreachable("inner".to_owned())
        );
    }

    #[test]
    fn an_unknown_authority_is_not_blamed_on_the_network() {
        let error = rustls::Error::InvalidCertificate(rustls::CertificateError::UnknownIssuer);
        let sentence = Failure::transport(&io::Error::other(error)).sentence();
        assert!(sentence.contains("UnknownIssuer") && sentence.contains("certificate-authority"), "{sentence}");
        assert!(!sentence.contains("network"), "{sentence}");
    }

    #[test]
    fn the_servers_words_are_shortened() {
        for said in ["é".repeat(5000), "oops\\n2026-11-21 INFO all is well\\u001b[2J\\u202e".repeat(100)] {
            let body = format!(r#"{{"message": "{said}"}}"#);
            let sentence = Failure::refused(StatusCode::INTERNAL_SERVER_ERROR, None, body.as_bytes()).sentence();
            assert!(sentence.chars().count() < 300 && sentence.chars().all(wfm_core::text::is_printable), "{sentence}");
        }
    }
}
