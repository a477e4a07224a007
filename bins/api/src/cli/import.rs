//! `wfm-api import`.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use wfm_core::clock::{Clock, SystemClock};
use wfm_core::component::ComponentName;
use wfm_core::release::{PublishMode, PublishOutcome, Release};
use wfm_core::store::{Actor, By, MemoryStore, Store};
use wfm_core::version::Train;
use wfm_core::wire::v4::ImportOutcome;

use super::Error;
use super::backup::folder;
use crate::import::{self, Format};
use crate::store::{SledStore, StoreUrl};

const EXAMPLES: &str = "\
Examples:
  wfm-api import releases.json --store sled:///var/lib/wfm-api --dry-run
  wfm-api import releases.json --store sled:///var/lib/wfm-api --replace

The file is {\"data\":[ComponentVersion…]} as the old API answers it, or a train's document as GET /v4/releases/TRAIN
answers it, in JSON or YAML by its extension; or a CSV with the columns component, train,
version, released, description, fixes, image, minimum. The document of beta is refused, because it has the releases of stable
too: send those of beta as {\"data\":[…]} or CSV. The file is published whole or not at all, and yanks no published release.
A dry run ends with the exit code of the import itself. While a service has the store open, send the file to its POST /v4/releases:import instead.
Environment: WFM_API_STORE.";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Import {
    /// File of releases, in JSON, YAML or CSV
    file: PathBuf,
    /// Store to publish into: sled://PATH
    #[arg(long, value_name = "URL", env = "WFM_API_STORE")]
    store: Option<StoreUrl>,
    /// Only print what would change
    #[arg(long)]
    dry_run: bool,
    /// Replace published releases that differ
    #[arg(long)]
    replace: bool,
    /// Print a line for every release, not only for every component
    #[arg(long, short)]
    verbose: bool,
}

impl Import {
    pub(super) async fn run(self) -> Result<(), Error> {
        let Self { file, store, dry_run, replace, verbose } = self;
        let text = std::fs::read(&file).map_err(|source| Error::Unreadable { file: file.clone(), source })?;
        let now = SystemClock.now();
        let releases = import::read_as(Format::of_path(&file), &text)
            .and_then(|releases| import::check_all(&releases, now).map(|()| releases))
            .map_err(|problem| Error::Broken { file, problem })?;
        let mode = match (dry_run, replace) {
            (true, _) => PublishMode::DryRun,
            (false, true) => PublishMode::Replace,
            (false, false) => PublishMode::RefuseChanges,
        };
        let folder = folder(store)?;
        // To look at what would change must not make a store.
        let store: Arc<dyn Store> = if dry_run && !folder.join("db").exists() {
            SledStore::can_be_made(&folder)?;
            println!("there is no store in {} yet: the import would make one", folder.display());
            Arc::new(MemoryStore::default())
        } else {
            Arc::new(SledStore::open(&folder).await?)
        };
        let outcome = store.publish(releases, mode, By::new(Actor::Operator, now)).await?;
        let told = ImportOutcome::of(&outcome, replace);
        for line in told.differences.iter().filter(|line| verbose || line.starts_with('~')) {
            println!("{line}");
        }
        if !verbose {
            added_by_component(&outcome).into_iter().for_each(|line| println!("{line}"));
        }
        let ImportOutcome { added, changed, unchanged, .. } = told;
        if !outcome.kept && (!dry_run || told.would_be_refused) {
            return Err(if outcome.changes_a_yank() { Error::Yanks } else { Error::Changes { changed } });
        }
        let kept = if dry_run { "dry run, nothing kept" } else { "kept" };
        println!("{added} added, {changed} changed, {unchanged} unchanged: {kept}");
        Ok(())
    }
}

/// A line for each component with new releases: how many, from which to which.
fn added_by_component(outcome: &PublishOutcome) -> Vec<String> {
    let mut lines: BTreeMap<_, Vec<&Release>> = BTreeMap::new();
    for release in &outcome.added {
        lines.entry((release.train(), release.component())).or_default().push(release);
    }
    let line = |((train, component), added): ((&Train, &ComponentName), Vec<&Release>)| {
        let versions = match added.as_slice() {
            [one] => one.version().to_string(),
            [first, .., last] => format!("{} releases, {} to {}", added.len(), first.version(), last.version()),
            [] => String::new(),
        };
        format!("+ {train} {component}: {versions}")
    };
    lines.into_iter().map(line).collect()
}
