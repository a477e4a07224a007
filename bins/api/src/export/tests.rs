use std::fs;
use std::path::Path;

use super::*;

/// The rows of the tables under a heading: what stands in their first three columns.
fn documented(text: &str, heading: &str) -> Vec<[String; 3]> {
    let (_, section) = text.split_once(&format!("\n## {heading}\n")).unwrap();
    let section = section.split("\n## ").next().unwrap();
    let table = section.split("\n\n").find(|block| block.starts_with("| column |")).unwrap();
    let cells = |line: &str| line.split('|').skip(1).map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
    table.lines().skip(2).map(|line| cells(line)[..3].to_vec().try_into().unwrap()).collect()
}

#[test]
fn the_data_dictionary_tells_the_columns_that_there_are() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/DATA.md");
    let text = fs::read_to_string(file).unwrap();
    for (heading, columns) in
        [("clusters", clusters::COLUMNS), ("checkins", check_ins::COLUMNS), ("daily", daily::COLUMNS)]
    {
        let said = |column: &Column| {
            let kind = match column.kind {
                Kind::Text => "text",
                Kind::Moment => "moment",
                Kind::Day => "day",
                Kind::Count => "count",
                Kind::Json => "object",
            };
            [format!("`{}`", column.name), kind.into(), if column.optional { "yes" } else { "no" }.into()]
        };
        assert_eq!(documented(&text, heading), columns.iter().map(said).collect::<Vec<_>>(), "{heading}");
    }
}

#[test]
fn what_needs_quotes_gets_them_and_what_is_absent_is_nothing() {
    const COLUMNS: &[Column] = &[optional("a", Kind::Text), optional("b", Kind::Text)];
    let rows = [vec![Cell::Text("x,\"y\"\nz".into()), Cell::Absent], vec![Cell::Absent, Cell::Absent]];
    assert_eq!(Sheet::head(COLUMNS), "a,b\r\n");
    assert_eq!(Sheet::rows(COLUMNS, &rows), "\"x,\"\"y\"\"\nz\",\r\n,\r\n");
    assert_eq!(Lines::head(COLUMNS), "");
    let lines = "{\"a\":\"x,\\\"y\\\"\\nz\",\"b\":null}\n{\"a\":null,\"b\":null}\n";
    assert_eq!(Lines::rows(COLUMNS, &rows), lines);
}

#[test]
fn a_moment_is_told_to_the_second_in_utc() {
    let row = vec![Cell::Moment("2026-01-05T10:00:00+02:00".parse().unwrap())];
    assert_eq!(Sheet::rows(&[], &[row]), "2026-01-05T08:00:00Z\r\n");
}

#[test]
fn the_format_of_a_file_is_the_end_of_its_name() {
    for format in Format::ALL {
        assert_eq!(Format::of(&format!("clusters.{}", format.ending())), Some(format));
    }
    for file in ["clusters", "clusters.", "clusters.xlsx", "csv"] {
        assert_eq!(Format::of(file), None, "{file}");
    }
}
