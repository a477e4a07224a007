//! Names of Kubernetes that a catalog holds: the key of an annotation, a selector of labels.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The key of an annotation, such as `component.deis.io/version`: an optional DNS prefix with a slash, and a name of 1 to 63
/// letters, digits, `-`, `_` and `.`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AnnotationKey(String);

impl AnnotationKey {
    /// The key as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for AnnotationKey {
    /// Workflow's.
    fn default() -> Self {
        Self("component.deis.io/version".into())
    }
}

/// The text cannot be the key of an annotation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” cannot be the key of an annotation: write one such as component.deis.io/version")]
pub struct NotAnAnnotationKey(String);

impl FromStr for AnnotationKey {
    type Err = NotAnAnnotationKey;

    fn from_str(text: &str) -> Result<Self, NotAnAnnotationKey> {
        if is_key(text) { Ok(Self(text.into())) } else { Err(NotAnAnnotationKey(text.chars().take(64).collect())) }
    }
}

/// A [label selector](https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors) as
/// `kubectl -l` takes it: `app=shop`, `tier!=test`, `tier in (api, web)`, `tier notin (test)`, `app`, `!app`, with commas
/// between them. At least one of these, at most 1,024 bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LabelSelector(String);

impl LabelSelector {
    /// The selector as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The text is no label selector.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” is no label selector: write one as kubectl -l takes it, such as app.kubernetes.io/part-of=shop")]
pub struct NotALabelSelector(String);

impl FromStr for LabelSelector {
    type Err = NotALabelSelector;

    fn from_str(text: &str) -> Result<Self, NotALabelSelector> {
        let text = text.trim();
        if text.len() <= 1024 && requirements(text).all(is_requirement) {
            return Ok(Self(text.into()));
        }
        Err(NotALabelSelector(text.chars().take(64).collect()))
    }
}

/// The parts between the commas that stand in no parentheses.
fn requirements(text: &str) -> impl Iterator<Item = &str> {
    let mut inside = false;
    text.split(move |c| {
        inside = (inside || c == '(') && c != ')';
        c == ',' && !inside
    })
}

fn is_requirement(text: &str) -> bool {
    let text = text.trim();
    if let Some((before, values)) = text.strip_suffix(')').and_then(|text| text.split_once('(')) {
        let mut words = before.split_whitespace();
        let named = words.next().is_some_and(is_key);
        let operator = matches!(words.next(), Some("in" | "notin"));
        return named && operator && words.next().is_none() && values.split(',').all(|value| is_value(value.trim()));
    }
    if let Some(key) = text.strip_prefix('!') {
        return is_key(key.trim());
    }
    let pair = ["!=", "==", "="].into_iter().find_map(|operator| text.split_once(operator));
    pair.map_or_else(|| is_key(text), |(key, value)| is_key(key.trim()) && is_value(value.trim()))
}

/// A [qualified name](https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set).
fn is_key(text: &str) -> bool {
    let (prefix, name) = text.split_once('/').map_or((None, text), |(prefix, name)| (Some(prefix), name));
    let dns = |prefix: &str| prefix.parse::<crate::component::ComponentName>().is_ok();
    prefix.is_none_or(dns) && !name.is_empty() && is_value(name)
}

fn is_value(text: &str) -> bool {
    let ends = |c: Option<char>| c.is_none_or(|c| c.is_ascii_alphanumeric());
    text.len() <= 63
        && ends(text.chars().next())
        && ends(text.chars().next_back())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}

macro_rules! text {
    ($name:ident, $error:ident) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = $error;

            fn try_from(text: String) -> Result<Self, $error> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0
            }
        }
    };
}

text!(AnnotationKey, NotAnAnnotationKey);
text!(LabelSelector, NotALabelSelector);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_selector_is_what_kubectl_takes() {
        for text in [
            "app=shop",
            "app==shop, tier!=test",
            "app.kubernetes.io/part-of=shop,tier in (api, web),!legacy",
            "tier notin (test),app",
            "app=",
        ] {
            assert!(text.parse::<LabelSelector>().is_ok(), "{text}");
        }
        for text in
            ["", "app=shop,", "app=a b", "tier in api", "(a)", "app=shop&limit=1", "ä=b", "a/b/c=d", "tier on (a)"]
        {
            assert!(text.parse::<LabelSelector>().is_err(), "{text}");
        }
    }

    #[test]
    fn an_annotation_has_a_key_with_or_without_a_prefix() {
        assert!(
            "version".parse::<AnnotationKey>().is_ok() && "app.kubernetes.io/version".parse::<AnnotationKey>().is_ok()
        );
        for text in ["", "/version", "a/", "Example.com/x", "a b", &"a".repeat(64)] {
            assert!(text.parse::<AnnotationKey>().is_err(), "{text}");
        }
        assert!(is_key(AnnotationKey::default().as_str()));
    }
}
