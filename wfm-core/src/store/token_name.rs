use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The most characters of a name.
const LONGEST: usize = 32;

/// The name that the tokens file gives a token, such as `build-server`: up to 32 letters, digits and `-_.@`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TokenName([u8; LONGEST]);

/// The text cannot name a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a token's name has 1 to 32 letters, digits and -_.@, such as build-server")]
pub struct NotATokenName;

impl TokenName {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        let end = self.0.iter().position(|byte| *byte == 0).unwrap_or(LONGEST);
        std::str::from_utf8(&self.0[..end]).unwrap_or_default()
    }
}

impl FromStr for TokenName {
    type Err = NotATokenName;

    fn from_str(text: &str) -> Result<Self, NotATokenName> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.@".contains(&byte);
        if text.is_empty() || text.len() > LONGEST || !text.bytes().all(allowed) {
            return Err(NotATokenName);
        }
        let mut bytes = [0; LONGEST];
        bytes[..text.len()].copy_from_slice(text.as_bytes());
        Ok(Self(bytes))
    }
}

impl TryFrom<String> for TokenName {
    type Error = NotATokenName;

    fn try_from(text: String) -> Result<Self, NotATokenName> {
        text.parse()
    }
}

impl From<TokenName> for String {
    fn from(name: TokenName) -> Self {
        name.as_str().to_owned()
    }
}

impl fmt::Debug for TokenName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_short_word_and_reads_back() {
        for text in ["a", "build-server", "Jane.Doe@example.com", &"x".repeat(32)] {
            let name: TokenName = text.parse().unwrap();
            assert_eq!(name.as_str(), text);
            assert_eq!(serde_json::from_str::<TokenName>(&serde_json::to_string(&name).unwrap()).unwrap(), name);
        }
        for text in ["", "two words", "a\n", "ü", "a\0b", &"x".repeat(33)] {
            assert_eq!(text.parse::<TokenName>(), Err(NotATokenName), "{text:?}");
        }
    }
}
