//! The answers to whoever is signed in.

use wfm_core::component::ComponentName;
use wfm_core::fleet::{self, Counted, Day};
use wfm_core::release::Releases;
use wfm_core::wire::insights::{Adoption, AdoptionDay, AgeSeries, Distributions, Lag, ReleasesInUse, Series, Summary};

use super::asked::{At, Stretch};
use super::distributions;
use super::scene::{NoAnswer, Scene, only};

impl Scene<'_> {
    /// The fleet at a moment.
    pub(super) fn summary(&self, at: Option<At>) -> Result<Summary, NoAnswer> {
        Ok(fleet::summary(self.rollups, self.at(at)?, self.include)?)
    }

    /// Numbers by day or week.
    pub(super) fn series(&self, counted: Counted, stretch: Stretch) -> Result<Series, NoAnswer> {
        Ok(fleet::series(self.rollups, counted, self.range(stretch)?, self.now, self.include)?)
    }

    /// Ages by day or week.
    pub(super) fn ages(&self, stretch: Stretch) -> Result<AgeSeries, NoAnswer> {
        Ok(fleet::age_series(self.rollups, self.range(stretch)?, self.now, self.include)?)
    }

    /// Versions of a component by day or week, and now.
    pub(super) fn adoption(&self, component: &ComponentName, stretch: Stretch) -> Result<Adoption, NoAnswer> {
        Ok(fleet::adoption(self.rollups, component, self.range(stretch)?, self.now, self.include)?)
    }

    /// Versions of a component on one day.
    pub(super) fn adoption_on(&self, component: &ComponentName, day: Day) -> Result<Option<AdoptionDay>, NoAnswer> {
        Ok(fleet::adoption(self.rollups, component, only(day), self.now, self.include)?.days.pop())
    }

    /// How long releases of a component took to be followed.
    pub(super) fn lag(&self, releases: &Releases, component: &ComponentName) -> Result<Lag, NoAnswer> {
        Ok(fleet::lag(self.rollups, releases, component, self.now, self.include)?)
    }

    /// Every release with how many run it now.
    pub(super) fn releases(&self, releases: &Releases) -> Result<ReleasesInUse, NoAnswer> {
        Ok(fleet::releases_in_use(self.rollups, releases, self.now, self.include)?)
    }

    /// Distributions of what was counted in a week. They are about reports, not about the clusters that are known.
    pub(super) fn distributions(&self, counted: &distributions::Counted) -> Distributions {
        counted.distributions(self.now, self.include)
    }
}
