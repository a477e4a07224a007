//! Lists, page by page.

use http::StatusCode;
use kube::api::ListParams;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::api::Api;
use crate::failure::Failure;

/// A list that does not end within so many pages is no list.
const MAX_PAGES: u32 = 100_000;

/// Reads a whole list. Each page is reduced by `slim` at once and dropped, so that one page is in memory, not the list.
///
/// A list whose `continue` token expired meanwhile (410) is read again from its beginning, once.
pub(crate) async fn list<T: DeserializeOwned, D>(
    api: &Api<'_>,
    path: &str,
    page_size: u32,
    slim: impl Fn(T) -> D,
) -> Result<Vec<D>, Failure> {
    let mut all = Vec::new();
    let mut token: Option<String> = None;
    let mut restarted = false;
    for _ in 0..MAX_PAGES {
        let page: Page<T> = match api.get(&uri(path, page_size, token.as_deref())?).await {
            Err(failure) if failure.code() == Some(StatusCode::GONE) && token.is_some() && !restarted => {
                restarted = true;
                token = None;
                all.clear();
                continue;
            }
            answer => answer?,
        };
        if !page.kind.ends_with("List") {
            return Err(Failure::BadAnswer("it is no list".to_owned()));
        }
        all.extend(page.items.unwrap_or_default().into_iter().map(&slim));
        let next = page.metadata.unwrap_or_default().next.filter(|next| !next.is_empty());
        match next {
            None => return Ok(all),
            Some(next) if token.as_ref() == Some(&next) => break,
            Some(next) => token = Some(next),
        }
    }
    Err(Failure::BadAnswer("its pages do not end".to_owned()))
}

fn uri(path: &str, page_size: u32, token: Option<&str>) -> Result<String, Failure> {
    let mut params = ListParams::default().limit(page_size);
    if let Some(token) = token {
        params = params.continue_token(token);
    }
    let request = kube::core::Request::new(path).list(&params);
    request.map(|request| request.uri().to_string()).map_err(|error| Failure::BadAnswer(error.to_string()))
}

#[derive(Deserialize)]
struct Page<T> {
    #[serde(default)]
    kind: String,
    metadata: Option<PageMeta>,
    /// Go writes an empty list as null.
    items: Option<Vec<T>>,
}

#[derive(Default, Deserialize)]
struct PageMeta {
    #[serde(rename = "continue")]
    next: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_escaped() {
        assert_eq!(uri("/a", 5, Some("a=&b")).unwrap(), "/a?&limit=5&continue=a%3D%26b");
    }

    #[test]
    fn a_list_without_items_is_empty() {
        for text in [r#"{"kind": "PodList"}"#, r#"{"kind": "PodList", "metadata": null, "items": null}"#] {
            let page: Page<u8> = serde_json::from_str(text).unwrap();
            assert!(page.items.unwrap_or_default().is_empty());
        }
    }
}
