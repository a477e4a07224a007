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

#[cfg(test)]
mod tests {
    use super::tag;

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
}
