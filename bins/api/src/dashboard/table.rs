//! Tables that a keyboard can scroll, and those that tell what a chart draws.

use maud::{Markup, html};

/// A table that scrolls within its own region where it is wider than the page. The first cell of each row is its heading.
pub(super) fn scrolling(caption: &str, headings: &[&str], rows: &[Vec<Markup>]) -> Markup {
    html! {
        div.scroll role="region" tabindex="0" aria-label=(caption) {
            table {
                caption.skip { (caption) }
                thead { tr { @for heading in headings { th scope="col" { (heading) } } } }
                tbody { @for row in rows { tr {
                    @for (at, cell) in row.iter().enumerate() {
                        @if at == 0 { th scope="row" { (cell) } } @else { td { (cell) } }
                    }
                } } }
            }
        }
    }
}

/// The numbers that a chart draws, folded away.
pub(super) fn behind_chart(caption: &str, headings: &[&str], rows: &[Vec<String>]) -> Markup {
    let rows: Vec<Vec<Markup>> = rows.iter().map(|row| row.iter().map(|cell| html! { (cell) }).collect()).collect();
    html! { details.data { summary { "Table: " (caption) } (scrolling(caption, headings, &rows)) } }
}

/// How large a part is, as a bar beside its number.
pub(super) fn bar(part: Option<u64>, whole: u64) -> Markup {
    html! { @if let (Some(part), true) = (part, whole > 0) { meter aria-hidden="true" min="0" max=(whole) value=(part.min(whole)) {} } }
}
