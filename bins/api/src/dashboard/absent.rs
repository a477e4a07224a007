//! What the page says where it has nothing to show, and what to do about it.

use maud::{Markup, html};
use wfm_core::fleet::Cohorts;
use wfm_core::wire::insights::{About, Count};

use super::Asked;
use super::words::clusters;

/// The insights are not public, and nobody is signed in.
pub(super) fn not_public(asked: &Asked) -> Markup {
    html! {
        section.absent aria-labelledby="not-public" {
            h2 #not-public { "The insights of this service are not public" }
            p { "How many clusters there are and which versions they run is told to whoever has a token with the role "
                strong { "analyst" } "." }
            p { a.button href=(asked.sign_in()) { "Sign in" } }
            p.soft { "The browser asks for a user and a password: the password is the token, the user may be any word. "
                "Programs send it as " code { "Authorization: Bearer …" } "." }
        }
    }
}

/// Nobody of these cohorts ever checked in.
pub(super) fn no_clusters(about: &About, asked: &Asked) -> Markup {
    if about.excluded != Count::Told(0) {
        return html! {
            section.absent aria-labelledby="none" {
                h2 #none { "No cluster of these cohorts has checked in" }
                p { (clusters(about.excluded)) " of other cohorts did. "
                    a href=(Asked { include: Cohorts::ALL, ..asked.clone() }.href("")) { "Count all cohorts" } }
            }
        };
    }
    html! {
        section.absent aria-labelledby="none" {
            h2 #none { "No check-ins yet" }
            p { "This page fills as clusters check in. An agent does where it is told to share, and this service's address:" }
            pre { "SHARE_USAGE_DATA=true VERSIONS_API_URL=" (here()) " wfm-agent" }
            p { "To see one arrive at once:" }
            pre {
                "curl " (here()) "v3/clusters \\\n  -H 'Content-Type: application/json' \\\n"
                "  -d \"{\\\"id\\\":\\\"$(uuidgen)\\\",\\\"components\\\":[]}\""
            }
            p.soft #here-is { "ADDRESS/ stands for the address of this page." }
        }
    }
}

/// The public numbers have not begun.
pub(super) fn too_few() -> Markup {
    html! {
        section.absent aria-labelledby="too-few" {
            h2 #too-few { "The public numbers have not begun" }
            p { "They count a cluster once it has been known for 14 days, and begin when there are twenty such clusters or so. "
                "Each day is counted when it is over, so this page changes once a day." }
            p.soft { "A token with the role " strong { "analyst" } " shows every cluster at once." }
        }
    }
}

/// This service's address. It does not know it itself, the browser does.
fn here() -> Markup {
    html! { span.here { "ADDRESS/" } }
}
