//! What a project decides once: `migrate.toml`, and the one question that `diesel.toml` answers too.

use std::path::{Path, PathBuf};

use crate::{Backend, Backends, Problems};

/// What migrate.toml says. Without such a file, the default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// The backends that every script is for.
    pub backends: Option<Backends>,
    /// Adopted revisions, by id or directory, whose missing or empty down is accepted.
    pub irreversible: Vec<String>,
    /// Where the database is, as written: `${NAME}` is not expanded.
    pub database_url: Option<String>,
    /// Where the migrations are, relative to the file.
    pub directory: Option<PathBuf>,
    /// How new directories are named.
    pub file_name: FileName,
    session: [Vec<String>; 3],
    pub(crate) shown: String,
    pub(crate) irreversible_line: usize,
    pub(crate) sources: Vec<PathBuf>,
}

/// How a new revision's directory begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FileName {
    /// `2026-11-21-101112_add_phone`.
    #[default]
    Timestamp,
    /// `2026-11-21_add_phone`; a day's second one is `2026-11-21-02_...`.
    Date,
}

impl Settings {
    /// Reads one migrate.toml.
    ///
    /// # Errors
    /// Everything that is wrong in it.
    pub fn read(path: &Path) -> Result<Self, Problems> {
        let _ = path;
        todo!()
    }

    /// The settings of a migrations directory: migrate.toml beside it.
    ///
    /// # Errors
    /// Everything that is wrong in it.
    pub fn beside(directory: &Path) -> Result<Self, Problems> {
        let _ = directory;
        todo!()
    }

    /// The statements to run on each new connection of that kind.
    #[must_use]
    pub fn session(&self, backend: Backend) -> &[String] {
        &self.session[backend as usize]
    }
}
