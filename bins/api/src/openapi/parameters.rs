//! Parameters of paths and queries.

use serde_json::{Value, json};
use wfm_core::cluster::ClusterId;
use wfm_core::component::ComponentName;
use wfm_core::version::{Train, Version};

use super::schemas::Schemas;

/// A parameter of a query.
pub(super) struct Parameter {
    name: &'static str,
    about: &'static str,
    schema: Value,
}

impl Parameter {
    pub(super) fn flag(name: &'static str, about: &'static str) -> Self {
        Self { name, about, schema: json!({"type": "boolean", "default": false}) }
    }

    pub(super) fn describe(&self) -> Value {
        json!({"name": self.name, "in": "query", "required": false, "description": self.about, "schema": self.schema})
    }
}

/// The holes of a path, in their order.
pub(super) fn holes(path: &str, schemas: &mut Schemas) -> Vec<Value> {
    let holes = path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'));
    let describe = |name: &str| {
        let (about, schema) = match name {
            "train" => ("The release train, such as stable.", schemas.refer::<Train>()),
            "component" => ("The component, such as deis-router.", schemas.refer::<ComponentName>()),
            "version" if path.starts_with("/v3") => {
                let versions = schemas.refer::<Version>();
                let schema = json!({"anyOf": [{"const": "latest"}, versions]});
                ("The version, with or without its v; GET takes latest too: the highest that is not withdrawn.", schema)
            }
            "version" => ("The version, with or without its v.", schemas.refer::<Version>()),
            _ => ("A random UUID, known to its owner alone.", schemas.refer::<ClusterId>()),
        };
        json!({"name": name, "in": "path", "required": true, "description": about, "schema": schema})
    };
    holes.map(describe).collect()
}
