//! The file of settings: TOML, one key a setting, as `config show` names them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use toml::{Spanned, Value};

use super::source::{SettingsError, Source};

/// The keys of the file. `config` is none: a file does not name another one.
pub(super) const KEYS: &[&str] = &[
    "listen",
    "host",
    "namespace",
    "kubeconfig",
    "catalog",
    "versions-url",
    "releases",
    "train",
    "pin",
    "ignore",
    "absent",
    "check-versions",
    "poll-interval",
    "share-usage-data",
    "share-schema",
    "cohort",
    "state-dir",
];

/// What a file of settings says; nothing where there is none.
#[derive(Debug, Default)]
pub(super) struct ConfigFile {
    path: PathBuf,
    settings: BTreeMap<String, (usize, String)>,
}

impl ConfigFile {
    pub(super) fn load(path: &Path) -> Result<Self, SettingsError> {
        let refuse = |line, problem: String| SettingsError::File { file: path.to_owned(), line, problem };
        let text =
            std::fs::read_to_string(path).map_err(|error| refuse(None, format!("it cannot be read: {error}")))?;
        let line = |byte: usize| text.get(..byte).unwrap_or(&text).matches('\n').count() + 1;
        let table: BTreeMap<Spanned<String>, Spanned<Value>> = toml::from_str(&text).map_err(|error| {
            let at = error.span().map_or(1, |span| line(span.start));
            let twice = error.message() == "duplicate key";
            let said = if twice { "this setting stands there twice: write it once" } else { error.message() };
            refuse(Some(at), said.replace('`', ""))
        })?;
        let mut settings = BTreeMap::new();
        for (key, value) in table {
            let at = line(key.span().start);
            let key = key.into_inner();
            if !KEYS.contains(&key.as_str()) {
                return Err(refuse(Some(at), format!("“{key}” is no setting: write one of {}", KEYS.join(", "))));
            }
            let said = said(value.get_ref()).ok_or_else(|| {
                refuse(
                    Some(at),
                    format!("{key} is no value: write a text, a number, true or false, or a list of texts"),
                )
            })?;
            settings.insert(key, (at, said));
        }
        Ok(Self { path: path.to_owned(), settings })
    }

    /// What the file says of a setting, and where. An empty value is as good as none.
    pub(super) fn find(&self, key: &str) -> Option<(Source, &str)> {
        let (line, text) = self.settings.get(key).filter(|(_, text)| !text.is_empty())?;
        Some((Source::File { file: self.path.clone(), line: *line }, text))
    }
}

/// A value as the environment would say it.
fn said(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Integer(number) => Some(number.to_string()),
        Value::Boolean(switch) => Some(switch.to_string()),
        Value::Array(texts) => Some(texts.iter().map(Value::as_str).collect::<Option<Vec<_>>>()?.join(", ")),
        Value::Float(_) | Value::Datetime(_) | Value::Table(_) => None,
    }
}
