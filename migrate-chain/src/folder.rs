//! One revision's directory, read whole: its scripts as text, its metadata.toml, and the names that are nearly a script's.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::metadata::Metadata;
use crate::nearest::nearest;
use crate::revision::id_of;
use crate::{Backend, Direction, Position, Problem};

/// One revision's directory.
#[derive(Clone, Debug)]
pub(crate) struct Folder {
    pub(crate) name: String,
    pub(crate) sources: Vec<Source>,
    /// Where it has a metadata.toml.
    pub(crate) metadata: Option<Metadata>,
    /// Directions that lack a script for a reason that is reported already: its name is misspelt, or nothing can be read.
    pub(crate) explained: Vec<Direction>,
}

/// One script file. A text that is none is kept as the problem that it is.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    /// `up.mysql.sql`.
    pub(crate) name: String,
    pub(crate) direction: Direction,
    /// The one backend it is for, if its name says so.
    pub(crate) backend: Option<Backend>,
    pub(crate) text: Result<String, Problem>,
}

impl Folder {
    /// Reads the directory at `path`, and adds its metadata.toml to what is tracked.
    pub(crate) fn read(
        path: &Path,
        name: String,
        problems: &mut Vec<Problem>,
        tracked: &mut Vec<PathBuf>,
    ) -> Self {
        let mut folder = Self {
            name,
            sources: Vec::new(),
            metadata: None,
            explained: Vec::new(),
        };
        let mut names = match names(path) {
            Ok(names) => names,
            Err(error) => {
                problems.push(Problem::Unreadable {
                    file: folder.name.clone(),
                    error: error.to_string(),
                });
                folder.metadata = Some(Metadata::unknown());
                folder.explained = vec![Direction::Up, Direction::Down];
                return folder;
            }
        };
        names.sort();
        for name in names {
            let file = folder.file(&name);
            if name == "metadata.toml" {
                tracked.push(path.join(&name));
                folder.metadata = Some(match text(&path.join(&name), &file) {
                    Ok(text) => Metadata::read(&file, &text, problems),
                    Err(problem) => {
                        problems.push(problem);
                        Metadata::unknown()
                    }
                });
            } else if let Some((direction, backend)) = script_name(&name) {
                folder.sources.push(Source {
                    text: text(&path.join(&name), &file),
                    name,
                    direction,
                    backend,
                });
            } else if let Some(right) = nearly(&name) {
                match right.split_once('.') {
                    Some(("up", _)) => folder.explained.push(Direction::Up),
                    Some(("down", _)) => folder.explained.push(Direction::Down),
                    _ if folder.metadata.is_none() => folder.metadata = Some(Metadata::unknown()),
                    _ => {}
                }
                problems.push(Problem::Misspelt { file, right });
            }
        }
        folder
    }

    /// The id that its name gives.
    pub(crate) fn id(&self) -> String {
        id_of(&self.name)
    }

    /// One of its files, seen from the migrations directory.
    pub(crate) fn file(&self, name: &str) -> String {
        format!("{}/{name}", self.name)
    }

    /// The script files of one direction.
    pub(crate) fn of(&self, direction: Direction) -> impl Iterator<Item = &Source> {
        self.sources
            .iter()
            .filter(move |source| source.direction == direction)
    }

    /// The file that a backend runs: its own, or the one for every backend.
    pub(crate) fn chosen(&self, direction: Direction, backend: Backend) -> Option<&Source> {
        let named = |name: Option<Backend>| {
            self.of(direction)
                .find(move |source| source.backend == name)
        };
        named(Some(backend)).or_else(|| named(None))
    }
}

fn names(path: &Path) -> io::Result<Vec<String>> {
    // A name that is not UTF-8 is no script's.
    let name =
        |entry: io::Result<fs::DirEntry>| entry.map(|entry| entry.file_name().into_string().ok());
    fs::read_dir(path)?
        .map(name)
        .filter_map(Result::transpose)
        .collect()
}

/// A file as text: UTF-8 without NUL. `file` is what messages call it.
pub(crate) fn text(path: &Path, file: &str) -> Result<String, Problem> {
    let bytes = fs::read(path).map_err(|error| Problem::Unreadable {
        file: file.to_owned(),
        error: error.to_string(),
    })?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let byte = error.utf8_error().valid_up_to();
        let line = error.as_bytes()[..byte]
            .iter()
            .filter(|&&byte| byte == b'\n')
            .count()
            + 1;
        Problem::NotUtf8 {
            file: file.to_owned(),
            byte,
            line,
        }
    })?;
    match text.find('\0') {
        Some(byte) => Err(Problem::Nul {
            file: file.to_owned(),
            byte,
            at: Position::of(&text, byte),
        }),
        None => Ok(text),
    }
}

/// `up.sql` or `down.mysql.sql`, taken apart.
fn script_name(name: &str) -> Option<(Direction, Option<Backend>)> {
    let (direction, rest) = match name.split_once('.')? {
        ("up", rest) => (Direction::Up, rest),
        ("down", rest) => (Direction::Down, rest),
        _ => return None,
    };
    match rest.strip_suffix("sql")? {
        "" => Some((direction, None)),
        backend => Some((
            direction,
            Some(Backend::from_name(backend.strip_suffix('.')?)?),
        )),
    }
}

/// What a name that is no script's was meant to be, if it looks like one.
fn nearly(name: &str) -> Option<String> {
    let lower = name.to_ascii_lowercase();
    if lower == "metadata.toml" {
        return Some(lower);
    }
    let (direction, rest) = lower.split_once('.')?;
    if !["up", "down"].contains(&direction) {
        return None;
    }
    let backend = match rest.strip_suffix("sql")?.strip_suffix('.') {
        None if rest == "sql" => return Some(lower),
        None => return None,
        Some(backend) if backend.contains('.') => return None,
        Some("postgresql" | "pg" | "psql" | "pgsql") => "postgres",
        Some("sqlite3" | "lite") => "sqlite",
        Some("mariadb" | "maria") => "mysql",
        Some(backend) => match nearest(backend, Backend::ALL.map(Backend::name)) {
            Some(backend) => backend,
            None => {
                return Some(format!(
                    "{direction}.sql, or to one for sqlite, postgres or mysql as {direction}.mysql.sql"
                ));
            }
        },
    };
    Some(format!("{direction}.{backend}.sql"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_scripts_are_exact() {
        assert_eq!(script_name("up.sql"), Some((Direction::Up, None)));
        assert_eq!(
            script_name("down.mysql.sql"),
            Some((Direction::Down, Some(Backend::Mysql)))
        );
        for name in [
            "Up.sql",
            "up.SQL",
            "up.foo.sql",
            "up.sql~",
            "up..sql",
            "upsql",
            "up.",
            "up.mysqlsql",
            ".up.sql.swp",
        ] {
            assert_eq!(script_name(name), None, "{name}");
        }
    }

    #[test]
    fn names_that_are_nearly_a_script_s_are_told_the_right_one() {
        for (name, right) in [
            ("Up.sql", "up.sql"),
            ("DOWN.SQL", "down.sql"),
            ("up.postgresql.sql", "up.postgres.sql"),
            ("up.sqlite3.sql", "up.sqlite.sql"),
            ("down.MySQL.sql", "down.mysql.sql"),
            ("down.mysq.sql", "down.mysql.sql"),
            ("Metadata.toml", "metadata.toml"),
        ] {
            assert_eq!(nearly(name).as_deref(), Some(right), "{name}");
        }
        assert!(nearly("up.foo.sql").is_some_and(|right| right.starts_with("up.sql, or")));
        for name in [
            "README.md",
            "up.sql~",
            "up.sql.bak",
            "notes.sql",
            "backup.sql",
            "up.a.b.sql",
            ".up.sql.swp",
            "up.sh",
        ] {
            assert_eq!(nearly(name), None, "{name}");
        }
    }
}
