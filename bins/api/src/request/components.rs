//! Components as old agents report them, read without building what was sent: whatever its length, a body leaves nothing in
//! memory but the names that a vocabulary knows, and its id.

use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use utoipa::ToSchema;
use wfm_core::anonymizer::Reduction;

use super::Object;

/// A component as a check-in names it.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Installed {
    #[schema(value_type = Option<Named>)]
    component: Option<Object<Named>>,
    #[schema(value_type = Option<Versioned>)]
    version: Option<Object<Versioned>>,
}

#[derive(Deserialize, ToSchema)]
struct Named {
    /// A name of the catalogue; others are dropped.
    name: Option<String>,
}

#[derive(Deserialize, ToSchema)]
struct Versioned {
    /// A published version; others become `custom`.
    version: Option<String>,
}

/// An object: the text at `id` is its value, what is at `field` goes to `inner`, and everything else is passed over.
pub(crate) struct ObjectWith<S> {
    pub(crate) has_id: bool,
    pub(crate) field: &'static str,
    pub(crate) inner: S,
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for ObjectWith<S> {
    type Value = Option<String>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, S: DeserializeSeed<'de>> Visitor<'de> for ObjectWith<S> {
    type Value = Option<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Self::Value, A::Error> {
        let (mut id, mut inner) = (None, Some(self.inner));
        while let Some(name) = fields.next_key::<String>()? {
            if name == "id" && self.has_id {
                if id.replace(fields.next_value::<Option<String>>()?).is_some() {
                    return Err(Error::duplicate_field("id"));
                }
            } else if name == self.field {
                let inner = inner.take().ok_or_else(|| Error::duplicate_field(self.field))?;
                fields.next_value_seed(OrNull(inner))?;
            } else {
                fields.next_value::<IgnoredAny>()?;
            }
        }
        Ok(id.flatten())
    }
}

/// A value, or `null`, which counts as absent.
struct OrNull<S>(S);

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for OrNull<S> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_option(self)
    }
}

impl<'de, S: DeserializeSeed<'de>> Visitor<'de> for OrNull<S> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value or null")
    }

    fn visit_none<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        self.0.deserialize(deserializer).map(drop)
    }
}

/// A list of components, each reduced before the next is read; `most` of them at most.
pub(crate) struct Components<'r, 'v> {
    pub(crate) reduction: &'r mut Reduction<'v>,
    pub(crate) most: usize,
}

impl<'de> DeserializeSeed<'de> for Components<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Components<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of components")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut components: A) -> Result<(), A::Error> {
        let mut count = 0;
        while let Some(Object(one)) = components.next_element::<Object<Installed>>()? {
            count += 1;
            if count > self.most {
                return Err(Error::invalid_length(count, &self));
            }
            let name = one.component.and_then(|component| component.0.name).unwrap_or_default();
            let version = one.version.and_then(|version| version.0.version).unwrap_or_default();
            self.reduction.add(&name, &version);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use wfm_core::anonymizer::{DoctorFacts, Vocabulary};
    use wfm_core::catalog::Catalog;
    use wfm_core::release::Releases;

    use super::super::read_into;
    use super::*;

    /// What is read of a check-in's body: its id, and the names that are kept.
    fn read(body: &str) -> Option<(Option<String>, Vec<String>)> {
        let (catalog, releases) = (Catalog::workflow(), Releases::default());
        let mut reduction = Reduction::new(Vocabulary::new(&catalog, &releases));
        let components = Components { reduction: &mut reduction, most: 256 };
        let seed = ObjectWith { has_id: true, field: "components", inner: components };
        let id = read_into(body.as_bytes(), seed, "x").ok()?;
        let facts = DoctorFacts::from(reduction);
        Some((id, facts.components().keys().map(ToString::to_string).collect()))
    }

    #[test]
    fn an_old_agents_body_is_read_whatever_stands_beside() {
        let body = r#"{"id":"x","firstSeen":"yesterday","lastSeen":7,"components":[
            {"component":{"name":"deis-router","description":"d","type":"Daemon Set"},
             "version":{"train":"beta","version":"v1.0.0","released":"","data":{"image":"r.acme.example/a:v1"}},
             "updateAvailable":null},
            {"component":{"name":"acme-payments"}},{"component":null,"version":null},{}]}"#;
        assert_eq!(read(body), Some((Some("x".into()), vec!["deis-router".into()])));
        for body in
            ["{}", r#"{"components":null}"#, r#"{"id":null,"\u0063omponents":[]}"#, r#"{"data":{"components":7}}"#]
        {
            assert_eq!(read(body), Some((None, Vec::new())), "{body}");
        }
    }

    #[test]
    fn what_is_no_check_in_is_refused() {
        for body in [
            "null",
            "[]",
            "7",
            "",
            "{",
            r#"{"components":{}}"#,
            r#"{"components":[[]]}"#,
            r#"{"id":7}"#,
            r#"{} {}"#,
            r#"{"id":"a","id":"a"}"#,
            r#"{"components":[],"components":[]}"#,
            r#"{"components":[{"version":[null]}]}"#,
        ] {
            assert_eq!(read(body), None, "{body}");
        }
        let many = |count| format!(r#"{{"components":[{}]}}"#, vec!["{}"; count].join(","));
        assert!(read(&many(256)).is_some());
        assert_eq!(read(&many(257)), None);
    }

    proptest! {
        #[test]
        fn nothing_is_kept_but_names_of_the_catalog(
            pieces in prop::collection::vec(
                prop::sample::select(vec![
                    "{", "}", "[", "]", ",", ":", "\"id\"", "\"components\"", "\"component\"", "\"name\"", "\"x\"", "null",
                    "1e9", "\"\\ud800\"", "\"deis-router\"", "{\"component\":{\"name\":\"deis-minio\"}}",
                    "{\"components\":[", "[[[[[[", "\u{0}",
                ]),
                0..60,
            ),
        ) {
            if let Some((_, names)) = read(&pieces.concat()) {
                prop_assert!(names.iter().all(|name| name == "deis-router" || name == "deis-minio"), "{names:?}");
            }
        }
    }
}
