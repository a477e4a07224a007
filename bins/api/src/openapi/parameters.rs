//! Parameters of paths and queries.

use serde_json::{Value, json};
use utoipa::ToSchema;
use wfm_core::anonymizer::EnvelopeKind;
use wfm_core::cluster::{ClusterId, Cohort};
use wfm_core::component::ComponentName;
use wfm_core::release::NoticeId;
use wfm_core::version::{Train, Version};

use super::schemas::Schemas;
use crate::request::LONGEST_PAGE;

/// The largest number that every reader of JSON has.
pub(crate) const LARGEST: u64 = (1 << 53) - 1;

/// A parameter of a query.
pub(super) struct Parameter {
    name: &'static str,
    about: &'static str,
    schema: Value,
    required: bool,
}

impl Parameter {
    pub(super) fn flag(name: &'static str, about: &'static str) -> Self {
        Self {
            required: false,
            name,
            about,
            schema: json!({"anyOf": [{"type": "boolean"}, {"const": ""}], "default": false}),
        }
    }

    /// A moment; bounds are exclusive.
    pub(super) fn time(name: &'static str, about: &'static str) -> Self {
        Self {
            required: false,
            name,
            about,
            schema: json!({"type": "string", "anyOf": [{"format": "date-time"}, {"maxLength": 0}]}),
        }
    }

    /// A text of the domain.
    pub(super) fn text<T: ToSchema>(name: &'static str, about: &'static str) -> Self {
        Self { required: false, name, about, schema: Schemas::default().refer::<T>() }
    }

    /// A day, or a moment that is as exact as the question is.
    pub(super) fn day(name: &'static str, about: &'static str) -> Self {
        let schema = json!({"type": "string", "anyOf": [{"format": "date"}, {"format": "date-time"}]});
        Self { required: false, name, about, schema }
    }

    /// A set of cohorts.
    pub(super) fn cohorts(name: &'static str, about: &'static str) -> Self {
        let words = Cohort::ALL.map(Cohort::as_str).join("|");
        let pattern = format!("^({words})(,({words}))*$");
        Self {
            required: false,
            name,
            about,
            schema: json!({"type": "string", "pattern": pattern, "default": "customer"}),
        }
    }

    pub(super) fn limit() -> Self {
        let schema = json!({"type": "integer", "minimum": 1, "maximum": LONGEST_PAGE, "default": 100});
        Self { name: "limit", about: "Entries of a page.", schema, required: false }
    }

    /// Where a limit makes a page of what is whole without.
    pub(super) fn rows() -> Self {
        let schema = json!({"type": "integer", "minimum": 1, "maximum": LONGEST_PAGE});
        Self { name: "limit", about: "Rows of a page; all that there are where absent.", schema, required: false }
    }

    pub(super) fn number(name: &'static str, about: &'static str) -> Self {
        Self { required: false, name, about, schema: json!({"type": "integer", "minimum": 0, "maximum": LARGEST}) }
    }

    pub(super) fn required(self) -> Self {
        Self { required: true, ..self }
    }

    pub(super) fn describe(&self) -> Value {
        json!({"name": self.name, "in": "query", "required": self.required, "description": self.about, "schema": self.schema})
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
            "envelope" => ("The kind of envelope.", schemas.refer::<EnvelopeKind>()),
            "notice" => ("The name of the notice, such as end-of-v2.", schemas.refer::<NoticeId>()),
            _ => ("A random UUID, known to its owner alone.", schemas.refer::<ClusterId>()),
        };
        json!({"name": name, "in": "path", "required": true, "description": about, "schema": schema})
    };
    holes.map(describe).collect()
}
