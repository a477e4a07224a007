//! Image references, read locally and never sent.

/// The tag of an image reference: `v2.14.0` in `registry.example:5000/mirror/hephy/router:v2.14.0@sha256:…`.
///
/// The reference's grammar is that of
/// [distribution](https://pkg.go.dev/github.com/distribution/reference): `[host[:port]/]path[:tag][@digest]`. A port is
/// not a tag: what follows the last `/` decides. `None` where there is no tag, or an empty one.
#[must_use]
pub fn tag(reference: &str) -> Option<&str> {
    let without_digest = reference.split_once('@').map_or(reference, |(name, _)| name);
    let last = without_digest.rsplit('/').next().unwrap_or(without_digest);
    last.split_once(':').map(|(_, tag)| tag).filter(|tag| !tag.is_empty())
}

/// The last segment of an image's path: `router` in `registry.example:5000/mirror/hephy/router:v2.14.0`.
#[must_use]
pub fn name(reference: &str) -> &str {
    let without_digest = reference.split_once('@').map_or(reference, |(name, _)| name);
    let last = without_digest.rsplit('/').next().unwrap_or(without_digest);
    last.split_once(':').map_or(last, |(name, _)| name)
}

/// The digest of an image reference in a length that can be read: its algorithm and 12 digits, `sha256:0123456789ab`.
#[must_use]
pub fn short_digest(reference: &str) -> Option<String> {
    let (_, digest) = reference.split_once('@')?;
    let (algorithm, digits) = digest.split_once(':')?;
    let digits: String = digits.chars().take(12).collect();
    (!digits.is_empty()).then(|| format!("{algorithm}:{digits}"))
}

/// The reference as it is shown in a row: a digest behind a tag is left out, and one without a tag is cut.
#[must_use]
pub fn shown(reference: &str) -> String {
    let name = reference.split('@').next().unwrap_or(reference);
    match short_digest(reference).filter(|_| tag(reference).is_none()) {
        Some(digest) => format!("{name}@{digest}…"),
        None => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tag_follows_the_last_path_segment() {
        assert_eq!(tag("hephy/router:v2.14.0"), Some("v2.14.0"));
        assert_eq!(tag("registry.acme.example:5000/mirror/hephy/router:v2.14.0"), Some("v2.14.0"));
        assert_eq!(tag("router:v1"), Some("v1"));
    }

    #[test]
    fn a_digest_is_not_a_tag_and_does_not_hide_one() {
        assert_eq!(tag("hephy/builder:v2.13.1@sha256:abab"), Some("v2.13.1"));
        assert_eq!(tag("hephy/builder@sha256:abab"), None);
    }

    #[test]
    fn a_port_is_not_a_tag() {
        assert_eq!(tag("registry.acme.example:5000/router"), None);
    }

    #[test]
    fn nothing_and_nonsense_have_no_tag() {
        for reference in ["", ":", "a:", "@", "a/@x", "a:@b"] {
            assert_eq!(tag(reference), None, "{reference}");
        }
    }

    #[test]
    fn the_name_is_the_last_segment_without_tag_and_digest() {
        for reference in ["router", "hephy/router:v2", "r.example:5000/m/router@sha256:abab", "a/router:v1@sha256:ab"] {
            assert_eq!(name(reference), "router", "{reference}");
        }
    }

    #[test]
    fn a_digest_is_shown_if_there_is_no_tag_and_cut_to_twelve_digits() {
        let digest = "sha256:0123456789abcdef0123456789abcdef";
        assert_eq!(short_digest(&format!("a/b@{digest}")).as_deref(), Some("sha256:0123456789ab"));
        assert_eq!((short_digest("a/b:v1"), short_digest("a/b@"), short_digest("a/b@sha256:")), (None, None, None));
        assert_eq!(shown(&format!("a/b@{digest}")), "a/b@sha256:0123456789ab…");
        assert_eq!(shown(&format!("a/b:v1@{digest}")), "a/b:v1");
        assert_eq!(shown("a/b:v1"), "a/b:v1");
    }
}
