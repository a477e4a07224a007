//! The settings for people and for programs.

use std::fmt::Display;
use std::path::PathBuf;

use serde::Serialize;
use serde_json::Value;

use super::{Setting, Settings, Source};

/// One setting.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// Its name: the key in a file of settings, and the flag.
    pub name: &'static str,
    /// Its value as a file of settings has it; `null` where there is none.
    pub value: Value,
    /// Where it comes from.
    pub source: Source,
}

impl Row {
    /// The value for people.
    #[must_use]
    pub fn text(&self) -> String {
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned);
        match &self.value {
            Value::Null => "(none)".to_owned(),
            Value::Array(all) if all.is_empty() => "(none)".to_owned(),
            Value::Array(all) => all.iter().map(text).collect::<Vec<_>>().join(", "),
            Value::Number(seconds) if self.name == "poll-interval" => format!("{seconds} s"),
            value => text(value),
        }
    }
}

impl Settings {
    /// Every setting.
    #[must_use]
    pub fn table(&self) -> Vec<Row> {
        vec![
            path("config", &self.config),
            row("listen", &self.listen, one),
            row("host", &self.hosts, |names| all(names)),
            row("namespace", &self.namespace, one),
            path("kubeconfig", &self.kubeconfig),
            path("catalog", &self.catalog),
            row("versions-url", &self.versions_url, |url| {
                url.as_ref().map_or(Value::Null, |url| wfm_client::without_credentials(url).into())
            }),
            path("releases", &self.releases),
            row("train", &self.train, one),
            row("pin", &self.pins, |pins| all(pins)),
            row("ignore", &self.ignored, |names| all(names)),
            row("absent", &self.absent, |names| all(names)),
            row("check-versions", &self.check_versions, |on| (*on).into()),
            row("poll-interval", &self.poll_interval, |interval| interval.as_secs().into()),
            row("share-usage-data", &self.share_usage_data, |on| (*on).into()),
            row("share-schema", &self.share_schema, one),
            row("cohort", &self.cohort, |cohort| cohort.as_ref().map_or(Value::Null, one)),
            path("state-dir", &self.state_dir),
        ]
    }
}

fn row<T>(name: &'static str, setting: &Setting<T>, value: impl Fn(&T) -> Value) -> Row {
    Row { name, value: value(&setting.value), source: setting.source.clone() }
}

fn path(name: &'static str, setting: &Setting<Option<PathBuf>>) -> Row {
    row(name, setting, |path| path.as_ref().map_or(Value::Null, |path| path.display().to_string().into()))
}

fn one(value: &impl Display) -> Value {
    value.to_string().into()
}

fn all(values: &[impl Display]) -> Value {
    values.iter().map(ToString::to_string).collect::<Vec<_>>().into()
}
