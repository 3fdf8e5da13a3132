//! The file: read with everything that is wrong in it, and written.

use std::collections::HashMap;
use std::fmt;

use super::conflict::mark;
use super::{HEAD, Lock, Locked, VERSION, models};
use crate::document::{Entry, Reader, Table, Value};
use crate::{Backend, Checksum, Problem, Problems};

impl Lock {
    /// Reads the text of a lock.
    ///
    /// # Errors
    /// Everything that is wrong in it; the marks of a conflict in git are a problem of their own.
    pub fn parse(text: &str) -> Result<Self, Problems> {
        if let Some(line) = text.lines().position(|line| mark(line).is_some()) {
            return Err(Problem::LockConflict {
                file: Self::FILE.to_owned(),
                line: line + 1,
            }
            .into());
        }
        let table = Table::parse(Self::FILE, text)?;
        let mut problems = Vec::new();
        let mut reader = Reader {
            file: Self::FILE,
            problems: &mut problems,
        };
        let mut lock = Self::default();
        if let Some(entry) = table.0.iter().find(|entry| entry.key == "version") {
            check_version(&mut reader, entry)?;
        }
        for entry in &table.0 {
            match entry.key.as_str() {
                "version" => {}
                "revision" => {
                    lock.revisions = revisions(&mut reader, entry);
                    once(&mut reader, &lock.revisions);
                }
                "model" => lock.models = models::read(&mut reader, entry),
                _ => reader.unknown(entry, &["version", "revision", "model"]),
            }
        }
        Problems::none_or(problems).map(|()| lock)
    }
}

/// Whether this build can read the rest: what another version has in it is no mistake.
fn check_version(reader: &mut Reader<'_>, entry: &Entry) -> Result<(), Problem> {
    match reader.number(entry) {
        Some(version) if version != VERSION => Err(Problem::LockVersion {
            file: Lock::FILE.to_owned(),
            line: entry.line,
            version,
            known: VERSION,
        }),
        _ => Ok(()),
    }
}

fn revisions(reader: &mut Reader<'_>, entry: &Entry) -> Vec<Locked> {
    let Value::List(items) = &entry.value else {
        return reader
            .wrong_type(entry, "a list of tables")
            .unwrap_or_default();
    };
    let mut revisions = Vec::with_capacity(items.len());
    for (line, item) in items {
        match item {
            Value::Table(table) => revisions.push(revision(reader, *line, table)),
            _ => _ = reader.wrong_type::<()>(entry, "a list of tables"),
        }
    }
    revisions
}

/// Reports the ids that are listed more than once, as a merge by hand leaves them.
fn once(reader: &mut Reader<'_>, revisions: &[Locked]) {
    let mut lines = HashMap::new();
    for locked in revisions.iter().filter(|locked| !locked.id.is_empty()) {
        if let Some(first) = lines.insert(locked.id.as_str(), locked.line) {
            let entry = missing("id", locked.line);
            let why = format!("it is listed already, in line {first}");
            reader.bad_value(&entry, locked.line, &locked.id, why);
        }
    }
}

/// A key to name where there is none to point at.
pub(super) fn missing(key: &str, line: usize) -> Entry {
    Entry {
        key: key.to_owned(),
        line,
        value: Value::Flag(false),
    }
}

fn revision(reader: &mut Reader<'_>, line: usize, table: &Table) -> Locked {
    let mut locked = Locked {
        line,
        ..Locked::default()
    };
    for entry in &table.0 {
        let Some(text) = reader.text(entry) else {
            continue;
        };
        match entry.key.as_str() {
            "id" => locked.id = text.to_owned(),
            "parent" => locked.parent = text.to_owned(),
            "tag" => locked.tag = text.to_owned(),
            key if is_sum(key) => match Checksum::from_hex(text) {
                Some(sum) => locked.sums.push((key.to_owned(), sum)),
                None => {
                    reader.bad_value(entry, entry.line, text, "it must be 64 hexadecimal digits")
                }
            },
            _ => reader.unknown(entry, &["id", "parent", "up", "down", "tag"]),
        }
    }
    for (key, value) in [("id", &locked.id), ("parent", &locked.parent)] {
        if value.is_empty() {
            reader.bad_value(&missing(key, line), line, "", "it is missing");
        }
    }
    locked
}

fn is_sum(key: &str) -> bool {
    let (direction, backend) = key.split_once('.').unwrap_or((key, "mysql"));
    ["up", "down"].contains(&direction) && Backend::from_name(backend).is_some()
}

impl fmt::Display for Lock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEAD}version = {VERSION}")?;
        for locked in &self.revisions {
            write!(
                f,
                "\n[[revision]]\nid = {}\nparent = {}\n",
                quoted(&locked.id),
                quoted(&locked.parent)
            )?;
            for (key, sum) in &locked.sums {
                match key.contains('.') {
                    true => writeln!(f, "\"{key}\" = \"{sum}\"")?,
                    false => writeln!(f, "{key} = \"{sum}\"")?,
                }
            }
            if let Some(tag) = locked.tag() {
                writeln!(f, "tag = {}", quoted(tag))?;
            }
        }
        self.models.iter().try_for_each(|model| model.fmt(f))
    }
}

/// A basic string of TOML.
pub(crate) fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            control if control.is_control() => quoted += &format!("\\u{:04X}", u32::from(control)),
            other => quoted.push(other),
        }
    }
    quoted + "\""
}
