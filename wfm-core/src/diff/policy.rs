//! What the operator decided: pins, components whose lag is not counted, and components that are not installed.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use crate::component::ComponentName;
use crate::version::{Version, VersionRange};

/// Which releases count as offered, whose lag counts, and what is absent on purpose. The default is no decision.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policy {
    pins: BTreeMap<ComponentName, Requirement>,
    every: Option<Requirement>,
    ignored: BTreeSet<ComponentName>,
    absent: BTreeSet<ComponentName>,
}

impl Policy {
    /// A policy of pins and ignored components. Of two pins of one component the later counts.
    #[must_use]
    pub fn new(pins: impl IntoIterator<Item = Pin>, ignored: impl IntoIterator<Item = ComponentName>) -> Self {
        let mut policy = Self { ignored: ignored.into_iter().collect(), ..Self::default() };
        for Pin { component, requirement } in pins {
            match component {
                Some(name) => drop(policy.pins.insert(name, requirement)),
                None => policy.every = Some(requirement),
            }
        }
        policy
    }

    /// The same with components that are not installed on purpose: none of them is ever missing.
    #[must_use]
    pub fn with_absent(self, absent: impl IntoIterator<Item = ComponentName>) -> Self {
        Self { absent: absent.into_iter().collect(), ..self }
    }

    /// What a component is pinned to: its own pin, else the one of all.
    #[must_use]
    pub fn pin(&self, component: &ComponentName) -> Option<&Requirement> {
        self.pins.get(component).or(self.every.as_ref())
    }

    /// Whether a component's lag is not counted.
    #[must_use]
    pub fn ignores(&self, component: &ComponentName) -> bool {
        self.ignored.contains(component)
    }

    /// Whether a component is absent on purpose.
    #[must_use]
    pub fn expects_absent(&self, component: &ComponentName) -> bool {
        self.absent.contains(component)
    }
}

/// A pin as operators write it: `deis-router=2.18`, or `*=2.18` for every component without a pin of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pin {
    /// The component; all of them where absent.
    pub component: Option<ComponentName>,
    /// The releases that count for it.
    pub requirement: Requirement,
}

impl Pin {
    /// Several pins, with commas, semicolons or spaces between them. A comma may stand within a range too:
    /// `deis-router=>=2.18,<2.20, *=2.18`.
    ///
    /// # Errors
    /// At the first pin that cannot be understood.
    pub fn list(text: &str) -> Result<Vec<Self>, NotAPin> {
        let mut pins: Vec<String> = Vec::new();
        for piece in text.split(|c: char| matches!(c, ',' | ';') || c.is_whitespace()).filter(|piece| !piece.is_empty())
        {
            let names =
                piece.split_once('=').is_some_and(|(name, _)| name == "*" || name.parse::<ComponentName>().is_ok());
            match pins.last_mut() {
                Some(last) if !names => *last = format!("{last},{piece}"),
                _ => pins.push(piece.to_owned()),
            }
        }
        pins.iter().map(|pin| pin.parse()).collect()
    }
}

impl fmt::Display for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.component.as_ref().map_or("*", ComponentName::as_str), self.requirement)
    }
}

/// The text is no pin.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” is no pin: write a component or *, “=” and the releases to stay on, such as deis-router=2.18")]
pub struct NotAPin(String);

impl FromStr for Pin {
    type Err = NotAPin;

    fn from_str(text: &str) -> Result<Self, NotAPin> {
        let refuse = || NotAPin(text.chars().take(64).collect());
        let (name, requirement) = text.split_once('=').ok_or_else(refuse)?;
        let component = match name.trim() {
            "*" => None,
            name => Some(name.parse().map_err(|_| refuse())?),
        };
        Ok(Self { component, requirement: requirement.parse().map_err(|_| refuse())? })
    }
}

/// The releases that a pin lets count: all that begin like it (`2.18` is 2.18.0, 2.18.1 and so on, with their pre-releases),
/// one version (`2.18.1`), or a [`VersionRange`] (`>=2.18,<2.20`). Unlike in other ranges, the bound `<2.20` also excludes the
/// pre-releases of 2.20.0: a pin keeps away from a release and from what leads to it. `<2.20.0-rc.2` excludes none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirement {
    text: String,
    range: VersionRange,
}

impl Requirement {
    /// Whether a release of this version counts.
    #[must_use]
    pub fn admits(&self, version: &Version) -> bool {
        self.range.contains(version) && !self.range.ends_at(version)
    }
}

impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for Requirement {
    type Err = crate::version::NotAVersionRange;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let bare = text.strip_prefix('v').unwrap_or(text);
        let is_beginning = bare.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        let range = if is_beginning { format!("={bare}").parse() } else { text.parse() };
        Ok(Self { text: text.to_owned(), range: range? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admits(requirement: &str, version: &str) -> bool {
        requirement.parse::<Requirement>().unwrap().admits(&version.parse().unwrap())
    }

    #[test]
    fn the_beginning_of_a_version_stands_for_all_that_begin_so() {
        assert!(admits("2.18", "v2.18.0") && admits("v2.18", "2.18.9-rc1") && admits("2", "v2.99.0"));
        assert!(!admits("2.18", "v2.19.0") && !admits("2.1", "v2.18.0") && !admits("2", "v3.0.0"));
        assert!(admits("2.18.1", "v2.18.1") && !admits("2.18.1", "v2.18.2"));
        assert!(admits(">=2.18,<2.20", "v2.19.4") && !admits(">=2.18,<2.20", "v2.20.0"));
        assert!(admits("<=2.20", "v2.20.0-rc.1") && !admits("<2.20", "v2.20.0"));
        assert!(admits("<2.20", "v2.19.0-hotfix.1") && admits("2.18.0-rc1", "v2.18.0-rc1"));
    }

    #[test]
    fn a_pin_below_a_release_keeps_its_pre_releases_away() {
        for pin in ["<2.20", "<2.20.0", ">=2.18,<2.20", "<v2.20", "~2,<2.20"] {
            assert!(!admits(pin, "v2.20.0-rc.1") && !admits(pin, "v2.20.0-alpine"), "{pin}");
            assert!(admits(pin, "v2.19.9") && admits(pin, "v2.19.9-rc.1"), "{pin}");
        }
        assert!(!admits("<3", "v3.0.0-beta") && admits(">=2.18,<3", "v2.18.0-rc.1"));
        assert!(admits("<2.20.0-rc.2", "v2.20.0-rc.1") && !admits("<2.20.0-rc.2", "v2.20.0-rc.2"));
        let notices: VersionRange = "<2.20".parse().unwrap();
        assert!(notices.contains(&"v2.20.0-rc.1".parse().unwrap()));
    }

    #[test]
    fn pins_are_a_list_in_which_a_range_may_have_commas() {
        let pins = Pin::list("deis-router=>=2.18,<2.20, deis-minio=2.4 *=2").unwrap();
        let said: Vec<String> = pins.iter().map(ToString::to_string).collect();
        assert_eq!(said, ["deis-router=>=2.18,<2.20", "deis-minio=2.4", "*=2"]);
        assert_eq!(Pin::list(" ").unwrap(), []);
    }

    #[test]
    fn a_component_s_own_pin_goes_before_the_one_of_all() {
        let policy = Policy::new(Pin::list("*=2.18,deis-router=2.19").unwrap(), ["deis-minio".parse().unwrap()]);
        let pin = |name: &str| policy.pin(&name.parse().unwrap()).map(ToString::to_string);
        assert_eq!(pin("deis-router").as_deref(), Some("2.19"));
        assert_eq!(pin("deis-minio").as_deref(), Some("2.18"));
        assert!(policy.ignores(&"deis-minio".parse().unwrap()) && !policy.ignores(&"deis-router".parse().unwrap()));
    }

    #[test]
    fn what_is_no_pin_is_refused_with_an_example() {
        for text in [
            "2.18",
            "deis-router",
            "deis-router=",
            "deis-router=newest",
            "Router=2.18",
            "=2.18",
            "a=2.18.x.y",
            "a=>2,<1",
        ] {
            let error = Pin::list(text).unwrap_err().to_string();
            assert!(error.contains("deis-router=2.18"), "{text}: {error}");
        }
    }
}
