//! The page at `/`: the insights as whoever looks may see them, and what this service is.

use std::collections::BTreeSet;
use std::sync::Arc;

use wfm_core::fleet::Day;
use wfm_core::release::Release;
use wfm_core::store::{ClusterQuery, InstalledQuery};
use wfm_core::version::Train;
use wfm_core::wire::insights::Interval;
use wfm_core::wire::v4::Cluster;

use super::insights::{Insights, Wanted};
use crate::dashboard::{Asked, Dashboard, Facts, Listing, Range, Shown};
use crate::error::{Answer, ApiError};
use crate::request::Request;
use crate::service::Service;
use crate::viewer::Viewer;

/// Clusters on a page of them.
const LISTED: usize = 25;

/// `GET /`.
pub(crate) async fn insights(request: Request) -> Answer {
    let (service, viewer) = (Arc::clone(&request.service), request.viewer);
    let known = request.if_none_match().as_str().map(str::to_owned);
    let asked = Asked::read(&request.query).map_err(ApiError::bad_request)?;
    let shown = match viewer {
        Viewer::Nobody => Shown::Nothing,
        Viewer::Public => Shown::Rounded(Box::new(answers(&service, viewer, &asked).await?)),
        Viewer::SignedIn => {
            let answers = answers(&service, viewer, &asked).await?;
            request.note_reading().await;
            Shown::Everything(Box::new(answers), listing(&service, &asked).await?)
        }
    };
    let releases = service.store.releases().await?;
    let trains: BTreeSet<&Train> = releases.iter().map(Release::train).collect();
    let about = Facts {
        releases: releases.len(),
        trains: trains.into_iter().cloned().collect(),
        has_parquet: cfg!(feature = "parquet"),
    };
    let at = match &shown {
        Shown::Nothing => service.clock.now(),
        Shown::Rounded(answers) | Shown::Everything(answers, _) => answers.at,
    };
    let page = Dashboard { at, asked, service: about, shown }.page();
    Ok(page.respond(known.as_deref()).map(Into::into))
}

async fn answers(service: &Arc<Service>, viewer: Viewer, asked: &Asked) -> Result<Insights, ApiError> {
    let (days, interval) = match asked.range {
        Range::Month => (Some(30), Interval::Day),
        Range::Quarter => (Some(90), Interval::Day),
        Range::Year => (Some(365), Interval::Day),
        // However long it is: a point for each week is as much as a chart can show.
        Range::All => (None, Interval::Week),
    };
    let wanted = Wanted {
        include: asked.include,
        days,
        interval,
        component: asked.component.clone(),
        day: asked.day.map(Day::from),
    };
    Insights::of(service, viewer, wanted).await
}

async fn listing(service: &Service, asked: &Asked) -> Result<Listing, ApiError> {
    let version = asked.version.clone();
    let installed = asked.has.clone().map(|component| InstalledQuery { component, version });
    let query = ClusterQuery { installed, ..ClusterQuery::default() };
    let page = service.store.clusters(query, asked.cursor, LISTED).await?;
    Ok(Listing { clusters: page.items.iter().map(Cluster::from).collect(), next: page.next })
}
