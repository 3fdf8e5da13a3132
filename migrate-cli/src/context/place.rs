//! A migrations directory that is there: where it is, what its settings say, and the ways to read it.

use std::path::PathBuf;

use migrate_chain::{Draft, Project};
use migrate_core::{Backend, Backends, Settings};

use crate::error::CommandError;

/// A migrations directory that is there, not read yet.
#[derive(Clone)]
pub(crate) struct Place {
    pub(crate) directory: PathBuf,
    pub(crate) settings: Settings,
    /// The directory as the user would name it.
    pub(crate) shown: String,
}

impl Place {
    /// Refuses a database that the chain is not written for, in words that say so.
    pub(crate) fn is_for(&self, backends: Backends) -> Result<(), CommandError> {
        let written = self.settings.backends.unwrap_or(backends);
        let Some(other) = backends.iter().find(|backend| !written.contains(*backend)) else {
            return Ok(());
        };
        let names: Vec<_> = written.iter().map(Backend::name).collect();
        let error = CommandError::failed(format!(
            "{} is a chain for {}, and the database is {other}",
            self.shown,
            names.join(" and "),
        ));
        Err(error.with_help(format!(
            "name another database, or add \"{other}\" to `backends` in migrate.toml"
        )))
    }

    /// Reads and checks the directory.
    pub(crate) fn read(self, backends: Backends) -> Result<Project, CommandError> {
        let Self {
            directory,
            settings,
            shown,
        } = self;
        Project::read(&directory, settings, backends)
            .map_err(|problems| CommandError::problems(problems, &shown))
    }

    /// The migrate.toml that was read, or where one is to be.
    pub(crate) fn settings_file(&self) -> PathBuf {
        let files = self.settings.origin.files();
        let read = files.iter().find(|file| !file.ends_with("diesel.toml"));
        read.cloned()
            .unwrap_or_else(|| self.directory.with_file_name("migrate.toml"))
    }

    /// The folder of migrate.toml: what it names is seen from there.
    pub(crate) fn settings_folder(&self) -> PathBuf {
        self.settings.folder(&self.directory)
    }

    /// Reads the directory as one whose links may be broken.
    pub(crate) fn draft(&self) -> Result<Draft, CommandError> {
        Draft::read(&self.directory, self.settings.clone(), Backends::ALL)
            .map_err(|problems| CommandError::problems(problems, &self.shown))
    }

    /// The same for a chain that is still being written: no revision yet, or a down script to be filled in.
    pub(crate) fn read_unfinished(self, backends: Backends) -> Result<Project, CommandError> {
        let Self {
            directory,
            settings,
            shown,
        } = self;
        Project::read_unfinished(&directory, settings, backends)
            .map_err(|problems| CommandError::problems(problems, &shown))
    }
}
