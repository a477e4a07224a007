//! A catalog as text: TOML or YAML of one schema, with the place of every mistake. Nothing is read or written here: text goes
//! in, a [`Catalog`] comes out.
//!
//! ```
//! use wfm_core::catalog::file::{Format, read};
//!
//! let catalog = read("product = 'Shop'\n[components.shop-api]\nkind = 'Deployment'", Format::Toml)?;
//! assert_eq!(catalog.iter().count(), 1);
//! let mistakes = read("product = 'Shop'\n[components.shop-api]\nkind = 'Pod'", Format::Toml).unwrap_err();
//! assert_eq!((mistakes.0[0].line, mistakes.0[0].column), (3, 8));
//! # Ok::<(), wfm_core::catalog::file::Mistakes>(())
//! ```

use std::fmt;
use std::path::Path;

use super::Catalog;

mod schema;
mod syntax;
mod words;

use schema::File;

/// The longest text that is looked at, in bytes: what a ConfigMap can hold.
const LONGEST: usize = 1024 * 1024;

/// How a catalog is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// [TOML](https://toml.io).
    Toml,
    /// YAML, of the same shape.
    Yaml,
}

impl Format {
    /// By a file's extension, `.toml`, `.yaml` or `.yml`; `None` where it is no other.
    #[must_use]
    pub fn of_path(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()? {
            "toml" => Some(Self::Toml),
            "yaml" | "yml" => Some(Self::Yaml),
            _ => None,
        }
    }
}

/// What is wrong with a catalog, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// What is wrong, and what to write.
    pub message: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}", self.line, self.column, self.message)
    }
}

/// The mistakes of a catalog, at least one, by place. Where the shape is wrong it is the first; where the shape is right but
/// the parts contradict each other it is all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistakes(pub Vec<Mistake>);

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let said: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        f.write_str(&said.join("\n"))
    }
}

impl std::error::Error for Mistakes {}

/// Reads a catalog.
///
/// # Errors
/// Where the text is no catalog: every mistake says where it is and what to write.
pub fn read(text: &str, format: Format) -> Result<Catalog, Mistakes> {
    if text.len() > LONGEST {
        let message = format!("the file has {} bytes: a catalog has at most {LONGEST}", text.len());
        return Err(Mistakes(vec![Mistake { line: 1, column: 1, message }]));
    }
    let file = match format {
        Format::Toml => syntax::toml(text),
        Format::Yaml => syntax::yaml(text),
    };
    file.map_err(|mistake| Mistakes(vec![mistake]))?.catalog()
}

/// A catalog as TOML that [`read`] gives back as it is.
#[must_use]
pub fn to_toml(catalog: &Catalog) -> String {
    toml::to_string(&File::of(catalog)).expect("texts, and tables of texts, can be written as TOML")
}

#[cfg(test)]
mod tests;
