//! One entry of a file of releases.

use serde_json::Value;
use wfm_core::wire::v3::{Component, ComponentVersion, Version, VersionData};

use super::{Entries, ImportError, array, check_schema, named};

/// An entry in which something else stands than text.
#[derive(Debug)]
pub struct NotAnEntry {
    /// The field.
    pub field: String,
    /// What to write there.
    pub problem: String,
    /// The component it names, if it does.
    pub component: Option<String>,
}

/// Reads a [`ComponentVersion`] by hand: serde would tell the line of what is wrong, and not the field.
///
/// `null` and the empty text count as absent, as old agents write them.
///
/// # Errors
/// The first field that holds something else than text.
pub fn component_version(entry: &Value) -> Result<ComponentVersion, NotAnEntry> {
    let reader = Reader { entry };
    for object in ["", "component", "version", "version.data"] {
        reader.object(object)?;
    }
    let data = VersionData {
        description: reader.text("version.data.description")?,
        fixes: reader.text("version.data.fixes")?,
        image: reader.text("version.data.image")?,
        minimum: reader.text("version.data.minimum")?,
    };
    Ok(ComponentVersion {
        component: Component {
            name: reader.text("component.name")?.unwrap_or_default(),
            description: reader.text("component.description")?,
            workload_type: reader.text("component.type")?,
        },
        version: Version {
            train: reader.text("version.train")?,
            version: reader.text("version.version")?.unwrap_or_default(),
            released: reader.text("version.released")?,
            data: (data != VersionData::default()).then_some(data),
        },
        update_available: None,
    })
}

/// The entries of a train's document, in the shape of the others.
pub(super) fn of_train(file: &Value) -> Result<Entries, ImportError> {
    check_schema(file)?;
    let mut entries = Entries::new();
    for (at, component) in array(&file["components"], "components")?.iter().enumerate() {
        let releases = array(&component["releases"], &format!("components[{at}].releases"))?;
        entries.extend(releases.iter().map(|release| of_release(file, component, release)));
    }
    Ok(entries)
}

fn of_release(file: &Value, component: &Value, release: &Value) -> Result<ComponentVersion, NotAnEntry> {
    let data = serde_json::json!({
        "description": release["description"], "fixes": release["fixes"], "image": release["image"],
        "minimum": release["minimum"],
    });
    let entry = serde_json::json!({
        "component": {"name": component["name"]},
        "version": {
            "train": file["train"], "version": release["version"], "released": release["released"], "data": data,
        },
    });
    component_version(&entry)
}

struct Reader<'a> {
    entry: &'a Value,
}

impl Reader<'_> {
    fn text(&self, field: &str) -> Result<Option<String>, NotAnEntry> {
        match self.at(field) {
            Value::Null => Ok(None),
            Value::String(text) if text.is_empty() => Ok(None),
            Value::String(text) => Ok(Some(text.clone())),
            other => Err(self.refuse(field, &format!("write text in quotes, not {}", kind(other)))),
        }
    }

    fn object(&self, field: &str) -> Result<(), NotAnEntry> {
        match self.at(field) {
            Value::Object(_) => Ok(()),
            Value::Null if !field.is_empty() => Ok(()),
            other => Err(self.refuse(field, &format!("write an object, in curly braces, not {}", kind(other)))),
        }
    }

    fn at(&self, field: &str) -> &Value {
        let names = field.split('.').filter(|name| !name.is_empty());
        names.fold(self.entry, |value, name| value.get(name).unwrap_or(&Value::Null))
    }

    fn refuse(&self, field: &str, problem: &str) -> NotAnEntry {
        let field = if field.is_empty() { "the entry" } else { field };
        let component = self.at("component.name").as_str().and_then(named);
        NotAnEntry { field: field.into(), problem: problem.into(), component }
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
