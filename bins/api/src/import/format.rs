//! The formats in which a file of releases may be written: each becomes the JSON that the rest reads.

use std::path::Path;

use http::{HeaderMap, header};
use serde_json::{Map, Value, json};

use super::ImportError;

/// How a file of releases is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// JSON.
    Json,
    /// YAML, of the same shapes.
    Yaml,
    /// Comma-separated values: a line of column names, and a line for each release.
    Csv,
}

/// The columns of a file of comma-separated values, and the fields they are.
const COLUMNS: [(&str, &str, &str); 8] = [
    ("component", "component", "name"),
    ("train", "version", "train"),
    ("version", "version", "version"),
    ("released", "version", "released"),
    ("description", "data", "description"),
    ("fixes", "data", "fixes"),
    ("image", "data", "image"),
    ("minimum", "data", "minimum"),
];

impl Format {
    /// By a file's extension; JSON where it is no other.
    #[must_use]
    pub fn of_path(path: &Path) -> Self {
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("yaml" | "yml") => Self::Yaml,
            Some("csv") => Self::Csv,
            _ => Self::Json,
        }
    }

    /// By a request's content type; JSON where it is no other.
    pub(crate) fn of_content_type(headers: &HeaderMap) -> Self {
        let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        match kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase().as_str() {
            "application/yaml" | "application/x-yaml" | "text/yaml" => Self::Yaml,
            "text/csv" => Self::Csv,
            _ => Self::Json,
        }
    }

    /// The file as JSON.
    pub(super) fn value(self, text: &[u8]) -> Result<Value, ImportError> {
        match self {
            Self::Json => serde_json::from_slice(text).map_err(|e| ImportError::NotJson(e.to_string())),
            Self::Yaml => serde_saphyr::from_slice(text).map_err(|e| ImportError::NotYaml(first_line(&e.to_string()))),
            Self::Csv => table(text),
        }
    }
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().chars().take(200).collect()
}

fn table(text: &[u8]) -> Result<Value, ImportError> {
    let broken = |error: csv::Error| ImportError::NotCsv(problem(&error));
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text);
    let columns: Vec<_> = reader.headers().map_err(broken)?.iter().map(column).collect::<Result<_, _>>()?;
    let mut data = Vec::new();
    for row in reader.records() {
        let row = row.map_err(broken)?;
        let mut entry = json!({"component": {}, "version": {"data": {}}});
        for ((_, object, field), value) in columns.iter().zip(row.iter()).filter(|(_, value)| !value.is_empty()) {
            let path = if *object == "data" { "/version/data".to_owned() } else { format!("/{object}") };
            if let Some(Value::Object(object)) = entry.pointer_mut(&path) {
                object.insert((*field).to_owned(), value.into());
            }
        }
        data.push(entry);
    }
    Ok(Value::Object(Map::from_iter([("data".to_owned(), data.into())])))
}

/// What is wrong with a table, with the line as editors count it.
fn problem(error: &csv::Error) -> String {
    let line = error.position().map_or(0, csv::Position::line);
    match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("line {line}: the first line names {expected_len} columns, and this one has {len} values")
        }
        csv::ErrorKind::Utf8 { .. } => format!("line {line}: it is not UTF-8"),
        _ => error.to_string(),
    }
}

fn column(name: &str) -> Result<(&'static str, &'static str, &'static str), ImportError> {
    let known = COLUMNS.iter().find(|(known, ..)| *known == name).copied();
    known.ok_or_else(|| {
        let names: Vec<&str> = COLUMNS.iter().map(|(name, ..)| *name).collect();
        ImportError::NotCsv(format!("its first line names a column that is not known: use {}", names.join(", ")))
    })
}
