//! What the shipped Role permits: the recorded cluster refuses the rest, as a real one does.

use http::Method;
use serde::Deserialize;

use crate::paging;
use crate::target::Target;

/// The manifests that an operator applies before the agent.
const MANIFESTS: &str = include_str!("../../agent/deploy/rbac.yaml");

#[derive(Debug, Deserialize)]
struct Manifest {
    metadata: Metadata,
    #[serde(default)]
    rules: Vec<Rule>,
}

#[derive(Debug, Deserialize)]
struct Metadata {
    namespace: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    api_groups: Vec<String>,
    resources: Vec<String>,
    #[serde(default)]
    resource_names: Vec<String>,
    verbs: Vec<String>,
}

/// The rules of a Role in its namespace, and of a ClusterRole everywhere.
#[derive(Debug)]
pub(crate) struct Permissions(Vec<(Option<String>, Rule)>);

impl Permissions {
    /// Those of the manifests.
    ///
    /// # Errors
    /// If the manifests cannot be understood.
    pub(crate) fn shipped() -> Result<Self, String> {
        let mut rules = Vec::new();
        for document in MANIFESTS.split("\n---\n") {
            let manifest: Manifest = serde_saphyr::from_str(document).map_err(|error| error.to_string())?;
            let namespace = manifest.metadata.namespace;
            rules.extend(manifest.rules.into_iter().map(|rule| (namespace.clone(), rule)));
        }
        Ok(Self(rules))
    }

    /// Whether a request is permitted. Paths that are no resources, such as `/version`, are open to everyone.
    pub(crate) fn permit(&self, method: &Method, path: &str, query: Option<&str>) -> bool {
        let Some(target) = Target::parse(path) else { return true };
        let watches = paging::value(query, "watch").is_some_and(|watch| watch != "false" && watch != "0");
        let verb = match (method.as_str(), target.name) {
            ("GET", _) if watches => "watch",
            ("GET", Some(_)) => "get",
            ("GET", None) => "list",
            ("POST", _) => "create",
            ("PUT", _) => "update",
            ("PATCH", _) => "patch",
            ("DELETE", Some(_)) => "delete",
            _ => "deletecollection",
        };
        self.0.iter().any(|(namespace, rule)| {
            let holds = |list: &[String], value: &str| list.iter().any(|item| item == value);
            let named =
                rule.resource_names.is_empty() || target.name.is_some_and(|name| holds(&rule.resource_names, name));
            // A namespace itself is in its own scope.
            let own = if target.kind == "namespaces" { target.name } else { target.namespace };
            let in_scope = namespace.is_none() || namespace.as_deref() == own;
            in_scope
                && named
                && holds(&rule.api_groups, target.group.unwrap_or_default())
                && holds(&rule.resources, target.kind)
                && holds(&rule.verbs, verb)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_role_lists_is_permitted_and_nothing_beside_it() {
        let permissions = Permissions::shipped().unwrap();
        let permits = |method: Method, path: &str| permissions.permit(&method, path, None);
        assert!(permits(Method::GET, "/apis/apps/v1/namespaces/deis/deployments"));
        assert!(permits(Method::GET, "/api/v1/namespaces/deis"));
        assert!(permits(Method::GET, "/api/v1/namespaces/kube-system") && permits(Method::GET, "/api/v1/nodes"));
        assert!(permits(Method::PATCH, "/api/v1/namespaces/deis/secrets/deis-workflow-manager"));
        assert!(permits(Method::GET, "/version"));
        let refused = [
            (Method::POST, "/api/v1/namespaces/deis/secrets"),
            (Method::GET, "/api/v1/namespaces/deis/secrets"),
            (Method::GET, "/api/v1/namespaces/deis/secrets/database-creds"),
            (Method::DELETE, "/api/v1/namespaces/deis/secrets/deis-workflow-manager"),
            (Method::GET, "/api/v1/namespaces/other/secrets/deis-workflow-manager"),
            (Method::GET, "/api/v1/namespaces/other/pods"),
            (Method::GET, "/api/v1/namespaces/other"),
            (Method::DELETE, "/api/v1/namespaces/deis"),
            (Method::PATCH, "/api/v1/nodes/node-1"),
            (Method::GET, "/apis/apps/v1/namespaces/deis/replicasets"),
        ];
        for (method, path) in refused {
            assert!(!permits(method.clone(), path), "{method} {path}");
        }
        assert!(!permissions.permit(&Method::GET, "/api/v1/namespaces/deis/pods", Some("watch=1")));
    }
}
