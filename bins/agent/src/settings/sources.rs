//! Flag over environment over file over default.

use std::path::PathBuf;

use super::env::Env;
use super::file::ConfigFile;
use super::source::{Setting, SettingsError, Source};

/// Everywhere a setting may stand.
pub(super) struct Sources<'a> {
    pub(super) env: Env<'a>,
    pub(super) file: ConfigFile,
}

impl Sources<'_> {
    /// Reads a setting: `key` is its name in the file and as a flag, `names` are those in the environment, the first goes
    /// first.
    pub(super) fn read<T>(
        &self,
        key: &str,
        names: &[&str],
        flag: Option<&str>,
        default: T,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Result<Setting<T>, SettingsError> {
        let flag = flag.map(|text| (Source::Flag, text));
        let env = || {
            let found = names.iter().find_map(|name| self.env.find(name));
            found.map(|(name, text)| (Source::Environment { name }, text))
        };
        let Some((source, text)) = flag.or_else(env).or_else(|| self.file.find(key)) else {
            return Ok(Setting { value: default, source: Source::Default });
        };
        match parse(text) {
            Ok(value) => Ok(Setting { value, source }),
            Err(problem) => Err(SettingsError::value(name(key, &source), text, problem)),
        }
    }

    /// Reads a path.
    pub(super) fn path(
        &self,
        key: &str,
        names: &[&str],
        flag: Option<&PathBuf>,
    ) -> Result<Setting<Option<PathBuf>>, SettingsError> {
        match flag {
            // A path may be no text.
            Some(path) => Ok(Setting { value: Some(path.clone()), source: Source::Flag }),
            None => self.read(key, names, None, None, |text| Ok(Some(PathBuf::from(text)))),
        }
    }
}

fn name(key: &str, source: &Source) -> String {
    match source {
        Source::Flag => format!("--{key}"),
        Source::Environment { name } => name.clone(),
        Source::File { file, line } => format!("{} line {line}, {key}", file.display()),
        Source::Catalog | Source::Default => key.to_owned(),
    }
}
