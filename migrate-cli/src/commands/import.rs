//! `migrate import`: another tool's plain SQL, written as revisions.

use std::fs;
use std::path::{Path, PathBuf};

use clap::builder::{PossibleValuesParser, TypedValueParser};
use migrate_chain::{Import, Revision, Tool, import};
use migrate_core::Backends;
use serde_json::json;

use crate::author::{self, Edits};
use crate::context::{Context, Place};
use crate::error::CommandError;
use crate::ui::Ui;

/// Write another tool's plain SQL files as revisions
///
/// Each version becomes a revision behind the head, with its up and down script; one without a down script becomes irreversible.
/// Numbers get leading zeros where they need them to ascend as text. The files of the other tool stay where they are, and no
/// database is touched.
///
/// A database that the other tool brought up has all of it already: `stamp` says so in its ledger. A Diesel directory is not
/// imported: `adopt` takes it as it is.
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  migrate import --from sqlx old/migrations
  migrate import --from flyway src/main/resources/db/migration --dry-run")]
pub(crate) struct Args {
    /// The tool whose directory it is
    #[arg(
        long,
        value_name = "TOOL",
        value_parser = PossibleValuesParser::new(Tool::ALL.map(Tool::name))
            .try_map(|name| Tool::from_name(&name).ok_or("no such tool"))
    )]
    from: Tool,

    /// The directory with its files
    #[arg(value_name = "DIR")]
    source: PathBuf,

    /// Show what would be written, and write nothing
    #[arg(long)]
    dry_run: bool,
}

pub(crate) fn run(ui: &mut Ui, context: &Context<'_>, args: &Args) -> Result<(), CommandError> {
    let place = context.place_to_write(ui)?;
    let project = place.clone().read_unfinished(Backends::ALL)?;
    let source = context.here.join(&args.source);
    let shown = context.shown(&source);
    let files = read(&source, &shown)?;
    let backends = project.settings.backends.unwrap_or(Backends::ALL);
    let head = project.chain.head().map(Revision::id);
    let import = import(args.from, &files, head, backends).map_err(|error| {
        CommandError::failed(format!("{shown}: {error}")).with_help(error.help())
    })?;
    if !args.dry_run {
        let paths = write(context, &place, &import, &project.lock.unwrap_or_default())?;
        place.run_hooks(ui, &paths)?;
    }
    for revision in &import.revisions {
        let from = revision.from.join(", ");
        ui.result(format!("{}/{}  ({from})", place.shown, revision.directory));
    }
    for (file, why) in &import.remarks {
        ui.note(format!("{shown}/{file}: {why}"));
    }
    if let (Some(last), false) = (import.revisions.last(), args.dry_run) {
        ui.note(format!(
            "next: for a database that {} brought up: `migrate stamp {}`",
            args.from, last.id
        ));
    }
    ui.json(&as_json(&import, args));
    Ok(())
}

/// The files of the directory that can be read as text, by name.
fn read(source: &Path, shown: &str) -> Result<Vec<(String, String)>, CommandError> {
    let cannot =
        |error: std::io::Error| CommandError::failed(format!("cannot read {shown}: {error}"));
    let mut files = Vec::new();
    for entry in fs::read_dir(source).map_err(cannot)? {
        let path = entry.map_err(cannot)?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
            continue;
        };
        if path.is_dir() {
            continue;
        }
        let bytes = fs::read(&path).map_err(cannot)?;
        match String::from_utf8(bytes) {
            Ok(text) => files.push((name.to_owned(), text)),
            Err(_) if name.ends_with(".sql") => {
                return Err(CommandError::failed(format!("{shown}/{name} is not UTF-8"))
                    .with_help("save it as UTF-8"));
            }
            Err(_) => {}
        }
    }
    Ok(files)
}

/// Writes the revisions, all or none; the paths of their files.
fn write(
    context: &Context<'_>,
    place: &Place,
    import: &Import,
    lock: &migrate_chain::Lock,
) -> Result<Vec<PathBuf>, CommandError> {
    let mut edits = Edits::default();
    let mut paths = Vec::new();
    for revision in &import.revisions {
        let directory = place.directory.join(&revision.directory);
        edits.directory(&directory);
        for (name, text) in &revision.files {
            let path = directory.join(name);
            edits.write(&path, text.clone());
            paths.push(path);
        }
    }
    author::finish(edits, context, place, lock)?;
    Ok(paths)
}

fn as_json(import: &Import, args: &Args) -> serde_json::Value {
    let revisions: Vec<_> = import
        .revisions
        .iter()
        .map(|revision| {
            json!({
                "revision": revision.id,
                "directory": revision.directory,
                "from": revision.from,
            })
        })
        .collect();
    let remarks: Vec<_> = import
        .remarks
        .iter()
        .map(|(file, what)| json!({ "file": file, "what": what }))
        .collect();
    json!({ "tool": args.from.name(), "revisions": revisions, "remarks": remarks, "written": !args.dry_run })
}
