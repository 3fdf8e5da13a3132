//! `migrate revision`: a new directory after the head.

use std::fs;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use migrate_chain::{Chain, Lock, Moment, Project, Revision, new_directory_name};
use migrate_core::Backends;
use serde_json::json;

use crate::context::{Context, Place};
use crate::error::CommandError;
use crate::files;
use crate::ui::Ui;

/// Diesel's column for it holds no more.
const LONGEST_ID: usize = 50;

/// Make a new revision after the head
///
/// Makes a directory with up.sql, down.sql and metadata.toml, and brings migrate.lock up to date. Its id comes after the head's
/// whatever the clock says. No database is asked.
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  migrate revision -m \"add phone to members\"")]
pub(crate) struct Args {
    /// What it does, in a few words: they become its name
    #[arg(short, long, value_name = "TEXT")]
    message: String,

    /// The id to use instead of one made from the time
    #[arg(long, value_name = "ID")]
    rev_id: Option<String>,
}

pub(crate) fn run(ui: &mut Ui, context: &Context<'_>, args: &Args) -> Result<(), CommandError> {
    let project = context.place()?.read_unfinished(Backends::ALL)?;
    let directory = name(&project, args)?;
    let parent = project.chain.head().map_or("base", Revision::id).to_owned();
    let paths = write(&project.directory, &directory, &parent, &args.message)?;
    let id = Revision::new(directory.as_str()).id().to_owned();

    let Project {
        directory: migrations,
        settings,
        ..
    } = project;
    let shown = context.shown(&migrations);
    let place = Place {
        directory: migrations.clone(),
        settings,
        shown: shown.clone(),
    };
    write_lock(&place.read_unfinished(Backends::ALL)?, &shown)?;

    let files: Vec<_> = paths
        .iter()
        .map(|file| format!("{shown}/{directory}/{file}"))
        .collect();
    files.iter().for_each(|file| ui.result(file));
    ui.note("next: write both scripts, then `migrate upgrade`");
    ui.json(
        &json!({ "revision": id, "directory": directory, "down_revision": parent, "files": files }),
    );
    Ok(())
}

/// Writes the lock that the directory must have now.
pub(crate) fn write_lock(project: &Project, shown: &str) -> Result<(), CommandError> {
    files::replace(
        &project.directory.join(Lock::FILE),
        &Lock::of(project).to_string(),
    )
    .map_err(|error| CommandError::failed(format!("cannot write {shown}/{}: {error}", Lock::FILE)))
}

fn name(project: &Project, args: &Args) -> Result<String, CommandError> {
    if args.message.trim().is_empty() {
        return Err(CommandError::usage("the message is empty")
            .with_help("say in a few words what the revision does"));
    }
    // A clock before 1970 is no clock.
    let seconds = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs());
    let name = new_directory_name(
        &project.chain,
        Moment::from_unix(seconds),
        &args.message,
        project.settings.file_name,
    );
    match &args.rev_id {
        None => Ok(name),
        Some(id) => {
            check_id(id, &project.chain)?;
            Ok(name
                .split_once('_')
                .map_or_else(|| id.clone(), |(_, slug)| format!("{id}_{slug}")))
        }
    }
}

fn check_id(id: &str, chain: &Chain) -> Result<(), CommandError> {
    let wrong = |why: String, help: &str| {
        Err(CommandError::usage(format!("--rev-id {id}: {why}")).with_help(help))
    };
    let bare = id.replace('-', "");
    if bare.is_empty()
        || !bare
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'.')
    {
        return wrong(
            "an id has letters, digits, `-` and `.` alone".to_owned(),
            "for example 2026-11-21-101112",
        );
    }
    if id.starts_with(['.', '-']) || ["head", "base", "current"].contains(&bare.as_str()) {
        return wrong(
            "that means something else".to_owned(),
            "for example 2026-11-21-101112",
        );
    }
    if bare.len() > LONGEST_ID {
        return wrong(
            format!("an id has at most {LONGEST_ID} characters"),
            "dashes do not count",
        );
    }
    match chain.head() {
        Some(head) if bare.as_str() <= head.id() => wrong(
            format!("it must come after the head's, {}", head.id()),
            "ids ascend along the chain, as text: so every tool sees one order",
        ),
        _ => Ok(()),
    }
}

/// Writes the directory; gives the names of its files.
fn write(
    migrations: &Path,
    directory: &str,
    parent: &str,
    message: &str,
) -> Result<[&'static str; 3], CommandError> {
    let path = migrations.join(directory);
    let failed = |what: &str, error: std::io::Error| {
        CommandError::failed(format!("cannot make {directory}{what}: {error}"))
    };
    fs::create_dir(&path).map_err(|error| failed("", error))?;
    // One line, so that nothing of it becomes SQL.
    let message = message.split_whitespace().collect::<Vec<_>>().join(" ");
    let files = [
        ("up.sql", format!("-- {message}\n")),
        (
            "down.sql",
            "-- Takes back what up.sql does. The build refuses a down script without a statement: write it, or delete\n\
             -- this file and say in metadata.toml why there is none: irreversible = \"drops the audit table\"\n"
                .to_owned(),
        ),
        ("metadata.toml", format!("down_revision = \"{parent}\"\nrun_in_transaction = true\n")),
    ];
    for (name, text) in &files {
        files::create(&path.join(name), text)
            .map_err(|error| failed(&format!("/{name}"), error))?;
    }
    Ok(files.map(|(name, _)| name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_that_cannot_be_is_refused_before_anything_is_written() {
        let chain = Chain::link(vec![Revision::new("20261121_x")]).expect("one revision");
        for (id, good) in [
            ("20261122", true),
            ("2026-11-21-01", true),
            ("v2", true),
            ("20261121", false),
            ("2025", false),
            ("", false),
            ("-", false),
            ("-9", false),
            ("a_b", false),
            ("a/b", false),
            ("head", false),
            ("z".repeat(51).as_str(), false),
        ] {
            assert_eq!(check_id(id, &chain).is_ok(), good, "{id}");
        }
    }

    #[test]
    fn a_message_of_several_lines_stays_a_comment() {
        let directory = tempfile::tempdir().expect("a directory");
        write(directory.path(), "a", "base", "first\n DROP TABLE members;").expect("written");
        let up = fs::read_to_string(directory.path().join("a/up.sql")).expect("read");
        assert_eq!(up, "-- first DROP TABLE members;\n");
    }
}
