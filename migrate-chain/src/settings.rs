//! What a project decides once: `migrate.toml`, and the one question that `diesel.toml` answers too.

use std::path::{Path, PathBuf};

use crate::document::{Entry, Reader, Table};
use crate::folder;
use crate::location::{Said, cleaned, named_in_diesel, said_in};
use crate::{Backend, Backends, Problems, split};

/// The name of the settings file.
pub(crate) const FILE: &str = "migrate.toml";
const KEYS: [&str; 6] = [
    "backends",
    "dir",
    "database_url",
    "file_name",
    "irreversible",
    "session",
];

/// What migrate.toml says. Without such a file, the default.
///
/// ```
/// use migrate_chain::{Backend, Settings};
///
/// let directory = tempfile::tempdir()?;
/// let file = directory.path().join("migrate.toml");
/// std::fs::write(&file, "backends = [\"mysql\"]\n\n[session]\nmysql = [\"SET foreign_key_checks = 0\"]\n")?;
/// let settings = Settings::read(&file)?;
/// assert!(settings.backends.unwrap().contains(Backend::Mysql));
/// assert_eq!(settings.session(Backend::Mysql), ["SET foreign_key_checks = 0"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// The backends that every script is for; where it is not given, those of the build.
    pub backends: Option<Backends>,
    /// Adopted revisions, by id or directory, whose missing or empty down is accepted.
    pub irreversible: Vec<String>,
    /// Where the database is, as written: `${NAME}` is not expanded.
    pub database_url: Option<String>,
    /// Where the migrations are, as written: relative to the file.
    pub directory: Option<PathBuf>,
    /// How new directories are named.
    pub file_name: FileName,
    /// The statements to run on each new connection, by backend in the order of [`Backend::ALL`].
    pub session: [Vec<String>; 3],
    /// Where all this was read.
    pub origin: Origin,
}

/// How a new revision's directory begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FileName {
    /// `2026-11-21-101112_add_phone`.
    #[default]
    Timestamp,
    /// `2026-11-21_add_phone`; a day's second one is `2026-11-21-02_add_email`.
    Date,
}

/// Where settings were read: which files, and the lines that later checks name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    files: Vec<PathBuf>,
    /// The settings file, seen from the migrations directory.
    shown: String,
    irreversible: Vec<usize>,
}

impl Origin {
    /// The files that were read: migrate.toml, and a diesel.toml that says where the migrations are.
    #[must_use]
    pub fn files(&self) -> &[PathBuf] {
        &self.files
    }

    /// The file and line of a name under `irreversible`.
    pub(crate) fn irreversible(&self, index: usize) -> (String, usize) {
        let file = if self.shown.is_empty() {
            format!("../{FILE}")
        } else {
            self.shown.clone()
        };
        (file, self.irreversible.get(index).copied().unwrap_or(1))
    }
}

impl Settings {
    /// Reads one migrate.toml.
    ///
    /// # Errors
    /// Everything that is wrong in it. Its file is shown as beside the migrations directory.
    pub fn read(path: &Path) -> Result<Self, Problems> {
        Self::read_as(path, &format!("../{FILE}"))
    }

    /// The settings of a migrations directory: migrate.toml in its parent directory, or in itself or further up one whose `dir` is
    /// this directory. Without one, the default. Parents are taken from the path as written, not through symbolic links.
    ///
    /// # Errors
    /// Everything that is wrong in it, or in one further up that does not say which directory it is for.
    pub fn beside(directory: &Path) -> Result<Self, Problems> {
        let directory = cleaned(directory);
        let mut shown = String::new();
        let mut files = Vec::new();
        let mut settings = None;
        for (level, parent) in directory.ancestors().enumerate() {
            let file = parent.join(FILE);
            let speaks = || match said_in(&file) {
                Said::Directory(named) => level == 1 || named == directory,
                Said::Nothing => level == 1 && file.is_file(),
                Said::Wrong => level > 0,
            };
            if settings.is_none() && speaks() {
                settings = Some(Self::read_as(&file, &format!("{shown}{FILE}"))?);
            }
            let diesel = parent.join("diesel.toml");
            if level > 0 && named_in_diesel(&diesel).as_ref() == Some(&directory) {
                files.push(diesel);
            }
            shown += "../";
        }
        let mut settings = settings.unwrap_or_default();
        settings.origin.files.append(&mut files);
        Ok(settings)
    }

    /// The statements to run on each new connection of that kind.
    #[must_use]
    pub fn session(&self, backend: Backend) -> &[String] {
        &self.session[backend as usize]
    }

    fn read_as(path: &Path, shown: &str) -> Result<Self, Problems> {
        let text = folder::text(path, shown)?;
        let mut settings = Self::parse(shown, &text)?;
        settings.origin.files.push(path.to_owned());
        Ok(settings)
    }

    fn parse(shown: &str, text: &str) -> Result<Self, Problems> {
        let table = Table::parse(shown, text)?;
        let mut problems = Vec::new();
        let mut reader = Reader {
            file: shown,
            problems: &mut problems,
        };
        let mut settings = Self::default();
        settings.origin.shown = shown.to_owned();
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
            _ => reader.unknown(entry, &KEYS),
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

fn filled(reader: &mut Reader<'_>, entry: &Entry) -> Option<String> {
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
        reader.bad_value(entry, entry.line, "", "it names none");
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

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(text: &str) -> Vec<String> {
        Settings::parse("../migrate.toml", text)
            .unwrap_err()
            .render("migrations")
    }

    #[test]
    fn all_keys_are_read() {
        let text = "backends = [\"sqlite\", \"mysql\"]\nirreversible = [\n  \"2019\",\n  \"2020_x\",\n]\n\
                    database_url = \"postgres://${USER}@db/app\"\ndir = \"db/migrations\"\nfile_name = \"date\"\n\
                    [session]\nmysql = [\"SET foreign_key_checks = 0\"]\n";
        let settings = Settings::parse("../migrate.toml", text).unwrap();
        assert_eq!(settings.backends.unwrap().to_string(), "sqlite, mysql");
        assert_eq!(settings.irreversible, ["2019", "2020_x"]);
        assert_eq!(
            settings.origin.irreversible(1),
            ("../migrate.toml".to_owned(), 4)
        );
        assert_eq!(
            settings.database_url.as_deref(),
            Some("postgres://${USER}@db/app")
        );
        assert_eq!(
            settings.directory.as_deref(),
            Some(Path::new("db/migrations"))
        );
        assert_eq!(settings.file_name, FileName::Date);
        assert_eq!(
            settings.session(Backend::Mysql),
            ["SET foreign_key_checks = 0"]
        );
        assert!(settings.session(Backend::Sqlite).is_empty());
    }

    #[test]
    fn every_wrong_line_is_named_at_once() {
        let text = "backend = [\"sqlite\"]\nbackends = [\"postgresql\"]\nirreversible = \"2019\"\nfile_name = \"epoch\"\n\
                    dir = \"\"\n[session]\nmysql = [\"SET a = 1; SET b = 2\"]\nmysq = []\n";
        assert_eq!(
            problems(text),
            [
                "migrate.toml:1: unknown key `backend`\n  help: did you mean `backends`?",
                "migrate.toml:2: `backends = \"postgresql\"`: a backend is sqlite, postgres or mysql\n  help: for example `backends = [\"sqlite\", \"postgres\"]`",
                "migrate.toml:3: `irreversible` is text and must be a list of texts\n  help: write a list of texts: `irreversible = [\"20190401101112\"]`",
                "migrate.toml:4: `file_name = \"epoch\"`: it must be `timestamp` or `date`\n  help: for example `file_name = \"timestamp\"`",
                "migrate.toml:5: `dir = \"\"`: it is empty\n  help: for example `dir = \"db/migrations\"`",
                "migrate.toml:7: `mysql = \"SET a = 1; SET b = 2\"`: it must be one statement\n  help: for example `mysql = [\"SET foreign_key_checks = 0\"]`",
                "migrate.toml:8: unknown key `mysq`\n  help: did you mean `mysql`?",
            ]
        );
    }
}
