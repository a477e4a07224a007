//! What parsers say, as a sentence that says what to write.

/// A parser's message in our words; one that is not known stays as it is.
pub(super) fn said(message: &str) -> String {
    // The YAML parser appends the place, which the mistake has already.
    let message = message.rsplit_once(" at line ").map_or(message, |(message, _)| message);
    let message = message.replace('`', "");
    let expected = |rest: &str, wrong: &str| {
        let (what, wanted) = rest.split_once(", expected ")?;
        let one_of = if wanted.starts_with("one of ") || !wanted.contains(" or ") { "" } else { "either " };
        Some(format!("“{what}” {wrong}: write {one_of}{wanted}"))
    };
    let reworded = if let Some(rest) = message.strip_prefix("unknown field ") {
        expected(rest, "is no key of this table")
    } else if let Some(rest) = message.strip_prefix("unknown variant ") {
        expected(rest, "is not known here")
    } else if let Some(rest) = message.strip_prefix("invalid type: ") {
        rest.split_once(", expected ").map(|(what, wanted)| format!("this is a value of type {what}: write {wanted}"))
    } else if let Some(key) = message.strip_prefix("missing field ") {
        Some(format!("the key {key} is missing here: add it"))
    } else if message.starts_with("duplicate ") {
        Some("this name stands there twice: write each component and each key once".to_owned())
    } else if message.starts_with("expected mapping start") {
        Some("this is no table: write keys with their values".to_owned())
    } else if message.starts_with("unexpected end of input") {
        Some("the file ends here: write product and components".to_owned())
    } else {
        None
    };
    reworded.unwrap_or(message)
}
