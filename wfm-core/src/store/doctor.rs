use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::anonymizer::DoctorFacts;

/// The random id that an operator gives to whoever helps: it names one doctor report, not a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DoctorId(Uuid);

impl DoctorId {
    /// The 16 bytes, for keys.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }
}

impl fmt::Display for DoctorId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

/// The text is not the id of a doctor report. The text itself is not repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the id of a doctor report: send a UUID such as 8c6da034-c8b1-489a-a55d-a2215d93f934")]
pub struct NotADoctorId;

impl FromStr for DoctorId {
    type Err = NotADoctorId;

    fn from_str(text: &str) -> Result<Self, NotADoctorId> {
        Uuid::try_parse(text).map(Self).map_err(|_| NotADoctorId)
    }
}

/// How many doctor reports a store keeps: the oldest makes room for the next.
pub const MOST_DOCTOR_REPORTS: usize = 10_000;

/// What an operator sent to be looked at, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DoctorReport {
    /// Which report.
    pub id: DoctorId,
    /// When it arrived.
    pub at: Timestamp,
    /// What it says.
    pub facts: DoctorFacts,
}
