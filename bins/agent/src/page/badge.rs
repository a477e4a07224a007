//! A status as icon, word and colour.

use maud::{Markup, html};
use wfm_core::diff::Freshness;
use wfm_core::health::Health;
use wfm_core::report::ComponentReport;

/// The badges of a component: how current it is, and whether it runs if that is not so.
pub(super) fn badges(component: &ComponentReport) -> Markup {
    html! {
        @match &component.freshness {
            Freshness::Current => span.badge.ok { "✓ current" },
            Freshness::Ahead { .. } => span.badge.ok { "↑ ahead" },
            Freshness::Outdated { .. } => span.badge.warn { "▲ outdated" },
            Freshness::Ignored { .. } => span.badge.dim { "– ignored" },
            Freshness::Unknown { .. } => span.badge.dim { "? unknown" },
            Freshness::Missing => span.badge.bad { "✕ missing" },
            Freshness::Unmanaged => span.badge.dim { "– unmanaged" },
        }
        @match &component.health {
            Health::Unhealthy { .. } => { " " span.badge.bad { "! unhealthy" } },
            Health::Stopped { .. } => { " " span.badge.warn { "– stopped" } },
            Health::Healthy { remarks } if !remarks.is_empty() => { " " span.badge.warn { "! remark" } },
            Health::Healthy { .. } | Health::Unknown { .. } => {},
        }
    }
}
