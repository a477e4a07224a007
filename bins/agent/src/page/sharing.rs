//! What leaves the cluster: nothing, or these bytes.

use maud::{Markup, html};
use wfm_core::anonymizer::{EnvelopeKind, SchemaVersion};

use crate::agent::View;
use crate::sharing::{Outcome, SharingView};
use crate::words::{ago, ahead, with_short_ids};

pub(super) fn sharing(view: &View) -> Markup {
    let sharing = &view.sharing;
    html! {
        section aria-labelledby="sharing" {
            h2 #sharing {
                "Data sharing "
                @if sharing.is_on { span.badge.warn { "ON" } } @else { span.badge.ok { "OFF" } }
            }
            @match &sharing.destination {
                Some(destination) if sharing.is_on => p {
                    "Usage data goes to " code { (destination) } " by schema " (sharing.consent.schema.sent())
                    ". To stop: SHARE_USAGE_DATA=false, or DO_NOT_TRACK=1."
                },
                Some(destination) => p {
                    "Nothing is sent. To share what stands below with " code { (destination) } ": SHARE_USAGE_DATA=true."
                },
                None => p {
                    "Nothing is sent, and there is nobody to send it to. To share what stands below: SHARE_USAGE_DATA=true and "
                    "VERSIONS_API_URL."
                },
            }
            @if sharing.is_on && sharing.consent.schema < SchemaVersion::CURRENT {
                p.note {
                    "Schema " (SchemaVersion::CURRENT) " asks for more. Nothing of that is sent until you accept it: SHARE_SCHEMA="
                    (SchemaVersion::CURRENT) "."
                }
            }
            @if sharing.is_on { (kinds(view)) }
            (preview(view))
            (log(view))
        }
    }
}

/// When each kind goes, and what became of the last.
fn kinds(view: &View) -> Markup {
    html! {
        ul {
            @for kind in EnvelopeKind::ALL {
                li {
                    (name(kind)) ": "
                    @match view.sharing.outcomes.get(&kind) {
                        Some(Outcome { at, result: Ok(()) }) => { "acknowledged " (ago(view.now, *at)) },
                        Some(Outcome { at, result: Err(why) }) => span.bad { "✕ the last attempt failed " (ago(view.now, *at)) ": " (why) },
                        None => { "not sent since the agent started" },
                    }
                    @if let Some(at) = view.sharing.due.get(&kind) { ", next " (ahead(view.now, *at)) }
                }
            }
        }
    }
}

fn preview(view: &View) -> Markup {
    let SharingView { is_on, preview, .. } = &view.sharing;
    html! {
        @if preview.is_empty() {
            p {
                "The bytes cannot be shown yet: "
                @match view.id_trouble() { Some(why) => { "the cluster's id is " (why) }, None => "nothing of the cluster has been seen" }
                "."
            }
        } @else {
            details data-key="preview" {
                summary { @if *is_on { "What is sent next, byte for byte" } @else { "What would be sent, byte for byte" } }
                p.soft { "Each at another moment, on a connection of its own. Only the check-in carries the id." }
                (short_ids("preview"))
                @for envelope in preview {
                    h3 { (name(envelope.kind())) }
                    pre { (with_short_ids(envelope.as_str(), view.cluster_id())) }
                }
            }
        }
    }
}

/// Why an id does not stand there byte for byte.
fn short_ids(command: &str) -> Markup {
    html! {
        p.soft {
            "Anyone who reaches this page sees it, so the id ends after eight digits here, and one that was reset is not shown. "
            code { "wfm-agent " (command) }
            " and " code { "wfm-agent id show" } " print all of it."
        }
    }
}

fn log(view: &View) -> Markup {
    let sharing = &view.sharing;
    html! {
        @if sharing.sent.is_empty() {
            p {
                @if sharing.log_is_kept { "Nothing has ever been sent." } @else { "Nothing has been sent since the agent started." }
            }
        } @else {
            details data-key="sent" {
                summary { "What was sent, byte for byte (" (sharing.sent.len()) ")" }
                @for entry in &sharing.sent {
                    p { (name(entry.envelope)) " to " code { (entry.to) } ", " (ago(view.now, entry.at)) " (" (entry.at) ")" }
                    pre { (with_short_ids(&entry.body, view.cluster_id())) }
                }
                (short_ids("log"))
                p.soft {
                    a href="sent.ndjson" { "All that is kept" } ", one JSON object a line"
                    @if !sharing.log_is_kept { ". A restart empties it: set STATE_DIR to keep 13 months." }
                }
            }
        }
    }
}

fn name(kind: EnvelopeKind) -> &'static str {
    match kind {
        EnvelopeKind::CheckIn => "Check-in",
        EnvelopeKind::Software => "Software, without the id",
        EnvelopeKind::Capacity => "Capacity, without the id",
        EnvelopeKind::Creation => "Creation, without the id",
        EnvelopeKind::OtherWorkloads => "Other workloads, without the id",
    }
}
