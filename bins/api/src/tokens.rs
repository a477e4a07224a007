//! Bearer tokens: random, handed out once, kept only as hashes in a file that says which role each has.
//!
//! A token is 32 random bytes, so its plain SHA-256 cannot be guessed back and needs no salt. The file is read for every
//! request that carries a token: adding and revoking need no restart, and such requests are rare.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use clap::ValueEnum;
use http::{HeaderMap, header};
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use wfm_core::store::{Actor, TokenName};

use crate::documents::hex;
use crate::error::ApiError;
use crate::throttle::Throttle;

mod file;

pub use file::{NotATokensFile, TokensError};

/// What a token allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Role {
    /// Publishes releases.
    Publisher,
    /// Reads clusters, exports and insights.
    Analyst,
    /// Changes cohorts, erases clusters.
    Admin,
    /// Reads doctor reports.
    Doctor,
}

impl Role {
    /// Every role there is.
    pub const ALL: [Self; 4] = [Self::Publisher, Self::Analyst, Self::Admin, Self::Doctor];

    /// The word in the file and on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Publisher => "publisher",
            Self::Analyst => "analyst",
            Self::Admin => "admin",
            Self::Doctor => "doctor",
        }
    }
}

impl From<Role> for Actor {
    fn from(role: Role) -> Self {
        match role {
            Role::Publisher => Self::Publisher,
            // A doctor's token reads no ids of clusters, and changes nothing.
            Role::Analyst | Role::Doctor => Self::Analyst,
            Role::Admin => Self::Admin,
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A new token. It is shown once; only its hash is kept.
pub struct Token(String);

impl Token {
    /// A token of 32 bytes that the caller drew at random.
    #[must_use]
    pub fn new(random: [u8; 32]) -> Self {
        Self(format!("wfm_{}", hex(&random)))
    }

    /// What its owner sends after `Authorization: Bearer`.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The line for the tokens file.
    #[must_use]
    pub fn line(&self, role: Role) -> String {
        format!("{role} sha256:{}", hex(&hash(&self.0)))
    }
}

/// Whose token a request came with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Caller {
    pub(crate) role: Role,
    pub(crate) name: Option<TokenName>,
}

/// Who may do what: a tokens file, or nobody.
#[derive(Debug, Clone, Default)]
pub struct Tokens {
    file: Option<PathBuf>,
    log: Arc<Log>,
}

/// What is logged once a minute.
#[derive(Debug, Default)]
struct Log {
    broken: Throttle,
    refused: Throttle,
}

impl Tokens {
    /// No token is valid.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// The tokens of a file: lines of a role, `sha256:` with the hash of a token and, if it has one, its name; `#` starts a
    /// comment.
    ///
    /// # Errors
    /// Where the file cannot be read or understood now. Later it only makes every token invalid until it is repaired.
    pub fn from_file(path: &Path) -> Result<Self, TokensError> {
        file::read(path)?;
        Ok(Self { file: Some(path.to_owned()), ..Self::default() })
    }

    /// Whose token the request came with, if it has one of these roles: 401 without a valid token, 403 without the role. Where
    /// `basic` is set the token may come as the password of basic authentication too; only what is read may allow that,
    /// because a browser adds such a password to whatever another site makes it send.
    pub(crate) async fn authorise(
        &self,
        headers: &HeaderMap,
        roles: &'static [Role],
        basic: bool,
        now: Timestamp,
    ) -> Result<Caller, ApiError> {
        let token = sent(headers, basic).ok_or_else(|| missing(roles))?;
        let hash = hash(&token);
        let Some(file) = self.file.clone() else {
            return Err(ApiError::unauthorised("this service accepts no tokens: start it with --tokens-file"));
        };
        let entries = tokio::task::spawn_blocking(move || {
            fs::read_to_string(file)
                .map_err(|e| e.to_string())
                .and_then(|text| file::parse(&text).map_err(|e| e.to_string()))
        });
        let entries = entries.await.unwrap_or_else(|e| Err(e.to_string())).map_err(|error| {
            if let Some(times) = self.log.broken.count(now) {
                tracing::error!(error, times, "the tokens file cannot be used, so no token is valid");
            }
            ApiError::unavailable()
        })?;
        let mut known = false;
        let mut allowed = None;
        // Every entry is compared in full: how long it takes says nothing about any of them.
        for entry in &entries {
            let same = bool::from(entry.hash.ct_eq(&hash));
            known |= same;
            let caller = Caller { role: entry.role, name: entry.name };
            allowed = allowed.or((same & roles.contains(&entry.role)).then_some(caller));
        }
        if let Some(caller) = allowed {
            return Ok(caller);
        }
        if let Some(times) = self.log.refused.count(now) {
            tracing::warn!(times, "tokens were refused: not valid, or without the role");
        }
        Err(if known {
            ApiError::forbidden(format!("this token does not have the role {}", list(roles)))
        } else {
            ApiError::unauthorised("this token is not valid: ask for a new one")
        })
    }
}

fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

/// What is said to whoever sends no token.
pub(crate) fn missing(roles: &[Role]) -> ApiError {
    let role = list(roles);
    ApiError::unauthorised(format!("this needs a token with the role {role}: send it as Authorization: Bearer"))
}

/// The token that was sent: as a bearer token, or, where that is allowed, as the password of basic authentication.
fn sent(headers: &HeaderMap, basic: bool) -> Option<String> {
    let (scheme, said) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(said.trim().to_owned());
    }
    if !basic || !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let pair = String::from_utf8(STANDARD.decode(said.trim()).ok()?).ok()?;
    pair.split_once(':').map(|(_, password)| password.to_owned())
}

fn list(roles: &[Role]) -> String {
    roles.iter().map(|role| role.as_str()).collect::<Vec<_>>().join(" or ")
}

#[cfg(test)]
mod tests;
