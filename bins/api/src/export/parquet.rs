//! Apache Parquet: a file of row groups, each with its columns one behind the other, and a footer that says where they are.

use std::io;
use std::mem::take;
use std::sync::Arc;

use jiff::civil::{Date, date};
use parquet::basic::{Compression, LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, Int32Type, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::types::{Type, TypePtr};

use super::{Cell, Column, Kind, Row};

/// Rows of a row group.
const ROWS: usize = 50_000;
/// A row group is complete when it holds so many bytes, however few its rows.
const BYTES: usize = 16 * 1024 * 1024;
/// The day that days are counted from.
const EPOCH: Date = date(1970, 1, 1);

/// A file that is written from its beginning to its end.
pub(crate) struct File {
    columns: &'static [Column],
    writer: SerializedFileWriter<Vec<u8>>,
    /// The rows of the next group: a group is written column by column.
    rows: Vec<Row>,
    /// How many bytes their texts hold, roughly.
    size: usize,
}

impl File {
    /// A new file, and what stands at its beginning.
    pub(crate) fn new(columns: &'static [Column]) -> io::Result<(Self, Vec<u8>)> {
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_created_by(concat!("wfm-api version ", env!("CARGO_PKG_VERSION")).to_owned())
            .build();
        let writer = SerializedFileWriter::new(Vec::new(), schema(columns)?, Arc::new(properties))?;
        let mut file = Self { columns, writer, rows: Vec::new(), size: 0 };
        let begin = file.written()?;
        Ok((file, begin))
    }

    /// Adds a row. Answers what is to be written of the file now, where there is something.
    pub(crate) fn push(&mut self, row: Row) -> io::Result<Option<Vec<u8>>> {
        let text = |cell: &Cell| match cell {
            Cell::Text(text) | Cell::Json(text) => text.len(),
            _ => 0,
        };
        // A text is held twice: in its row and, later, in its column.
        self.size += 2 * row.iter().map(text).sum::<usize>();
        self.rows.push(row);
        if self.rows.len() < ROWS && self.size < BYTES {
            return Ok(None);
        }
        self.group()?;
        self.written().map(Some)
    }

    /// The rest of the file.
    pub(crate) fn end(mut self) -> io::Result<Vec<u8>> {
        if !self.rows.is_empty() {
            self.group()?;
        }
        Ok(self.writer.into_inner()?)
    }

    fn group(&mut self) -> Result<(), ParquetError> {
        let (rows, _) = (take(&mut self.rows), take(&mut self.size));
        let mut group = self.writer.next_row_group()?;
        for (at, column) in self.columns.iter().enumerate() {
            if let Some(writer) = group.next_column()? {
                write(writer, *column, rows.iter().filter_map(|row| row.get(at)))?;
            }
        }
        group.close()?;
        Ok(())
    }

    /// What was written since it was last asked. The writer counts for itself where it is in the file.
    fn written(&mut self) -> io::Result<Vec<u8>> {
        self.writer.flush()?;
        Ok(take(self.writer.inner_mut()))
    }
}

/// Writes a column of a row group.
fn write<'a>(
    mut writer: SerializedColumnWriter<'_>,
    column: Column,
    cells: impl Iterator<Item = &'a Cell> + Clone,
) -> Result<(), ParquetError> {
    let levels: Vec<i16> = cells.clone().map(|cell| i16::from(*cell != Cell::Absent)).collect();
    let levels = column.optional.then_some(levels.as_slice());
    match column.kind {
        Kind::Text | Kind::Json => {
            let texts: Vec<ByteArray> = cells.filter_map(text).collect();
            writer.typed::<ByteArrayType>().write_batch(&texts, levels, None)?;
        }
        Kind::Moment | Kind::Count => {
            let numbers: Vec<i64> = cells.filter_map(number).collect();
            writer.typed::<Int64Type>().write_batch(&numbers, levels, None)?;
        }
        Kind::Day => {
            let days: Vec<i32> = cells.filter_map(day).collect();
            writer.typed::<Int32Type>().write_batch(&days, levels, None)?;
        }
    }
    writer.close()
}

fn text(cell: &Cell) -> Option<ByteArray> {
    match cell {
        Cell::Text(text) | Cell::Json(text) => Some((&**text).into()),
        Cell::Word(word) => Some((*word).into()),
        _ => None,
    }
}

fn number(cell: &Cell) -> Option<i64> {
    match cell {
        Cell::Moment(at) => Some(at.as_millisecond()),
        // A count past 2⁶³ is none that anything reached.
        Cell::Count(count) => Some(count.cast_signed()),
        _ => None,
    }
}

fn day(cell: &Cell) -> Option<i32> {
    if let Cell::Day(day) = cell { Some((*day - EPOCH).get_days()) } else { None }
}

fn schema(columns: &[Column]) -> Result<TypePtr, ParquetError> {
    let fields: Result<Vec<TypePtr>, ParquetError> = columns.iter().map(|column| described(*column)).collect();
    Ok(Arc::new(Type::group_type_builder("schema").with_fields(fields?).build()?))
}

fn described(column: Column) -> Result<TypePtr, ParquetError> {
    let (physical, meaning) = match column.kind {
        Kind::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        Kind::Json => (Physical::BYTE_ARRAY, Some(LogicalType::Json)),
        Kind::Moment => (Physical::INT64, Some(LogicalType::timestamp(true, TimeUnit::MILLIS))),
        Kind::Day => (Physical::INT32, Some(LogicalType::Date)),
        Kind::Count => (Physical::INT64, None),
    };
    let repetition = if column.optional { Repetition::OPTIONAL } else { Repetition::REQUIRED };
    let builder = Type::primitive_type_builder(column.name, physical).with_repetition(repetition);
    Ok(Arc::new(builder.with_logical_type(meaning).build()?))
}

#[cfg(test)]
mod tests;
