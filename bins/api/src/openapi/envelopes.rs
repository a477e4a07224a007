//! The schemas of envelopes, as far as they are the same at every service and on every day.

use serde_json::{Value, json};
use wfm_core::anonymizer::{EnvelopeKind, ReportedVersion, Vocabulary, schema};
use wfm_core::catalog::Catalog;
use wfm_core::component::ComponentName;
use wfm_core::facets::Part;
use wfm_core::release::Releases;

use super::schemas::Schemas;

/// A check-in. Which names and versions it may hold, the service tells itself: that changes with the releases.
pub(super) fn check_in(schemas: &mut Schemas) -> Value {
    let mut check_in = fixed(EnvelopeKind::CheckIn);
    check_in["properties"]["components"] = json!({
        "type": "array",
        "description": "Which components run in which versions: those that /v4/schemas/check-in lists.",
        "items": {
            "type": "object",
            "additionalProperties": false,
            "required": ["name", "version"],
            "properties": {
                "name": schemas.refer::<ComponentName>(),
                "version": schemas.refer::<ReportedVersion>(),
            },
        },
    });
    schemas.named("CheckInEnvelope", check_in)
}

/// One part of what a cluster reports without an id.
pub(super) fn facets(schemas: &mut Schemas) -> Value {
    let name = |part| match part {
        Part::Software => "SoftwareEnvelope",
        Part::Capacity => "CapacityEnvelope",
        Part::Creation => "CreationEnvelope",
        Part::OtherWorkloads => "OtherWorkloadsEnvelope",
    };
    let all: Vec<Value> =
        Part::ALL.iter().map(|part| schemas.named(name(*part), fixed(EnvelopeKind::of(*part)))).collect();
    json!({"oneOf": all})
}

/// A schema of any kind.
pub(super) fn any(_: &mut Schemas) -> Value {
    json!({"type": "object"})
}

/// The schema of an envelope where nothing is published.
fn fixed(kind: EnvelopeKind) -> Value {
    let mut schema = schema(kind, Vocabulary::new(&Catalog::workflow(), &Releases::default()));
    if let Some(members) = schema.as_object_mut() {
        // It is that of the whole document here.
        members.remove("$schema");
    }
    schema
}
