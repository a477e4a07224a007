//! All that a page shows, in one question: the very values that the paths of the insights answer.

use std::sync::Arc;

use jiff::Timestamp;
use wfm_core::component::ComponentName;
use wfm_core::fleet::{self, Cohorts, Counted, Day, Newcomers};
use wfm_core::release::Releases;
use wfm_core::wire::insights::{
    Adoption, AdoptionDay, AgeSeries, Distributions, Interval, Lag, ReleasesInUse, Series, Summary,
};

use super::asked::{Stretch, allowed};
use super::scene::{LONGEST, NoAnswer, Scene, look};
use super::{Published, distributions};
use crate::error::ApiError;
use crate::service::Service;
use crate::tokens::missing;
use crate::viewer::{READERS, Viewer};

/// What a page asks.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    /// Whose clusters are counted.
    pub(crate) include: Cohorts,
    /// How many days back, today among them; absent: from the first check-in on.
    pub(crate) days: Option<i64>,
    /// The buckets of `active`, `ages` and `adoption`; those of `appeared` and `disappeared` are weeks.
    pub(crate) interval: Interval,
    /// The component that is told more of; absent: the first by name.
    pub(crate) component: Option<ComponentName>,
    /// A day whose versions are told in full.
    pub(crate) day: Option<Day>,
}

/// What a page shows. All of it is about one moment.
#[derive(Debug, Clone)]
pub(crate) struct Insights {
    /// The moment: now, or, for the public, the end of the last day that is kept.
    pub(crate) at: Timestamp,
    /// `summary`.
    pub(crate) summary: Summary,
    /// `active`.
    pub(crate) active: Series,
    /// Who came and went, and ages; absent for the public.
    pub(crate) lives: Option<Lives>,
    /// Every component that was published, by name.
    pub(crate) components: Vec<ComponentName>,
    /// What is told of one component; absent where none was published.
    pub(crate) component: Option<OfComponent>,
    /// `releases`.
    pub(crate) releases: ReleasesInUse,
    /// `distributions`; absent where nothing was counted yet.
    pub(crate) distributions: Option<Distributions>,
}

/// How clusters come, go and grow old.
#[derive(Debug, Clone)]
pub(crate) struct Lives {
    /// `appeared`, by week.
    pub(crate) appeared: Series,
    /// `disappeared`, by week.
    pub(crate) disappeared: Series,
    /// How many clusters are new, hour by hour.
    pub(crate) newcomers: Newcomers,
    /// `age`.
    pub(crate) ages: AgeSeries,
}

/// What is told of one component.
#[derive(Debug, Clone)]
pub(crate) struct OfComponent {
    /// `adoption`.
    pub(crate) adoption: Adoption,
    /// `adoption` of the day that was asked for; absent where none was, or where it is not over as far as whoever looks is
    /// told.
    pub(crate) day: Option<AdoptionDay>,
    /// `lag`; absent for the public.
    pub(crate) lag: Option<Lag>,
}

impl Insights {
    /// Asks everything that a page shows.
    pub(crate) async fn of(service: &Arc<Service>, viewer: Viewer, wanted: Wanted) -> Result<Self, ApiError> {
        if viewer == Viewer::Nobody {
            return Err(missing(READERS));
        }
        let include = allowed(viewer, wanted.include)?;
        let releases = service.store.releases().await?;
        if let Some(component) = &wanted.component {
            service.known(component, &releases).map_err(ApiError::not_found)?;
        }
        let counted = distributions::counted(service).await?;
        let mut components: Vec<ComponentName> = releases.iter().map(|release| release.component().clone()).collect();
        components.sort_unstable();
        components.dedup();
        if viewer == Viewer::Public {
            return Ok(Self::published(&Published::of(service).await?, &wanted, components, &releases, &counted)?);
        }
        let question = move |scene: &Scene<'_>| {
            let stretch = scene.back(wanted.days, wanted.interval)?;
            let weekly = Stretch { interval: Interval::Week, ..stretch };
            let component = match wanted.component.as_ref().or(components.first()) {
                None => None,
                Some(name) => Some(OfComponent {
                    adoption: scene.adoption(name, stretch)?,
                    day: wanted.day.map_or(Ok(None), |day| scene.adoption_on(name, day))?,
                    lag: Some(scene.lag(&releases, name)?),
                }),
            };
            let lives = Lives {
                appeared: scene.series(Counted::Appeared, weekly)?,
                disappeared: scene.series(Counted::Disappeared, weekly)?,
                newcomers: fleet::newcomers(scene.rollups, scene.now)?,
                ages: scene.ages(stretch)?,
            };
            Ok(Self {
                at: scene.now,
                summary: scene.summary(None)?,
                active: scene.series(Counted::Active, stretch)?,
                lives: Some(lives),
                components: components.clone(),
                component,
                releases: scene.releases(&releases)?,
                distributions: (!counted.is_empty()).then(|| scene.distributions(&counted)),
            })
        };
        look(service, include, question).await
    }

    fn published(
        public: &Published,
        wanted: &Wanted,
        components: Vec<ComponentName>,
        releases: &Releases,
        counted: &distributions::Counted,
    ) -> Result<Self, NoAnswer> {
        let stretch = public.back(wanted.days, wanted.interval)?;
        let component = match wanted.component.as_ref().or(components.first()) {
            None => None,
            Some(name) => {
                let on = |day| Stretch { from: Some(day), to: Some(day), interval: Interval::Day };
                let day = match wanted.day {
                    Some(day) => public.adoption(name, on(day))?.days.pop(),
                    None => None,
                };
                Some(OfComponent { adoption: public.adoption(name, stretch)?, day, lag: None })
            }
        };
        Ok(Self {
            at: public.now(),
            summary: public.summary(None)?,
            active: public.active(stretch)?,
            lives: None,
            components,
            component,
            releases: public.releases(releases),
            distributions: (!counted.is_empty()).then(|| public.distributions(counted)),
        })
    }
}

impl Scene<'_> {
    /// So many days up to today, or all that there are.
    pub(super) fn back(&self, days: Option<i64>, interval: Interval) -> Result<Stretch, NoAnswer> {
        let today = self.today();
        let earliest = today.plus(1 - LONGEST);
        let from = match days {
            Some(days) => today.plus(1 - days.max(1)),
            None => fleet::first_day(self.rollups)?.unwrap_or(today),
        };
        Ok(Stretch { from: Some(from.clamp(earliest, today)), to: Some(today), interval })
    }
}

#[cfg(test)]
mod tests;
