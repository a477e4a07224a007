//! Where a version stands in a line of releases.

use std::cmp::Ordering;

use super::policy::Requirement;
use super::remarks::{Held, Remarks, Stopover};
use super::{Behind, Freshness, UnknownReason};
use crate::release::Release;
use crate::version::Version;

/// Places a version in a line of releases (lowest precedence first), of which only those count that are not yanked and that
/// the pin admits; `None` where nothing but yanked releases is in the line. A variant is placed as the version that it is
/// one of, unless the variant itself is published.
pub(super) fn place(installed: &Version, line: &[Release], pin: Option<&Requirement>) -> Option<(Freshness, Remarks)> {
    let own = line.iter().find(|release| release.version() == installed);
    let is_published = |version: &Version| line.iter().any(|release| release.version().precedence(version).is_eq());
    let base = installed.variant_of().filter(|_| !is_published(installed));
    let version = base.as_ref().unwrap_or(installed);
    let published = || line.iter().filter(|release| release.yanked().is_none());
    let offered = || published().filter(|release| pin.is_none_or(|pin| pin.admits(release.version())));
    published().next()?;
    let latest = offered().next_back();
    let remarks = Remarks {
        yanked: own.and_then(Release::yanked).cloned(),
        stopover: latest.and_then(|latest| stopover(version, latest, offered())),
        held: pin.and_then(|pin| held(version, latest, pin, published())),
        variant_of: base.clone().filter(is_published),
        ..Remarks::default()
    };
    let freshness = match latest {
        None => {
            let pin = pin.map(ToString::to_string).unwrap_or_default();
            Freshness::Unknown { reason: UnknownReason::PinnedToNothing { pin } }
        }
        Some(latest) => match version.precedence(latest.version()) {
            Ordering::Equal => Freshness::Current,
            Ordering::Greater => Freshness::Ahead { latest: latest.version().clone() },
            Ordering::Less => {
                let newer = || offered().filter(|release| is_newer(release, version)).map(Release::released);
                let first = newer().min().unwrap_or(latest.released());
                let behind = Behind {
                    step: version.step_to(latest.version()),
                    releases: number(newer().count()),
                    days: own.map(|own| whole_days(own, latest)),
                    since: own.map_or(first, |own| own.released().max(first)),
                };
                Freshness::Outdated { latest: latest.version().clone(), behind }
            }
        },
    };
    Some((freshness, remarks))
}

/// The release to go to before the latest, where the latest asks for more than is installed: the newest that does not.
/// What leads on from a version leads on from every later one too, so the newest is never a detour.
fn stopover<'a>(
    version: &Version,
    latest: &Release,
    offered: impl DoubleEndedIterator<Item = &'a Release>,
) -> Option<Stopover> {
    let asks_for_more =
        |release: &Release| release.minimum().is_some_and(|minimum| version.precedence(minimum).is_lt());
    let minimum = latest.minimum().filter(|_| is_newer(latest, version) && asks_for_more(latest))?;
    let mut within_reach = offered.rev().filter(|release| is_newer(release, version) && !asks_for_more(release));
    Some(Stopover { minimum: minimum.clone(), first: within_reach.next().map(|release| release.version().clone()) })
}

/// What is newer than both the installed version and all that the pin admits.
fn held<'a>(
    version: &Version,
    latest: Option<&Release>,
    pin: &Requirement,
    published: impl Iterator<Item = &'a Release>,
) -> Option<Held> {
    let past = |release: &&Release| {
        is_newer(release, version) && latest.is_none_or(|latest| is_newer(release, latest.version()))
    };
    let newer: Vec<&Release> = published.filter(past).collect();
    let latest = newer.last()?.version().clone();
    Some(Held { pin: pin.to_string(), latest, releases: number(newer.len()) })
}

fn is_newer(release: &Release, version: &Version) -> bool {
    release.version().precedence(version).is_gt()
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// Whole days from one publication to another; none where the other came first.
fn whole_days(from: &Release, to: &Release) -> u32 {
    let hours = to.released().duration_since(from.released()).as_hours();
    u32::try_from(hours / 24).unwrap_or(0)
}
