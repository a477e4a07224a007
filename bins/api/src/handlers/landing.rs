//! The page at `/`: what this is, how much it knows, and where to read it.

use std::collections::BTreeSet;

use maud::{Markup, html};
use wfm_core::release::Release;
use wfm_core::version::Train;
use wfm_shell::page::Page;

use crate::error::Answer;
use crate::request::Request;

/// What the page shows.
struct Landing {
    clusters: u64,
    releases: usize,
    trains: Vec<String>,
}

/// `GET /`.
pub(crate) async fn page(request: Request) -> Answer {
    let service = &request.service;
    let releases = service.store.releases().await?;
    let trains: BTreeSet<&Train> = releases.iter().map(Release::train).collect();
    let landing = Landing {
        clusters: service.store.count_clusters().await?,
        releases: releases.len(),
        trains: trains.into_iter().map(Train::to_string).collect(),
    };
    let page = Page { title: "Workflow versions".into(), style: "", script: "", body: landing.body() };
    Ok(page.respond(request.if_none_match().as_str()).map(Into::into))
}

impl Landing {
    fn body(&self) -> Markup {
        html! {
            main {
                h1 { "Workflow versions" }
                p { "This service knows which versions of Workflow's components were published, and counts the clusters that chose to check in." }
                dl {
                    dt { "Clusters that ever checked in" } dd { (self.clusters) }
                    dt { "Releases" } dd { (self.releases) }
                    dt { "Trains" } dd { (self.trains.len()) }
                }
                h2 { "Read it" }
                @if self.trains.is_empty() {
                    p { "Nothing is published yet. Publish a file of releases with " code { "wfm-api import FILE --store URL" } " or " code { "POST v4/releases:import" } "." }
                }
                ul {
                    @for train in &self.trains {
                        li { a href=(format!("v4/releases/{train}")) { "Every release on " (train) } }
                    }
                    li { a href="v3/clusters/count" { "How many clusters are known" } }
                    li { a href="readyz?verbose" { "Whether the service is ready" } }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_service_says_how_to_publish() {
        let page = Landing { clusters: 0, releases: 0, trains: Vec::new() }.body().into_string();
        assert!(page.contains("wfm-api import FILE"));
    }

    #[test]
    fn every_train_has_its_link() {
        let page = Landing { clusters: 7, releases: 500, trains: vec!["beta".into(), "stable".into()] };
        let page = page.body().into_string();
        assert!(page.contains(r#"href="v4/releases/beta""#) && page.contains("<dd>500</dd>"), "{page}");
    }
}
