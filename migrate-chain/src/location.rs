//! Where a project's migrations directory is, and which settings file speaks for it.

use std::fs;
use std::path::{Component, Path, PathBuf};

use crate::document::{Table, Value};
use crate::settings::FILE;

/// The migrations directory of `start` or of its nearest ancestor that has one: the `dir` of a migrate.toml there, the one that
/// a diesel.toml names, or `migrations`. What migrate.toml names is taken even if it is not there, and `migrations` beside a
/// migrate.toml that does not read, so that it can be reported.
///
/// ```
/// let directory = tempfile::tempdir()?;
/// let crates = directory.path().join("crates/app");
/// std::fs::create_dir_all(&crates)?;
/// std::fs::create_dir(directory.path().join("migrations"))?;
/// assert_eq!(migrate_chain::find(&crates), Some(directory.path().join("migrations")));
/// # Ok::<(), std::io::Error>(())
/// ```
#[must_use]
pub fn find(start: &Path) -> Option<PathBuf> {
    let start = cleaned(start);
    start
        .ancestors()
        .find_map(|level| match said_in(&level.join(FILE)) {
            Said::Directory(directory) => Some(directory),
            Said::Wrong => Some(level.join("migrations")),
            Said::Nothing => named_in_diesel(&level.join("diesel.toml"))
                .filter(|directory| directory.is_dir())
                .or_else(|| Some(level.join("migrations")).filter(|directory| directory.is_dir())),
        })
}

/// What a migrate.toml says of the migrations directory.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Said {
    /// That it is this one.
    Directory(PathBuf),
    /// Nothing: there is no such file, or it has no `dir`.
    Nothing,
    /// It cannot be told: whoever reads the file for its settings reports why.
    Wrong,
}

/// What that migrate.toml says of the migrations directory.
pub(crate) fn said_in(file: &Path) -> Said {
    if !file.is_file() {
        return Said::Nothing;
    }
    let Some(table) = table(file) else {
        return Said::Wrong;
    };
    match (value(&table, "dir"), file.parent()) {
        (None, _) => Said::Nothing,
        (Some(Value::Text(directory)), Some(parent)) if !directory.is_empty() => {
            Said::Directory(cleaned(&parent.join(directory)))
        }
        _ => Said::Wrong,
    }
}

/// The migrations directory that a diesel.toml names. It is Diesel's file: what is wrong in it is Diesel's to report.
pub(crate) fn named_in_diesel(file: &Path) -> Option<PathBuf> {
    let table = table(file)?;
    let Value::Table(inner) = value(&table, "migrations_directory")? else {
        return None;
    };
    match value(inner, "dir")? {
        Value::Text(directory) => Some(cleaned(&file.parent()?.join(directory))),
        _ => None,
    }
}

fn table(file: &Path) -> Option<Table> {
    Table::parse("", &fs::read_to_string(file).ok()?).ok()
}

fn value<'t>(table: &'t Table, key: &str) -> Option<&'t Value> {
    let entry = table.0.iter().find(|entry| entry.key == key)?;
    Some(&entry.value)
}

/// The absolute path without `.` and `..`, taken apart as text: a symbolic link's parent is where the link stands.
pub(crate) fn cleaned(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut clean = PathBuf::new();
    for component in absolute.components() {
        match component {
            Component::ParentDir => _ = clean.pop(),
            Component::CurDir => {}
            other => clean.push(other),
        }
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_cleaned_as_text() {
        assert_eq!(cleaned(Path::new("/a/./b/../c/")), Path::new("/a/c"));
        assert_eq!(cleaned(Path::new("/../a")), Path::new("/a"));
    }
}
