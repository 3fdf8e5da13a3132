//! `migrate seed`: fills tables.

use std::path::{Path, PathBuf};

use migrate_core::{
    AnyConnection, Backend, Canceller, Error, ErrorKind, Migrations, Seed, SeedOptions, SeedOutcome,
};
use serde_json::json;

use super::running::stopped;
use crate::context::{Context, only};
use crate::database_url::DatabaseUrl;
use crate::error::{CommandError, Kind};
use crate::observer::{duration, milliseconds};
use crate::signals::Signals;
use crate::ui::Ui;
use crate::waiting::Wait;

/// Run the files of seeds/, in the order of their names, once each
///
/// Each file is a transaction with its record in the log; when a statement fails, its file is rolled back and those before it stay.
/// What MySQL commits by itself stays too. 01_users.mysql.sql stands for 01_users.sql on that database. The directory is the one
/// that `seeds` in migrate.toml names, or seeds/ beside the migrations. The database must be at the head of the chain.
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  migrate seed                       what has not run yet
  migrate seed --again 01_users.sql  one of them once more
  migrate seed --env test            the seeds of an environment")]
pub(crate) struct Args {
    /// These files alone
    #[arg(value_name = "FILE")]
    names: Vec<String>,

    /// Run those too that ran before
    #[arg(long)]
    again: bool,

    #[command(flatten)]
    wait: Wait,
}

pub(crate) fn run(ui: &mut Ui, context: &Context<'_>, args: &Args) -> Result<(), CommandError> {
    let url = context.needed_database(ui)?;
    let loaded = context.load(ui, only(url.backend()?))?;
    let place = Seeds::find(context)?;
    let mut seeds = place.read(url.backend()?)?.ok_or_else(|| place.missing())?;
    choose(&mut seeds, &args.names)?;
    args.wait.until_up(ui, &url)?;
    let mut connection = context.connect_to_look(ui, &url)?;
    let current = loaded.migrations.ensure_current(&mut connection);
    current.map_err(|error| CommandError::core(error, &loaded.shown))?;
    place.run(
        ui,
        (&url, &mut connection),
        &loaded.migrations,
        (&seeds, args.again),
    )
}

/// Keeps the seeds that are named.
fn choose(seeds: &mut Vec<Seed>, names: &[String]) -> Result<(), CommandError> {
    let named = |name: &String| {
        Path::new(name)
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
    };
    let names: Vec<_> = names.iter().filter_map(named).collect();
    let known: Vec<_> = seeds.iter().map(|seed| seed.name().to_owned()).collect();
    if let Some(unknown) = names.iter().find(|name| !known.contains(name)) {
        return Err(CommandError::usage(format!("there is no seed {unknown}"))
            .with_help(format!("the seeds are {}", known.join(", "))));
    }
    seeds.retain(|seed| names.is_empty() || names.iter().any(|name| name == seed.name()));
    Ok(())
}

/// Where the seeds are.
pub(crate) struct Seeds {
    directory: PathBuf,
    shown: String,
    tool: String,
}

impl Seeds {
    /// The directory that the settings name, or the one beside the migrations.
    pub(crate) fn find(context: &Context<'_>) -> Result<Self, CommandError> {
        let chosen = context.chosen()?;
        let beside = |path: &Path| path.parent().unwrap_or(Path::new("")).to_owned();
        let directory = match (chosen.seeds(), context.place_if_any()?) {
            (Some((seeds, _)), _) => beside(&context.here.join(&chosen.shown)).join(seeds),
            (None, Some(place)) => beside(&place.directory).join("seeds"),
            (None, None) => context.here.join("seeds"),
        };
        let shown = context.shown(&directory);
        Ok(Self {
            directory,
            shown,
            tool: context.tool(),
        })
    }

    /// What is there for that backend. `None`: there is no such directory.
    pub(crate) fn read(&self, backend: Backend) -> Result<Option<Vec<Seed>>, CommandError> {
        if !self.directory.is_dir() {
            return Ok(None);
        }
        let seeds = Seed::read_all(&self.directory, backend);
        seeds
            .map(Some)
            .map_err(|problems| CommandError::seeds(problems, &self.shown))
    }

    fn missing(&self) -> CommandError {
        CommandError::failed(format!("there is no {}/", self.shown))
            .with_help("write the statements into files there, such as 01_users.sql, or name the directory by `seeds` in migrate.toml")
    }

    /// Runs them, and says what became of each.
    pub(crate) fn run(
        &self,
        ui: &mut Ui,
        (url, connection): (&DatabaseUrl, &mut AnyConnection),
        migrations: &Migrations,
        (seeds, again): (&[Seed], bool),
    ) -> Result<(), CommandError> {
        let mut ran = 0;
        let signals = Signals::listen()?;
        let canceller = Canceller::new(url.url.as_str());
        let watch = signals.watch(&canceller, ui.is_json());
        let options = SeedOptions {
            again,
            tool: self.tool.clone(),
            stop: Some(signals.stop()),
            canceller: Some(canceller),
        };
        let done = migrations.seed(connection, seeds, &options, &mut |seed| {
            let name = &seed.name;
            match seed.outcome {
                SeedOutcome::Ran => {
                    ran += 1;
                    ui.note(format!("seeded {name} ({})", duration(seed.duration)));
                }
                SeedOutcome::RanBefore => ui.detail(format!("{name} ran before")),
                SeedOutcome::ChangedSince => ui.note(format!(
                    "{name} was changed since it ran; `migrate seed --again {name}` runs it again"
                )),
            }
            ui.json(&json!({
                "event": "seed",
                "name": name,
                "outcome": seed.outcome.name(),
                "statements": seed.statements,
                "duration_ms": milliseconds(seed.duration),
            }));
        });
        std::mem::drop(watch);
        done.map_err(|error| {
            let ended = match &error {
                Error::Stopped { .. } => true,
                Error::Failed(failure) => failure.error.kind == ErrorKind::Canceled,
                _ => false,
            };
            let error = CommandError::core(error, &self.shown);
            match signals.received().filter(|_| ended) {
                Some(signal) => error.with_kind(Kind::Stopped { signal }),
                None => error,
            }
        })?;
        ui.summary(match (ran, seeds.len()) {
            (_, 0) => format!(
                "nothing to do: {} has no file for this database",
                self.shown
            ),
            (0, _) => "nothing to do: every seed ran before".to_owned(),
            (1, of) => format!("ran 1 of {of} seeds"),
            (ran, of) => format!("ran {ran} of {of} seeds"),
        });
        ui.json(&json!({ "event": "seeds", "ran": ran, "of": seeds.len() }));
        signals
            .received()
            .map_or(Ok(()), |signal| Err(stopped(signal)))
    }
}
