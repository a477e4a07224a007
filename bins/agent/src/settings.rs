//! Settings: flag over environment over default, each with its source.

use std::collections::BTreeMap;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use wfm_core::anonymizer::SchemaVersion;
use wfm_core::cluster::{Cohort, Namespace};
use wfm_core::version::Train;

use crate::cli::Flags;

/// The longest time between two update checks, and the default: 12 hours.
pub const LONGEST_POLL: Duration = Duration::from_secs(43_200);

/// A prefix under which every name works too.
const PREFIX: &str = "WORKFLOW_MANAGER_";

/// Names of old deployments that are read, or known and no longer needed.
const KNOWN: &[&str] = &[
    "PORT",
    "POLL_INTERVAL_SEC",
    "CHECK_VERSIONS",
    "CHECKVERSIONS",
    "VERSIONS_API_URL",
    "DOCTOR_API_URL",
    "API_VERSION",
    "DEIS_NAMESPACE",
    "SHARE_USAGE_DATA",
    "SHARE_SCHEMA",
    "COHORT",
    "RELEASES_FILE",
    "STATE_DIR",
    "TRAIN",
];

/// A value and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting<T> {
    /// The value.
    pub value: T,
    /// Where it comes from.
    pub source: Source,
}

/// Where a setting comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// The command line.
    Flag,
    /// This environment variable.
    Env(String),
    /// Nobody said otherwise.
    Default,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag => f.write_str("flag"),
            Self::Env(name) => write!(f, "environment {name}"),
            Self::Default => f.write_str("default"),
        }
    }
}

/// What the agent was told.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Address of the page.
    pub listen: Setting<SocketAddr>,
    /// Namespace to watch.
    pub namespace: Setting<Namespace>,
    /// Versions service, if any.
    pub versions_url: Setting<Option<String>>,
    /// Kubeconfig file; `None` in a cluster.
    pub kubeconfig: Setting<Option<PathBuf>>,
    /// Release train to follow.
    pub train: Setting<Train>,
    /// Whether to ask for published releases.
    pub check_versions: Setting<bool>,
    /// A file of published releases to read in place of asking the versions service.
    pub releases: Setting<Option<PathBuf>>,
    /// Whether to share usage data.
    pub share_usage_data: Setting<bool>,
    /// The schema that was accepted for it.
    pub share_schema: Setting<SchemaVersion>,
    /// Whose cluster it is, if that is said.
    pub cohort: Setting<Option<Cohort>>,
    /// Where what must outlive a restart is kept.
    pub state_dir: Setting<Option<PathBuf>>,
    /// Time between two update checks, at most [`LONGEST_POLL`].
    pub poll_interval: Setting<Duration>,
}

/// A setting that cannot be understood.
#[derive(Debug, thiserror::Error)]
#[error("{name}: “{value}” is not valid: {problem}")]
pub struct SettingsError {
    name: String,
    value: String,
    problem: String,
}

impl Settings {
    /// Reads the settings, and returns beside them warnings about names that nobody reads.
    ///
    /// # Errors
    /// At the first value that cannot be understood; the message names it and what to write instead.
    pub fn read(flags: &Flags, env: &BTreeMap<String, String>) -> Result<(Self, Vec<String>), SettingsError> {
        let env = Env(env);
        let kubeconfig = match &flags.kubeconfig {
            Some(path) => Setting { value: Some(path.clone()), source: Source::Flag },
            None => Setting { value: None, source: Source::Default },
        };
        let host = if kubeconfig.value.is_some() { [127, 0, 0, 1] } else { [0, 0, 0, 0] };
        let listen = match flags.listen {
            Some(value) => Setting { value, source: Source::Flag },
            None => env
                .read("PORT", 8080, |text| text.parse::<u16>().map_err(|_| "write a port from 0 to 65535".to_owned()))?
                .map(|port| SocketAddr::new(IpAddr::from(host), port)),
        };
        let poll_interval = env.read("POLL_INTERVAL_SEC", LONGEST_POLL, seconds)?;
        let mut settings = Self {
            listen,
            namespace: flag_or(flags.namespace.as_deref(), "--namespace", || {
                env.read("DEIS_NAMESPACE", Namespace::default(), parsed)
            })?,
            versions_url: match &flags.versions_url {
                Some(url) => Setting { value: Some(url.clone()), source: Source::Flag },
                None => env.read("VERSIONS_API_URL", None, |text| Ok(Some(text.to_owned())))?,
            },
            kubeconfig,
            train: flag_or(flags.train.as_deref(), "--train", || env.read("TRAIN", Train::stable(), parsed))?,
            check_versions: match env.find("CHECKVERSIONS") {
                Some(_) => env.read("CHECKVERSIONS", true, switch)?,
                None => env.read("CHECK_VERSIONS", true, switch)?,
            },
            releases: path_or(flags.releases.as_ref(), &env, "RELEASES_FILE")?,
            share_usage_data: env.read("SHARE_USAGE_DATA", false, switch)?,
            share_schema: env.read("SHARE_SCHEMA", SchemaVersion::FIRST, schema)?,
            cohort: env.read("COHORT", None, |text| parsed(text).map(Some))?,
            state_dir: path_or(flags.state_dir.as_ref(), &env, "STATE_DIR")?,
            poll_interval: poll_interval.map(|interval| interval.min(LONGEST_POLL)),
        };
        let do_not_track = env.read("DO_NOT_TRACK", false, switch)?;
        if do_not_track.value {
            settings.check_versions = Setting { value: false, source: do_not_track.source.clone() };
            settings.share_usage_data = Setting { value: false, source: do_not_track.source };
        }
        let mut warnings = env.unread();
        let schema = settings.share_schema.value;
        if schema > SchemaVersion::CURRENT {
            let known = SchemaVersion::CURRENT;
            warnings.push(format!("SHARE_SCHEMA accepts schema {schema}; this agent knows {known} and sends that"));
        }
        Ok((settings, warnings))
    }

    /// Every setting as `(name, value, source)`, for people.
    #[must_use]
    pub fn table(&self) -> Vec<(&'static str, String, String)> {
        let none = || "(none)".to_owned();
        let path = |setting: &Setting<Option<PathBuf>>| {
            setting.value.as_ref().map_or_else(none, |path| path.display().to_string())
        };
        let cohort = self.cohort.value.map_or_else(none, |cohort| cohort.to_string());
        let url = self.versions_url.value.clone().unwrap_or_else(none);
        vec![
            ("listen", self.listen.value.to_string(), self.listen.source.to_string()),
            ("namespace", self.namespace.value.to_string(), self.namespace.source.to_string()),
            ("kubeconfig", path(&self.kubeconfig), self.kubeconfig.source.to_string()),
            ("versions-url", url, self.versions_url.source.to_string()),
            ("releases", path(&self.releases), self.releases.source.to_string()),
            ("train", self.train.value.to_string(), self.train.source.to_string()),
            ("check-versions", self.check_versions.value.to_string(), self.check_versions.source.to_string()),
            (
                "poll-interval",
                format!("{} s", self.poll_interval.value.as_secs()),
                self.poll_interval.source.to_string(),
            ),
            ("share-usage-data", self.share_usage_data.value.to_string(), self.share_usage_data.source.to_string()),
            ("share-schema", self.share_schema.value.to_string(), self.share_schema.source.to_string()),
            ("cohort", cohort, self.cohort.source.to_string()),
            ("state-dir", path(&self.state_dir), self.state_dir.source.to_string()),
        ]
    }
}

impl<T> Setting<T> {
    fn map<U>(self, change: impl FnOnce(T) -> U) -> Setting<U> {
        Setting { value: change(self.value), source: self.source }
    }
}

/// The environment, with and without the prefix.
struct Env<'a>(&'a BTreeMap<String, String>);

impl Env<'_> {
    /// The name that is set, and its value; the longer name goes first. An empty value is as good as none.
    fn find(&self, name: &str) -> Option<(String, &str)> {
        [format!("{PREFIX}{name}"), name.to_owned()].into_iter().find_map(|name| {
            let value = self.0.get(&name)?.trim();
            // Kubernetes sets WORKFLOW_MANAGER_PORT=tcp://… itself where a service is called workflow-manager.
            (!value.is_empty() && !value.starts_with("tcp://")).then_some((name, value))
        })
    }

    fn read<T>(
        &self,
        name: &str,
        default: T,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Result<Setting<T>, SettingsError> {
        let Some((name, text)) = self.find(name) else {
            return Ok(Setting { value: default, source: Source::Default });
        };
        match parse(text) {
            Ok(value) => Ok(Setting { value, source: Source::Env(name) }),
            Err(problem) => Err(SettingsError { name, value: text.chars().take(64).collect(), problem }),
        }
    }

    fn unread(&self) -> Vec<String> {
        let ours = self.0.keys().filter(|name| name.starts_with(PREFIX));
        // Kubernetes itself sets these for a service of the agent's old name.
        let service = ["SERVICE_", "PORT_"];
        ours.filter(|name| {
            let bare = &name[PREFIX.len()..];
            !KNOWN.contains(&bare) && !service.iter().any(|start| bare.starts_with(start))
        })
        .map(|name| format!("{name} is no setting of this agent; it has no effect"))
        .collect()
    }
}

fn path_or(flag: Option<&PathBuf>, env: &Env<'_>, name: &str) -> Result<Setting<Option<PathBuf>>, SettingsError> {
    match flag {
        Some(path) => Ok(Setting { value: Some(path.clone()), source: Source::Flag }),
        None => env.read(name, None, |text| Ok(Some(PathBuf::from(text)))),
    }
}

fn flag_or<T: FromStr>(
    flag: Option<&str>,
    name: &str,
    env: impl FnOnce() -> Result<Setting<T>, SettingsError>,
) -> Result<Setting<T>, SettingsError>
where
    T::Err: fmt::Display,
{
    let Some(text) = flag else { return env() };
    match parsed(text) {
        Ok(value) => Ok(Setting { value, source: Source::Flag }),
        Err(problem) => Err(SettingsError { name: name.to_owned(), value: text.chars().take(64).collect(), problem }),
    }
}

fn parsed<T: FromStr>(text: &str) -> Result<T, String>
where
    T::Err: fmt::Display,
{
    text.parse().map_err(|error: T::Err| error.to_string())
}

/// What Go's `strconv.ParseBool` accepts, as old deployments wrote it, and the words people use.
fn switch(text: &str) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "1" | "t" | "true" | "yes" | "on" => Ok(true),
        "0" | "f" | "false" | "no" | "off" => Ok(false),
        _ => Err("write true or false".to_owned()),
    }
}

fn schema(text: &str) -> Result<SchemaVersion, String> {
    let number = text.parse().ok().and_then(SchemaVersion::new);
    number.ok_or_else(|| format!("write the number of a schema: 1 to {}", SchemaVersion::CURRENT))
}

fn seconds(text: &str) -> Result<Duration, String> {
    match text.parse::<u64>() {
        Ok(seconds) if seconds > 0 => Ok(Duration::from_secs(seconds)),
        _ => Err("write seconds from 1 to 43200".to_owned()),
    }
}

#[cfg(test)]
mod tests;
