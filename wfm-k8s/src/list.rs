//! Lists, page by page.

use kube::api::ListParams;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::api::Api;
use crate::failure::Failure;

/// A list that does not end within so many pages is no list.
const MAX_PAGES: u32 = 100_000;
/// How often a list goes on after its `continue` token expired.
const RESUMPTIONS: u32 = 3;

/// A list to read.
pub(crate) struct List<'a> {
    pub(crate) path: &'a str,
    pub(crate) page_size: u32,
    /// A field selector, such as `type=Warning`.
    pub(crate) fields: Option<&'a str>,
    /// A label selector, such as `app=shop`.
    pub(crate) labels: Option<&'a str>,
}

impl List<'_> {
    /// Reads the whole list. `each` reduces an object at once and the page is dropped, so that one page is in memory, not
    /// the list.
    ///
    /// The first page is asked for once: whoever collects comes again, and a server in trouble must not be asked more for
    /// it. A further page is asked for again where that may help, so as not to lose those before. Where the `continue` token
    /// expired meanwhile (410), the list goes on with the token that the refusal brings; objects that changed in between
    /// are then seen as they are later.
    pub(crate) async fn read<T: DeserializeOwned>(&self, api: &Api<'_>, each: impl FnMut(T)) -> Result<(), Failure> {
        let whole = self.read_pages(api, MAX_PAGES, each).await?;
        if whole { Ok(()) } else { Err(Failure::BadAnswer("its pages do not end".to_owned())) }
    }

    /// The same for so many pages at most; returns whether that was the whole list.
    pub(crate) async fn read_pages<T: DeserializeOwned>(
        &self,
        api: &Api<'_>,
        pages: u32,
        mut each: impl FnMut(T),
    ) -> Result<bool, Failure> {
        let (mut token, mut resumed, mut buffer) = (None::<String>, 0, Vec::new());
        for _ in 0..pages {
            let uri = self.uri(token.as_deref())?;
            let page: Page<T> = match api.page(&uri, token.is_some(), &mut buffer).await {
                Err(failure) => match failure.next().filter(|_| resumed < RESUMPTIONS) {
                    Some(next) => {
                        resumed += 1;
                        token = Some(next.to_owned());
                        continue;
                    }
                    None => return Err(failure),
                },
                Ok(page) => page,
            };
            if !page.kind.ends_with("List") {
                return Err(Failure::BadAnswer("it is no list".to_owned()));
            }
            page.items.unwrap_or_default().into_iter().for_each(&mut each);
            let next = page.metadata.unwrap_or_default().next.filter(|next| !next.is_empty());
            if next.is_none() {
                return Ok(true);
            }
            if next == token {
                return Ok(false);
            }
            token = next;
        }
        Ok(false)
    }

    fn uri(&self, token: Option<&str>) -> Result<String, Failure> {
        let mut params = ListParams::default().limit(self.page_size);
        if let Some(fields) = self.fields {
            params = params.fields(fields);
        }
        if let Some(labels) = self.labels {
            params = params.labels(labels);
        }
        if let Some(token) = token {
            params = params.continue_token(token);
        }
        let request = kube::core::Request::new(self.path).list(&params);
        request.map(|request| request.uri().to_string()).map_err(|error| Failure::BadAnswer(error.to_string()))
    }
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
    fn a_token_and_a_selector_are_escaped() {
        let list = List { path: "/a", page_size: 5, fields: None, labels: None };
        assert_eq!(list.uri(Some("a=&b")).unwrap(), "/a?&limit=5&continue=a%3D%26b");
        let list = List { fields: Some("type=Warning"), ..list };
        assert_eq!(list.uri(None).unwrap(), "/a?&fieldSelector=type%3DWarning&limit=5");
        let list = List { labels: Some("tier in (api, web)"), fields: None, ..list };
        assert_eq!(list.uri(None).unwrap(), "/a?&labelSelector=tier+in+%28api%2C+web%29&limit=5");
    }

    #[test]
    fn a_list_without_items_is_empty() {
        for text in [r#"{"kind": "PodList"}"#, r#"{"kind": "PodList", "metadata": null, "items": null}"#] {
            let page: Page<u8> = serde_json::from_str(text).unwrap();
            assert!(page.items.unwrap_or_default().is_empty());
        }
    }
}
