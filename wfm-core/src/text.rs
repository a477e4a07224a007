//! Text that someone else wrote, made fit to be shown: in a log, on a page, in a table.

use std::borrow::Cow;

/// The format characters (general category Cf) of Unicode 16, as ranges: soft hyphen, zero-width and bidirectional
/// controls, tags. They are not seen and change what is seen.
const FORMAT: &[(char, char)] = &[
    ('\u{ad}', '\u{ad}'),
    ('\u{600}', '\u{605}'),
    ('\u{61c}', '\u{61c}'),
    ('\u{6dd}', '\u{6dd}'),
    ('\u{70f}', '\u{70f}'),
    ('\u{890}', '\u{891}'),
    ('\u{8e2}', '\u{8e2}'),
    ('\u{180e}', '\u{180e}'),
    ('\u{200b}', '\u{200f}'),
    ('\u{202a}', '\u{202e}'),
    ('\u{2060}', '\u{206f}'),
    ('\u{feff}', '\u{feff}'),
    ('\u{fff9}', '\u{fffb}'),
    ('\u{110bd}', '\u{110bd}'),
    ('\u{110cd}', '\u{110cd}'),
    ('\u{13430}', '\u{1343f}'),
    ('\u{1bca0}', '\u{1bca3}'),
    ('\u{1d173}', '\u{1d17a}'),
    ('\u{e0000}', '\u{e007f}'),
];

/// Whether a character may be shown within a line: no control, no format character, no line or paragraph separator.
#[must_use]
pub fn is_printable(c: char) -> bool {
    let is_format = || FORMAT.iter().any(|&(first, last)| (first..=last).contains(&c));
    c.is_ascii_graphic() || c == ' ' || !(c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') || is_format())
}

/// The text without what is not printable. Line breaks stay, a tab becomes a space.
#[must_use]
pub fn printable(text: &str) -> Cow<'_, str> {
    if text.chars().all(|c| c == '\n' || is_printable(c)) {
        return Cow::Borrowed(text);
    }
    let kept = text.chars().filter_map(|c| match c {
        '\t' => Some(' '),
        '\u{2028}' | '\u{2029}' => Some('\n'),
        c => (c == '\n' || is_printable(c)).then_some(c),
    });
    Cow::Owned(kept.collect())
}

/// At most `most` characters of the text as one line: each line break is a space, and what was cut off is an ellipsis.
#[must_use]
pub fn one_line(text: &str, most: usize) -> String {
    let mut line = text.trim().chars().filter_map(|c| match c {
        '\n' | '\t' | '\u{2028}' | '\u{2029}' => Some(' '),
        c => is_printable(c).then_some(c),
    });
    let mut kept: String = line.by_ref().take(most).collect();
    if line.next().is_some() {
        kept.pop();
        kept.push('…');
    }
    kept
}

/// How much of a peer's error message is repeated, in characters.
pub const PEER_MESSAGE: usize = 200;

/// A peer's error message, as it is repeated in logs, pages and answers: one line of at most [`PEER_MESSAGE`] characters.
#[must_use]
pub fn peer_message(message: &str) -> String {
    one_line(message, PEER_MESSAGE)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn controls_and_format_characters_go_and_line_breaks_stay() {
        assert_eq!(printable("a\r\nb\u{1b}[31m\tc\0"), "a\nb[31m c");
        assert_eq!(printable("safe\u{202e}gpj.exe\u{2066}\u{200b}\u{feff}\u{ad}"), "safegpj.exe");
        assert!(matches!(printable("größer\nשלום 日本 🚀"), Cow::Borrowed(_)));
    }

    #[test]
    fn a_line_is_one_line_and_no_longer_than_it_may_be() {
        assert_eq!(one_line("oops\n2026-11-21T13:00:00Z  INFO fine\r\n", 200), "oops 2026-11-21T13:00:00Z  INFO fine");
        assert_eq!(one_line("abcdef", 6), "abcdef");
        assert_eq!(one_line("abcdefg", 6), "abcde…");
        assert_eq!(peer_message(&"ü".repeat(8 << 20)).chars().count(), PEER_MESSAGE);
    }

    proptest! {
        #[test]
        fn any_text_is_cut_to_printable_characters(any in "\\PC*|(?s).*", most in 1usize..50) {
            let line = one_line(&any, most);
            prop_assert!(line.chars().count() <= most && line.chars().all(is_printable), "{line:?}");
            let text = printable(&any);
            prop_assert!(text.chars().all(|c| c == '\n' || is_printable(c)));
            prop_assert_eq!(printable(&text), text.clone());
        }
    }
}
