//! What leaves a cluster, as bytes.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::fields::{CAPACITY, CHECK_IN, CREATION, Field, OTHER_WORKLOADS, SOFTWARE};
use crate::cluster::Cohort;
use crate::facets::Part;
use crate::wire::paths;

/// One message to the maker, as the very bytes that are sent.
///
/// Its fields are private and nothing outside [`anonymizer`](super) builds one:
///
/// ```compile_fail,E0451
/// use wfm_core::anonymizer::{Envelope, EnvelopeKind};
/// let forged = Envelope { kind: EnvelopeKind::CheckIn, body: b"{\"host\":\"db01\"}".to_vec() };
/// ```
///
/// ```compile_fail,E0616
/// fn add(envelope: &mut wfm_core::anonymizer::Envelope) {
///     envelope.body.extend_from_slice(b"db01");
/// }
/// ```
///
/// ```compile_fail,E0277
/// let forged: wfm_core::anonymizer::Envelope = serde_json::from_str("{\"host\":\"db01\"}").unwrap();
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    kind: EnvelopeKind,
    body: Vec<u8>,
}

/// The kinds of envelope. What one of them says is never together with what another says, nor on one connection: all of it
/// in one record would tell most clusters from all others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EnvelopeKind {
    /// Which components run, under the cluster's random id.
    CheckIn,
    /// What the cluster runs on, without any id.
    Software,
    /// How large the cluster is, without any id.
    Capacity,
    /// In which week the cluster was created, without any id.
    Creation,
    /// How many workloads run beside the product's, without any id.
    OtherWorkloads,
}

/// What an operator agreed to, and what they say of the cluster beside what is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Consent {
    /// The schema that was accepted: members of later ones are not sent.
    pub schema: SchemaVersion,
    /// Whose cluster it is, where they say so.
    pub cohort: Option<Cohort>,
}

/// A version of the schema of all envelopes. A schema that was published never gets another member: a new member raises
/// [`SchemaVersion::CURRENT`], and is sent by those alone who accepted that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SchemaVersion(u32);

impl SchemaVersion {
    /// The first schema: what “yes” means to whoever names none.
    pub const FIRST: Self = Self(1);
    /// The schema that this version of the program knows.
    pub const CURRENT: Self = Self(1);

    /// A version by its number; there is none before the first.
    #[must_use]
    pub const fn new(number: u32) -> Option<Self> {
        if number == 0 { None } else { Some(Self(number)) }
    }

    /// Its number.
    #[must_use]
    pub const fn number(self) -> u32 {
        self.0
    }

    /// The schema that is sent where this one was accepted: no later one, and none that is not known here.
    #[must_use]
    pub fn sent(self) -> Self {
        self.min(Self::CURRENT)
    }
}

impl fmt::Display for SchemaVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Default for Consent {
    fn default() -> Self {
        Self { schema: SchemaVersion::FIRST, cohort: None }
    }
}

impl EnvelopeKind {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::CheckIn, Self::Software, Self::Capacity, Self::Creation, Self::OtherWorkloads];

    /// The kind that reports a part.
    #[must_use]
    pub fn of(part: Part) -> Self {
        match part {
            Part::Software => Self::Software,
            Part::Capacity => Self::Capacity,
            Part::Creation => Self::Creation,
            Part::OtherWorkloads => Self::OtherWorkloads,
        }
    }

    /// The part that it reports; nothing for a check-in.
    #[must_use]
    pub fn part(self) -> Option<Part> {
        match self {
            Self::CheckIn => None,
            Self::Software => Some(Part::Software),
            Self::Capacity => Some(Part::Capacity),
            Self::Creation => Some(Part::Creation),
            Self::OtherWorkloads => Some(Part::OtherWorkloads),
        }
    }

    /// The kind as one word, which is also that of its part.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.part().map_or("check-in", Part::as_str)
    }

    /// Where it is posted to.
    #[must_use]
    pub fn path(self) -> &'static str {
        if self.part().is_some() { paths::V4_FACETS } else { paths::V4_REPORTS }
    }

    /// Its members, in the order in which they are written.
    #[must_use]
    pub fn fields(self) -> &'static [&'static Field] {
        match self {
            Self::CheckIn => CHECK_IN,
            Self::Software => SOFTWARE,
            Self::Capacity => CAPACITY,
            Self::Creation => CREATION,
            Self::OtherWorkloads => OTHER_WORKLOADS,
        }
    }
}

impl fmt::Display for EnvelopeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Envelope {
    /// What kind it is.
    #[must_use]
    pub fn kind(&self) -> EnvelopeKind {
        self.kind
    }

    /// The JSON body as it is sent: a preview shows these bytes and computes no others.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.body
    }

    /// The same as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.body).expect("it was written from text alone")
    }
}

/// How many bytes most envelopes have at most.
const USUAL: usize = 256;

/// Writes an envelope, member by member.
pub(super) struct Members {
    kind: EnvelopeKind,
    accepted: SchemaVersion,
    body: Vec<u8>,
}

/// What may stand in an envelope: values of closed lists, bounded numbers, the random id. Text is not among them.
pub(super) trait Closed: Serialize {}

impl Members {
    pub(super) fn new(kind: EnvelopeKind, accepted: SchemaVersion) -> Self {
        let mut body = Vec::with_capacity(USUAL);
        body.push(b'{');
        Self { kind, accepted: accepted.sent(), body }
    }

    /// Adds a member, where its schema was accepted.
    pub(super) fn put(&mut self, field: &Field, value: &impl Closed) {
        if field.since > self.accepted {
            return;
        }
        if self.body.len() > 1 {
            self.body.push(b',');
        }
        self.append(&field.name);
        self.body.push(b':');
        self.append(value);
    }

    /// Adds a member that may be absent.
    pub(super) fn put_option(&mut self, field: &Field, value: Option<&impl Closed>) {
        if let Some(value) = value {
            self.put(field, value);
        }
    }

    fn append(&mut self, value: &(impl Serialize + ?Sized)) {
        serde_json::to_writer(&mut self.body, value)
            .expect("words and numbers have a JSON form, and memory takes them");
    }

    pub(super) fn seal(mut self) -> Envelope {
        self.body.push(b'}');
        Envelope { kind: self.kind, body: self.body }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_of_a_later_schema_is_not_sent_to_those_who_accepted_an_earlier_one() {
        let later = Field { since: SchemaVersion(2), name: "later", ..super::super::fields::SCHEMA };
        for (accepted, expected) in [(1, r#"{"schema":1}"#), (2, r#"{"schema":1,"later":1}"#)] {
            let accepted = SchemaVersion(accepted);
            let mut members = Members { kind: EnvelopeKind::CheckIn, accepted, body: vec![b'{'] };
            members.put(&super::super::fields::SCHEMA, &SchemaVersion::FIRST);
            members.put(&later, &SchemaVersion::FIRST);
            assert_eq!(members.seal().as_str(), expected);
        }
    }

    #[test]
    fn what_was_accepted_beyond_what_is_known_is_what_is_known() {
        let sent = |number| SchemaVersion::new(number).map(SchemaVersion::sent);
        assert_eq!((sent(0), sent(1), sent(9)), (None, Some(SchemaVersion::FIRST), Some(SchemaVersion::CURRENT)));
    }
}
