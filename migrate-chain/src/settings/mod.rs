//! What a project decides once: `migrate.toml`, and the questions that `diesel.toml` answers too.

mod models;
mod print_schema;
mod read;

use std::path::{Path, PathBuf};

pub use print_schema::PrintSchema;

use crate::location::{Said, cleaned, named_in_diesel, said_in};
use crate::nearest::nearest;
use crate::{Backend, Backends, Problems, folder};

/// The name of the settings file.
pub(crate) const FILE: &str = "migrate.toml";

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
    /// Whether the database may be dropped only after this line is taken away, in every environment that does not say otherwise.
    pub protected: bool,
    /// Where the seeds are, as written: relative to the file.
    pub seeds: Option<PathBuf>,
    /// What is different in which environment, in the order of the file.
    pub environments: Vec<Environment>,
    /// The statements to run on each new connection, by backend in the order of [`Backend::ALL`].
    pub session: [Vec<String>; 3],
    /// Directories whose files a new revision begins with, by name, as written: relative to the file.
    pub templates: Vec<(String, PathBuf)>,
    /// Programs that run after files were written, by name and in order: each a program and its arguments.
    pub hooks: Vec<(String, Vec<String>)>,
    /// The files that have models, as globs: relative to the file. [`model_globs`](Self::model_globs) is what counts.
    pub models: Option<Vec<String>>,
    /// How constraints without a name are called: for `ix`, `uq`, `ck`, `fk` or `pk` a template with `{table}`, `{columns}` and, for a
    /// foreign key, `{referred}`.
    pub naming: Vec<(String, String)>,
    /// The tables that are no model's business, as globs.
    pub exclude: Vec<String>,
    /// The schemas of the database that are looked at beside the connection's own.
    pub schemas: Vec<String>,
    /// The files that have the project's `table!` blocks, where migrate.toml or else diesel.toml names some.
    pub print_schema: Vec<PrintSchema>,
    /// Where all this was read.
    pub origin: Origin,
}

/// An environment: what it says in the place of the keys of the same names outside it.
///
/// ```
/// use migrate_chain::Settings;
///
/// let directory = tempfile::tempdir()?;
/// let file = directory.path().join("migrate.toml");
/// std::fs::write(&file, "[env.prod]\ndatabase_url = \"${PROD_URL}\"\nprotected = true\n")?;
/// let settings = Settings::read(&file)?;
/// assert_eq!(settings.environments[0].name, "prod");
/// assert_eq!(settings.environments[0].protected, Some(true));
/// assert_eq!(settings.origin.line("env.prod.protected"), Some(3));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment {
    /// Its name: `prod` for `[env.prod]`.
    pub name: String,
    /// Where its database is, as written: `${NAME}` is not expanded.
    pub database_url: Option<String>,
    /// Whether its database may be dropped.
    pub protected: Option<bool>,
    /// Where its seeds are, as written: relative to the file.
    pub seeds: Option<PathBuf>,
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

/// A key of a settings file, as it stands there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// The key, with the tables that it is in: `env.prod.database_url`.
    pub key: String,
    /// Its line.
    pub line: usize,
    /// Its value, as TOML.
    pub value: String,
}

/// Where settings were read: which files, and the lines that later checks name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    files: Vec<PathBuf>,
    /// The settings file, seen from the migrations directory.
    shown: String,
    irreversible: Vec<usize>,
    written: Vec<Written>,
}

impl Origin {
    /// The files that were read: migrate.toml, and a diesel.toml that answers one of its questions.
    #[must_use]
    pub fn files(&self) -> &[PathBuf] {
        &self.files
    }

    /// Every key that the file has, apart from tables, in the order of their lines.
    #[must_use]
    pub fn written(&self) -> &[Written] {
        &self.written
    }

    /// The line of a key, which is named with the tables that it is in: `database_url`, `env.prod.database_url`.
    #[must_use]
    pub fn line(&self, key: &str) -> Option<usize> {
        let found = self.written.iter().find(|written| written.key == key);
        found.map(|written| written.line)
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
        let mut printed = Vec::new();
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
            let named = named_in_diesel(&diesel);
            if level > 0 && named.as_ref() == Some(&directory) {
                files.push(diesel.clone());
            }
            // Without a word on where they are, Diesel means `migrations` beside it.
            let ours = named.unwrap_or_else(|| parent.join("migrations")) == directory;
            if printed.is_empty() && (ours || level == 1) {
                printed = PrintSchema::in_diesel(&diesel);
            }
            shown += "../";
        }
        let mut settings = settings.unwrap_or_default();
        settings.origin.files.append(&mut files);
        settings.print_schema_or(printed);
        Ok(settings)
    }

    /// The statements to run on each new connection of that kind.
    #[must_use]
    pub fn session(&self, backend: Backend) -> &[String] {
        &self.session[backend as usize]
    }

    /// The environment of that name.
    ///
    /// # Errors
    /// The name that comes closest to one that is not there, if one does.
    pub fn environment(&self, name: &str) -> Result<&Environment, Option<&str>> {
        let mut environments = self.environments.iter();
        environments
            .find(|environment| environment.name == name)
            .ok_or_else(|| {
                let names = self.environments.iter().map(|known| known.name.as_str());
                nearest(name, names)
            })
    }

    fn read_as(path: &Path, shown: &str) -> Result<Self, Problems> {
        let text = folder::text(path, shown)?;
        let mut settings = Self::parse(shown, &text)?;
        settings.origin.files.push(path.to_owned());
        let print = std::mem::take(&mut settings.print_schema).into_iter();
        settings.print_schema = print.map(|print| print.seen_from(path)).collect();
        Ok(settings)
    }

    /// What diesel.toml says counts where migrate.toml says nothing.
    fn print_schema_or(&mut self, diesel: Vec<PrintSchema>) {
        if !self.print_schema.is_empty() {
            return;
        }
        for print in &diesel {
            if !self.origin.files.contains(&print.said_in) {
                self.origin.files.push(print.said_in.clone());
            }
        }
        self.print_schema = diesel;
    }
}

#[cfg(test)]
mod tests;
