//! One entry of a file of releases.

use serde_json::{Value, json};
use wfm_core::release::Yank;
use wfm_core::version::Train;
use wfm_core::wire::v3::{Component, ComponentVersion, Version, VersionData};

use super::{Entries, ImportError, array, check_schema, named};

/// The members of an entry, by the object that they are in. The notes and the minimum are also read beside the version, where
/// a train's document has them.
const MEMBERS: [(&str, &[&str]); 5] = [
    ("version", &["train", "version", "released", "description", "fixes", "image", "minimum", "data", "yanked"]),
    ("version.data", &["description", "fixes", "image", "minimum"]),
    ("component", &["name", "description", "type"]),
    ("version.yanked", &["reason", "at"]),
    ("", &["component", "version", "updateAvailable"]),
];

/// The members of a release in a train's document.
const OF_RELEASE: [&str; 7] = ["version", "released", "description", "fixes", "image", "minimum", "yanked"];

/// An entry that cannot be read.
#[derive(Debug)]
pub struct NotAnEntry {
    /// The field.
    pub field: String,
    /// What to write there.
    pub problem: String,
    /// The component it names, if it does.
    pub component: Option<String>,
}

/// Reads a [`ComponentVersion`] by hand: serde would name the line of what is wrong, and not the field.
///
/// `null` and the empty text count as absent, as old agents write them. Unknown members are passed over.
///
/// # Errors
/// The first field that holds something else than text.
pub fn component_version(entry: &Value) -> Result<ComponentVersion, NotAnEntry> {
    let reader = Reader { entry };
    for object in ["", "component", "version", "version.data"] {
        reader.object(object)?;
    }
    let data = VersionData {
        description: reader.note("description")?,
        fixes: reader.note("fixes")?,
        image: reader.note("image")?,
        minimum: reader.note("minimum")?,
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
            yanked: reader.yank()?,
        },
        update_available: None,
    })
}

/// The same of an entry without unknown members, so that a misspelt or misplaced one is not lost.
///
/// # Errors
/// As [`component_version`], and the first member that is unknown.
pub(crate) fn strict_component_version(entry: &Value) -> Result<ComponentVersion, NotAnEntry> {
    let reader = Reader { entry };
    for (object, known) in MEMBERS {
        reader.known_members(object, known)?;
    }
    component_version(entry)
}

/// The entries of a train's document, in the shape of the others.
pub(super) fn of_train(file: &Value) -> Result<Entries, ImportError> {
    check_schema(file)?;
    // Its followers are offered stable's releases too, and the document does not mark them: they would be published on beta.
    if file["train"].as_str() == Some(Train::beta().as_str()) {
        return Err(ImportError::NotReleases(
            "train: the document of beta also has the releases of stable, which would be published on beta: import stable's \
             document, and the releases of beta as {\"data\":[…]} or CSV"
                .to_owned(),
        ));
    }
    let mut entries = Entries::new();
    for (at, component) in array(&file["components"], "components")?.iter().enumerate() {
        let releases = array(&component["releases"], &format!("components[{at}].releases"))?;
        entries.extend(releases.iter().map(|release| of_release(file, component, release)));
    }
    Ok(entries)
}

fn of_release(file: &Value, component: &Value, release: &Value) -> Result<ComponentVersion, NotAnEntry> {
    let unknown =
        release.as_object().and_then(|members| members.keys().find(|name| !OF_RELEASE.contains(&name.as_str())));
    if let Some(name) = unknown {
        return Err(NotAnEntry {
            field: cut(name),
            problem: format!("it is unknown here: a release has {}", OF_RELEASE.join(", ")),
            component: component["name"].as_str().and_then(named),
        });
    }
    let mut version = release.clone();
    if let Some(members) = version.as_object_mut() {
        members.insert("train".to_owned(), file["train"].clone());
    }
    component_version(&json!({"component": {"name": component["name"]}, "version": version}))
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

    /// A text that may be in `version.data` or in `version` itself.
    fn note(&self, name: &str) -> Result<Option<String>, NotAnEntry> {
        let (field, other) = (format!("version.data.{name}"), format!("version.{name}"));
        match (self.text(&field)?, self.text(&other)?) {
            (Some(one), Some(two)) if one != two => {
                Err(self.refuse(&other, &format!("{field} is another text: write it once")))
            }
            (one, two) => Ok(one.or(two)),
        }
    }

    fn yank(&self) -> Result<Option<Yank>, NotAnEntry> {
        const FIELD: &str = "version.yanked";
        let yank = self.at(FIELD);
        if !yank.is_null() {
            self.object(FIELD)?;
        }
        let write = r#"write {"reason":"It loses data","at":"2020-10-08T20:29:47Z"}"#;
        serde_json::from_value(yank.clone()).map_err(|_| self.refuse(FIELD, write))
    }

    /// Refuses the first member of an object that is not one of these, and names the place of a misplaced one.
    fn known_members(&self, object: &str, known: &[&str]) -> Result<(), NotAnEntry> {
        let members = self.at(object).as_object();
        let Some(name) = members.and_then(|members| members.keys().find(|name| !known.contains(&name.as_str()))) else {
            return Ok(());
        };
        let path =
            |object: &str, name: &str| if object.is_empty() { cut(name) } else { format!("{object}.{}", cut(name)) };
        let place = MEMBERS.iter().find(|(_, members)| members.contains(&name.as_str()));
        let problem = match place {
            Some((place, _)) => format!("it is unknown here: write it as {}", path(place, name)),
            None => format!("it is unknown: use {}", known.join(", ")),
        };
        Err(self.refuse(&path(object, name), &problem))
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

fn cut(name: &str) -> String {
    name.chars().take(64).collect()
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
