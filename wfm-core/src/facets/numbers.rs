//! Versions of two numbers.

use std::fmt;
use std::str::FromStr;

/// Major and minor of a version, such as `1.31`: each 999 at most. Or `other`, which is none of those that are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Minor {
    major: u16,
    minor: u16,
}

impl Minor {
    const MOST: u16 = 999;
    /// Any version that is not told; after all others in order.
    pub const OTHER: Self = Self { major: u16::MAX, minor: 0 };

    /// Nothing where a number is over 999.
    #[must_use]
    pub fn new(major: u16, minor: u16) -> Option<Self> {
        (major <= Self::MOST && minor <= Self::MOST).then_some(Self { major, minor })
    }
}

/// How [`Minor::OTHER`] is written.
const OTHER: &str = "other";

impl fmt::Display for Minor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::OTHER { f.write_str(OTHER) } else { write!(f, "{}.{}", self.major, self.minor) }
    }
}

impl FromStr for Minor {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        if text == OTHER {
            return Ok(Self::OTHER);
        }
        let (major, minor) = text.split_once('.').ok_or(())?;
        Self::new(number(major)?, number(minor)?).ok_or(())
    }
}

/// Digits and nothing else, as they are written: `+1` and `01` are none.
pub(super) fn number(text: &str) -> Result<u16, ()> {
    let number: u16 = text.parse().map_err(drop)?;
    if number.to_string() == text { Ok(number) } else { Err(()) }
}
