//! A name of a closed list, with as much of a version as is told.

use std::fmt;
use std::str::FromStr;

use super::numbers::number;
use super::words::{OsFamily, RuntimeName};

/// A nodes' operating system, such as `ubuntu 22.04`, `debian 12` or `other`.
pub type Os = Software<OsFamily>;
/// What runs the containers, such as `containerd 1.7` or `other`.
pub type Runtime = Software<RuntimeName>;

/// A name that a version may follow.
pub trait SoftwareName: Copy + Ord + fmt::Display + FromStr<Err = ()> {
    /// The largest number of a version.
    const MOST: u16;
    /// Whether a version can be a single number.
    const MAJOR_ALONE: bool;

    /// Whether it is known well enough for its versions to mean something.
    fn has_versions(self) -> bool;

    /// Whether a minor is written with two digits at least.
    fn pads_minor(self) -> bool {
        false
    }
}

impl SoftwareName for OsFamily {
    // Some count in days, and some in years.
    const MOST: u16 = 9999;
    const MAJOR_ALONE: bool = true;

    fn has_versions(self) -> bool {
        self != Self::Other
    }

    fn pads_minor(self) -> bool {
        self == Self::Ubuntu
    }
}

impl SoftwareName for RuntimeName {
    const MOST: u16 = 999;
    const MAJOR_ALONE: bool = false;

    fn has_versions(self) -> bool {
        self != Self::Other
    }
}

/// A name of a closed list with its version, where that is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Software<N> {
    name: N,
    version: Option<(u16, Option<u16>)>,
}

impl<N: SoftwareName> Software<N> {
    /// Without a version.
    #[must_use]
    pub fn unversioned(name: N) -> Self {
        Self { name, version: None }
    }

    /// With a version; nothing where the name has none, or not such a one.
    #[must_use]
    pub fn versioned(name: N, major: u16, minor: Option<u16>) -> Option<Self> {
        let bounded = major <= N::MOST && minor.is_none_or(|minor| minor <= N::MOST);
        let whole = N::MAJOR_ALONE || minor.is_some();
        (name.has_versions() && bounded && whole).then_some(Self { name, version: Some((major, minor)) })
    }
}

impl<N: SoftwareName> fmt::Display for Software<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.name.fmt(f)?;
        match self.version {
            None => Ok(()),
            Some((major, None)) => write!(f, " {major}"),
            Some((major, Some(minor))) if self.name.pads_minor() => write!(f, " {major}.{minor:02}"),
            Some((major, Some(minor))) => write!(f, " {major}.{minor}"),
        }
    }
}

impl<N: SoftwareName> FromStr for Software<N> {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let Some((name, version)) = text.split_once(' ') else { return Ok(Self::unversioned(text.parse()?)) };
        let name: N = name.parse()?;
        let (major, minor) = match version.split_once('.') {
            None => (number(version)?, None),
            Some((major, minor)) => {
                let padded = minor.strip_prefix('0').filter(|rest| name.pads_minor() && rest.len() == 1);
                (number(major)?, Some(number(padded.unwrap_or(minor))?))
            }
        };
        let read = Self::versioned(name, major, minor).ok_or(())?;
        // What is padded must be.
        if read.to_string() == text { Ok(read) } else { Err(()) }
    }
}
