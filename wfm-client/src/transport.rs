//! Requests and their limits.

use std::time::Duration;

use reqwest::header::{ACCEPT, HeaderMap, HeaderValue};
use reqwest::{Method, StatusCode, Url, redirect};
use serde::de::DeserializeOwned;
use wfm_core::text::{one_line, peer_message};

use crate::error::{Error, ErrorKind};
use crate::retry::Retry;

/// The same for every installation and every version.
const USER_AGENT: &str = "workflow-manager";
const CONNECT: Duration = Duration::from_secs(5);
const TOTAL: Duration = Duration::from_secs(20);
const LARGEST_ANSWER: usize = 8 * 1024 * 1024;
/// How much of an answer is read that is no success: one sentence is repeated of it.
const LARGEST_REFUSAL: usize = 16 * 1024;

/// A URL as it may be shown: without the user and the password in it, on one line.
#[must_use]
pub fn without_credentials(url: &str) -> String {
    let shown = match url.parse::<Url>() {
        Ok(parsed) if parsed.has_host() && parsed.username().is_empty() && parsed.password().is_none() => {
            url.to_owned()
        }
        Ok(mut parsed) if parsed.has_host() => {
            // Both fail only for URLs that cannot have them.
            let _ = parsed.set_username("");
            let _ = parsed.set_password(None);
            parsed.to_string()
        }
        // It may have been meant to carry them all the same: what is before an @ is not shown.
        _ => url.rsplit_once('@').map_or(url, |(_, rest)| rest).to_owned(),
    };
    one_line(&shown, LONGEST_URL)
}

/// The longest URL that is shown, in characters.
const LONGEST_URL: usize = 500;

#[derive(Debug)]
pub(crate) struct Transport {
    http: reqwest::Client,
    base: Url,
    retry: Retry,
}

/// A request that is about to be sent. Every one can be sent twice and mean the same.
#[derive(Clone)]
pub(crate) struct Call<'a> {
    pub(crate) method: Method,
    pub(crate) path: &'a str,
    pub(crate) query: &'a [(&'a str, &'a str)],
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<Vec<u8>>,
    /// The most bytes of an answer.
    pub(crate) largest: usize,
}

impl<'a> Call<'a> {
    pub(crate) fn get(path: &'a str) -> Self {
        Self { method: Method::GET, path, query: &[], headers: HeaderMap::new(), body: None, largest: LARGEST_ANSWER }
    }
}

/// An answer that was read to its end.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Transport {
    pub(crate) fn new(base: &str) -> Result<Self, Error> {
        let settings = |message: String| Error::new(ErrorKind::Settings, message);
        let base: Url = base.parse().map_err(|error| {
            let shown = without_credentials(base);
            settings(format!("“{shown}” is not a URL such as https://versions.example.com: {error}"))
        })?;
        let Some(host) = base.host_str().filter(|_| matches!(base.scheme(), "http" | "https")) else {
            return Err(settings(format!("“{}” is not an http or https URL", without_credentials(base.as_str()))));
        };
        let loopback = matches!(host, "localhost" | "127.0.0.1" | "[::1]");
        // Another part of the program may have chosen a provider already: then that one serves.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = reqwest::Client::builder()
            .user_agent(USER_AGENT)
            .default_headers(HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static("application/json"))]))
            .redirect(redirect::Policy::none())
            .connect_timeout(CONNECT)
            .timeout(TOTAL);
        if base.scheme() == "http" {
            // No certificate is ever looked at, so a machine without any will do.
            builder = builder.tls_certs_only([]);
        }
        if loopback {
            builder = builder.no_proxy();
        }
        let http = builder.build().map_err(|error| {
            settings("no HTTPS client can be made: install the CA certificates (package ca-certificates)".into())
                .caused_by(error)
        })?;
        let retry = Retry {
            more: 2,
            first_wait: Duration::from_secs(1),
            patience: Duration::from_secs(10),
            fraction: crate::jitter::fraction,
        };
        Ok(Self { http, base, retry })
    }

    /// Another to the same service, with connections and TLS sessions of its own.
    pub(crate) fn apart(&self) -> Result<Self, Error> {
        Self::new(self.base.as_str())
    }

    pub(crate) fn destination(&self) -> String {
        without_credentials(self.base.as_str())
    }

    /// Sends and reads the answer, whatever its status; a failure that may pass is tried again.
    pub(crate) async fn exchange(&self, call: Call<'_>) -> Result<Answer, Error> {
        let mut tried = 0;
        loop {
            let result = self.exchange_once(call.clone()).await;
            tried += 1;
            match self.retry.wait(tried, &result) {
                Some(wait) => tokio::time::sleep(wait).await,
                None => return result,
            }
        }
    }

    async fn exchange_once(&self, call: Call<'_>) -> Result<Answer, Error> {
        let mut url = self.base.clone();
        url.set_path(&format!("{}{}", self.base.path().trim_end_matches('/'), call.path));
        url.set_query(None);
        if !call.query.is_empty() {
            url.query_pairs_mut().extend_pairs(call.query);
        }
        let mut request = self.http.request(call.method, url).headers(call.headers);
        if let Some(body) = call.body {
            request = request.header(reqwest::header::CONTENT_TYPE, "application/json").body(body);
        }
        let mut response = request.send().await.map_err(|error| self.failed(error))?;
        let headers = std::mem::take(response.headers_mut());
        let largest = if response.status().is_success() { call.largest } else { LARGEST_REFUSAL };
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.failed(error))? {
            if body.len() + chunk.len() > largest {
                if !response.status().is_success() {
                    break;
                }
                let message = format!("{} answered with more than {largest} bytes", self.destination());
                return Err(Error::new(ErrorKind::BadAnswer, message));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer { status: response.status(), headers, body })
    }

    /// Sends, and reads the JSON of a successful answer.
    pub(crate) async fn json<T: DeserializeOwned>(&self, call: Call<'_>) -> Result<T, Error> {
        let answer = self.exchange(call).await?;
        if !answer.status.is_success() {
            return Err(self.refused(&answer));
        }
        self.parse(&answer.body)
    }

    pub(crate) fn parse<T: DeserializeOwned>(&self, body: &[u8]) -> Result<T, Error> {
        serde_json::from_slice(body).map_err(|error| {
            let message = format!("the answer of {} could not be understood", self.destination());
            Error::new(ErrorKind::BadAnswer, message).caused_by(peer_message(&error.to_string()))
        })
    }

    pub(crate) fn refused(&self, answer: &Answer) -> Error {
        let said = serde_json::from_slice::<wfm_core::wire::Error>(&answer.body).map(|error| error.message);
        let status = answer.status.as_u16();
        let said = said.map_or_else(|_| String::new(), |message| format!(": {}", peer_message(&message)));
        Error::new(ErrorKind::Status(status), format!("{} answered {status}{said}", self.destination()))
    }

    fn failed(&self, error: reqwest::Error) -> Error {
        let destination = self.destination();
        let (kind, what) = if error.is_timeout() {
            (ErrorKind::Timeout, "did not answer in time")
        } else if error.is_dns() {
            (ErrorKind::Dns, "cannot be found: its name is not known (DNS failure)")
        } else if is_unknown_issuer(&error) {
            let what = "has a certificate from an unknown authority: add that authority to the CA file (SSL_CERT_FILE)";
            (ErrorKind::Unreachable, what)
        } else if error.is_connect() {
            (ErrorKind::Unreachable, "cannot be reached: no connection")
        } else if error.is_decode() {
            (ErrorKind::BadAnswer, "sent an answer that cannot be decoded")
        } else {
            (ErrorKind::Unreachable, "did not answer: the connection broke")
        };
        Error::new(kind, format!("{destination} {what}")).caused_by(error.without_url())
    }
}

/// Whether what lies beneath is a certificate that no known authority has signed.
fn is_unknown_issuer(error: &(dyn std::error::Error + 'static)) -> bool {
    std::iter::successors(Some(error), |error| error.source()).any(|error| error.to_string().contains("UnknownIssuer"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_authority_is_found_beneath_other_errors() {
        let issuer = rustls::Error::InvalidCertificate(rustls::CertificateError::UnknownIssuer);
        assert!(is_unknown_issuer(
            &Error::new(ErrorKind::Unreachable, "outer").caused_by(std::io::Error::other(issuer))
        ));
        assert!(!is_unknown_issuer(&Error::new(ErrorKind::Unreachable, "outer").caused_by("refused")));
    }
}
