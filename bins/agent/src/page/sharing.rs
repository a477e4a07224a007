//! What leaves the cluster: nothing, or these bytes.

use maud::{Markup, html};

use crate::agent::View;
use crate::words::ago;

pub(super) fn sharing(view: &View) -> Markup {
    let sharing = &view.sharing;
    html! {
        section aria-labelledby="sharing" {
            h2 #sharing {
                "Data sharing "
                @if sharing.is_on { span.badge.warn { "ON" } } @else { span.badge.ok { "OFF" } }
            }
            @match &sharing.destination {
                Some(destination) if sharing.is_on => p { "Check-ins go to " code { (destination) } ". To stop: SHARE_USAGE_DATA=false, or DO_NOT_TRACK=1." },
                _ => p { "Nothing is sent unless SHARE_USAGE_DATA=true is set in the agent's environment." },
            }
            @match &sharing.sent.last {
                Some((at, check_in)) => {
                    p { "Last sent " (ago(view.now, *at)) ", acknowledged, in these bytes:" }
                    pre { (String::from_utf8_lossy(check_in.as_bytes())) }
                },
                None => p { "Nothing has been sent since the agent started." },
            }
            @if let Some((at, why)) = &sharing.sent.failure { p.note.bad { "✕ The last attempt failed " (ago(view.now, *at)) ": " (why) } }
            @if let Some(next) = &sharing.next {
                details data-key="preview" {
                    summary { @if sharing.is_on { "The next check-in, byte for byte" } @else { "What would be sent, byte for byte" } }
                    pre { (String::from_utf8_lossy(next.as_bytes())) }
                }
            }
        }
    }
}
