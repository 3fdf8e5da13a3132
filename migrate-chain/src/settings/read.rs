//! The keys of a migrate.toml, each read and checked.

use std::path::PathBuf;

use super::{Environment, FileName, PrintSchema, Settings, Written};
use crate::document::{Entry, Reader, Table, Value};
use crate::{Backend, Backends, Problems, split};

const KEYS: [&str; 16] = [
    "backends",
    "dir",
    "database_url",
    "file_name",
    "irreversible",
    "session",
    "env",
    "protected",
    "seeds",
    "templates",
    "hooks",
    "models",
    "naming",
    "exclude",
    "schemas",
    "print_schema",
];
const ENVIRONMENT_KEYS: [&str; 3] = ["database_url", "protected", "seeds"];

impl Settings {
    pub(super) fn parse(shown: &str, text: &str) -> Result<Self, Problems> {
        let table = Table::parse(shown, text)?;
        let mut problems = Vec::new();
        let mut reader = Reader {
            file: shown,
            problems: &mut problems,
        };
        let mut settings = Self::default();
        settings.origin.shown = shown.to_owned();
        written(&table, "", &mut settings.origin.written);
        for entry in &table.0 {
            settings.take(&mut reader, entry);
        }
        Problems::none_or(problems).map(|()| settings)
    }

    fn take(&mut self, reader: &mut Reader<'_>, entry: &Entry) {
        match entry.key.as_str() {
            "backends" => self.backends = backends(reader, entry),
            "dir" => self.directory = filled(reader, entry).map(PathBuf::from),
            "database_url" => self.database_url = filled(reader, entry),
            "file_name" => self.file_name = file_name(reader, entry).unwrap_or_default(),
            "irreversible" => {
                let names = reader.texts(entry).unwrap_or_default();
                (self.origin.irreversible, self.irreversible) = names
                    .into_iter()
                    .map(|(line, name)| (line, name.to_owned()))
                    .unzip();
            }
            "session" => self.take_session(reader, entry),
            "protected" => self.protected = reader.flag(entry).unwrap_or_default(),
            "seeds" => self.seeds = filled(reader, entry).map(PathBuf::from),
            "env" => self.take_environments(reader, entry),
            "templates" => self.templates = templates(reader, entry),
            "hooks" => self.hooks = hooks(reader, entry),
            "models" | "naming" | "exclude" | "schemas" => self.take_models(reader, entry),
            "print_schema" => self.take_print_schema(reader, entry),
            _ => reader.unknown(entry, &KEYS),
        }
    }

    fn take_environments(&mut self, reader: &mut Reader<'_>, entry: &Entry) {
        let table = reader.table(entry);
        for entry in table.into_iter().flat_map(|table| &table.0) {
            self.environments.push(environment(reader, entry));
        }
    }

    fn take_print_schema(&mut self, reader: &mut Reader<'_>, entry: &Entry) {
        let problems = reader.problems.len();
        self.print_schema = PrintSchema::take(reader, entry, true);
        if self.print_schema.is_empty() && reader.problems.len() == problems {
            let file = Entry {
                key: "print_schema.file".to_owned(),
                ..entry.clone()
            };
            reader.bad_value(&file, entry.line, "", "it is not there");
        }
    }

    fn take_session(&mut self, reader: &mut Reader<'_>, entry: &Entry) {
        for entry in reader.table(entry).into_iter().flat_map(|table| &table.0) {
            match Backend::from_name(&entry.key) {
                Some(backend) => self.session[backend as usize] = session(reader, entry, backend),
                None => reader.unknown(entry, &Backend::ALL.map(Backend::name)),
            }
        }
    }
}

fn environment(reader: &mut Reader<'_>, entry: &Entry) -> Environment {
    let mut environment = Environment {
        name: entry.key.clone(),
        ..Environment::default()
    };
    for entry in reader.table(entry).into_iter().flat_map(|table| &table.0) {
        match entry.key.as_str() {
            "database_url" => environment.database_url = filled(reader, entry),
            "protected" => environment.protected = reader.flag(entry),
            "seeds" => environment.seeds = filled(reader, entry).map(PathBuf::from),
            _ => reader.unknown(entry, &ENVIRONMENT_KEYS),
        }
    }
    environment
}

/// The keys of a table and of those in it.
fn written(table: &Table, before: &str, all: &mut Vec<Written>) {
    for entry in &table.0 {
        let key = format!("{before}{}", entry.key);
        match &entry.value {
            Value::Table(inner) => written(inner, &format!("{key}."), all),
            value => all.push(Written {
                key,
                line: entry.line,
                value: value.to_string(),
            }),
        }
    }
}

fn templates(reader: &mut Reader<'_>, entry: &Entry) -> Vec<(String, PathBuf)> {
    named(reader, entry)
        .iter()
        .filter_map(|(name, entry)| Some((name.clone(), filled(reader, entry)?.into())))
        .collect()
}

fn hooks(reader: &mut Reader<'_>, entry: &Entry) -> Vec<(String, Vec<String>)> {
    let mut hooks = Vec::new();
    for (name, entry) in named(reader, entry) {
        let Some(words) = reader.texts(&entry) else {
            continue;
        };
        if words.first().is_none_or(|(_, program)| program.is_empty()) {
            reader.bad_list(&entry, "it names no program");
        }
        let words = words.into_iter().map(|(_, word)| word.to_owned());
        hooks.push((name, words.collect()));
    }
    hooks
}

/// The entries of a table whose keys are the user's own, each under its whole name.
fn named(reader: &mut Reader<'_>, table: &Entry) -> Vec<(String, Entry)> {
    let whole = |entry: &Entry| Entry {
        key: format!("{}.{}", table.key, entry.key),
        ..entry.clone()
    };
    table_of(reader, table)
        .iter()
        .map(|entry| (entry.key.clone(), whole(entry)))
        .collect()
}

/// The entries of a table.
pub(super) fn table_of(reader: &mut Reader<'_>, entry: &Entry) -> Vec<Entry> {
    let table = reader.table(entry);
    table.map(|table| table.0.clone()).unwrap_or_default()
}

pub(super) fn filled(reader: &mut Reader<'_>, entry: &Entry) -> Option<String> {
    let text = reader.text(entry)?;
    if text.is_empty() {
        reader.bad_value(entry, entry.line, text, "it is empty");
        return None;
    }
    Some(text.to_owned())
}

fn file_name(reader: &mut Reader<'_>, entry: &Entry) -> Option<FileName> {
    match reader.text(entry)? {
        "timestamp" => Some(FileName::Timestamp),
        "date" => Some(FileName::Date),
        other => {
            reader.bad_value(entry, entry.line, other, "it must be `timestamp` or `date`");
            None
        }
    }
}

fn backends(reader: &mut Reader<'_>, entry: &Entry) -> Option<Backends> {
    let names = reader.texts(entry)?;
    if names.is_empty() {
        reader.bad_list(
            entry,
            "it names none; without the key, they are those of the build",
        );
    }
    let mut backends = Backends::NONE;
    for (line, name) in names {
        match Backend::from_name(name) {
            Some(backend) => backends = backends.with(backend),
            None => reader.bad_value(entry, line, name, "a backend is sqlite, postgres or mysql"),
        }
    }
    Some(backends)
}

fn session(reader: &mut Reader<'_>, entry: &Entry, backend: Backend) -> Vec<String> {
    let statements = reader.texts(entry).unwrap_or_default();
    for (line, statement) in &statements {
        match split(backend, statement) {
            Ok(parts) if parts.len() == 1 => {}
            Ok(_) => reader.bad_value(entry, *line, statement, "it must be one statement"),
            Err(error) => reader.bad_value(entry, *line, statement, error.to_string()),
        }
    }
    statements
        .into_iter()
        .map(|(_, statement)| statement.to_owned())
        .collect()
}
