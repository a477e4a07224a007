use std::fmt;
use std::path::PathBuf;

use serde::Serialize;

/// A value and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting<T> {
    /// The value.
    pub value: T,
    /// Where it comes from.
    pub source: Source,
}

impl<T> Setting<T> {
    pub(super) fn map<U>(self, change: impl FnOnce(T) -> U) -> Setting<U> {
        Setting { value: change(self.value), source: self.source }
    }
}

/// Where a setting comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "from", rename_all = "snake_case")]
pub enum Source {
    /// The command line.
    Flag,
    /// This environment variable.
    Environment {
        /// Its name.
        name: String,
    },
    /// The file of settings.
    File {
        /// The file.
        file: PathBuf,
        /// The line, from 1.
        line: usize,
    },
    /// The product's catalog.
    Catalog,
    /// Nobody said otherwise.
    Default,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag => f.write_str("flag"),
            Self::Environment { name } => write!(f, "environment {name}"),
            Self::File { file, line } => write!(f, "file {} line {line}", file.display()),
            Self::Catalog => f.write_str("catalog"),
            Self::Default => f.write_str("default"),
        }
    }
}

/// Settings that cannot be understood.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// A value is not what it should be.
    #[error("{name}: “{value}” is not valid: {problem}")]
    Value {
        /// The setting as it was named: flag, variable, or file and line.
        name: String,
        /// What it says, cut to a readable length.
        value: String,
        /// What to write.
        problem: String,
    },
    /// The file of settings cannot be understood.
    #[error("the file of settings {file}{}: {problem}", line.map(|line| format!(" line {line}")).unwrap_or_default(), file = file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// The line, from 1, where it could be read.
        line: Option<usize>,
        /// What is wrong, and what to write.
        problem: String,
    },
    /// The catalog cannot be understood.
    #[error(transparent)]
    Catalog(#[from] crate::catalog::CatalogError),
}

impl SettingsError {
    pub(super) fn value(name: impl Into<String>, value: &str, problem: String) -> Self {
        Self::Value { name: name.into(), value: value.chars().take(64).collect(), problem }
    }
}
