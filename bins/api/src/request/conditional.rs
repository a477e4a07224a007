//! `If-None-Match`, [RFC 9110 section 13.1.2](https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2).

use http::{HeaderMap, header};

/// The tags of what a client has already: one or more fields, joined as the RFC joins them.
#[derive(Debug)]
pub(crate) struct IfNoneMatch(Option<String>);

impl IfNoneMatch {
    pub(super) fn read(headers: &HeaderMap) -> Self {
        let fields: Vec<&str> =
            headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|field| field.to_str().ok()).collect();
        Self((!fields.is_empty()).then(|| fields.join(",")))
    }

    /// The field's value.
    pub(crate) fn as_str(&self) -> Option<&str> {
        self.0.as_deref()
    }

    /// Whether the client has what carries this tag. The comparison is the weak one, as for every `If-None-Match`.
    pub(crate) fn matches(&self, etag: &str) -> bool {
        // A tag of ours holds no comma, so one that does is somebody else's and may fall apart.
        let mut tags = self.0.iter().flat_map(|field| field.split(',')).map(str::trim);
        tags.any(|tag| tag == "*" || opaque(tag) == opaque(etag))
    }
}

fn opaque(tag: &str) -> &str {
    tag.strip_prefix("W/").unwrap_or(tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_a_star_and_a_weak_tag_match() {
        let matches = |fields: &[&'static str]| {
            let headers = fields.iter().map(|f| (header::IF_NONE_MATCH, http::HeaderValue::from_static(f))).collect();
            IfNoneMatch::read(&headers).matches("\"a1\"")
        };
        for fields in
            [&["\"a1\""][..], &["*"], &["W/\"a1\""], &["\"x\", \"a1\""], &["\"x,y\",W/\"a1\""], &["\"x\"", "\"a1\""]]
        {
            assert!(matches(fields), "{fields:?}");
        }
        let headers = [(header::IF_NONE_MATCH, http::HeaderValue::from_static("\"a1\""))].into_iter().collect();
        assert!(IfNoneMatch::read(&headers).matches("W/\"a1\""));
        for fields in [&[][..], &["\"x\""], &["a1"], &["\"A1\""], &[""]] {
            assert!(!matches(fields), "{fields:?}");
        }
    }
}
