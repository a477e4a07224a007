use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What a person wrote for people to read: 1 to 2,000 characters, no control character but line breaks. It is shown as
/// text, never as markup.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PlainText(String);

impl PlainText {
    /// How many characters there may be.
    pub const MAX_CHARS: usize = 2_000;

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PlainText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The text cannot be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("write 1 to 2000 characters of plain text, without control characters but line breaks")]
pub struct NotPlainText;

impl FromStr for PlainText {
    type Err = NotPlainText;

    fn from_str(text: &str) -> Result<Self, NotPlainText> {
        let text = text.trim();
        let plain = text.chars().all(|c| c == '\n' || !c.is_control());
        let fits = text.chars().take(Self::MAX_CHARS + 1).count() <= Self::MAX_CHARS;
        if plain && fits && !text.is_empty() { Ok(Self(text.into())) } else { Err(NotPlainText) }
    }
}

impl TryFrom<String> for PlainText {
    type Error = NotPlainText;

    fn try_from(text: String) -> Result<Self, NotPlainText> {
        text.parse()
    }
}

impl From<PlainText> for String {
    fn from(text: PlainText) -> Self {
        text.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_too_much_and_control_characters_are_refused() {
        for text in ["", "  ", "a\u{7}b", "a\u{1b}[31mb", &"x".repeat(2001)] {
            assert!(text.parse::<PlainText>().is_err(), "{text:?}");
        }
        assert_eq!(" two\nlines ".parse::<PlainText>().unwrap().as_str(), "two\nlines");
        assert!("ü".repeat(2000).parse::<PlainText>().is_ok());
    }
}
