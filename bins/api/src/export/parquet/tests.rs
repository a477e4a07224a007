use super::super::{column, optional};
use super::*;

mod reader;

const COLUMNS: &[Column] = &[
    column("id", Kind::Text),
    column("at", Kind::Moment),
    column("count", Kind::Count),
    optional("day", Kind::Day),
    optional("word", Kind::Text),
    optional("said", Kind::Json),
    optional("never", Kind::Text),
];

fn row(n: u64) -> Row {
    let every = |nth: u64, cell: Cell| if n.is_multiple_of(nth) { cell } else { Cell::Absent };
    vec![
        Cell::Text(format!("id {}", n / 3).into()),
        Cell::Moment(jiff::Timestamp::from_second(1_767_225_600 + n.cast_signed() * 43_200).unwrap()),
        Cell::Count(n * n),
        every(
            2,
            Cell::Day(jiff::civil::date(1969, 12, 25).checked_add(jiff::Span::new().days(n as i64 % 99)).unwrap()),
        ),
        every(3, Cell::Word(["customer", "staff"][usize::from(n.is_multiple_of(2))])),
        every(5, Cell::Json(format!("{{\"deis-router\":\"v{}\"}}", n % 300).into())),
        Cell::Absent,
    ]
}

fn written(rows: &[Row]) -> Vec<u8> {
    let (mut file, mut bytes) = File::new(COLUMNS).unwrap();
    for row in rows {
        bytes.extend(file.push(row.clone()).unwrap().into_iter().flatten());
    }
    bytes.extend(file.end().unwrap());
    bytes
}

#[test]
fn what_is_read_back_is_what_was_written() {
    for (count, groups) in [(0, 0), (1, 1), (7, 1), (50_000, 1), (50_001, 2), (120_000, 3)] {
        let rows: Vec<Row> = (0..count).map(row).collect();
        let read = reader::read(written(&rows));
        assert_eq!(read.groups, groups, "{count} rows");
        let names: Vec<&str> = COLUMNS.iter().map(|column| column.name).collect();
        assert_eq!(read.names, names);
        assert_eq!(read.rows.len(), rows.len());
        for (read, row) in read.rows.iter().zip(&rows) {
            assert_eq!(read, row);
        }
    }
}

#[test]
fn a_row_group_ends_where_its_texts_are_long_before_its_rows_are_many() {
    const COLUMNS: &[Column] = &[column("text", Kind::Text)];
    let (mut file, _) = File::new(COLUMNS).unwrap();
    let rows = (0..).position(|n| file.push(vec![Cell::Text(format!("{n:01000}").into())]).unwrap().is_some());
    assert!(rows.is_some_and(|rows| (5_000..10_000).contains(&rows)), "{rows:?}");
}

#[test]
fn a_column_says_what_its_values_mean() {
    let text = Some(LogicalType::String);
    let expected = [
        text.clone(),
        Some(reader::moment()),
        None,
        Some(LogicalType::Date),
        text.clone(),
        Some(LogicalType::Json),
        text,
    ];
    assert_eq!(reader::read(written(&[])).meanings, expected);
}
