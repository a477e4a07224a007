//! The tokens file.

use std::fs;
use std::path::{Path, PathBuf};

use wfm_core::store::TokenName;

use super::Role;

/// One line: whoever has the token with this hash has this role.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) role: Role,
    pub(super) hash: [u8; 32],
    /// What the audit log calls the token.
    pub(super) name: Option<TokenName>,
}

/// The tokens file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TokensError {
    /// It cannot be read.
    #[error("the tokens file {} cannot be read ({source}): name another with --tokens-file", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It cannot be understood.
    #[error("the tokens file {}, {problem}", .path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// Which line, and what to write there.
        problem: NotATokensFile,
    },
}

/// A line that says nothing. It is not repeated: it may hold a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct NotATokensFile {
    line: usize,
    problem: &'static str,
}

pub(super) fn read(path: &Path) -> Result<Vec<Entry>, TokensError> {
    let text = fs::read_to_string(path).map_err(|source| TokensError::Unreadable { path: path.to_owned(), source })?;
    parse(&text).map_err(|problem| TokensError::Malformed { path: path.to_owned(), problem })
}

pub(super) fn parse(text: &str) -> Result<Vec<Entry>, NotATokensFile> {
    let lines = text.lines().enumerate().map(|(at, line)| (at + 1, line.split('#').next().unwrap_or_default().trim()));
    lines
        .filter(|(_, line)| !line.is_empty())
        .map(|(line, text)| entry(text).map_err(|problem| NotATokensFile { line, problem }))
        .collect()
}

fn entry(line: &str) -> Result<Entry, &'static str> {
    let (role, hash) = line
        .split_once(char::is_whitespace)
        .ok_or("write a role and the token's hash, such as “publisher sha256:…” from wfm-api token new")?;
    let role = Role::ALL
        .into_iter()
        .find(|known| known.as_str() == role)
        .ok_or("the first word is no role: write publisher, analyst, admin or doctor")?;
    let (hash, name) = match hash.trim().split_once(char::is_whitespace) {
        Some((hash, name)) => (hash, Some(name.trim())),
        None => (hash.trim(), None),
    };
    let hash = hash.strip_prefix("sha256:").and_then(unhex);
    let hash = hash.ok_or("the hash is not “sha256:” and 64 hexadecimal digits")?;
    let name = name.map(str::parse).transpose();
    let name = name.map_err(|_| "the name of a token has 1 to 32 letters, digits and -_.@, such as build-server")?;
    Ok(Entry { role, hash, name })
}

fn unhex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * at..2 * at + 2], 16).ok()?;
    }
    Some(bytes)
}
