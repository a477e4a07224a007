//! The [JSON Schema](https://json-schema.org/draft/2020-12) of every envelope: every leaf of it is a list of words, a
//! bounded number or a constant, but the random id.

use serde_json::{Map, Value, json};

use super::facets::Told;
use super::fields::{COMPONENTS, Field};
use super::{EnvelopeKind, SchemaVersion, Vocabulary, normalise};
use crate::facets::Facet;

/// A UUID of version 4: 122 random bits, and none that is made of an address or a name.
pub(super) const RANDOM_UUID: &str = "^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$";

/// The schema of a kind of envelope, with the words that a vocabulary has now.
#[must_use]
pub fn schema(kind: EnvelopeKind, vocabulary: Vocabulary<'_>) -> Value {
    let mut schema = object(kind.fields().iter().copied(), vocabulary);
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema".into();
    schema["title"] = format!("{kind}, schema {}", SchemaVersion::CURRENT).into();
    schema
}

pub(super) fn object<'f>(fields: impl IntoIterator<Item = &'f Field>, vocabulary: Vocabulary<'_>) -> Value {
    let (mut properties, mut required) = (Map::new(), Vec::new());
    for field in fields {
        let mut schema = (field.schema)(vocabulary);
        schema["description"] = field.why.into();
        properties.insert(field.name.to_owned(), schema);
        if field.required {
            required.push(field.name);
        }
    }
    json!({"type": "object", "additionalProperties": false, "required": required, "properties": properties})
}

/// A component with each of its own versions.
pub(super) fn components(vocabulary: Vocabulary<'_>) -> Value {
    let one = |name| {
        let mut one = object(COMPONENTS.members, vocabulary);
        one["properties"]["name"] = json!({"const": name});
        one["properties"]["version"] = json!({"enum": vocabulary.versions(name).collect::<Vec<_>>()});
        one
    };
    let items: Vec<Value> = vocabulary.names().map(one).collect();
    json!({"type": "array", "maxItems": items.len(), "items": {"oneOf": items}})
}

/// A version of any component.
pub(super) fn any_version(vocabulary: Vocabulary<'_>) -> Value {
    let mut all: Vec<_> = vocabulary.names().flat_map(|name| vocabulary.versions(name)).collect();
    all.sort_unstable();
    all.dedup();
    json!({"enum": all})
}

pub(super) fn facet(facet: Facet) -> Value {
    json!({"enum": normalise::vocabulary(facet).map(Told).collect::<Vec<_>>()})
}

#[cfg(test)]
mod tests;
