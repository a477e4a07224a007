//! As much of [JSON Schema](https://json-schema.org/draft/2020-12) as the schemas of envelopes and of releases use; any other word
//! of it is a panic, so that nothing is passed over.

use serde_json::Value;

/// Words that say nothing of what is valid. (`format` does not, unless it is asked to.)
const REMARKS: [&str; 5] = ["$schema", "title", "description", "format", "examples"];

/// Whether a value is what a schema of this name has, of the schemas of a description of an API.
pub(crate) fn is_valid_as(name: &str, description: &Value, value: &Value) -> bool {
    let mut schema = description["components"]["schemas"][name].clone();
    assert!(schema.is_object(), "there is no schema {name}");
    resolve(&mut schema, &description["components"]["schemas"]);
    is_valid(&schema, value)
}

/// Puts what a reference names in its place.
fn resolve(schema: &mut Value, all: &Value) {
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        *schema = all[reference.rsplit('/').next().unwrap()].clone();
    }
    match schema {
        Value::Object(members) => members.values_mut().for_each(|member| resolve(member, all)),
        Value::Array(items) => items.iter_mut().for_each(|item| resolve(item, all)),
        _ => {}
    }
}

/// Whether a value is what a schema has.
pub(crate) fn is_valid(schema: &Value, value: &Value) -> bool {
    let words = schema.as_object().unwrap();
    words.iter().filter(|(word, _)| !REMARKS.contains(&word.as_str())).all(|(word, rule)| match word.as_str() {
        "type" => match rule {
            Value::Array(types) => types.iter().any(|one| is_of_type(one.as_str().unwrap(), value)),
            one => is_of_type(one.as_str().unwrap(), value),
        },
        "const" => same(rule, value),
        "enum" => rule.as_array().unwrap().iter().any(|one| same(one, value)),
        "oneOf" => rule.as_array().unwrap().iter().filter(|one| is_valid(one, value)).count() == 1,
        "allOf" => rule.as_array().unwrap().iter().all(|one| is_valid(one, value)),
        "maxLength" => value.as_str().is_none_or(|text| text.chars().count() as u64 <= rule.as_u64().unwrap()),
        "minimum" => value.as_f64().is_none_or(|number| number >= rule.as_f64().unwrap()),
        "maximum" => value.as_f64().is_none_or(|number| number <= rule.as_f64().unwrap()),
        "maxItems" => value.as_array().is_none_or(|items| items.len() as u64 <= rule.as_u64().unwrap()),
        "items" => value.as_array().is_none_or(|items| items.iter().all(|item| is_valid(rule, item))),
        "pattern" => {
            value.as_str().is_none_or(|text| regex::Regex::new(rule.as_str().unwrap()).unwrap().is_match(text))
        }
        "required" => value.as_object().is_none_or(|said| names(rule).all(|name| said.contains_key(name))),
        "properties" => value.as_object().is_none_or(|said| {
            said.iter().all(|(name, value)| rule.get(name).is_none_or(|schema| is_valid(schema, value)))
        }),
        "additionalProperties" => {
            assert_eq!(rule, false);
            value.as_object().is_none_or(|said| said.keys().all(|name| schema["properties"].get(name).is_some()))
        }
        unknown => panic!("{unknown}: a word of JSON Schema that is not known here"),
    })
}

fn names(list: &Value) -> impl Iterator<Item = &str> {
    list.as_array().unwrap().iter().map(|name| name.as_str().unwrap())
}

fn is_of_type(word: &str, value: &Value) -> bool {
    match word {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "null" => value.is_null(),
        // 1.0 is one.
        "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        unknown => panic!("{unknown}: a type that is not known here"),
    }
}

/// Numbers are the same where they are worth the same.
fn same(one: &Value, other: &Value) -> bool {
    one == other || one.as_f64().is_some_and(|number| other.as_f64() == Some(number))
}
