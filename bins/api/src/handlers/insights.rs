//! Questions about the fleet: `GET /v4/insights/…`.
//!
//! Each is one look at the rollups: `asked` reads what is asked, `scene` knows the moment, `answers` asks the fleet and
//! tells the answer to whoever looks, `form` writes it. `dashboard` puts the same answers together for a page.

use wfm_core::fleet::Counted;
use wfm_core::wire::insights::Interval;

use crate::error::Answer;
use crate::request::Request;

mod answers;
mod asked;
mod dashboard;
mod distributions;
mod form;
mod public;
mod scene;
mod table;

pub(crate) use dashboard::{Insights, OfComponent, Wanted};
use form::reply;
use scene::look;

/// `GET /v4/insights/summary`.
pub(crate) async fn summary(request: Request) -> Answer {
    let query = request.query(&["include", "at"])?;
    let (include, at) = (asked::include(&request, &query)?, asked::at(&request, &query)?);
    let answer = look(&request.service, request.viewer, include, move |scene| scene.summary(at)).await?;
    Ok(reply(&request, &answer))
}

/// `GET /v4/insights/active`.
pub(crate) async fn active(request: Request) -> Answer {
    series(request, Counted::Active, Interval::Day).await
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
    let question = move |scene: &scene::Scene<'_>| scene.series(counted, stretch);
    let answer = look(&request.service, request.viewer, include, question).await?;
    Ok(reply(&request, &answer))
}

/// `GET /v4/insights/age`.
pub(crate) async fn age(request: Request) -> Answer {
    let query = request.query(&["include", "from", "to", "interval"])?;
    let (include, stretch) = (asked::include(&request, &query)?, asked::stretch(&query, Interval::Day)?);
    let answer = look(&request.service, request.viewer, include, move |scene| scene.ages(stretch)).await?;
    Ok(reply(&request, &answer))
}

/// `GET /v4/insights/adoption`.
pub(crate) async fn adoption(request: Request) -> Answer {
    let query = request.query(&["component", "include", "from", "to", "interval"])?;
    let (include, stretch) = (asked::include(&request, &query)?, asked::stretch(&query, Interval::Day)?);
    let component = asked::component(&query)?;
    let question = move |scene: &scene::Scene<'_>| scene.adoption(&component, stretch);
    let answer = look(&request.service, request.viewer, include, question).await?;
    Ok(reply(&request, &answer))
}

/// `GET /v4/insights/lag`.
pub(crate) async fn lag(request: Request) -> Answer {
    let query = request.query(&["component", "include"])?;
    let (include, component) = (asked::include(&request, &query)?, asked::component(&query)?);
    let releases = request.service.store.releases().await?;
    let question = move |scene: &scene::Scene<'_>| scene.lag(&releases, &component);
    let answer = look(&request.service, request.viewer, include, question).await?;
    Ok(reply(&request, &answer))
}

/// `GET /v4/insights/releases`.
pub(crate) async fn releases(request: Request) -> Answer {
    let include = asked::include(&request, &request.query(&["include"])?)?;
    let releases = request.service.store.releases().await?;
    let answer = look(&request.service, request.viewer, include, move |scene| scene.releases(&releases)).await?;
    Ok(reply(&request, &answer))
}

/// `GET /v4/insights/distributions`.
pub(crate) async fn distributions(request: Request) -> Answer {
    let include = asked::include(&request, &request.query(&["include"])?)?;
    let counted = distributions::counted(&request.service).await?;
    let question = move |scene: &scene::Scene<'_>| Ok(scene.distributions(&counted));
    let answer = look(&request.service, request.viewer, include, question).await?;
    Ok(reply(&request, &answer))
}
