//! Sentences for the operator about a resource that could not be read.

use wfm_core::cluster::Namespace;
use wfm_core::collector::{Resource, Unreadable, UnreadableCause};

use crate::failure::Failure;

/// Words a failed list.
pub(crate) fn unreadable(resource: Resource, namespace: &Namespace, failure: &Failure) -> Unreadable {
    let cause = failure.cause();
    let message = match cause {
        UnreadableCause::Forbidden => forbidden(resource, namespace),
        UnreadableCause::NotServed => format!("this API server does not serve {resource}"),
        _ => failure.sentence(),
    };
    Unreadable { resource, cause, message }
}

fn forbidden(resource: Resource, namespace: &Namespace) -> String {
    if resource == Resource::Nodes {
        return "the agent may not list nodes: grant the verb list in a ClusterRole, check with \
                `kubectl auth can-i list nodes`"
            .to_owned();
    }
    format!(
        "the agent may not list {resource} in the namespace {namespace}: grant the verb list, check with \
         `kubectl auth can-i list {resource} -n {namespace}`"
    )
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::*;

    fn message(resource: Resource, code: StatusCode) -> String {
        unreadable(resource, &Namespace::default(), &Failure::refused(code, None, b"")).message
    }

    #[test]
    fn a_missing_permission_comes_with_the_command_that_checks_it() {
        assert_eq!(
            message(Resource::Deployments, StatusCode::FORBIDDEN),
            "the agent may not list deployments.apps in the namespace deis: grant the verb list, check with \
             `kubectl auth can-i list deployments.apps -n deis`"
        );
        assert_eq!(
            message(Resource::Nodes, StatusCode::FORBIDDEN),
            "the agent may not list nodes: grant the verb list in a ClusterRole, check with \
             `kubectl auth can-i list nodes`"
        );
    }
}
