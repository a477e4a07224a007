//! As much of [JSON Schema](https://json-schema.org/draft/2020-12) as the schemas of envelopes use; any other word of it is
//! a panic, so that nothing is passed over.

use serde_json::Value;

/// Words that say nothing of what is valid. (`format` does not, unless it is asked to.)
const REMARKS: [&str; 4] = ["$schema", "title", "description", "format"];

/// Whether a value is what a schema has.
pub(crate) fn is_valid(schema: &Value, value: &Value) -> bool {
    let words = schema.as_object().unwrap();
    words.iter().filter(|(word, _)| !REMARKS.contains(&word.as_str())).all(|(word, rule)| match word.as_str() {
        "type" => is_of_type(rule.as_str().unwrap(), value),
        "const" => same(rule, value),
        "enum" => rule.as_array().unwrap().iter().any(|one| same(one, value)),
        "oneOf" => rule.as_array().unwrap().iter().filter(|one| is_valid(one, value)).count() == 1,
        "minimum" => value.as_f64().is_none_or(|number| number >= rule.as_f64().unwrap()),
        "maximum" => value.as_f64().is_none_or(|number| number <= rule.as_f64().unwrap()),
        "maxItems" => value.as_array().is_none_or(|items| items.len() as u64 <= rule.as_u64().unwrap()),
        "items" => value.as_array().is_none_or(|items| items.iter().all(|item| is_valid(rule, item))),
        "pattern" => value.as_str().is_none_or(|text| is_random_uuid(rule.as_str().unwrap(), text)),
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
        // 1.0 is one.
        "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        unknown => panic!("{unknown}: a type that is not known here"),
    }
}

/// Numbers are the same where they are worth the same.
fn same(one: &Value, other: &Value) -> bool {
    one == other || one.as_f64().is_some_and(|number| other.as_f64() == Some(number))
}

/// The one pattern that there is, without an engine for any.
fn is_random_uuid(pattern: &str, text: &str) -> bool {
    assert_eq!(pattern, "^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$");
    let shape = "xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx";
    text.len() == shape.len()
        && text.chars().zip(shape.chars()).all(|(said, shape)| match shape {
            'x' => matches!(said, '0'..='9' | 'a'..='f'),
            'y' => matches!(said, '8' | '9' | 'a' | 'b'),
            fixed => said == fixed,
        })
}
