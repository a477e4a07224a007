//! What a path of the API speaks of.

/// A resource, or one object of it: `/apis/{group}/{version}/namespaces/{namespace}/{kind}/{name}` and the shorter forms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Target<'a> {
    /// `apps`; nothing for the core group.
    pub(crate) group: Option<&'a str>,
    /// Nothing for a resource of the cluster.
    pub(crate) namespace: Option<&'a str>,
    /// The plural: `deployments`.
    pub(crate) kind: &'a str,
    /// Nothing for the whole list.
    pub(crate) name: Option<&'a str>,
}

impl<'a> Target<'a> {
    pub(crate) fn parse(path: &'a str) -> Option<Self> {
        let segments: Vec<&str> = path.strip_prefix('/')?.split('/').collect();
        let (group, rest) = match segments.as_slice() {
            ["api", _, rest @ ..] => (None, rest),
            ["apis", group, _, rest @ ..] => (Some(*group), rest),
            _ => return None,
        };
        let (namespace, kind, name) = match rest {
            ["namespaces", namespace, kind] => (Some(*namespace), *kind, None),
            ["namespaces", namespace, kind, name] => (Some(*namespace), *kind, Some(*name)),
            [kind] => (None, *kind, None),
            [kind, name] => (None, *kind, Some(*name)),
            _ => return None,
        };
        Some(Self { group, namespace, kind, name })
    }

    /// As the API server names it in its messages: `deployments.apps`, `pods`.
    pub(crate) fn qualified(&self) -> String {
        match self.group {
            Some(group) => format!("{}.{group}", self.kind),
            None => self.kind.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_names_group_namespace_kind_and_name() {
        let whole = Target { group: Some("apps"), namespace: Some("deis"), kind: "deployments", name: None };
        assert_eq!(Target::parse("/apis/apps/v1/namespaces/deis/deployments"), Some(whole));
        let one = Target { group: None, namespace: Some("deis"), kind: "secrets", name: Some("a") };
        assert_eq!(Target::parse("/api/v1/namespaces/deis/secrets/a"), Some(one));
        let node = Target { group: None, namespace: None, kind: "nodes", name: None };
        assert_eq!(Target::parse("/api/v1/nodes"), Some(node));
        for path in ["/version", "/api", "", "/api/v1", "/apis/apps/v1/a/b/c/d/e"] {
            assert_eq!(Target::parse(path), None, "{path}");
        }
    }
}
