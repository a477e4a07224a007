//! The two syntaxes, each with its way of telling places.

use serde_saphyr::Spanned as InYaml;
use toml::Spanned as InToml;

use super::schema::{File, Placed, PlacedFile};
use super::{Mistake, words};
use crate::catalog::Neighbour;
use crate::component::ComponentName;
use crate::version::Version;

type Read = Result<PlacedFile, Mistake>;

pub(super) fn toml(text: &str) -> Read {
    let file: File<InToml<ComponentName>, InToml<Version>, InToml<Neighbour>> =
        toml::from_str(text).map_err(|error| {
            let (line, column) = position(text, error.span().map_or(0, |span| span.start));
            Mistake { line, column, message: words::said(error.message()) }
        })?;
    Ok(file.map(|name| in_toml(text, name), |version| in_toml(text, version), |neighbour| in_toml(text, neighbour)))
}

fn in_toml<T>(text: &str, spanned: InToml<T>) -> Placed<T> {
    let (line, column) = position(text, spanned.span().start);
    Placed { value: spanned.into_inner(), line, column }
}

/// Line and column, from 1, of the character that begins at this byte.
fn position(text: &str, byte: usize) -> (usize, usize) {
    let before = text.get(..byte).unwrap_or(text);
    let line = before.rsplit('\n').next().unwrap_or_default();
    (before.matches('\n').count() + 1, line.chars().count() + 1)
}

pub(super) fn yaml(text: &str) -> Read {
    let file: File<InYaml<ComponentName>, InYaml<Version>, InYaml<Neighbour>> =
        serde_saphyr::from_str(text).map_err(|error| {
            let error = error.without_snippet();
            let (line, column) =
                error.location().map_or((1, 1), |place| (number(place.line()), number(place.column())));
            Mistake { line, column, message: words::said(&error.to_string()) }
        })?;
    Ok(file.map(in_yaml, in_yaml, in_yaml))
}

fn in_yaml<T>(spanned: InYaml<T>) -> Placed<T> {
    let place = spanned.referenced;
    Placed { value: spanned.value, line: number(place.line()), column: number(place.column()) }
}

fn number(position: u64) -> usize {
    usize::try_from(position).unwrap_or(usize::MAX).max(1)
}
