//! The page at `/`: what the fleet looks like, and what this service is. A typed context in, markup out: it asks nothing
//! and reads nothing.
//!
//! The blocks are functions of their own in `dashboard/`, called here in the order of the page; `chart` draws.

use jiff::Timestamp;
use maud::{Markup, html};
use wfm_core::version::Train;
use wfm_core::wire::insights::Count;
use wfm_core::wire::v4::Cluster;
use wfm_shell::page::Page;

#[cfg(test)]
use crate::handlers::insights::Lives;
use crate::handlers::insights::{Insights, OfComponent};

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
    /// What whoever looks may see.
    pub(crate) shown: Shown,
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

/// What is shown of the fleet: the very values that the API gives to whoever looks.
pub(crate) enum Shown {
    /// Nothing: the insights are not public, and no token was sent.
    Nothing,
    /// Rounded numbers, to anybody.
    Rounded(Box<Insights>),
    /// Everything, to whoever has a reader's token.
    Everything(Box<Insights>, Listing),
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
                @match &self.shown {
                    Shown::Nothing => (absent::not_public(&self.asked)),
                    Shown::Rounded(insights) => (self.insights(insights)),
                    Shown::Everything(insights, listing) => {
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
            } @else if insights.summary.known == Count::Few {
                (absent::too_few())
            } @else {
                (tiles::tiles(self, &insights.summary))
                (active::active(self, &insights.active))
                @if let Some(lives) = &insights.lives { div.pair {
                    (arrivals::arrivals(self, &lives.appeared, &lives.disappeared))
                    (ages::ages(self, &lives.ages))
                } }
                @if let Some(chosen) = &insights.component {
                    (adoption::adoption(self, &insights.components, chosen))
                    @if let Some(lag) = &chosen.lag { (lag::lag(self, lag)) }
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
