//! Files for data tools.

use std::fmt::Display;
use std::io;
use std::str::FromStr;
use std::sync::Arc;

use http::{HeaderValue, StatusCode, header};
use wfm_core::store::Store;

use crate::error::{Answer, ApiError};
use crate::export::{CheckIns, Clusters, Daily, DaysOf, Format, Lines, Sheet, Table, Text};
use crate::reply::{Rows, next_page, rows, text};
use crate::request::{Query, Request};

/// How many rows of a whole file are read and written at once.
const PART: usize = 500;

/// `GET /v4/export/clusters.…`.
pub(crate) async fn clusters(request: Request) -> Answer {
    request.note_reading().await;
    file(request, Clusters::new).await
}

/// `GET /v4/export/checkins.…`.
pub(crate) async fn check_ins(request: Request) -> Answer {
    request.note_reading().await;
    file(request, CheckIns::new).await
}

/// `GET /v4/export/daily.…`.
pub(crate) async fn daily(request: Request) -> Answer {
    let clock = request.service.clock.now();
    file(request, |store, behind| Daily::new(Arc::new(DaysOf { store, clock }), behind)).await
}

/// The file that the request's path names, of the table that begins at a place.
async fn file<P, T>(request: Request, begin: impl FnOnce(Arc<dyn Store>, Option<P>) -> T) -> Answer
where
    P: FromStr<Err: Display>,
    T: Table + 'static,
{
    let (_, name) = request.template.rsplit_once('/').unwrap_or_default();
    let format = Format::of(name).ok_or_else(|| ApiError::not_found("there is no file of this format"))?;
    let query = request.query(&["limit", "cursor"])?;
    let begin = |place| begin(Arc::clone(&request.service.store), place);
    let answer = match format {
        Format::Ndjson => lines::<Lines>(&query, begin(query.value("cursor")?)).await,
        Format::Csv => lines::<Sheet>(&query, begin(query.value("cursor")?)).await,
        Format::Parquet => match ["limit", "cursor"].into_iter().find(|name| query.text(name).is_some()) {
            Some(name) => Err(ApiError::bad_request(format!("{name}: a Parquet file has no pages: leave it out"))),
            None => parquet(begin(None)).await,
        },
    };
    let (mut answer, disposition) = (answer?, format!("attachment; filename=\"{name}\""));
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(format.content_type()));
    let disposition = HeaderValue::try_from(disposition).expect("the names of files are plain words");
    headers.insert(header::CONTENT_DISPOSITION, disposition);
    Ok(answer)
}

/// A page where there is a limit, else everything from the cursor on. Only the beginning has a head, so that pages can be
/// put together.
async fn lines<F: Text>(query: &Query, mut table: impl Table + 'static) -> Answer {
    let columns = table.columns();
    let head = if query.text("cursor").is_none() { F::head(columns) } else { String::new() };
    if query.text("limit").is_some() {
        let page = head + &F::rows(columns, &table.next(query.limit()?).await?);
        let place = table.place().await?;
        return Ok(next_page(text(StatusCode::OK, page), place.map(|place| query.with("cursor", &place))));
    }
    // A store that cannot be read is still an answer of its own.
    let mut part = table.next(PART).await?;
    // The caller says more exactly what it is.
    Ok(rows("text/plain", move |mut out: Rows| async move {
        if !head.is_empty() {
            out.send(head).await?;
        }
        while !part.is_empty() {
            out.send(F::rows(columns, &part)).await?;
            part = table.next(PART).await.map_err(io::Error::other)?;
        }
        Ok(())
    }))
}

#[cfg(feature = "parquet")]
async fn parquet(mut table: impl Table + 'static) -> Answer {
    use crate::export::parquet::File;
    let mut part = table.next(PART).await?;
    Ok(rows(Format::Parquet.content_type(), move |mut out: Rows| async move {
        let (mut file, begin) = File::new(table.columns())?;
        out.send(begin).await?;
        while !part.is_empty() {
            for row in part {
                if let Some(group) = file.push(row)? {
                    out.send(group).await?;
                }
            }
            part = table.next(PART).await.map_err(io::Error::other)?;
        }
        out.send(file.end()?).await
    }))
}

#[cfg(not(feature = "parquet"))]
#[expect(clippy::unused_async, reason = "where it is built in, the store is waited for")]
async fn parquet(_: impl Table + 'static) -> Answer {
    Err(ApiError::not_found("this service was built without Parquet: ask for .ndjson or .csv"))
}
