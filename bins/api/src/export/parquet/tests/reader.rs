//! Reads a file back.

use parquet::basic::{LogicalType, TimeUnit};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;

use crate::export::{Cell, Row};

pub(super) struct Read {
    pub(super) names: Vec<String>,
    pub(super) meanings: Vec<Option<LogicalType>>,
    pub(super) groups: usize,
    pub(super) rows: Vec<Row>,
}

pub(super) fn moment() -> LogicalType {
    LogicalType::timestamp(true, TimeUnit::MILLIS)
}

pub(super) fn read(file: Vec<u8>) -> Read {
    let reader = SerializedFileReader::new(bytes::Bytes::from(file)).unwrap();
    let columns = reader.metadata().file_metadata().schema_descr().columns().to_vec();
    let rows = reader.get_row_iter(None).unwrap().map(|row| {
        row.unwrap()
            .get_column_iter()
            .zip(&columns)
            .map(|((name, field), column)| cell(name, field, column.logical_type_ref()))
            .collect()
    });
    Read {
        rows: rows.collect(),
        groups: reader.num_row_groups(),
        names: columns.iter().map(|column| column.name().to_owned()).collect(),
        meanings: columns.iter().map(|column| column.logical_type_ref().cloned()).collect(),
    }
}

fn cell(name: &str, field: &Field, meaning: Option<&LogicalType>) -> Cell {
    match field {
        Field::Null => Cell::Absent,
        Field::Str(word) if name == "word" => Cell::Word(if word == "customer" { "customer" } else { "staff" }),
        Field::Str(text) if meaning == Some(&LogicalType::Json) => Cell::Json(text.as_str().into()),
        Field::Str(text) => Cell::Text(text.as_str().into()),
        Field::Date(days) => Cell::Day(jiff::civil::date(1970, 1, 1) + jiff::Span::new().days(*days)),
        Field::TimestampMillis(at) => Cell::Moment(jiff::Timestamp::from_millisecond(*at).unwrap()),
        Field::Long(count) => Cell::Count(count.cast_unsigned()),
        other => panic!("{other:?}"),
    }
}
