//! Which requests are answered at all: those for a host name of this agent, and not those that another web page makes.
//!
//! The page needs no login, so it must not be readable by web pages of others. Such a page can have its own host name resolve
//! to the agent's address (DNS rebinding); the browser then sends that name as `Host`.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use warp::http::uri::Authority;
use warp::http::{HeaderMap, StatusCode, header};
use wfm_core::cluster::Namespace;
use wfm_k8s::identity::SECRET;

/// The agent's Service, and what its pods' names begin with, as its Secret.
const SERVICE: &str = SECRET;

/// A host name, in lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostName(String);

/// The text is not a host name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” is not a host name: write one such as workflow.example.com, without scheme and port")]
pub struct NotAHostName(String);

impl FromStr for HostName {
    type Err = NotAHostName;

    fn from_str(text: &str) -> Result<Self, NotAHostName> {
        let is_label = |label: &str| {
            (1..=63).contains(&label.len()) && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        };
        let name = text.strip_suffix('.').unwrap_or(text);
        if name.len() <= 253 && name.split('.').all(is_label) {
            return Ok(Self(name.to_ascii_lowercase()));
        }
        Err(NotAHostName(text.chars().filter(|c| !c.is_control()).take(100).collect()))
    }
}

impl fmt::Display for HostName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The host names that the agent answers to: IP addresses, `localhost`, the names of its Service, and those that are set.
#[derive(Debug, Clone)]
pub struct AllowedHosts {
    namespace: Namespace,
    names: Vec<HostName>,
    proxied: bool,
}

/// Why a request is not answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    /// One sentence.
    pub(crate) message: String,
}

impl warp::reject::Reject for Refusal {}

impl AllowedHosts {
    /// The names of an agent in this namespace, and more. The proxy of the Kubernetes API keeps the host name that the client
    /// used, which the agent does not know. So `in_cluster`, and unless names are set, any name is answered that comes with
    /// the proxy's headers.
    #[must_use]
    pub fn new(namespace: Namespace, names: Vec<HostName>, in_cluster: bool) -> Self {
        let proxied = in_cluster && names.is_empty();
        Self { namespace, names, proxied }
    }

    /// Whether a request with these headers is answered.
    pub(crate) fn admit(&self, headers: &HeaderMap, from_loopback: bool) -> Result<(), Refusal> {
        let host = host(headers)?;
        // What arrives on loopback was forwarded by kubectl, or comes from this machine: the API's proxy is neither.
        let proxied = self.proxied && !from_loopback && self.is_proxied(headers);
        if !proxied && !self.names(host.host()) {
            let name = host.host();
            return Err(forbidden(format!(
                "the host name {name} is not one of this agent: use its address, localhost or the name of its Service, or \
                 start the agent with --host {name}"
            )));
        }
        if is_cross_site(headers, &host) {
            let why =
                "another web page made this request, and its answer is for this page alone: open the address itself";
            return Err(forbidden(why.to_owned()));
        }
        Ok(())
    }

    fn names(&self, host: &str) -> bool {
        let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
        if bare.parse::<IpAddr>().is_ok() {
            return true;
        }
        let name = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
        let of_service = |rest: &str| {
            let namespaced = rest.strip_prefix('.').and_then(|rest| rest.strip_prefix(self.namespace.as_str()));
            rest.is_empty() || matches!(namespaced, Some(".svc" | ".svc.cluster.local"))
        };
        name == "localhost"
            || name.strip_prefix(SERVICE).is_some_and(of_service)
            || self.names.iter().any(|allowed| allowed.0 == name)
    }

    /// Whether the request has the header of the Kubernetes API's proxy, with the path of this agent's Service or of a pod of
    /// its name: `/api/v1/namespaces/deis/services/http:deis-workflow-manager:80/proxy/id`.
    fn is_proxied(&self, headers: &HeaderMap) -> bool {
        let mut forwarded = headers.get_all("x-forwarded-uri").iter();
        let (Some(path), None) = (forwarded.next().and_then(|path| path.to_str().ok()), forwarded.next()) else {
            return false;
        };
        let mut segments = path.strip_prefix("/api/v1/namespaces/").unwrap_or_default().split('/');
        let (namespace, kind, name, verb) = (segments.next(), segments.next(), segments.next(), segments.next());
        let mut parts = name.unwrap_or_default().split(':');
        let name = match (parts.next(), parts.next()) {
            (Some("http"), Some(name)) => name,
            (name, _) => name.unwrap_or_default(),
        };
        let is_ours = match kind {
            Some("services") => name == SERVICE,
            Some("pods") => name.strip_prefix(SERVICE).is_some_and(|rest| rest.is_empty() || rest.starts_with('-')),
            _ => false,
        };
        namespace == Some(self.namespace.as_str()) && is_ours && verb == Some("proxy")
    }
}

/// The one `Host` of a request.
fn host(headers: &HeaderMap) -> Result<Authority, Refusal> {
    let bad_request = |message: &str| Refusal { status: StatusCode::BAD_REQUEST, message: message.to_owned() };
    let mut hosts = headers.get_all(header::HOST).iter();
    match (hosts.next(), hosts.next()) {
        (Some(host), None) => host
            .to_str()
            .ok()
            .and_then(|host| host.parse::<Authority>().ok())
            .filter(|host| !host.as_str().contains('@'))
            .ok_or_else(|| bad_request("the header Host is not a host name: send one such as localhost:8080")),
        (None, _) => Err(bad_request("the request has no header Host: send one")),
        (Some(_), Some(_)) => Err(bad_request("the request has more than one header Host: send one")),
    }
}

/// Whether a page of another origin makes this request. That a person follows a link from there is no such request: the other
/// page does not see what it leads to. Programs that are no browsers send none of these headers.
fn is_cross_site(headers: &HeaderMap, host: &Authority) -> bool {
    let is = |name: &str, value: &str| headers.get(name).is_some_and(|sent| sent == value);
    let site = "sec-fetch-site";
    let own = !headers.contains_key(site) || is(site, "same-origin") || is(site, "none");
    let navigation = is("sec-fetch-mode", "navigate") && is("sec-fetch-dest", "document");
    let foreign = headers.get_all(header::ORIGIN).iter().any(|origin| {
        let authority =
            origin.to_str().ok().and_then(|origin| origin.split_once("://")).map(|(_, authority)| authority);
        !authority.is_some_and(|authority| authority.eq_ignore_ascii_case(host.as_str()))
    });
    foreign || !own && !navigation
}

fn forbidden(message: String) -> Refusal {
    Refusal { status: StatusCode::FORBIDDEN, message }
}

#[cfg(test)]
mod tests;
