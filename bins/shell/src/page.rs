//! The frame of a page: one style sheet and one script, both inside the document and named by hash in its policy, so that
//! nothing else can run and nothing is asked of another origin.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderValue, Response, StatusCode, header};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

/// The style sheet that both pages share: colours, light and dark, tables, badges.
const BASE_STYLE: &str = include_str!("page/base.css");

/// A page that is ready to be framed.
#[derive(Debug)]
pub struct Page {
    /// The document's title.
    pub title: String,
    /// The page's own style, after the shared one.
    pub style: &'static str,
    /// The page's own script; the page works without it.
    pub script: &'static str,
    /// What stands in `<body>`.
    pub body: Markup,
}

impl Page {
    /// The HTML answer, with a policy that allows this page's own style and script and nothing else, and a weak `ETag`
    /// (a proxy may write the HTML anew). `if_none_match` is that header of the request: a match is a 304.
    #[must_use]
    pub fn respond(self, if_none_match: Option<&str>) -> Response<String> {
        let style = format!("{BASE_STYLE}{}", self.style);
        let html = html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title { (self.title) }
                    link rel="icon" href="data:,";
                    style { (PreEscaped(&style)) }
                }
                body {
                    (self.body)
                    @if !self.script.is_empty() { script { (PreEscaped(self.script)) } }
                }
            }
        }
        .into_string();
        let tag = format!("W/\"{}\"", &hex(&Sha256::digest(html.as_bytes()))[..32]);
        let unchanged = if_none_match.is_some_and(|sent| sent.split(',').any(|one| one.trim() == tag));
        let mut response = Response::new(if unchanged { String::new() } else { html });
        if unchanged {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
        }
        let headers = response.headers_mut();
        for (name, value) in [
            (header::CONTENT_TYPE, "text/html; charset=utf-8".to_owned()),
            (header::CONTENT_SECURITY_POLICY, policy(&style, self.script)),
            (header::ETAG, tag),
            (header::CACHE_CONTROL, "no-cache".to_owned()),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
            (header::REFERRER_POLICY, "no-referrer".to_owned()),
        ] {
            headers.insert(name, HeaderValue::try_from(value).expect("made of ASCII constants and hashes"));
        }
        response
    }
}

fn policy(style: &str, script: &str) -> String {
    let hash = |text: &str| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text.as_bytes())));
    let script = if script.is_empty() { "'none'".to_owned() } else { hash(script) };
    format!(
        "default-src 'none'; style-src {}; script-src {script}; connect-src 'self'; img-src data:; form-action 'self'; \
         base-uri 'none'; frame-ancestors 'none'",
        hash(style)
    )
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(body: &str) -> Page {
        Page { title: "<t>".into(), style: "p{}", script: "1", body: html! { p { (body) } } }
    }

    #[test]
    fn a_hostile_text_stays_text() {
        let response = page("<script>alert(1)</script>").respond(None);
        assert!(response.body().contains("&lt;script&gt;alert(1)"));
        assert!(response.body().contains("<title>&lt;t&gt;</title>"));
    }

    #[test]
    fn the_policy_names_the_very_style_and_script() {
        let response = page("x").respond(None);
        let policy = response.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        let script = STANDARD.encode(Sha256::digest(b"1"));
        assert!(policy.contains(&format!("script-src 'sha256-{script}'")), "{policy}");
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"));
    }

    #[test]
    fn an_unchanged_page_is_not_sent_again() {
        let tag = page("x").respond(None).headers()[header::ETAG].to_str().unwrap().to_owned();
        let again = page("x").respond(Some(&format!("\"other\", {tag}")));
        assert_eq!((again.status(), again.body().len()), (StatusCode::NOT_MODIFIED, 0));
        assert_eq!(page("y").respond(Some(&tag)).status(), StatusCode::OK);
    }
}
