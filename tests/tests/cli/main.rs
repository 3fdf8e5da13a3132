//! What `migrate` says: every command by its whole output, in text and in JSON, with its exit code.
//!
//! The outputs stand in the tests, the help texts in `snapshots/help`.
//! `SNAPSHOTS=overwrite cargo test -p migrate-tests --test cli` writes them anew.

mod adoption;
mod autogenerate;
mod check;
mod code;
mod colours;
mod coming_from;
mod completions;
mod database_url;
mod databases;
mod diff;
mod editor;
mod errors;
mod from_database;
mod help;
mod history;
mod import;
mod interrupted;
mod json;
mod look;
mod passwords;
mod past;
mod rebase;
mod rescue;
mod revision;
mod run;
mod schema;
mod seeds;
mod signals;
mod sql;
mod stamp;
mod targets;
mod templates;
mod terminal;
mod usage;
mod written_models;

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use migrate_core::Backend;
use migrate_tests::{Database, Outcome, Project, Running, binary};

/// `migrate` in a directory, with nothing of the surrounding environment that would change what it says.
fn tool(directory: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(binary("migrate-cli", "migrate"));
    command.current_dir(directory).args(arguments);
    let surroundings = [
        "DATABASE_URL",
        "MIGRATE_DATABASE_URL",
        "DATABASE_URL_FILE",
        "MIGRATE_ENV",
        "NO_COLOR",
        "CLICOLOR",
        "CLICOLOR_FORCE",
        // Where it is set, colours are taken to be wanted.
        "CI",
        "VISUAL",
        "EDITOR",
    ];
    surroundings
        .iter()
        .for_each(|name| _ = command.env_remove(name));
    command
}

#[track_caller]
fn finish(command: Command) -> Outcome {
    let words = json::Words::of(&command);
    let outcome = Running::start(command).wait(Duration::from_secs(60));
    words.check(&outcome);
    outcome
}

/// Runs `migrate` in a directory, on a test's database.
#[track_caller]
fn run_on(directory: impl AsRef<Path>, database: &Database, arguments: &[&str]) -> Outcome {
    let arguments = [&["--database-url", database.url()], arguments].concat();
    finish(tool(directory.as_ref(), &arguments))
}

/// Runs `migrate` and gives all that it said, as one text.
fn said(directory: &Path, arguments: &[&str]) -> String {
    text(&finish(tool(directory, arguments)))
}

/// On the SQLite file `app.db` of that directory.
fn said_on_app(directory: &Path, arguments: &[&str]) -> String {
    said(
        directory,
        &[&["--database-url", "sqlite:app.db"], arguments].concat(),
    )
}

fn text(outcome: &Outcome) -> String {
    let mut text = outcome.stdout.clone();
    if !outcome.stderr.is_empty() {
        text += "--- stderr\n";
        text += &outcome.stderr;
    }
    let code = outcome
        .code
        .map_or("none".to_owned(), |code| code.to_string());
    text + &format!("--- exit code {code}\n")
}

/// Compares with the text in the test, apart from what differs from run to run.
#[track_caller]
fn says(actual: String, expected: impl snapbox::data::IntoData) {
    // Who ran it differs from machine to machine.
    let actual = regex("(?m)^( *by +).*$")
        .replace_all(&actual, "${1}[WHO]")
        .into_owned();
    let mut redactions = snapbox::Redactions::new();
    let patterns = [
        ("[TIME]", r"(?<redacted>[0-9]+(\.[0-9]+)? m?s)\b"),
        ("[MS]", "_ms\":(?<redacted>[0-9.]+)"),
        (
            "[DATE]",
            r"(?<redacted>20[0-9]{2}-[0-9]{2}-[0-9]{2}[ T][0-9:.]+Z?)",
        ),
        (
            "[STAMP]",
            r"(?<redacted>20[0-9]{2}-[0-9]{2}-[0-9]{2}-[0-9]{6})",
        ),
        ("[ID]", r"(?<redacted>\b20[0-9]{12}\b)"),
        ("[EXE]", r"(?<redacted>migrate\.exe)"),
    ];
    for (name, pattern) in patterns {
        let pattern = snapbox::RedactedValue::from(regex(pattern));
        redactions.insert(name, pattern).expect("a valid name");
    }
    snapbox::Assert::new()
        .action_env("SNAPSHOTS")
        .redact_with(redactions)
        .normalize_paths(false)
        .eq(actual, expected);
}

fn regex(pattern: &str) -> regex::Regex {
    regex::Regex::new(pattern).expect("a valid pattern")
}

/// The text of a project's file.
fn read(project: &Project, file: &str) -> String {
    fs::read_to_string(project.path().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// Two small tables.
fn two_tables() -> Project {
    Project::tables(Backend::Sqlite, 2)
}
