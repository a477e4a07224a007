//! `wfm-api import`.

use std::path::PathBuf;

use clap::Args;
use wfm_core::clock::{Clock, SystemClock};
use wfm_core::release::PublishMode;
use wfm_core::store::{Actor, By};
use wfm_core::wire::v4::ImportOutcome;

use super::Error;
use crate::import::{self, Format};
use crate::store::StoreUrl;

const EXAMPLES: &str = "\
Examples:
  wfm-api import releases.json --store sled:///var/lib/wfm-api --dry-run
  wfm-api import releases.json --store sled:///var/lib/wfm-api --replace

The file is {\"data\":[ComponentVersion…]} as the old API answers it, or a train's document as GET /v4/releases/TRAIN
answers it, in JSON or YAML by its extension; or a CSV with the columns component, train,
version, released, description, fixes, image, minimum. It is published whole or not at all. While a service has the store open, send the file to its
POST /v4/releases:import instead.
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
}

impl Import {
    pub(super) async fn run(self) -> Result<(), Error> {
        let Self { file, store, dry_run, replace } = self;
        let text = std::fs::read(&file).map_err(|source| Error::Unreadable { file: file.clone(), source })?;
        let releases =
            import::read_as(Format::of_path(&file), &text).map_err(|problem| Error::Broken { file, problem })?;
        let mode = match (dry_run, replace) {
            (true, _) => PublishMode::DryRun,
            (false, true) => PublishMode::Replace,
            (false, false) => PublishMode::RefuseChanges,
        };
        let store = store.ok_or(Error::NoStore)?.open().await?;
        let by = By::new(Actor::Operator, SystemClock.now());
        let outcome = ImportOutcome::from(&store.publish(releases, mode, by).await?);
        for line in &outcome.differences {
            println!("{line}");
        }
        if !outcome.kept && !dry_run {
            return Err(Error::Changes { changed: outcome.changed });
        }
        let ImportOutcome { added, changed, unchanged, .. } = outcome;
        let kept = if dry_run { "dry run, nothing kept" } else { "kept" };
        println!("{added} added, {changed} changed, {unchanged} unchanged: {kept}");
        Ok(())
    }
}
