//! A migrations directory, read whole and checked whole.

use std::path::{Path, PathBuf};

use crate::{Backends, Chain, Lock, Problem, Problems, Settings};

/// A migrations directory whose chain is valid.
#[derive(Clone, Debug)]
pub struct Project {
    /// The migrations directory.
    pub directory: PathBuf,
    /// What migrate.toml says.
    pub settings: Settings,
    /// Its revisions, in order.
    pub chain: Chain,
    /// What is odd and no error.
    pub warnings: Vec<Problem>,
    /// Every file that was read besides the scripts: metadata.toml, migrate.lock, migrate.toml, diesel.toml.
    pub tracked: Vec<PathBuf>,
    /// What migrate.lock says, if there is one.
    pub lock: Option<Lock>,
}

impl Project {
    /// Reads and checks a migrations directory. `enabled` are the backends of this build.
    ///
    /// # Errors
    /// Every problem there is, in a stable order.
    pub fn read(directory: &Path, settings: Settings, enabled: Backends) -> Result<Self, Problems> {
        let _ = (directory, settings, enabled);
        todo!()
    }
}

/// The migrations directory of `start` or of its nearest ancestor that has one.
#[must_use]
pub fn find(start: &Path) -> Option<PathBuf> {
    let _ = start;
    todo!()
}
