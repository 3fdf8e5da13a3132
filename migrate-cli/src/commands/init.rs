//! `migrate init`: what a project needs to begin, or to go on from Diesel. It writes what is missing and changes nothing.

mod crate_here;
mod from_database;
mod settings_text;

use std::fs;
use std::path::{Path, PathBuf};

use migrate_chain::{Lock, Project};
use migrate_core::{AnyConnection, Backend, Backends, Problem, Settings};
use serde_json::json;

use crate::author::write_lock;
use crate::context::{Context, Place};
use crate::environment::Chosen;
use crate::error::CommandError;
use crate::files;
use crate::ui::Ui;
use crate_here::Crate;
use from_database::Found;

/// Make migrations/, migrate.toml and migrate.lock, or take over a Diesel project
///
/// Writes what is not there yet, next to what is: the migrations directory, a migrate.toml that explains its keys, migrate.lock,
/// and a build.rs of one line by which cargo sees new revisions. Revisions that Diesel made stay as they are; those of them that
/// cannot be taken back are named in migrate.toml.
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  migrate init                             for the database of the URL
  migrate init --backend sqlite,postgres   for these
  migrate init --from-database             for one that has tables already")]
pub(crate) struct Args {
    /// The databases that every script is for
    #[arg(
        long,
        value_name = "LIST",
        value_delimiter = ',',
        value_parser = super::offline::backends()
    )]
    backend: Vec<Backend>,

    /// Begin with the database that the URL names: a first revision that makes its tables, and models
    #[arg(long, conflicts_with = "backend")]
    from_database: bool,
}

/// What was done, and what is left to the user.
#[derive(Default)]
struct Outcome {
    created: Vec<String>,
    kept: Vec<String>,
    next: Vec<String>,
}

pub(crate) fn run(ui: &mut Ui, context: &Context<'_>, args: &Args) -> Result<(), CommandError> {
    context.needs_sources()?;
    let mut outcome = Outcome::default();
    let directory = directory(context);
    context.recover_in(ui, &directory)?;
    let found = args
        .from_database
        .then(|| Found::read(ui, context, &directory))
        .transpose()?;
    make_directory(context, &directory, &mut outcome)?;
    let crate_here = Crate::read(&context.here)?;
    make_settings(
        context,
        (args, found.as_ref()),
        &directory,
        crate_here.as_ref(),
        &mut outcome,
    )?;
    if let Some(found) = &found {
        found.write(context, &directory, &mut outcome)?;
    }
    let project = make_lock(context, &directory, &mut outcome);
    let chain = project.as_ref().ok();
    advise(
        context,
        &directory,
        crate_here.as_ref(),
        chain,
        &mut outcome,
    )?;
    outcome.say(ui);
    project.map(drop)
}

/// Sees to the crate here, and says what is left to do.
fn advise(
    context: &Context<'_>,
    directory: &Path,
    crate_here: Option<&Crate>,
    project: Option<&Project>,
    outcome: &mut Outcome,
) -> Result<(), CommandError> {
    let shown = context.shown(directory);
    if let Some(crate_here) = crate_here {
        crate_here.watch(&shown, outcome)?;
        let backends = project
            .and_then(|project| project.settings.backends)
            .unwrap_or_default();
        crate_here.depend(backends, &embed(context, directory), outcome);
    } else {
        let line = crate_here::rerun_line(&format!("PATH/TO/{shown}"));
        outcome.next.push(format!(
            "in main() of the build.rs of the crate that embeds it: {line}"
        ));
    }
    if project.is_some_and(|project| project.chain.is_empty()) {
        outcome
            .next
            .push("make the first revision: `migrate revision -m \"create members\"`".to_owned());
    }
    Ok(())
}

impl Outcome {
    fn say(&self, ui: &mut Ui) {
        self.created
            .iter()
            .for_each(|what| ui.summary(format!("created {what}")));
        self.kept
            .iter()
            .for_each(|what| ui.summary(format!("kept {what}")));
        let next: Vec<_> = self.next.iter().map(|what| ui.in_words(what)).collect();
        if !next.is_empty() {
            ui.summary("next:");
            next.iter().for_each(|what| ui.summary(format!("  {what}")));
        }
        ui.json(&json!({ "created": self.created, "kept": self.kept, "next": next }));
    }
}

/// The directory that is named, or that is here already, or `migrations`. One further up is another project's.
fn directory(context: &Context<'_>) -> PathBuf {
    match &context.globals.dir {
        Some(dir) => context.here.join(dir),
        None => migrate_chain::find(&context.here)
            .filter(|found| found.starts_with(&context.here))
            .unwrap_or_else(|| context.here.join("migrations")),
    }
}

fn make_directory(
    context: &Context<'_>,
    directory: &Path,
    outcome: &mut Outcome,
) -> Result<(), CommandError> {
    let shown = format!("{}/", context.shown(directory));
    if directory.is_dir() {
        outcome.kept.push(shown);
        return Ok(());
    }
    fs::create_dir_all(directory).map_err(|error| cannot_write(&shown, &error))?;
    outcome.created.push(shown);
    Ok(())
}

fn cannot_write(shown: &str, error: &std::io::Error) -> CommandError {
    CommandError::failed(format!("cannot make {shown}: {error}"))
}

/// Where the settings of that directory are to stand: beside it where that is here, else here with a `dir`.
fn settings_file(context: &Context<'_>, directory: &Path) -> (PathBuf, Option<PathBuf>) {
    if let Some(config) = &context.globals.config {
        return (context.here.join(config), None);
    }
    let beside = directory
        .parent()
        .unwrap_or(&context.here)
        .join("migrate.toml");
    match directory.strip_prefix(&context.here) {
        Ok(inside) if inside != Path::new("migrations") => {
            (context.here.join("migrate.toml"), Some(inside.to_owned()))
        }
        _ => (beside, None),
    }
}

fn make_settings(
    context: &Context<'_>,
    (args, found): (&Args, Option<&Found>),
    directory: &Path,
    crate_here: Option<&Crate>,
    outcome: &mut Outcome,
) -> Result<(), CommandError> {
    let (mut file, dir) = settings_file(context, directory);
    if context.globals.config.is_none() {
        let there = context.settings_beside(directory)?;
        if let Some(found) = there
            .origin
            .files()
            .iter()
            .find(|file| file.ends_with("migrate.toml"))
        {
            file.clone_from(found);
        }
    }
    let shown = context.shown(&file);
    if file.is_file() {
        if !args.backend.is_empty() {
            outcome.next.push(format!(
                "{shown} was there before: see that its `backends` are those you named"
            ));
        }
        let excluded = found.map(Found::without_models).unwrap_or_default();
        if !excluded.is_empty() {
            outcome.next.push(format!(
                "write `{}` into {shown}: a table without a primary key can be no model",
                settings_text::excluded(&excluded)
            ));
        }
        outcome.kept.push(shown);
        return Ok(());
    }
    let backends = guess(context, args, crate_here)?;
    let irreversible = irreversible(directory, backends);
    let exclude = found.map(Found::without_models);
    let text = settings_text::of(backends, dir.as_deref(), &irreversible, exclude.as_deref());
    files::create(&file, &text).map_err(|error| cannot_write(&shown, &error))?;
    outcome.created.push(match irreversible.len() {
        0 => shown,
        1 => format!("{shown}, which names 1 revision that cannot be taken back"),
        count => format!("{shown}, which names {count} revisions that cannot be taken back"),
    });
    Ok(())
}

/// The backends that the options, the URL or Cargo.toml name.
fn guess(
    context: &Context<'_>,
    args: &Args,
    crate_here: Option<&Crate>,
) -> Result<Backends, CommandError> {
    if !args.backend.is_empty() {
        return Ok(args.backend.iter().copied().collect());
    }
    let url = context
        .search(&Chosen::default(), &context.variables())
        .first()?;
    let of_url = url.and_then(|url| AnyConnection::backend_of(&url.url).ok());
    Ok(of_url
        .map(Backends::from)
        .or_else(|| crate_here.map(Crate::backends))
        .unwrap_or_default())
}

/// The revisions from before that cannot be taken back, which Diesel never asked about.
fn irreversible(directory: &Path, backends: Backends) -> Vec<String> {
    let settings = Settings {
        backends: Some(backends).filter(|set| !set.is_empty()),
        ..Settings::default()
    };
    let problems = Project::read_unfinished(directory, settings, Backends::ALL).err();
    problems
        .into_iter()
        .flatten()
        .find_map(|problem| match problem {
            Problem::AdoptedDowns { irreversible, .. } => Some(irreversible),
            _ => None,
        })
        .unwrap_or_default()
}

/// Reads the directory as every command will, and writes the lock where that is possible.
fn make_lock(
    context: &Context<'_>,
    directory: &Path,
    outcome: &mut Outcome,
) -> Result<Project, CommandError> {
    let shown = context.shown(directory);
    let place = Place {
        directory: directory.to_owned(),
        settings: context.settings_for(directory)?,
        shown: shown.clone(),
    };
    let project = place.read_unfinished(Backends::ALL)?;
    let file = format!("{shown}/{}", Lock::FILE);
    if project.lock.is_some() {
        outcome.kept.push(file);
    } else {
        write_lock(&project)?;
        outcome.created.push(match project.chain.len() {
            0 => file,
            1 => format!("{file}, with 1 revision"),
            count => format!("{file}, with {count} revisions"),
        });
    }
    Ok(project)
}

/// The macro as the crate here must call it.
fn embed(context: &Context<'_>, directory: &Path) -> String {
    match migrate_chain::find(&context.here) {
        Some(found) if found == directory => "embed_migrations!()".to_owned(),
        _ => format!("embed_migrations!(\"{}\")", context.shown(directory)),
    }
}
