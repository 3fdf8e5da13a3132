//! `migrate edit`: a revision's scripts in the user's editor.

use std::path::PathBuf;

use migrate_core::Backends;
use serde_json::json;

use crate::author;
use crate::context::Context;
use crate::error::CommandError;
use crate::ui::Ui;

/// Open the scripts of a revision in $VISUAL or $EDITOR
///
/// Afterwards the chain is checked and migrate.lock brought up to date. A revision that a release tag seals is not opened. Of one
/// that is applied in the database only the down scripts are: what ran there would not be what the file says.
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  migrate edit                       the head
  migrate edit add_phone --down      its down script alone")]
pub(crate) struct Args {
    /// The revision: an id or its beginning, or a name
    #[arg(value_name = "REV", default_value = "head")]
    revision: String,

    /// Only the up scripts
    #[arg(long, conflicts_with = "down")]
    up: bool,

    /// Only the down scripts
    #[arg(long)]
    down: bool,

    /// Open an applied revision's up scripts too
    #[arg(long)]
    force: bool,
}

pub(crate) fn run(ui: &mut Ui, context: &Context<'_>, args: &Args) -> Result<(), CommandError> {
    let place = context.place_to_write(ui)?;
    // A chain that is broken is one to edit.
    let draft = place.draft()?;
    let directory = match args.revision.as_str() {
        "head" => draft.directories().last().ok_or_else(|| {
            CommandError::failed(format!("{}: there is no revision", place.shown))
        })?,
        name => draft
            .find(name)
            .map_err(|error| CommandError::target(&error))?,
    }
    .to_owned();
    let id = migrate_core::Revision::new(directory.as_str())
        .id()
        .to_owned();
    if let Some(tag) = draft.lock().get(&id).and_then(migrate_chain::Locked::tag) {
        return Err(CommandError::failed(format!(
            "{directory} is sealed by {tag}, and never changes"
        ))
        .with_help("put the change into a new revision: `migrate revision`"));
    }
    if !args.down && !args.force && author::applied(ui, context)?.contains(&id) {
        return Err(CommandError::failed(format!("{directory} is applied in the database"))
            .with_help(format!(
                "put the change into a new revision, or take this one back first;\n`migrate edit {id} --down` opens its down script, and --force all of it"
            )));
    }
    let files = scripts(&place.directory.join(&directory), args)?;
    if files.is_empty() {
        return Err(CommandError::failed(format!(
            "{directory} has no such script"
        )));
    }
    author::open(ui, &files)?;
    place.run_hooks(ui, &files)?;
    let written = author::write_lock(&place.read_unfinished(Backends::ALL)?)?;
    let files: Vec<_> = files.iter().map(|file| context.shown(file)).collect();
    files.iter().for_each(|file| ui.result(file));
    if written {
        ui.note("brought migrate.lock up to date");
    }
    ui.json(
        &json!({ "revision": id, "directory": directory, "files": files, "lock_written": written }),
    );
    Ok(())
}

/// The script files of a revision, up before down.
fn scripts(directory: &std::path::Path, args: &Args) -> Result<Vec<PathBuf>, CommandError> {
    let entries = std::fs::read_dir(directory).map_err(|error| {
        CommandError::failed(format!("cannot read {}: {error}", directory.display()))
    })?;
    let wanted = |name: &str| {
        let end = |end: &str| name.ends_with(end);
        name.starts_with("up.") && end(".sql") && !args.down
            || name.starts_with("down.") && end(".sql") && !args.up
            // Both directions are in one file.
            || name.starts_with("migration.") && end(".rs") && !args.up && !args.down
    };
    let mut files: Vec<_> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            path.file_name()
                .and_then(|name| name.to_str())
                .is_some_and(wanted)
        })
        .collect();
    files.sort_by_key(|path| {
        let name = path.file_name().unwrap_or_default().to_owned();
        (name.to_string_lossy().starts_with("down."), name)
    });
    Ok(files)
}
