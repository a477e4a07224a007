//! What is known as files for data tools: tables of rows, each as NDJSON, CSV or Parquet.
//!
//! `docs/DATA.md` tells every column; a test holds it against the columns that are here. A table hands out its rows in
//! parts and tells a place between any two rows, so the pages of a file and the whole of it are made by the same code.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use jiff::civil::Date;
use wfm_core::store::StoreError;

mod check_ins;
mod clusters;
mod daily;
mod format;
#[cfg(feature = "parquet")]
pub(crate) mod parquet;
mod text;

pub(crate) use check_ins::CheckIns;
pub(crate) use clusters::Clusters;
pub(crate) use daily::{Daily, DaysOf};
pub(crate) use format::Format;
pub(crate) use text::{Lines, Sheet, Text};

/// The text names no place between two rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a place in this file: take it from the link of the page before")]
pub(crate) struct NotAPlace;

/// A column of a table, the same in every format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Column {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    /// Whether a row may have nothing in it.
    pub(crate) optional: bool,
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    /// A moment to the second, in UTC.
    Moment,
    Day,
    Count,
    /// A JSON object; text where the format has none.
    Json,
}

/// A value of a row, of its column's kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Cell {
    Absent,
    Text(Arc<str>),
    Word(&'static str),
    Moment(Timestamp),
    Day(Date),
    Count(u64),
    Json(Arc<str>),
}

/// A value for each column.
pub(crate) type Row = Vec<Cell>;

/// A table that is read once, from a place on.
#[async_trait]
pub(crate) trait Table: Send {
    /// The columns of its rows.
    fn columns(&self) -> &'static [Column];

    /// The next rows, `most` (at least one) at most; none at the end.
    async fn next(&mut self, most: usize) -> Result<Vec<Row>, StoreError>;

    /// Where a table must begin to go on after the last of these rows, in the words of a cursor; `None` where nothing
    /// follows.
    async fn place(&mut self) -> Result<Option<String>, StoreError>;
}

const fn column(name: &'static str, kind: Kind) -> Column {
    Column { name, kind, optional: false }
}

const fn optional(name: &'static str, kind: Kind) -> Column {
    Column { name, kind, optional: true }
}

/// Something that may be absent.
fn cell<T>(value: Option<T>, show: impl FnOnce(T) -> Cell) -> Cell {
    value.map_or(Cell::Absent, show)
}

fn json(value: &impl serde::Serialize) -> Cell {
    let text = serde_json::to_string(value).expect("names and versions always have a JSON form");
    Cell::Json(text.into())
}

#[cfg(test)]
mod tests;
