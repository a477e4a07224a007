//! The answers, as they are told to whoever looks.

use std::collections::BTreeMap;

use wfm_core::anonymizer::ReportedVersion;
use wfm_core::component::ComponentName;
use wfm_core::fleet::{self, Counted, Day, Range};
use wfm_core::release::Releases;
use wfm_core::wire::insights::{
    Adoption, AdoptionDay, AgeSeries, Count, Distributions, Installed, Interval, Lag, ReleasesInUse, Series, Summary,
};

use super::asked::{At, Stretch};
use super::scene::{NoAnswer, Scene};
use super::{distributions, public};

impl Scene<'_> {
    /// The fleet at a moment.
    pub(super) fn summary(&self, at: Option<At>) -> Result<Summary, NoAnswer> {
        Ok(self.told(fleet::summary(self.rollups, self.at(at)?, self.include)?))
    }

    /// Numbers by day or week.
    pub(super) fn series(&self, counted: Counted, stretch: Stretch) -> Result<Series, NoAnswer> {
        let range = self.range(stretch)?;
        let series = fleet::series(self.rollups, counted, range, self.now, self.include)?;
        match (series.buckets.first(), series.buckets.last()) {
            (Some(first), Some(last)) if self.public && counted == Counted::Disappeared => {
                let days = Range { from: first.from.into(), to: last.to.into(), interval: Interval::Day };
                let active = fleet::series(self.rollups, Counted::Active, days, self.now, self.include)?;
                Ok(public::disappeared(series, &active))
            }
            _ => Ok(self.told(series)),
        }
    }

    /// Ages by day or week.
    pub(super) fn ages(&self, stretch: Stretch) -> Result<AgeSeries, NoAnswer> {
        let range = self.range(stretch)?;
        let ages = fleet::age_series(self.rollups, range, self.now, self.include)?;
        if !self.public {
            return Ok(ages);
        }
        let active = fleet::series(self.rollups, Counted::Active, range, self.now, self.include)?;
        Ok(public::ages(ages, &active))
    }

    /// Versions of a component by day or week, and now.
    pub(super) fn adoption(&self, component: &ComponentName, stretch: Stretch) -> Result<Adoption, NoAnswer> {
        let range = self.range(stretch)?;
        let adoption = fleet::adoption(self.rollups, component, range, self.now, self.include)?;
        let now = if self.public { self.installed(component)? } else { adoption.now };
        Ok(self.told(Adoption { now, ..adoption }))
    }

    /// Versions of a component on one day.
    pub(super) fn adoption_on(&self, component: &ComponentName, day: Day) -> Result<Option<AdoptionDay>, NoAnswer> {
        let adoption = fleet::adoption(self.rollups, component, self.only(day), self.now, self.include)?;
        Ok(self.told(adoption).days.pop())
    }

    /// How long releases of a component took to be followed. Not for the public: the days follow from exact counts, and no
    /// rounding of days would hide by how few clusters a half was missed.
    pub(super) fn lag(&self, releases: &Releases, component: &ComponentName) -> Result<Lag, NoAnswer> {
        Ok(fleet::lag(self.rollups, releases, component, self.now, self.include)?)
    }

    /// Every release with how many run it now.
    pub(super) fn releases(&self, releases: &Releases) -> Result<ReleasesInUse, NoAnswer> {
        let mut in_use = fleet::releases_in_use(self.rollups, releases, self.now, self.include)?;
        if self.public {
            let mut running: BTreeMap<ComponentName, Installed> = BTreeMap::new();
            for release in &mut in_use.releases {
                let component = &release.component;
                if !running.contains_key(component) {
                    running.insert(component.clone(), self.installed(component)?);
                }
                let listed = ReportedVersion::listed(&release.version);
                let installed = running.get(component).zip(listed);
                let clusters = installed.and_then(|(installed, listed)| installed.versions.get(&listed));
                release.clusters = clusters.copied().unwrap_or(Count::Told(0));
            }
        }
        Ok(self.told(in_use))
    }

    /// Distributions of what was counted in a week. They are about reports, not about the clusters that are known.
    pub(super) fn distributions(&self, counted: &distributions::Counted) -> Distributions {
        self.told(counted.distributions(self.now, self.include))
    }

    /// What ran on the last day, which is what runs now as far as the public is told: what is kept of this very moment
    /// would tell them more than a day that is over.
    fn installed(&self, component: &ComponentName) -> Result<Installed, NoAnswer> {
        let mut last = fleet::adoption(self.rollups, component, self.only(self.today()), self.now, self.include)?;
        let nobody = || Installed { active: Count::Told(0), none: Count::Told(0), versions: BTreeMap::new() };
        Ok(last.days.pop().and_then(|day| day.installed).unwrap_or_else(nobody))
    }
}
