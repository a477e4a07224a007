//! The page at `/`: what the fleet looks like, and what this service is. A typed context in, markup out: it asks nothing
//! and reads nothing.
//!
//! The blocks are functions of their own in `dashboard/`, called here in the order of the page; `chart` draws.

use jiff::Timestamp;
use maud::{Markup, html};
use wfm_core::component::ComponentName;
use wfm_core::version::Train;
use wfm_core::wire::insights::{
    Adoption, AdoptionDay, AgeSeries, Count, Distributions, Lag, ReleasesInUse, Series, Summary,
};
use wfm_core::wire::v4::Cluster;
use wfm_shell::page::Page;

mod absent;
mod active;
mod adoption;
mod ages;
mod arrivals;
mod asked;
mod block;
mod chart;
mod clusters;
mod distributions;
mod exports;
mod header;
mod lag;
mod layers;
mod releases;
mod table;
mod tiles;
mod words;

pub(crate) use asked::{Asked, Range};

/// What the page shows.
pub(crate) struct Dashboard {
    /// The moment that it is about.
    pub(crate) at: Timestamp,
    /// What was asked.
    pub(crate) asked: Asked,
    /// What the service is.
    pub(crate) service: Facts,
    /// Who looks, and what they may see.
    pub(crate) viewer: Viewer,
}

/// What the service is, whoever looks.
pub(crate) struct Facts {
    /// How many releases it knows.
    pub(crate) releases: usize,
    /// The trains they are on, by name.
    pub(crate) trains: Vec<Train>,
    /// Whether exports may be Parquet.
    pub(crate) has_parquet: bool,
}

/// Who looks, with what they may see.
pub(crate) enum Viewer {
    /// The insights are not public, and no token was sent.
    Nobody,
    /// The insights are public, rounded; no token was sent.
    Public(Box<Insights>),
    /// Whoever has a reader's token.
    SignedIn(Box<Insights>, Listing),
}

/// The answers that the page shows: the very values that the API gives.
pub(crate) struct Insights {
    /// The fleet now.
    pub(crate) summary: Summary,
    /// Active clusters in the range, by day or by week.
    pub(crate) active: Series,
    /// New clusters in the range, by week.
    pub(crate) appeared: Series,
    /// Clusters gone silent in the range, by the weeks of `appeared`.
    pub(crate) disappeared: Series,
    /// Ages in the range, by day or by week.
    pub(crate) ages: AgeSeries,
    /// The components to choose from.
    pub(crate) components: Vec<ComponentName>,
    /// The chosen component; nothing where there is none to choose.
    pub(crate) component: Option<Chosen>,
    /// On what the fleet runs; nothing before the first week of such reports is over.
    pub(crate) distributions: Option<Distributions>,
    /// Every release with how many run it.
    pub(crate) releases: ReleasesInUse,
}

/// What is told of one component.
pub(crate) struct Chosen {
    /// Its versions in the range.
    pub(crate) adoption: Adoption,
    /// Its versions on the day that was asked for; nothing where none was.
    pub(crate) day: Option<AdoptionDay>,
    /// How long its releases took to be followed.
    pub(crate) lag: Lag,
}

/// A page of the clusters that run what was asked for.
pub(crate) struct Listing {
    /// The clusters.
    pub(crate) clusters: Vec<Cluster>,
    /// After which cluster the next page begins, where there is one.
    pub(crate) next: Option<wfm_core::cluster::ClusterId>,
}

impl Dashboard {
    /// The page, to be framed.
    pub(crate) fn page(&self) -> Page {
        Page {
            title: "Workflow versions".into(),
            style: include_str!("dashboard/dashboard.css"),
            script: include_str!("dashboard/dashboard.js"),
            body: self.body(),
        }
    }

    fn body(&self) -> Markup {
        html! {
            a.skip href="#main" { "Skip to the numbers" }
            (header::header(self))
            main.wrap #main {
                @match &self.viewer {
                    Viewer::Nobody => (absent::not_public(&self.asked)),
                    Viewer::Public(insights) => (self.insights(insights)),
                    Viewer::SignedIn(insights, listing) => {
                        (self.insights(insights))
                        (clusters::clusters(self, &insights.components, listing))
                        (exports::exports(self))
                    }
                }
                (exports::service(self))
            }
            footer.wrap.soft { p { "wfm-api " (env!("CARGO_PKG_VERSION")) } }
        }
    }

    fn insights(&self, insights: &Insights) -> Markup {
        html! {
            (header::controls(&self.asked))
            (header::caveat(&insights.summary.about, &self.asked))
            @if insights.summary.known == Count::Told(0) {
                (absent::no_clusters(&insights.summary.about, &self.asked))
            } @else {
                (tiles::tiles(self, &insights.summary))
                (active::active(self, &insights.active))
                div.pair {
                    (arrivals::arrivals(self, &insights.appeared, &insights.disappeared))
                    (ages::ages(self, &insights.ages))
                }
                @if let Some(chosen) = &insights.component {
                    (adoption::adoption(self, &insights.components, chosen))
                    (lag::lag(self, &chosen.lag))
                }
                (distributions::distributions(self, insights.distributions.as_ref()))
                (releases::releases(self, &insights.releases))
            }
        }
    }

    /// The first day of this page's range, where it has one.
    fn since(&self) -> Option<String> {
        self.asked.range.first_day(self.at).map(|day| day.to_string())
    }
}

#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;
