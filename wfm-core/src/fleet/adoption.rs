//! Which versions run, and how fast the fleet follows releases.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;

use super::Cohorts;
use super::rows;
use super::series::{Range, active, heard, spans};
use super::summary::{about, told};
use super::time::Day;
use super::view::{Rollups, View, damaged};
use crate::anonymizer::ReportedVersion;
use crate::component::ComponentName;
use crate::release::{Release, Releases};
use crate::store::StoreError;
use crate::version::Version;
use crate::wire::insights::{Adoption, AdoptionDay, Installed, Lag, ReleaseInUse, ReleaseLag, ReleasesInUse};

/// Clusters by version.
pub(super) type ByVersion = BTreeMap<ReportedVersion, i64>;

/// Active clusters by their version of a component: now, and on each day of a range (with weeks, on the last day of each).
///
/// # Errors
/// Where the rollups cannot be read.
pub fn adoption(
    rollups: &dyn Rollups,
    component: &ComponentName,
    range: Range,
    now: Timestamp,
    include: Cohorts,
) -> Result<Adoption, StoreError> {
    let view = View::new(rollups, now.as_second(), include)?;
    let everybody = view.of(Cohorts::ALL);
    let spans = spans(range, view.at);
    let (Some(first), Some(last)) = (spans.first(), spans.last()) else {
        return Ok(Adoption {
            about: about(&view)?,
            component: component.clone(),
            now: runs_now(&view, component)?,
            days: Vec::new(),
        });
    };
    let mut seen = seen(&view, component, first.from, last.until())?;
    let mut days = Vec::new();
    for span in spans {
        let day = span.until();
        let complete = day.last_second() <= view.at;
        let versions = seen.remove(&day).unwrap_or_default();
        let installed = if heard(&everybody, day)? { Some(installed(active(&view, day)?, versions)) } else { None };
        days.push(AdoptionDay { day: day.date(), complete, installed });
    }
    Ok(Adoption { about: about(&view)?, component: component.clone(), now: runs_now(&view, component)?, days })
}

/// How long the fleet took to follow each release of a component that was published while check-ins were kept.
///
/// # Errors
/// Where the rollups cannot be read.
pub fn lag(
    rollups: &dyn Rollups,
    releases: &Releases,
    component: &ComponentName,
    now: Timestamp,
    include: Cohorts,
) -> Result<Lag, StoreError> {
    let view = View::new(rollups, now.as_second(), include)?;
    let today = Day::of(view.at);
    let mut followed: Vec<Following> = Vec::new();
    if let Some(first) = view.first_day()? {
        let published = published(releases, Some(component)).into_iter();
        let since = published.filter(|release| Day::of(release.released.as_second()) >= first);
        followed.extend(since.map(|release| Following {
            version: release.version,
            released: release.released,
            half: None,
            most: None,
        }));
        let earliest = followed.iter().map(|release| Day::of(release.released.as_second())).min();
        let mut seen = seen(&view, component, earliest.unwrap_or(today), today)?;
        for day in earliest.unwrap_or(today).through(today.plus(-1)) {
            let active = active(&view, day)?;
            if active > 0 {
                let versions = seen.remove(&day).unwrap_or_default();
                followed.iter_mut().for_each(|release| release.look(day, active, &versions));
            }
        }
    }
    followed.sort_by(|one, other| other.version.cmp(&one.version));
    Ok(Lag {
        about: about(&view)?,
        component: component.clone(),
        releases: followed.into_iter().map(Following::told).collect(),
    })
}

/// Every release with how many active clusters run it now.
///
/// # Errors
/// Where the rollups cannot be read.
pub fn releases_in_use(
    rollups: &dyn Rollups,
    releases: &Releases,
    now: Timestamp,
    include: Cohorts,
) -> Result<ReleasesInUse, StoreError> {
    let view = View::new(rollups, now.as_second(), include)?;
    let mut running: BTreeMap<ComponentName, ByVersion> = BTreeMap::new();
    let mut in_use = Vec::new();
    for release in published(releases, None) {
        if !running.contains_key(&release.component) {
            running.insert(release.component.clone(), versions_now(&view, &release.component)?);
        }
        let versions = running.get(&release.component);
        let clusters = versions.and_then(|versions| versions.get(&ReportedVersion::Listed(release.version.clone())));
        let clusters = told(clusters.copied().unwrap_or(0));
        in_use.push(ReleaseInUse { clusters, ..release });
    }
    Ok(ReleasesInUse { about: about(&view)?, active: told(view.active(view.at)?), releases: in_use })
}

/// The releases, those of several trains once; by component, newest version first. No cluster is counted.
#[must_use]
pub fn published(releases: &Releases, component: Option<&ComponentName>) -> Vec<ReleaseInUse> {
    let mut known: BTreeMap<(&ComponentName, &Version), Vec<&Release>> = BTreeMap::new();
    for release in releases.iter().filter(|release| component.is_none_or(|wanted| wanted == release.component())) {
        known.entry((release.component(), release.version())).or_default().push(release);
    }
    let mut published: Vec<ReleaseInUse> = Vec::with_capacity(known.len());
    for ((component, version), releases) in known {
        published.push(ReleaseInUse {
            component: component.clone(),
            version: version.clone(),
            trains: releases.iter().map(|release| release.train().clone()).collect(),
            released: releases.iter().map(|release| release.released()).min().unwrap_or(Timestamp::MIN),
            yanked: releases.iter().all(|release| release.yanked().is_some()),
            clusters: told(0),
        });
    }
    published.sort_by(|one, other| (&one.component, &other.version).cmp(&(&other.component, &one.version)));
    published
}

/// A release that the fleet follows.
struct Following {
    version: Version,
    released: Timestamp,
    half: Option<Day>,
    most: Option<Day>,
}

impl Following {
    fn look(&mut self, day: Day, active: i64, versions: &ByVersion) {
        if day < Day::of(self.released.as_second()) || self.most.is_some() {
            return;
        }
        let reached = versions.iter().filter(|(version, _)| match version {
            ReportedVersion::Listed(version) => *version >= self.version,
            ReportedVersion::Custom => false,
        });
        let reached: i64 = reached.map(|(_, clusters)| clusters).sum();
        if reached * 2 >= active {
            self.half.get_or_insert(day);
        }
        if reached * 10 >= active * 9 {
            self.most.get_or_insert(day);
        }
    }

    fn told(self) -> ReleaseLag {
        let released = Day::of(self.released.as_second());
        let days = |day: Option<Day>| day.and_then(|day| u32::try_from(day.number() - released.number()).ok());
        ReleaseLag {
            days_to_half: days(self.half),
            days_to_nine_tenths: days(self.most),
            version: self.version,
            released: self.released,
        }
    }
}

fn runs_now(view: &View<'_>, component: &ComponentName) -> Result<Installed, StoreError> {
    Ok(installed(view.active(view.at)?, versions_now(view, component)?))
}

pub(super) fn versions_now(view: &View<'_>, component: &ComponentName) -> Result<ByVersion, StoreError> {
    let mut versions = ByVersion::new();
    let row = view.rollups().row(&rows::now_key(component))?.unwrap_or_default();
    by_version(view, &row, &mut versions, &mut Spoken::new())?;
    for (cohort, said, amount) in view.untold().runs_now() {
        if let Some(version) = said.components.get(component).filter(|_| view.include.contains(cohort)) {
            *versions.entry(version.clone()).or_default() += amount;
        }
    }
    Ok(versions)
}

/// Clusters seen on days, by the version that they last reported on it.
fn seen(
    view: &View<'_>,
    component: &ComponentName,
    from: Day,
    to: Day,
) -> Result<BTreeMap<Day, ByVersion>, StoreError> {
    let (mut days, mut spoken) = (BTreeMap::new(), Spoken::new());
    for (key, row) in view.rollups().rows(&rows::seen_key(component, from), &rows::seen_key(component, to.plus(1)))? {
        let mut versions = ByVersion::new();
        by_version(view, &row, &mut versions, &mut spoken)?;
        days.insert(rows::day_of_key(&key).ok_or_else(|| damaged(rows::NotARow))?, versions);
    }
    Ok(days)
}

/// Versions as rows write them, understood once.
type Spoken = HashMap<String, ReportedVersion>;

fn by_version(view: &View<'_>, row: &[u8], versions: &mut ByVersion, spoken: &mut Spoken) -> Result<(), StoreError> {
    for (cell, amount) in rows::versions(row).map_err(damaged)? {
        if view.include.contains(cell.cohort) {
            let version = match spoken.get(&cell.version) {
                Some(version) => version.clone(),
                None => spoken.entry(cell.version.clone()).or_insert(ReportedVersion::from(cell.version)).clone(),
            };
            *versions.entry(version).or_default() += amount;
        }
    }
    Ok(())
}

fn installed(active: i64, versions: ByVersion) -> Installed {
    let with: i64 = versions.values().sum();
    let versions = versions.into_iter().filter(|(_, clusters)| *clusters != 0);
    Installed {
        active: told(active),
        none: told(active - with),
        versions: versions.map(|(version, clusters)| (version, told(clusters))).collect(),
    }
}
