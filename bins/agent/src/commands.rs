//! What the program does beside serving.

use std::io::Write;

use wfm_core::catalog::Catalog;
use wfm_core::cluster::ClusterId;

use crate::cli::{CatalogCommand, Command, ConfigCommand, Flags, IdCommand, Output};
use crate::settings::{Row, Setting, Settings, Source};
use crate::{Error, catalog, connect, log, loops, release_cache};

/// The id that stands in a preview where none was drawn yet.
const STAND_IN: &str = "00000000-0000-4000-8000-000000000000";

/// `settings` reads the settings, which no command on catalogs needs: those work while settings are wrong.
pub(crate) async fn run(
    command: Command,
    flags: &Flags,
    settings: impl FnOnce() -> Result<Settings, Error>,
) -> Result<(), Error> {
    let text = match command {
        Command::Config(ConfigCommand::Show { output: Output::Table }) => config(&settings()?),
        Command::Config(ConfigCommand::Show { output: Output::Json }) => config_json(&settings()?),
        Command::Catalog(CatalogCommand::Check { file }) => catalog::summary(&catalog::load(&file)?),
        Command::Catalog(CatalogCommand::Show) => match &flags.catalog {
            Some(file) => catalog::text(&catalog::load(file)?),
            None => catalog::text(&Catalog::workflow()),
        },
        Command::Preview => preview(settings()?).await?,
        Command::Log => {
            let settings = settings()?;
            settings.state_dir.value.as_ref().ok_or(Error::NoState)?;
            log(&settings)?.text()
        }
        Command::Id(IdCommand::Reset) => reset(settings()?).await?,
    };
    let mut stdout = std::io::stdout().lock();
    // A reader that goes away early, such as `head`, is no failure.
    let _ = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
    Ok(())
}

fn config(settings: &Settings) -> String {
    let line = |row: Row| format!("{:<18} {:<32} {}\n", row.name, row.text(), row.source);
    settings.table().into_iter().map(line).collect()
}

fn config_json(settings: &Settings) -> String {
    let shown = serde_json::json!({ "schemaVersion": 1, "settings": settings.table() });
    format!("{shown:#}\n")
}

/// The envelopes of this moment, one a line, as an agent with these settings would send them.
async fn preview(settings: Settings) -> Result<String, Error> {
    let agent = connect(&not_sharing(settings)).await?;
    agent.updates().check().await;
    if let Some(failure) = agent.updates().learnt().failure {
        return Err(Error::NotTold(format!("without the published releases there is no preview: {}", failure.message)));
    }
    if !agent.updates().is_on() {
        tracing::warn!("the published releases are not known, so that every version is custom: see --versions-url");
    }
    let stand_in: ClusterId = STAND_IN.parse().expect("it is a UUID");
    let envelopes = agent.preview(stand_in).await.map_err(Error::NotTold)?;
    Ok(envelopes.iter().map(|envelope| format!("{}\n", envelope.as_str())).collect())
}

async fn reset(settings: Settings) -> Result<String, Error> {
    let folder = settings.state_dir.value.clone();
    let agent = connect(&not_sharing(settings)).await?;
    let id = agent.reset_id(loops::every(&agent)).await.map_err(Error::NotTold)?;
    if let Some(folder) = folder {
        release_cache::clear(&folder).map_err(|source| Error::Forget { folder, source })?;
    }
    Ok(format!("{id}\n"))
}

/// The same settings for a program that sends nothing, and keeps no log of it.
fn not_sharing(settings: Settings) -> Settings {
    let off = Setting { value: false, source: Source::Default };
    Settings { share_usage_data: off, state_dir: Setting { value: None, source: Source::Default }, ..settings }
}
