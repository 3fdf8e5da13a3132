//! What the Tab key offers for a value: revisions and environments, read from the files here. Whatever cannot be read offers
//! nothing; a shell's prompt is no place for errors.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use clap::Arg;
use clap_complete::engine::{ArgValueCandidates, ArgValueCompleter, CompletionCandidate};
use migrate_core::{Revision, Settings};

/// Targets that every chain has.
const WORDS: [(&str, &str); 3] = [
    ("head", "the newest revision"),
    ("base", "before the first revision"),
    ("current", "where the database is"),
];

/// Gives an argument the completion of what it takes, told by the name of its value.
pub(crate) fn complete(argument: Arg) -> Arg {
    let names = argument.get_value_names().unwrap_or_default();
    match names.first().map(|name| name.as_str()) {
        Some("TARGET" | "REV" | "REVISION") => argument.add(ArgValueCompleter::new(targets)),
        Some("A:B") => argument.add(ArgValueCompleter::new(ranges)),
        Some("NAME") if argument.get_id() == "migrate_env" => {
            argument.add(ArgValueCandidates::new(environments))
        }
        _ => argument,
    }
}

/// Names are what people know; ids are offered to those who begin to type one.
fn targets(current: &OsStr) -> Vec<CompletionCandidate> {
    let Some(typed) = current.to_str() else {
        return Vec::new();
    };
    let words = WORDS.map(|(word, what)| (word.to_owned(), what.to_owned()));
    let revisions = revisions();
    let by_id = typed.starts_with(|first: char| first.is_ascii_digit());
    let named = revisions.iter().map(|revision| {
        let (id, name) = (revision.id().to_owned(), revision.slug().to_owned());
        if by_id || name.is_empty() {
            (id, name)
        } else {
            (name, id)
        }
    });
    words
        .into_iter()
        .chain(named)
        .filter(|(value, _)| value.starts_with(typed))
        .enumerate()
        .map(|(order, (value, what))| {
            CompletionCandidate::new(value)
                .help(Some(what.into()))
                .display_order(Some(order))
        })
        .collect()
}

/// Either end of a range.
fn ranges(current: &OsStr) -> Vec<CompletionCandidate> {
    let typed = current.to_str().unwrap_or_default();
    match typed.rsplit_once(':') {
        None => targets(current),
        Some((start, end)) => targets(OsStr::new(end))
            .into_iter()
            .map(|candidate| candidate.add_prefix(format!("{start}:")))
            .collect(),
    }
}

fn environments() -> Vec<CompletionCandidate> {
    let settings = match option("--config") {
        Some(file) => Settings::read(&PathBuf::from(file)).ok(),
        None => directory().and_then(|directory| Settings::beside(&directory).ok()),
    };
    let environments = settings.unwrap_or_default().environments;
    let names = environments.into_iter().map(|environment| environment.name);
    names.map(CompletionCandidate::new).collect()
}

/// The revisions by their directories' names alone, the newest first: no file is read while somebody waits for a key.
fn revisions() -> Vec<Revision> {
    let entries = directory().and_then(|directory| std::fs::read_dir(directory).ok());
    let mut revisions: Vec<_> = entries
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| !name.starts_with('.'))
        .map(Revision::new)
        .collect();
    revisions.sort_by(|one, other| other.id().cmp(one.id()));
    revisions
}

fn directory() -> Option<PathBuf> {
    let here = std::env::current_dir().ok()?;
    match option("--dir") {
        Some(directory) => Some(here.join(directory)),
        None => migrate_chain::find(&here),
    }
}

/// The value of an option in the line that is being typed. The shell passes that line as this process's arguments.
fn option(name: &str) -> Option<OsString> {
    let mut words = std::env::args_os();
    while let Some(word) = words.next() {
        if word == name {
            return words.next();
        }
        let value = word.to_str().and_then(|word| word.strip_prefix(name));
        if let Some(value) = value.and_then(|rest| rest.strip_prefix('=')) {
            return Some(value.into());
        }
    }
    None
}
