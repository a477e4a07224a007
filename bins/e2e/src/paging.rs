//! `limit` and `continue`, as the API server pages its lists.

use serde_json::{Value, json};

use crate::status::Failure;

/// One page of a list, as a request's query asks for it; the whole list where it asks for no limit.
///
/// A token holds the list's `resourceVersion`, so it expires when the list has changed meanwhile: what compaction does to
/// the token of a real server, only sooner. The refusal brings a token with which the list goes on as it is now.
pub(crate) fn page(list: &Value, query: Option<&str>) -> Result<Value, Failure> {
    let items = list["items"].as_array().map_or(&[][..], Vec::as_slice);
    let version = list["metadata"]["resourceVersion"].as_str().unwrap_or_default();
    let start = match value(query, "continue") {
        None => 0,
        Some(token) => {
            let (of_version, start) =
                decode(token).ok_or_else(|| Failure::bad_request("continue key is not valid: unknown format"))?;
            if of_version != version {
                return Err(Failure::expired_but(encode(version, start)));
            }
            start.min(items.len())
        }
    };
    let limit = match value(query, "limit") {
        None => 0,
        Some(text) => text.parse().map_err(|_| Failure::bad_request("limit must be a number"))?,
    };
    let rest = &items[start..];
    let wanted = if limit == 0 { rest.len() } else { rest.len().min(limit) };
    let mut metadata = json!({"resourceVersion": version});
    if wanted < rest.len() {
        metadata["continue"] = encode(version, start + wanted).into();
        metadata["remainingItemCount"] = (rest.len() - wanted).into();
    }
    Ok(json!({
        "kind": list["kind"],
        "apiVersion": list["apiVersion"],
        "metadata": metadata,
        "items": rest[..wanted],
    }))
}

/// The value of a query's key. Limits and our own tokens need no percent-decoding.
pub(crate) fn value<'q>(query: Option<&'q str>, key: &str) -> Option<&'q str> {
    let pairs = query?.split('&').filter_map(|pair| pair.split_once('='));
    pairs.into_iter().find_map(|(k, v)| (k == key && !v.is_empty()).then_some(v))
}

/// Hexadecimal, so that no client is tempted to read it.
fn encode(version: &str, start: usize) -> String {
    format!("{version}:{start}").bytes().map(|byte| format!("{byte:02x}")).collect()
}

fn decode(token: &str) -> Option<(String, usize)> {
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    let bytes: Option<Vec<u8>> = token.as_bytes().chunks(2).map(byte).collect();
    let text = String::from_utf8(bytes?).ok()?;
    let (version, start) = text.split_once(':')?;
    Some((version.to_owned(), start.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(version: &str) -> Value {
        json!({"kind": "L", "apiVersion": "v1", "metadata": {"resourceVersion": version}, "items": [1, 2, 3, 4, 5]})
    }

    #[test]
    fn following_the_tokens_yields_every_item_once() {
        let mut query = "limit=2".to_owned();
        let mut seen = Vec::new();
        loop {
            let page = page(&list("7"), Some(&query)).unwrap();
            seen.extend(page["items"].as_array().unwrap().clone());
            assert_eq!(page["metadata"]["remainingItemCount"].as_u64().unwrap_or(0), 5 - seen.len() as u64);
            let Some(token) = page["metadata"]["continue"].as_str() else { break };
            query = format!("limit=2&continue={token}");
        }
        assert_eq!(seen, [1, 2, 3, 4, 5]);
    }

    #[test]
    fn without_a_limit_there_is_one_page() {
        let page = page(&list("7"), None).unwrap();
        assert_eq!(page["items"].as_array().unwrap().len(), 5);
        assert_eq!(page["metadata"], json!({"resourceVersion": "7"}));
    }

    #[test]
    fn a_token_of_a_list_that_has_changed_is_expired_and_a_made_up_one_is_bad() {
        let first = page(&list("7"), Some("limit=2")).unwrap();
        let query = format!("limit=2&continue={}", first["metadata"]["continue"].as_str().unwrap());
        assert_eq!(page(&list("8"), Some(&query)), Err(Failure::expired_but(encode("8", 2))));
        for token in ["x", "é", "00"] {
            let bad = page(&list("7"), Some(&format!("continue={token}"))).unwrap_err();
            assert_eq!(bad, Failure::bad_request("continue key is not valid: unknown format"));
        }
    }
}
