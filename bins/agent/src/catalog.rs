//! The product's catalog from a file.

use std::path::{Path, PathBuf};

use wfm_core::catalog::file::{Format, Mistakes, read, to_toml};
use wfm_core::catalog::{Catalog, Neighbour, Presence};
use wfm_core::words::count;

/// A file that is no catalog.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    /// It cannot be read.
    #[error("the catalog {} cannot be read: {source}", file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// Its name does not say how it is written.
    #[error("the catalog {} is neither .toml nor .yaml: name it after what it is written in", file.display())]
    Format {
        /// The file.
        file: PathBuf,
    },
    /// It has mistakes.
    #[error("{}", listed(file, mistakes))]
    Wrong {
        /// The file.
        file: PathBuf,
        /// What is wrong, and where.
        mistakes: Mistakes,
    },
}

/// Each as `file:line:column: what`, as compilers do; several are counted first.
fn listed(file: &Path, mistakes: &Mistakes) -> String {
    let name = file.display();
    let line = |mistake: &wfm_core::catalog::file::Mistake| {
        format!("{name}:{}:{}: {}", mistake.line, mistake.column, mistake.message)
    };
    let lines: Vec<String> = mistakes.0.iter().map(line).collect();
    let head = if lines.len() > 1 { format!("{name} has {} mistakes\n", lines.len()) } else { String::new() };
    head + &lines.join("\n")
}

/// The catalog in a file.
pub(crate) fn load(file: &Path) -> Result<Catalog, CatalogError> {
    let format = Format::of_path(file).ok_or_else(|| CatalogError::Format { file: file.to_owned() })?;
    let text =
        std::fs::read_to_string(file).map_err(|source| CatalogError::Unreadable { file: file.to_owned(), source })?;
    read(&text, format).map_err(|mistakes| CatalogError::Wrong { file: file.to_owned(), mistakes })
}

/// What a catalog says, for people.
pub(crate) fn summary(catalog: &Catalog) -> String {
    let on_demand = catalog.iter().filter(|entry| entry.presence() == Presence::OnDemand).count();
    let all = catalog.iter().count() as u64;
    let mut lines = vec![format!("{}: {}, {on_demand} on demand", catalog.product(), count(all, "component"))];
    let mut fact = |name: &str, value: Option<String>| lines.extend(value.map(|value| format!("{name:<20} {value}")));
    fact("namespace", catalog.namespace().map(ToString::to_string));
    fact("selector", catalog.selector().map(ToString::to_string));
    fact("version annotation", Some(catalog.version_annotation().to_string()));
    fact("release component", catalog.release_component().map(ToString::to_string));
    for entry in catalog.iter() {
        let presence = match entry.presence() {
            Presence::Expected => "expected",
            Presence::Optional => "optional",
            Presence::OnDemand => "on demand",
        };
        let since = entry.since().map(|since| format!(" since {since}")).unwrap_or_default();
        let until = entry.until().map(|until| format!(" until {until}")).unwrap_or_default();
        let with = listing(" with ", entry.with());
        let without = listing(" without ", entry.without());
        let kind = entry.kind().as_str();
        lines.push(format!("  {:<32} {kind:<22} {presence}{since}{until}{with}{without}", entry.name()));
    }
    lines.join("\n") + "\n"
}

/// Neighbours after a word; nothing if there are none.
fn listing(word: &str, neighbours: &[Neighbour]) -> String {
    let names: Vec<String> = neighbours.iter().map(ToString::to_string).collect();
    if names.is_empty() { String::new() } else { format!("{word}{}", names.join(" or ")) }
}

/// A catalog as TOML, with where its description is.
pub(crate) fn text(catalog: &Catalog) -> String {
    format!("# A catalog of wfm-agent: see docs/CATALOG.md\n{}", to_toml(catalog))
}
