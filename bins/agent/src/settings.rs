//! Settings: flag over environment over file over default, each with its source.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use wfm_core::anonymizer::SchemaVersion;
use wfm_core::catalog::Catalog;
use wfm_core::cluster::{Cohort, Namespace};
use wfm_core::component::ComponentName;
use wfm_core::diff::{Pin, Policy};
use wfm_core::version::Train;

use crate::admission::HostName;
use crate::catalog;
use crate::cli::Flags;

mod env;
mod file;
mod parse;
mod source;
mod sources;
mod table;

use env::Env;
use file::ConfigFile;
use parse::{address, list, parsed, pins, schema, seconds, switch};
pub use source::{Setting, SettingsError, Source};
use sources::Sources;
pub use table::Row;

/// The longest time between two update checks, and the default: 12 hours.
pub const LONGEST_POLL: Duration = Duration::from_secs(43_200);

/// What the agent was told.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The file that some of the others come from.
    pub config: Setting<Option<PathBuf>>,
    /// Address of the page.
    pub listen: Setting<SocketAddr>,
    /// Host names that the page answers to, beside its own.
    pub hosts: Setting<Vec<HostName>>,
    /// Namespace to watch.
    pub namespace: Setting<Namespace>,
    /// The file of the product's catalog; Workflow's is built in.
    pub catalog: Setting<Option<PathBuf>>,
    /// The product: the catalog as it was read.
    pub product: Catalog,
    /// Versions service, if any.
    pub versions_url: Setting<Option<String>>,
    /// Kubeconfig file; `None` in a cluster.
    pub kubeconfig: Setting<Option<PathBuf>>,
    /// Release train to follow.
    pub train: Setting<Train>,
    /// What components are to stay on.
    pub pins: Setting<Vec<Pin>>,
    /// Components whose lag is not counted.
    pub ignored: Setting<Vec<ComponentName>>,
    /// Components that are not installed on purpose.
    pub absent: Setting<Vec<ComponentName>>,
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

impl Settings {
    /// Reads the settings with the files that they name, and returns beside them warnings about what has no effect.
    ///
    /// # Errors
    /// At the first value that cannot be understood; the message names it and what to write instead.
    pub fn read(flags: &Flags, env: &BTreeMap<String, String>) -> Result<(Self, Vec<String>), SettingsError> {
        let mut from = Sources { env: Env(env), file: ConfigFile::default() };
        let config = from.path("config", &["CONFIG_FILE"], flags.config.as_ref())?;
        if let Some(path) = &config.value {
            from.file = ConfigFile::load(path)?;
        }
        let text = Option::<String>::as_deref;
        let kubeconfig = from.path("kubeconfig", &[], flags.kubeconfig.as_ref())?;
        let host = IpAddr::from(if kubeconfig.value.is_some() { [127, 0, 0, 1] } else { [0, 0, 0, 0] });
        let listen = flags.listen.map(|address| address.to_string());
        let catalog = from.path("catalog", &["CATALOG_FILE"], flags.catalog.as_ref())?;
        let product = match &catalog.value {
            Some(path) => catalog::load(path)?,
            None => Catalog::workflow(),
        };
        let (namespace, train) = (Namespace::default(), Train::stable());
        let do_not_track = from.read("do-not-track", &["DO_NOT_TRACK"], None, false, switch)?;
        let tracked = |setting: Setting<bool>| if do_not_track.value { off(&do_not_track.source) } else { setting };
        let mut settings = Self {
            config,
            listen: from.read("listen", &["PORT"], text(&listen), SocketAddr::new(host, 8080), |t| address(t, host))?,
            hosts: from.read("host", &["ALLOWED_HOSTS"], text(&joined(&flags.host)), Vec::new(), list)?,
            namespace: from.read("namespace", &["DEIS_NAMESPACE"], text(&flags.namespace), namespace, parsed)?,
            catalog,
            product,
            versions_url: from.read("versions-url", &["VERSIONS_API_URL"], text(&flags.versions_url), None, |t| {
                Ok(Some(t.to_owned()))
            })?,
            kubeconfig,
            train: from.read("train", &["TRAIN"], text(&flags.train), train, parsed)?,
            pins: from.read("pin", &["PIN"], text(&joined(&flags.pin)), Vec::new(), pins)?,
            ignored: from.read("ignore", &["IGNORE"], text(&joined(&flags.ignore)), Vec::new(), list)?,
            absent: from.read("absent", &["ABSENT"], text(&joined(&flags.absent)), Vec::new(), list)?,
            check_versions: tracked(from.read(
                "check-versions",
                &["CHECKVERSIONS", "CHECK_VERSIONS"],
                text(&flags.check_versions),
                true,
                switch,
            )?),
            releases: from.path("releases", &["RELEASES_FILE"], flags.releases.as_ref())?,
            share_usage_data: tracked(from.read(
                "share-usage-data",
                &["SHARE_USAGE_DATA"],
                text(&flags.share_usage_data),
                false,
                switch,
            )?),
            share_schema: from.read(
                "share-schema",
                &["SHARE_SCHEMA"],
                text(&flags.share_schema),
                SchemaVersion::FIRST,
                schema,
            )?,
            cohort: from.read("cohort", &["COHORT"], text(&flags.cohort), None, |t| parsed(t).map(Some))?,
            state_dir: from.path("state-dir", &["STATE_DIR"], flags.state_dir.as_ref())?,
            poll_interval: from
                .read("poll-interval", &["POLL_INTERVAL_SEC"], text(&flags.poll_interval), LONGEST_POLL, seconds)?
                .map(|interval| interval.min(LONGEST_POLL)),
        };
        if let (Source::Default, Some(namespace)) = (&settings.namespace.source, settings.product.namespace())
            && settings.catalog.value.is_some()
        {
            settings.namespace = Setting { value: namespace.clone(), source: Source::Catalog };
        }
        let warnings = from.env.unread().chain(settings.without_effect()).collect();
        Ok((settings, warnings))
    }

    /// What the operator decided about the components.
    #[must_use]
    pub fn policy(&self) -> Policy {
        Policy::new(self.pins.value.iter().cloned(), self.ignored.value.iter().cloned())
            .with_absent(self.absent.value.iter().cloned())
    }

    fn without_effect(&self) -> impl Iterator<Item = String> {
        let (schema, known) = (self.share_schema.value, SchemaVersion::CURRENT);
        let later = (schema > known)
            .then(|| format!("SHARE_SCHEMA accepts schema {schema}; this agent knows {known} and sends that"));
        let pinned = self.pins.value.iter().filter_map(|pin| Some(("PIN", pin.component.as_ref()?)));
        let ignored = self.ignored.value.iter().map(|name| ("IGNORE", name));
        let named = pinned.chain(ignored).chain(self.absent.value.iter().map(|name| ("ABSENT", name)));
        let strange = named.filter(|(_, name)| self.product.get(name.as_str()).is_none());
        let product = self.product.product();
        let strangers = strange.map(move |(setting, name)| {
            format!("{setting} names {name}, which is no component of {product}; it has no effect")
        });
        later.into_iter().chain(strangers)
    }
}

fn off(source: &Source) -> Setting<bool> {
    Setting { value: false, source: source.clone() }
}

/// A flag that may be given several times.
fn joined(texts: &[String]) -> Option<String> {
    (!texts.is_empty()).then(|| texts.join(", "))
}

#[cfg(test)]
mod tests;
