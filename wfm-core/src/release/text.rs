use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::text::{is_printable, printable};

/// What a person wrote for people to read: 1 to 2,000 printable characters and line breaks. It is shown as text, never as
/// markup.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PlainText(String);

impl PlainText {
    /// How many characters there may be.
    pub const MAX_CHARS: usize = 2_000;

    /// What can be shown of a text: without what is not printable, and cut; `None` where nothing is left.
    #[must_use]
    pub fn lossy(text: &str) -> Option<Self> {
        let shown: String = printable(text).trim().chars().take(Self::MAX_CHARS).collect();
        let shown = shown.trim_end();
        (!shown.is_empty()).then(|| Self(shown.to_owned()))
    }

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
#[error("write 1 to 2000 characters of plain text, without control or format characters but line breaks")]
pub struct NotPlainText;

impl FromStr for PlainText {
    type Err = NotPlainText;

    fn from_str(text: &str) -> Result<Self, NotPlainText> {
        let text = text.trim();
        let plain = text.chars().all(|c| c == '\n' || is_printable(c));
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
        for text in ["", "  ", "a\u{7}b", "a\u{1b}[31mb", "a\u{202e}b", "a\u{2066}b", &"x".repeat(2001)] {
            assert!(text.parse::<PlainText>().is_err(), "{text:?}");
        }
        assert_eq!(" two\nlines ".parse::<PlainText>().unwrap().as_str(), "two\nlines");
        assert!("ü".repeat(2000).parse::<PlainText>().is_ok());
    }

    #[test]
    fn what_can_be_shown_of_a_text_is_plain_text() {
        for (text, shown) in
            [("a\u{202e}b\u{1b}", Some("ab")), (" \u{200b} ", None), ("two\r\nlines", Some("two\nlines"))]
        {
            let kept = PlainText::lossy(text);
            assert_eq!(kept.as_ref().map(PlainText::as_str), shown);
            assert!(kept.is_none_or(|kept| kept.as_str().parse() == Ok(kept)));
        }
        assert_eq!(PlainText::lossy(&"ü".repeat(9000)).unwrap().as_str().chars().count(), PlainText::MAX_CHARS);
    }
}
