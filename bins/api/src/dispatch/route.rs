//! A row of the list of routes.

use http::Method;
use percent_encoding::percent_decode_str;

use super::Handler;
use crate::tokens::Role;
use crate::viewer::READERS;

/// One path with one method.
pub(crate) struct Route {
    pub(crate) verb: Verb,
    /// The path; `{name}` is a hole for one segment.
    pub(crate) path: &'static str,
    pub(crate) access: Access,
    pub(crate) handler: Handler,
}

/// What is done at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verb {
    /// GET, and HEAD with it.
    Get,
    Post,
    Put,
    Delete,
}

/// Whom a path answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// Anyone, at any rate: whoever asks whether the service lives must hear it.
    Probe,
    /// Anyone, at a limited rate.
    Anyone,
    /// Anyone at a limited rate, as a page: it shows what whoever looks may see, and lets a browser sign in.
    Page,
    /// Whoever has a reader's token; others are told the public numbers, where the service makes them public and this is
    /// among them.
    Insights { public: bool },
    /// Whoever has a token with one of these roles.
    Roles(&'static [Role]),
    /// The owner of what the path names, who sends its erasure secret, which the handler checks; an administrator otherwise.
    Owner,
}

pub(crate) const PROBE: Access = Access::Probe;
pub(crate) const ANYONE: Access = Access::Anyone;
pub(crate) const PUBLISHER: Access = Access::Roles(&[Role::Publisher]);
pub(crate) const PAGE: Access = Access::Page;
pub(crate) const INSIGHTS: Access = Access::Insights { public: true };
pub(crate) const SIGNED_IN: Access = Access::Insights { public: false };
pub(crate) const READER: Access = Access::Roles(READERS);
pub(crate) const ADMIN: Access = Access::Roles(&[Role::Admin]);
pub(crate) const DOCTOR: Access = Access::Roles(&[Role::Doctor]);
pub(crate) const OWNER: Access = Access::Owner;

/// Writes the list: `verb path access handler;` for each row.
macro_rules! routes {
    ($($verb:ident $path:literal $access:ident $handler:path;)*) => {
        /// Every path of the service.
        pub(crate) static ROUTES: &[Route] = &[
            $(Route { verb: $verb, path: $path, access: $access, handler: |request| Box::pin($handler(request)) },)*
        ];
    };
}
pub(crate) use routes;

impl Route {
    /// What stands in the holes, where this is the path.
    pub(super) fn matches(&self, path: &str) -> Option<Vec<String>> {
        // One slash at the end is forgiven, as it was to old agents.
        let path = path.strip_suffix('/').filter(|path| !path.is_empty() && !path.ends_with('/')).unwrap_or(path);
        let (mut expected, mut said) = (self.path.split('/'), path.split('/'));
        let mut values = Vec::new();
        loop {
            match (expected.next(), said.next()) {
                (None, None) => return Some(values),
                (Some(expected), Some(said)) if expected.starts_with('{') => {
                    let value = percent_decode_str(said).decode_utf8().ok()?;
                    values.push(Some(value.into_owned()).filter(|value| !value.is_empty())?);
                }
                (Some(expected), Some(said)) if expected == said => {}
                _ => return None,
            }
        }
    }
}

impl Verb {
    pub(crate) fn methods(self) -> &'static [Method] {
        match self {
            Self::Get => &[Method::GET, Method::HEAD],
            Self::Post => &[Method::POST],
            Self::Put => &[Method::PUT],
            Self::Delete => &[Method::DELETE],
        }
    }

    /// The verb as OpenAPI writes it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::Post => "post",
            Self::Put => "put",
            Self::Delete => "delete",
        }
    }

    pub(super) fn takes(self, method: &Method) -> bool {
        self.methods().contains(method)
    }

    pub(super) fn allow(self) -> &'static str {
        match self {
            Self::Get => "GET, HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }
}
