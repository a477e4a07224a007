//! Every place of a Kubernetes object where a text can stand, by the schema of its type.

use k8s_openapi::schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};

/// A step on the way to a leaf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    Member(String),
    /// The first of an array.
    First,
    /// The key of a map, which is the leaf itself.
    Key,
}

/// The way to a leaf.
pub(crate) type Leaf = Vec<Step>;

/// The leaves of a type, and an object in which all of them stand.
pub(crate) struct Leaves {
    pub(crate) all: Vec<Leaf>,
    pub(crate) full: Value,
}

impl Leaves {
    pub(crate) fn of<T: JsonSchema>() -> Self {
        let root = SchemaGenerator::default().into_root_schema_for::<T>().to_value();
        let mut walk = Walk { root: &root, within: Vec::new(), all: Vec::new() };
        let full = walk.value(&root, &mut Vec::new());
        Self { all: walk.all, full }
    }
}

struct Walk<'s> {
    root: &'s Value,
    /// Which types it is in: none of these objects holds itself, and where one did, once is enough.
    within: Vec<&'s str>,
    all: Vec<Leaf>,
}

impl<'s> Walk<'s> {
    /// A value of a schema, in which every leaf is noted.
    fn value(&mut self, schema: &'s Value, place: &mut Leaf) -> Value {
        if let Some(reference) = schema["$ref"].as_str() {
            let name = reference.strip_prefix("#/$defs/").unwrap();
            let definition = &self.root["$defs"][name];
            assert!(definition.is_object(), "{name} is defined");
            if self.within.contains(&name) {
                return Value::Null;
            }
            self.within.push(name);
            let value = self.value(definition, place);
            self.within.pop();
            return value;
        }
        if let Some(all) = schema["allOf"].as_array() {
            assert_eq!(all.len(), 1, "{schema}");
            return self.value(&all[0], place);
        }
        match schema["type"].as_str() {
            Some("object") if schema["properties"].is_object() => {
                let properties = schema["properties"].as_object().unwrap();
                let mut object = Map::new();
                for (name, member) in properties {
                    object.insert(name.clone(), self.step(Step::Member(name.clone()), member, place));
                }
                Value::Object(object)
            }
            Some("object") => {
                // A map, or JSON of any kind: its keys are the customer's, too.
                self.note(Step::Key, place);
                match schema.get("additionalProperties") {
                    Some(of @ Value::Object(_)) => json!({"x": self.step(Step::Member("x".into()), of, place)}),
                    _ => {
                        self.note(Step::Member("x".into()), place);
                        json!({"x": "x"})
                    }
                }
            }
            Some("array") => json!([self.step(Step::First, &schema["items"], place)]),
            Some("integer" | "number") => json!(1),
            Some("boolean") => json!(true),
            // What has no type is a quantity, or a number that may be a text.
            Some("string") | None => {
                self.all.push(place.clone());
                json!("x")
            }
            other => panic!("a schema of an unknown type: {other:?}"),
        }
    }

    fn step(&mut self, step: Step, schema: &'s Value, place: &mut Leaf) -> Value {
        place.push(step);
        let value = self.value(schema, place);
        place.pop();
        value
    }

    fn note(&mut self, step: Step, place: &Leaf) {
        self.all.push(place.iter().cloned().chain([step]).collect());
    }
}

/// Puts a value at a leaf, whatever stood there or on the way.
pub(crate) fn put(object: &mut Value, leaf: &[Step], value: &Value) {
    let Some((step, rest)) = leaf.split_first() else {
        *object = value.clone();
        return;
    };
    match step {
        Step::Member(name) => {
            if !object.is_object() {
                *object = json!({});
            }
            put(&mut object[name.as_str()], rest, value);
        }
        Step::First => {
            if object.as_array().is_none_or(Vec::is_empty) {
                *object = json!([null]);
            }
            put(&mut object[0], rest, value);
        }
        Step::Key => {
            if !object.is_object() {
                *object = json!({});
            }
            let key = value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned);
            object[key] = json!("x");
        }
    }
}

/// An object over another one: what both have is the upper one's.
pub(crate) fn overlay(under: &mut Value, over: &Value) {
    match (under, over) {
        (Value::Object(under), Value::Object(over)) => {
            for (name, value) in over {
                overlay(under.entry(name.clone()).or_insert(Value::Null), value);
            }
        }
        (Value::Array(under), Value::Array(over)) if !over.is_empty() => {
            under.resize(over.len().max(under.len()), Value::Null);
            under.iter_mut().zip(over).for_each(|(under, over)| overlay(under, over));
        }
        (under, over) => *under = over.clone(),
    }
}
