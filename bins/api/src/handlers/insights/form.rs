//! The form of an answer: JSON or CSV, with a tag.

use http::{HeaderMap, HeaderValue, header};
use serde::Serialize;
use warp::reply::Response;

use super::table::{Table, csv};
use crate::documents::Document;
use crate::reply::cached;
use crate::request::Request;
use crate::viewer::Viewer;

const CSV: HeaderValue = HeaderValue::from_static("text/csv; charset=utf-8; header=present");
const VARY: HeaderValue = HeaderValue::from_static("Authorization, Accept");
/// It is asked anew each time, and 304 where nothing changed.
const PRIVATE: HeaderValue = HeaderValue::from_static("private, no-cache");
const PUBLIC: HeaderValue = HeaderValue::from_static("public, no-cache");

/// The answer in the form that the path ends with, or else the one that is preferred.
pub(super) fn reply<T: Serialize + Table>(request: &Request, answer: &T) -> Response {
    let is_csv = match request.template.rsplit_once('.') {
        Some((_, ending)) => ending == "csv",
        None => prefers_csv(&request.headers),
    };
    let body = if is_csv {
        csv(answer)
    } else {
        serde_json::to_vec(answer).expect("every wire type has a JSON form: string keys, finite numbers")
    };
    let caching = if request.viewer == Viewer::SignedIn { PRIVATE } else { PUBLIC };
    let mut response = cached(Document::of(body), &request.if_none_match(), caching);
    let headers = response.headers_mut();
    headers.insert(header::VARY, VARY);
    if is_csv && headers.contains_key(header::CONTENT_TYPE) {
        headers.insert(header::CONTENT_TYPE, CSV);
    }
    response
}

/// Whether CSV is asked for, and JSON not at least as much. Whoever takes anything gets JSON.
fn prefers_csv(headers: &HeaderMap) -> bool {
    let fields = headers.get_all(header::ACCEPT).iter().filter_map(|field| field.to_str().ok());
    let (mut csv, mut json) = (0.0, 0.0);
    for range in fields.flat_map(|field| field.split(',')) {
        let mut parts = range.split(';').map(str::trim);
        let kind = parts.next().unwrap_or_default();
        let quality = parts.find_map(|part| part.strip_prefix("q=")).map_or(Ok(1.0), str::parse::<f32>).unwrap_or(0.0);
        if kind.eq_ignore_ascii_case("text/csv") {
            csv = quality;
        } else if kind.eq_ignore_ascii_case("application/json") {
            json = quality;
        }
    }
    csv > json
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn csv_is_for_whoever_asks_for_it_by_name() {
        let prefers = |accept| prefers_csv(&HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_static(accept))]));
        for accept in ["text/csv", "Text/CSV; q=0.5", "text/csv, */*;q=0.1", "application/json;q=0.2, text/csv;q=0.3"] {
            assert!(prefers(accept), "{accept}");
        }
        for accept in ["*/*", "text/html", "text/csv;q=0", "text/csv;q=x", "text/csv, application/json", ""] {
            assert!(!prefers(accept), "{accept}");
        }
        assert!(!prefers_csv(&HeaderMap::new()));
    }
}
