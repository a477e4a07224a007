//! Files for data tools, page by page. These need an analyst's or an administrator's token.

use reqwest::header::LINK;
use reqwest::{Method, Url};

use super::NOTHING;
use crate::{Client, Error};

/// Rows of a page: the most that the service gives.
const ROWS: &str = "1000";

/// A file that is handed out in pages; `docs/DATA.md` tells the columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Export {
    /// Every cluster, a JSON object a line.
    ClustersNdjson,
    /// Every cluster, as CSV.
    ClustersCsv,
    /// Every check-in, a JSON object a line.
    CheckInsNdjson,
    /// Every check-in, as CSV.
    CheckInsCsv,
    /// How many clusters there were on each day that is over, a JSON object a line.
    DailyNdjson,
    /// How many clusters there were on each day that is over, as CSV.
    DailyCsv,
}

/// A part of a file. The parts one behind the other are the whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportPage {
    /// Its bytes.
    pub body: Vec<u8>,
    /// Where the next page begins; `None` on the last.
    pub next: Option<String>,
}

impl Export {
    fn path(self) -> &'static str {
        match self {
            Self::ClustersNdjson => "/v4/export/clusters.ndjson",
            Self::ClustersCsv => "/v4/export/clusters.csv",
            Self::CheckInsNdjson => "/v4/export/checkins.ndjson",
            Self::CheckInsCsv => "/v4/export/checkins.csv",
            Self::DailyNdjson => "/v4/export/daily.ndjson",
            Self::DailyCsv => "/v4/export/daily.csv",
        }
    }
}

impl Client {
    /// A page of a file, of 1000 rows at most; `cursor` is the `next` of the page before.
    ///
    /// # Errors
    /// Where the service cannot be asked or refuses.
    pub async fn export(&self, file: Export, cursor: Option<&str>) -> Result<ExportPage, Error> {
        let mut query = vec![("limit", ROWS)];
        query.extend(cursor.map(|cursor| ("cursor", cursor)));
        let answer = self.transport.exchange(self.call(Method::GET, file.path(), &query, NOTHING)?).await?;
        if !answer.status.is_success() {
            return Err(self.transport.refused(&answer));
        }
        let next = answer.headers.get(LINK).and_then(|link| cursor_of(link.to_str().ok()?));
        Ok(ExportPage { body: answer.body, next })
    }
}

/// The cursor in a link to the next page, such as `<?limit=1000&cursor=…>; rel="next"`.
fn cursor_of(link: &str) -> Option<String> {
    let (reference, _) = link.strip_prefix('<')?.split_once(">; rel=\"next\"")?;
    // Only what is asked counts: the address of the service is known.
    let link = Url::parse("http://localhost/").ok()?.join(reference).ok()?;
    link.query_pairs().find(|(name, _)| name == "cursor").map(|(_, cursor)| cursor.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_is_where_the_link_says() {
        let link = |query: &str| cursor_of(&format!("<?{query}>; rel=\"next\""));
        assert_eq!(link("limit=1000&cursor=8c6da034%2Dc8b1%3A7").as_deref(), Some("8c6da034-c8b1:7"));
        assert_eq!(link("limit=1000"), None);
        assert_eq!(cursor_of("<?cursor=x>; rel=\"prev\""), None);
    }
}
