//! Questions about the fleet: `GET /v4/insights/…`.
//!
//! `asked` reads what is asked and `form` writes the answer. To whoever is signed in, each is one look at the rollups: `scene`
//! knows the moment, `answers` asks the fleet. To the public, `public` shows days that were kept. `dashboard` puts the same
//! answers together for a page.

use std::sync::Arc;

use wfm_core::fleet::Counted;
use wfm_core::wire::insights::Interval;

use crate::error::Answer;
use crate::request::Request;
use crate::viewer::Viewer;

mod answers;
mod asked;
mod dashboard;
mod distributions;
mod form;
mod public;
mod scene;
mod table;

#[cfg(test)]
pub(crate) use dashboard::Lives;
pub(crate) use dashboard::{Insights, OfComponent, Wanted};
use form::reply;
pub(crate) use public::Published;
pub(crate) use scene::LONGEST;
use scene::look;

/// `GET /v4/insights/summary`.
pub(crate) async fn summary(request: Request) -> Answer {
    let query = request.query(&["include", "at"])?;
    let (include, at) = (asked::include(&request, &query)?, asked::at(&request, &query)?);
    let answer = match request.viewer {
        Viewer::SignedIn => look(&request.service, include, move |scene| scene.summary(at)).await?,
        _ => Published::of(&request.service).await?.summary(at)?,
    };
    Ok(reply(&request, &answer))
}

/// `GET /v4/insights/active`.
pub(crate) async fn active(request: Request) -> Answer {
    if request.viewer == Viewer::SignedIn {
        return series(request, Counted::Active, Interval::Day).await;
    }
    let query = request.query(&["include", "from", "to", "interval"])?;
    asked::include(&request, &query)?;
    let stretch = asked::stretch(&query, Interval::Day)?;
    let answer = Published::of(&request.service).await?.active(stretch)?;
    Ok(reply(&request, &answer))
}

/// `GET /v4/insights/appeared`.
pub(crate) async fn appeared(request: Request) -> Answer {
    series(request, Counted::Appeared, Interval::Week).await
}

/// `GET /v4/insights/disappeared`.
pub(crate) async fn disappeared(request: Request) -> Answer {
    series(request, Counted::Disappeared, Interval::Week).await
}

async fn series(request: Request, counted: Counted, interval: Interval) -> Answer {
    let query = request.query(&["include", "from", "to", "interval"])?;
    let (include, stretch) = (asked::include(&request, &query)?, asked::stretch(&query, interval)?);
    let answer = look(&request.service, include, move |scene| scene.series(counted, stretch)).await?;
    Ok(reply(&request, &answer))
}

/// `GET /v4/insights/age`.
pub(crate) async fn age(request: Request) -> Answer {
    let query = request.query(&["include", "from", "to", "interval"])?;
    let (include, stretch) = (asked::include(&request, &query)?, asked::stretch(&query, Interval::Day)?);
    let answer = look(&request.service, include, move |scene| scene.ages(stretch)).await?;
    Ok(reply(&request, &answer))
}

/// `GET /v4/insights/adoption`.
pub(crate) async fn adoption(request: Request) -> Answer {
    let query = request.query(&["component", "include", "from", "to", "interval"])?;
    let (include, stretch) = (asked::include(&request, &query)?, asked::stretch(&query, Interval::Day)?);
    let component = asked::component(&Arc::clone(&request.service), &query).await?;
    let answer = match request.viewer {
        Viewer::SignedIn => look(&request.service, include, move |scene| scene.adoption(&component, stretch)).await?,
        _ => Published::of(&request.service).await?.adoption(&component, stretch)?,
    };
    Ok(reply(&request, &answer))
}

/// `GET /v4/insights/lag`.
pub(crate) async fn lag(request: Request) -> Answer {
    let query = request.query(&["component", "include"])?;
    let include = asked::include(&request, &query)?;
    let component = asked::component(&Arc::clone(&request.service), &query).await?;
    let releases = request.service.store.releases().await?;
    let answer = look(&request.service, include, move |scene| scene.lag(&releases, &component)).await?;
    Ok(reply(&request, &answer))
}

/// `GET /v4/insights/releases`.
pub(crate) async fn releases(request: Request) -> Answer {
    let include = asked::include(&request, &request.query(&["include"])?)?;
    let releases = request.service.store.releases().await?;
    let answer = match request.viewer {
        Viewer::SignedIn => look(&request.service, include, move |scene| scene.releases(&releases)).await?,
        _ => Published::of(&request.service).await?.releases(&releases),
    };
    Ok(reply(&request, &answer))
}

/// `GET /v4/insights/distributions`.
pub(crate) async fn distributions(request: Request) -> Answer {
    let include = asked::include(&request, &request.query(&["include"])?)?;
    let counted = distributions::counted(&request.service).await?;
    let answer = match request.viewer {
        Viewer::SignedIn => look(&request.service, include, move |scene| Ok(scene.distributions(&counted))).await?,
        _ => Published::of(&request.service).await?.distributions(&counted),
    };
    Ok(reply(&request, &answer))
}
