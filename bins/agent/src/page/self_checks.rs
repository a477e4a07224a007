//! Whether the agent itself can do its work.

use maud::{Markup, html};

use crate::agent::View;
use crate::self_checks::{Outcome, SelfCheck, self_checks};

pub(super) fn block(view: &View) -> Markup {
    html! {
        section aria-labelledby="self-checks" {
            h2 #self-checks { "Self-checks" }
            ul.checks { @for check in self_checks(view) { (line(&check)) } }
        }
    }
}

fn line(check: &SelfCheck) -> Markup {
    let (icon, class, word) = match check.outcome {
        Outcome::Works => ("√", "ok", "works"),
        Outcome::Fails => ("×", "bad", "fails"),
        Outcome::Off => ("–", "dim", "off"),
        Outcome::NotYet => ("…", "dim", "not yet"),
    };
    html! { li { span.badge.(class) { (icon) " " (check.name) ": " (word) } " " (check.message) } }
}
