//! The same closed schema again, where an envelope arrives.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Deserialize;
use serde::de::{MapAccess, Visitor};
use serde_json::value::RawValue;

use super::facets::number;
use super::fields::{COMPONENTS, CREATED, Field};
use super::{Arrival, EnvelopeKind, ReportedVersion, SchemaVersion, Vocabulary, fields, normalise};
use crate::cluster::{ClusterId, Cohort};
use crate::facets::{Facet, FacetReport, FacetValue, Part, Week};

/// An envelope that is not taken. It names the place and never repeats what stands there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotTaken {
    /// It is no JSON object.
    #[error("the body is not a JSON object")]
    NotAnObject,
    /// It has a member that its schema does not have.
    #[error("{0}: there is no such member in this schema: leave it out")]
    Unknown(String),
    /// A member, or a component, stands in it twice.
    #[error("{0}: stands there twice: leave one out")]
    Twice(String),
    /// A member is missing.
    #[error("{0}: is missing: send it")]
    Missing(String),
    /// A member says what its schema does not let it say.
    #[error("{0}: not one of its values: send one that the schema lists")]
    Value(String),
    /// It names a week that has not begun.
    #[error("{0}: that week has not begun: check the clocks of the cluster and of the service")]
    Future(String),
    /// It says nothing of its part.
    #[error("the envelope says nothing of its part: send one member of it at least")]
    Empty,
}

impl Arrival {
    /// Takes a check-in as [`Anonymizer::check_in`](super::Anonymizer::check_in) makes it, and nothing else.
    ///
    /// # Errors
    /// Where it departs from [`schema()`](super::schema()) in anything.
    pub fn accept(body: &[u8], vocabulary: Vocabulary<'_>) -> Result<Self, NotTaken> {
        let members = Members::read(body, "", EnvelopeKind::CheckIn.fields().iter().copied())?;
        members.schema()?;
        let id: String = members.get(&fields::ID)?;
        // In one spelling, as the schema says.
        let random = id.parse::<ClusterId>().ok().filter(|read| read.is_random() && read.to_string() == id);
        Ok(Self {
            cluster: random.ok_or_else(|| members.refuse(&fields::ID))?,
            components: components(members.get(&COMPONENTS)?, vocabulary)?,
            cohort: members.optional(&fields::COHORT)?,
            declares: true,
        })
    }
}

impl FacetReport {
    /// Takes an envelope of facets as [`Anonymizer::facets`](super::Anonymizer::facets) makes it, and nothing else. `week`
    /// is the Monday of the week in which it is counted: the one in which it arrives, as nothing in it says when it was
    /// made.
    ///
    /// # Errors
    /// Where it departs from [`schema()`](super::schema()) in anything.
    pub fn accept(body: &[u8], week: Date) -> Result<Self, NotTaken> {
        #[derive(Deserialize)]
        struct Sorted {
            part: String,
        }
        // Which schema it has depends on what it is about.
        let part = fields::of_part(Part::Software);
        let sorted: Sorted = serde_json::from_slice(body).map_err(|error| match error.classify() {
            serde_json::error::Category::Data if body.trim_ascii_start().starts_with(b"{") => {
                NotTaken::Value(part.name.to_owned())
            }
            _ => NotTaken::NotAnObject,
        })?;
        let part: Part = sorted.part.parse().map_err(|()| NotTaken::Value(part.name.to_owned()))?;
        let members = Members::read(body, "", EnvelopeKind::of(part).fields().iter().copied())?;
        members.schema()?;
        let mut values = Vec::new();
        for facet in normalise::facets(part) {
            let Some(field) = fields::of(facet) else { continue };
            let Some(said) = members.optional::<&RawValue>(field)? else { continue };
            values.push(match facet {
                Facet::Creation => FacetValue::Creation(created(said, week)?),
                _ => value(facet, said).ok_or_else(|| members.refuse(field))?,
            });
        }
        let cohort: Option<Cohort> = members.optional(&fields::COHORT)?;
        // What else could be wrong with a report cannot be: its week is a Monday, its values are of different facets.
        Self::new(week, cohort.unwrap_or_default(), values).map_err(|_| NotTaken::Empty)
    }
}

/// A facet's value, where a report may say it.
fn value(facet: Facet, said: &RawValue) -> Option<FacetValue> {
    if let Ok(first) = serde_json::from_str::<u64>(said.get()) {
        return normalise::vocabulary(facet).find(|value| number(*value) == Some(first));
    }
    let word: Cow<'_, str> = serde_json::from_str(said.get()).ok()?;
    let value = FacetValue::read(facet, &word).ok()?;
    (number(value).is_none() && normalise::is_in_vocabulary(value)).then_some(value)
}

/// The week of a creation, of which none is after the week of the report.
fn created(said: &RawValue, reported: Date) -> Result<Week, NotTaken> {
    let members = Members::read(said.get().as_bytes(), "created.", CREATED.members)?;
    let [year, week] = CREATED.members else { return Err(NotTaken::Value(CREATED.name.to_owned())) };
    let found = Week::new(members.get(year)?, members.get(week)?);
    let found = found.ok_or_else(|| NotTaken::Value(CREATED.name.to_owned()))?;
    if found.monday() > reported { Err(NotTaken::Future(CREATED.name.to_owned())) } else { Ok(found) }
}

fn components(
    said: Vec<&RawValue>,
    vocabulary: Vocabulary<'_>,
) -> Result<BTreeMap<crate::component::ComponentName, ReportedVersion>, NotTaken> {
    let [name, version] = COMPONENTS.members else { return Err(NotTaken::Value(COMPONENTS.name.to_owned())) };
    let mut components = BTreeMap::new();
    for (index, said) in said.into_iter().enumerate() {
        let place = format!("{}[{index}].", COMPONENTS.name);
        let members = Members::read(said.get().as_bytes(), &place, COMPONENTS.members)?;
        let known = vocabulary.component(&members.get::<String>(name)?).ok_or_else(|| members.refuse(name))?;
        let text: String = members.get(version)?;
        let listed = vocabulary.reported(known, &text).ok_or_else(|| members.refuse(version))?;
        if components.insert(known.clone(), listed).is_some() {
            return Err(NotTaken::Twice(members.place(name.name)));
        }
    }
    Ok(components)
}

/// The members of an object, each with its JSON.
struct Members<'a> {
    /// What stands before a member's name when it is told.
    prefix: &'a str,
    said: Vec<(Cow<'a, str>, &'a RawValue)>,
}

impl<'a> Members<'a> {
    /// Reads an object that has these members at most, each once.
    fn read<'f>(
        json: &'a [u8],
        prefix: &'a str,
        fields: impl IntoIterator<Item = &'f Field>,
    ) -> Result<Self, NotTaken> {
        let known: Vec<&str> = fields.into_iter().map(|field| field.name).collect();
        let Said(said) = serde_json::from_slice(json).map_err(|_| match prefix {
            "" => NotTaken::NotAnObject,
            place => NotTaken::Value(place.trim_end_matches('.').to_owned()),
        })?;
        let members = Self { prefix, said };
        for (index, (name, _)) in members.said.iter().enumerate() {
            if !known.contains(&name.as_ref()) {
                return Err(NotTaken::Unknown(members.place(name)));
            }
            if members.said[..index].iter().any(|(earlier, _)| earlier == name) {
                return Err(NotTaken::Twice(members.place(name)));
            }
        }
        Ok(members)
    }

    /// Where a member stands, cut to a readable length.
    fn place(&self, name: &str) -> String {
        self.prefix.chars().chain(name.chars().take(64)).collect()
    }

    fn refuse(&self, field: &Field) -> NotTaken {
        NotTaken::Value(self.place(field.name))
    }

    fn optional<T: Deserialize<'a>>(&self, field: &Field) -> Result<Option<T>, NotTaken> {
        let Some((_, json)) = self.said.iter().find(|(name, _)| name == field.name) else { return Ok(None) };
        serde_json::from_str(json.get()).map(Some).map_err(|_| self.refuse(field))
    }

    fn get<T: Deserialize<'a>>(&self, field: &Field) -> Result<T, NotTaken> {
        self.optional(field)?.ok_or_else(|| NotTaken::Missing(self.place(field.name)))
    }

    /// Checks that the schema is one that is known here.
    fn schema(&self) -> Result<(), NotTaken> {
        let known = |schema: &SchemaVersion| (SchemaVersion::FIRST..=SchemaVersion::CURRENT).contains(schema);
        let schema: SchemaVersion = self.get(&fields::SCHEMA)?;
        if known(&schema) { Ok(()) } else { Err(self.refuse(&fields::SCHEMA)) }
    }
}

/// The members of an object in their order, twins among them.
struct Said<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Said<'a> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object<'a>(std::marker::PhantomData<&'a ()>);

        impl<'de: 'a, 'a> Visitor<'de> for Object<'a> {
            type Value = Said<'a>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Said<'a>, A::Error> {
                let mut said = Vec::new();
                while let Some(Name(name)) = map.next_key()? {
                    said.push((name, map.next_value()?));
                }
                Ok(Said(said))
            }
        }

        deserializer.deserialize_map(Object(std::marker::PhantomData))
    }
}

/// A name, borrowed where it holds no escapes.
#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

#[cfg(test)]
mod tests;
