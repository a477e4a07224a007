//! Rows as lines of text.

use std::borrow::Cow;

use super::{Cell, Column, Row};

/// A format whose rows can be written one after the other, so that a file can be cut between any two of them.
pub(crate) trait Text: Send {
    /// What stands before the first row of a file.
    fn head(columns: &[Column]) -> String;

    /// These rows.
    fn rows(columns: &[Column], rows: &[Row]) -> String;
}

/// NDJSON: the same names in every line, `null` where there is nothing.
pub(crate) struct Lines;

impl Text for Lines {
    fn head(_: &[Column]) -> String {
        String::new()
    }

    fn rows(columns: &[Column], rows: &[Row]) -> String {
        let mut text = String::new();
        for row in rows {
            for (at, (column, cell)) in columns.iter().zip(row).enumerate() {
                text.push_str(if at == 0 { "{\"" } else { ",\"" });
                text.push_str(column.name);
                text.push_str("\":");
                text.push_str(&in_json(cell));
            }
            text.push_str("}\n");
        }
        text
    }
}

fn in_json(cell: &Cell) -> Cow<'_, str> {
    match cell {
        Cell::Absent => "null".into(),
        Cell::Count(_) | Cell::Json(_) => shown(cell),
        Cell::Text(_) | Cell::Word(_) | Cell::Moment(_) | Cell::Day(_) => {
            serde_json::Value::from(shown(cell)).to_string().into()
        }
    }
}

/// CSV: nothing between two commas where there is nothing.
pub(crate) struct Sheet;

impl Text for Sheet {
    fn head(columns: &[Column]) -> String {
        records([columns.iter().map(|column| Cow::Borrowed(column.name))])
    }

    fn rows(_: &[Column], rows: &[Row]) -> String {
        records(rows.iter().map(|row| row.iter().map(shown)))
    }
}

fn records<'a, R: Iterator<Item = Cow<'a, str>>>(rows: impl IntoIterator<Item = R>) -> String {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    for row in rows {
        for cell in row {
            writer.write_field(&*cell).expect("memory can be written");
        }
        writer.write_record(None::<&[u8]>).expect("memory can be written, and all rows of a table are of one length");
    }
    let bytes = writer.into_inner().expect("memory can be written");
    String::from_utf8(bytes).expect("text with quotes and commas between is text")
}

fn shown(cell: &Cell) -> Cow<'_, str> {
    match cell {
        Cell::Absent => "".into(),
        Cell::Text(text) | Cell::Json(text) => (**text).into(),
        Cell::Word(word) => (*word).into(),
        // RFC 3339 in UTC, to the second.
        Cell::Moment(at) => format!("{at:.0}").into(),
        Cell::Day(day) => day.to_string().into(),
        Cell::Count(count) => count.to_string().into(),
    }
}
