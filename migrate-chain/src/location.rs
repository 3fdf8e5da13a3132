//! Where a project's migrations directory is, and which settings file speaks for it.

use std::fs;
use std::path::{Component, Path, PathBuf};

use crate::document::{Table, Value};
use crate::settings::FILE;

/// The migrations directory of `start` or of its nearest ancestor that has one: the `dir` of a migrate.toml there, the one that
/// a diesel.toml names, or `migrations`. What migrate.toml names is taken even if it is not there, so that it can be reported.
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
    start.ancestors().find_map(|level| {
        named_in(&level.join(FILE))
            .or_else(|| named_in(&level.join("diesel.toml")).filter(|directory| directory.is_dir()))
            .or_else(|| Some(level.join("migrations")).filter(|directory| directory.is_dir()))
    })
}

/// The migrations directory that a migrate.toml or a diesel.toml names. A file that is wrong names none here: whoever reads it
/// for its settings reports it.
pub(crate) fn named_in(file: &Path) -> Option<PathBuf> {
    let text = fs::read_to_string(file).ok()?;
    let table = Table::parse("", &text).ok()?;
    let entry = |table: &Table, key: &str| table.0.iter().position(|entry| entry.key == key);
    let directory = if file.ends_with(FILE) {
        &table.0[entry(&table, "dir")?].value
    } else {
        match &table.0[entry(&table, "migrations_directory")?].value {
            Value::Table(inner) => &inner.0[entry(inner, "dir")?].value,
            _ => return None,
        }
    };
    match directory {
        Value::Text(directory) => Some(cleaned(&file.parent()?.join(directory))),
        _ => None,
    }
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
