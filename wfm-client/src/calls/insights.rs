//! Questions about the fleet. Without a token a service answers them only where it makes rounded numbers public, and
//! [`Client::appeared`], [`Client::disappeared`], [`Client::ages`] and [`Client::lag`] never.

use jiff::Timestamp;
use jiff::civil::Date;
use reqwest::Method;
use serde::de::DeserializeOwned;
use wfm_core::component::ComponentName;
use wfm_core::fleet::Cohorts;
use wfm_core::wire::insights::{Adoption, AgeSeries, Distributions, Interval, Lag, ReleasesInUse, Series, Summary};
use wfm_core::wire::paths;

use super::NOTHING;
use super::fleet::{Query, borrowed};
use crate::{Client, Error};

/// Which moment a summary is about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Moment {
    /// Now; without a token the end of the last UTC day that is over.
    #[default]
    Now,
    /// The end of a UTC day, or now where it is not over.
    Day(Date),
    /// This very second; needs a token.
    Second(Timestamp),
}

/// What a series is about; nothing set means customers' clusters on the last thirty days.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stretch {
    /// Whose clusters are counted; others than customers need a token.
    pub include: Cohorts,
    /// The first UTC day; 29 days before the last where absent.
    pub from: Option<Date>,
    /// The last; today where absent.
    pub to: Option<Date>,
    /// How long a bucket is; each question has its own where absent.
    pub interval: Option<Interval>,
}

impl Client {
    /// The fleet at a moment.
    ///
    /// # Errors
    /// Where the service cannot be asked or refuses.
    pub async fn summary(&self, include: Cohorts, at: Moment) -> Result<Summary, Error> {
        let at = match at {
            Moment::Now => None,
            Moment::Day(day) => Some(day.to_string()),
            Moment::Second(second) => Some(second.to_string()),
        };
        let mut query = of(include);
        query.extend(at.map(|at| ("at", at)));
        self.insight("summary", query).await
    }

    /// Clusters that checked in, by day, or on the last day of each week.
    ///
    /// # Errors
    /// Where the service cannot be asked or refuses.
    pub async fn active(&self, asked: Stretch) -> Result<Series, Error> {
        self.insight("active", asked.query()).await
    }

    /// Clusters by their first check-in, by week where no interval is set. Needs a token.
    ///
    /// # Errors
    /// Where the service cannot be asked or refuses.
    pub async fn appeared(&self, asked: Stretch) -> Result<Series, Error> {
        self.insight("appeared", asked.query()).await
    }

    /// Clusters whose 24 hours of silence ended, by week where no interval is set. Needs a token.
    ///
    /// # Errors
    /// Where the service cannot be asked or refuses.
    pub async fn disappeared(&self, asked: Stretch) -> Result<Series, Error> {
        self.insight("disappeared", asked.query()).await
    }

    /// How old the active clusters are at the end of each day or week. Needs a token.
    ///
    /// # Errors
    /// Where the service cannot be asked or refuses.
    pub async fn ages(&self, asked: Stretch) -> Result<AgeSeries, Error> {
        self.insight("age", asked.query()).await
    }

    /// Active clusters by their version of a component: now, and by day.
    ///
    /// # Errors
    /// Where the service cannot be asked or refuses.
    pub async fn adoption(&self, component: &ComponentName, asked: Stretch) -> Result<Adoption, Error> {
        let mut query = asked.query();
        query.push(("component", component.to_string()));
        self.insight("adoption", query).await
    }

    /// How long the fleet took to follow a component's releases. Needs a token.
    ///
    /// # Errors
    /// Where the service cannot be asked or refuses.
    pub async fn lag(&self, component: &ComponentName, include: Cohorts) -> Result<Lag, Error> {
        let mut query = of(include);
        query.push(("component", component.to_string()));
        self.insight("lag", query).await
    }

    /// Every release with how many active clusters run it now.
    ///
    /// # Errors
    /// Where the service cannot be asked or refuses.
    pub async fn releases_in_use(&self, include: Cohorts) -> Result<ReleasesInUse, Error> {
        self.insight("releases", of(include)).await
    }

    /// On what the fleet runs, as it was reported without any id in the last week that is over.
    ///
    /// # Errors
    /// Where the service cannot be asked or refuses.
    pub async fn distributions(&self, include: Cohorts) -> Result<Distributions, Error> {
        self.insight("distributions", of(include)).await
    }

    /// How many clusters have ever checked in: exact with the token of an analyst or administrator, else what the public
    /// is shown.
    ///
    /// # Errors
    /// Where the service cannot be asked, or shows the public nothing.
    pub async fn count_clusters(&self) -> Result<u64, Error> {
        self.ask(Method::GET, paths::V3_CLUSTERS_COUNT, &[], NOTHING).await
    }

    async fn insight<A: DeserializeOwned>(&self, question: &str, query: Query) -> Result<A, Error> {
        self.ask(Method::GET, &format!("/v4/insights/{question}.json"), &borrowed(&query), NOTHING).await
    }
}

impl Stretch {
    fn query(self) -> Query {
        let mut query = of(self.include);
        query.extend(self.from.map(|day| ("from", day.to_string())));
        query.extend(self.to.map(|day| ("to", day.to_string())));
        let word = |interval| if interval == Interval::Day { "day" } else { "week" };
        query.extend(self.interval.map(|interval| ("interval", word(interval).to_owned())));
        query
    }
}

fn of(include: Cohorts) -> Query {
    vec![("include", include.to_string())]
}
