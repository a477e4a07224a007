//! A cluster's random identity and the namespace the product lives in.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

mod cohort;
mod erasure;

pub use cohort::{Cohort, NotACohort};
pub use erasure::{ErasureSecret, NotAnErasureSecret};

/// The random identity of one installation: made of a random [`ErasureSecret`], never of anything of the cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ClusterId(Uuid);

impl ClusterId {
    /// Wraps a UUID of version 4.
    #[must_use]
    pub const fn new(id: Uuid) -> Self {
        Self(id)
    }

    /// Whether it is a UUID of version 4: 122 random bits. Others are made of addresses, names or times.
    #[must_use]
    pub fn is_random(&self) -> bool {
        self.0.get_version_num() == 4 && self.0.get_variant() == uuid::Variant::RFC4122
    }

    /// The 16 bytes, for keys.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }

    /// The id right before this one, in order; none is before the first. What comes after it begins with this one.
    #[must_use]
    pub fn before(self) -> Option<Self> {
        self.0.as_u128().checked_sub(1).map(|before| Self(Uuid::from_u128(before)))
    }

    /// The first eight characters, enough for a person to compare.
    #[must_use]
    pub fn short(&self) -> String {
        let mut text = self.0.hyphenated().to_string();
        text.truncate(8);
        text
    }
}

impl fmt::Display for ClusterId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

/// The text is not a cluster id. The text itself is not repeated: it came from outside and may be anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a cluster id: send a UUID such as 8c6da034-c8b1-489a-a55d-a2215d93f934")]
pub struct NotAClusterId;

impl FromStr for ClusterId {
    type Err = NotAClusterId;

    fn from_str(text: &str) -> Result<Self, NotAClusterId> {
        Uuid::try_parse(text).map(Self).map_err(|_| NotAClusterId)
    }
}

/// A Kubernetes namespace: an RFC 1123 label of 1 to 63 characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Namespace(String);

impl Namespace {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for Namespace {
    fn default() -> Self {
        Self("deis".into())
    }
}

impl fmt::Display for Namespace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The text cannot name a namespace.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” cannot name a namespace: use 1 to 63 of a–z, 0–9 and “-”, such as deis")]
pub struct NotANamespace(String);

impl FromStr for Namespace {
    type Err = NotANamespace;

    fn from_str(text: &str) -> Result<Self, NotANamespace> {
        let well_formed = (1..=63).contains(&text.len())
            && !text.starts_with('-')
            && !text.ends_with('-')
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if well_formed { Ok(Self(text.into())) } else { Err(NotANamespace(text.chars().take(64).collect())) }
    }
}

impl TryFrom<String> for Namespace {
    type Error = NotANamespace;

    fn try_from(text: String) -> Result<Self, NotANamespace> {
        text.parse()
    }
}

impl From<Namespace> for String {
    fn from(namespace: Namespace) -> Self {
        namespace.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_a_uuid_and_its_error_does_not_repeat_the_text() {
        let id: ClusterId = "8c6da034-c8b1-489a-a55d-a2215d93f934".parse().unwrap();
        assert_eq!(id.short(), "8c6da034");
        assert!(!"acme-prod".parse::<ClusterId>().unwrap_err().to_string().contains("acme"));
    }

    #[test]
    fn no_id_lies_between_an_id_and_the_one_before_it() {
        let before = |id: &str| id.parse::<ClusterId>().unwrap().before().map(|before| before.to_string());
        let after_a_carry = before("8c6da034-c8b1-489a-0000-000000000000");
        assert_eq!(after_a_carry.as_deref(), Some("8c6da034-c8b1-4899-ffff-ffffffffffff"));
        assert_eq!(before("00000000-0000-0000-0000-000000000000"), None);
    }

    #[test]
    fn a_namespace_is_a_dns_label() {
        assert!("deis".parse::<Namespace>().is_ok());
        for text in ["", "a.b", "-a", "a-", "Deis", "a/b", &"a".repeat(64)] {
            assert!(text.parse::<Namespace>().is_err(), "{text}");
        }
    }
}
