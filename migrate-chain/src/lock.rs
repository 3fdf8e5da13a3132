//! `migrate.lock`: what every script's checksum was when a command last ran, and which revisions are sealed.

use std::fmt;

use crate::{Problems, Project};

/// The text of a `migrate.lock`, as values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lock {
    revisions: Vec<String>,
}

impl Lock {
    /// The file's name, in the migrations directory.
    pub const FILE: &'static str = "migrate.lock";

    /// What the lock of that project must say now. Tags are kept from the lock that the project has.
    #[must_use]
    pub fn of(project: &Project) -> Self {
        let _ = project;
        todo!()
    }

    /// Reads the text of a lock.
    ///
    /// # Errors
    /// Everything that is wrong in it.
    pub fn parse(text: &str) -> Result<Self, Problems> {
        let _ = text;
        todo!()
    }
}

impl fmt::Display for Lock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.revisions.join(""))
    }
}
