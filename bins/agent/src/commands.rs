//! What the program does beside serving.

use std::io::Write;

use wfm_core::cluster::ClusterId;

use crate::cli::{Command, ConfigCommand, IdCommand};
use crate::settings::{Setting, Settings, Source};
use crate::{Error, connect, log, loops};

/// The id that stands in a preview where none was drawn yet.
const STAND_IN: &str = "00000000-0000-4000-8000-000000000000";

pub(crate) async fn run(command: Command, settings: Settings) -> Result<(), Error> {
    let text = match command {
        Command::Config(ConfigCommand::Show) => config(&settings),
        Command::Preview => preview(settings).await?,
        Command::Log => match settings.state_dir.value {
            Some(_) => log(&settings)?.text(),
            None => return Err(Error::NoState),
        },
        Command::Id(IdCommand::Reset) => reset(settings).await?,
    };
    let mut stdout = std::io::stdout().lock();
    // A reader that goes away early, such as `head`, is no failure.
    let _ = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
    Ok(())
}

fn config(settings: &Settings) -> String {
    let line = |(name, value, source)| format!("{name:<18} {value:<32} {source}\n");
    settings.table().into_iter().map(line).collect()
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
    let agent = connect(&not_sharing(settings)).await?;
    let id = agent.reset_id(loops::every(&agent)).await.map_err(Error::NotTold)?;
    Ok(format!("{id}\n"))
}

/// The same settings for a program that sends nothing, and keeps no log of it.
fn not_sharing(settings: Settings) -> Settings {
    let off = Setting { value: false, source: Source::Default };
    Settings { share_usage_data: off, state_dir: Setting { value: None, source: Source::Default }, ..settings }
}
