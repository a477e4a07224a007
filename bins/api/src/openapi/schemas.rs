//! The schemas that the operations refer to.

use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use utoipa::openapi::{RefOr, schema::Schema};

/// The schemas so far, by name.
#[derive(Default)]
pub(super) struct Schemas(Map<String, Value>);

impl Schemas {
    /// A reference to a type's schema, which is put among the others; where it is a plain value, the schema
    /// itself.
    pub(super) fn refer<T: ToSchema>(&mut self) -> Value {
        let mut beneath: Vec<(String, RefOr<Schema>)> = Vec::new();
        T::schemas(&mut beneath);
        for (name, schema) in beneath {
            self.put(name, &schema);
        }
        let own = T::schema();
        let is_object = matches!(&own, RefOr::T(Schema::Object(object)) if !object.properties.is_empty());
        if !is_object && !matches!(own, RefOr::T(Schema::AllOf(_) | Schema::OneOf(_))) {
            return value(&own);
        }
        let name = T::name().into_owned();
        self.put(name.clone(), &own);
        json!({"$ref": format!("#/components/schemas/{name}")})
    }

    /// A list of a type in the envelope [`Data`](wfm_core::wire::v3::Data).
    pub(super) fn list<T: ToSchema>(&mut self) -> Value {
        let entry = self.refer::<T>();
        json!({"type": "object", "required": ["data"], "properties": {"data": {"type": "array", "items": entry}}})
    }

    /// The same with at least one entry.
    pub(super) fn some<T: ToSchema>(&mut self) -> Value {
        let mut list = self.list::<T>();
        list["properties"]["data"]["minItems"] = json!(1);
        list
    }

    /// A reference to a schema that has no type, put among the others.
    pub(super) fn named(&mut self, name: &str, schema: Value) -> Value {
        self.0.insert(name.to_owned(), schema);
        json!({"$ref": format!("#/components/schemas/{name}")})
    }

    fn put(&mut self, name: String, schema: &RefOr<Schema>) {
        self.0.entry(name).or_insert_with(|| value(schema));
    }

    pub(super) fn finish(self) -> Value {
        self.0.into()
    }
}

fn value(schema: &RefOr<Schema>) -> Value {
    serde_json::to_value(schema).expect("a schema always has a JSON form")
}
