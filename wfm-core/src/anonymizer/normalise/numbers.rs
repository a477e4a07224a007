//! The numbers that a version begins with.

/// The first two numbers of a version, and what follows all of its numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Numbers<'a> {
    pub(super) major: u16,
    pub(super) minor: Option<u16>,
    pub(super) rest: &'a str,
}

/// Reads `6`, `6.8`, `6.8.0-91-generic`. Nothing where it does not begin with a number, where one is over 65535, or where
/// a letter or digit of any script touches the last one: `6.8x` is no version.
pub(super) fn numbers(text: &str) -> Option<Numbers<'_>> {
    let (major, mut rest) = number(text)?;
    let mut minor = None;
    while let Some((next, after)) = rest.strip_prefix('.').and_then(number) {
        minor = minor.or(Some(next));
        rest = after;
    }
    (!rest.starts_with(char::is_alphanumeric)).then_some(Numbers { major, minor, rest })
}

fn number(text: &str) -> Option<(u16, &str)> {
    let end = text.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    // A date may stand in third place: `2023.9.20260114`.
    let value = if digits.len() > 5 { Some(u16::MAX) } else { digits.parse().ok() };
    value.filter(|_| !digits.is_empty()).map(|value| (value, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_numbers_are_read_and_the_rest_is_left() {
        let read = |text| numbers(text).map(|found| (found.major, found.minor, found.rest));
        assert_eq!(read("6.8.0-91-generic"), Some((6, Some(8), "-91-generic")));
        assert_eq!(read("24.04.1 LTS"), Some((24, Some(4), " LTS")));
        assert_eq!(read("2023.9.20260114"), Some((2023, Some(9), "")));
        assert_eq!(read("12 (bookworm)"), Some((12, None, " (bookworm)")));
        for text in ["", "v1", "x6.8", "6.8x", "6é", "99999.1", ".5", "٦.٨"] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(read("6..8"), Some((6, None, "..8")));
    }
}
