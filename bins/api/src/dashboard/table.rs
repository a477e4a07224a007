//! Tables that a keyboard can scroll, and those that tell what a chart draws.

use maud::{Markup, html};
use wfm_core::wire::insights::{About, Count};

use super::words;

/// A column's heading.
#[derive(Clone, Copy)]
pub(super) enum Column<'a> {
    /// Of words.
    Text(&'a str),
    /// Of numbers: they end at the right, so that their digits stand beneath each other.
    Number(&'a str),
}

impl<'a> Column<'a> {
    fn words(self) -> &'a str {
        match self {
            Self::Text(words) | Self::Number(words) => words,
        }
    }

    fn is_number(self) -> bool {
        matches!(self, Self::Number(_))
    }
}

/// A table that scrolls within its own region where it is wider than the page. The first cell of each row is its heading.
pub(super) fn scrolling(caption: &str, headings: &[Column<'_>], rows: &[Vec<Markup>]) -> Markup {
    html! {
        div.scroll role="region" tabindex="0" aria-label=(caption) {
            table {
                caption.skip { (caption) }
                thead { tr { @for heading in headings { th.number[heading.is_number()] scope="col" { (heading.words()) } } } }
                tbody { @for row in rows { tr {
                    @for (at, cell) in row.iter().enumerate() {
                        @if at == 0 { th scope="row" { (cell) } }
                        @else { td.number[headings.get(at).is_some_and(|heading| heading.is_number())] { (cell) } }
                    }
                } } }
            }
        }
    }
}

/// The numbers that a chart draws, folded away.
pub(super) fn behind_chart(caption: &str, headings: &[&str], rows: &[Vec<String>]) -> Markup {
    let (first, others) = headings.split_at(headings.len().min(1));
    let headings: Vec<Column<'_>> =
        first.iter().map(|words| Column::Text(words)).chain(others.iter().map(|words| Column::Number(words))).collect();
    let rows: Vec<Vec<Markup>> = rows.iter().map(|row| row.iter().map(|cell| html! { (cell) }).collect()).collect();
    html! { details.data { summary { "Table: " (caption) } (scrolling(caption, &headings, &rows)) } }
}

/// How large a part is, as a bar beside words.
pub(super) fn bar(part: u64, whole: u64, words: &str) -> Markup {
    html! {
        @if whole > 0 { meter aria-hidden="true" min="0" max=(whole) value=(part.min(whole)) {} " " }
        (words)
    }
}

/// A share as a bar with its percentage; the bar alone where the whole is not told exactly enough for one.
pub(super) fn share(part: Count, whole: Count, at_most: u64, about: &About) -> Markup {
    match part {
        Count::Told(number) => bar(number, at_most, &words::share(part, whole, about).unwrap_or_default()),
        Count::Few => html! { "–" },
    }
}
