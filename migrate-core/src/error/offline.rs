//! Why a run cannot be written down.

use migrate_chain::{Backend, Direction};

/// Why a run cannot be written down without a database.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OfflineError {
    /// What is meant depends on where a database is.
    #[error("`{target}` is seen from where a database is, and none is asked")]
    Relative {
        /// What was named.
        target: String,
        /// What to write in its place.
        instead: String,
    },
    /// A downgrade was given its end alone.
    #[error(
        "`{target}` is where the downgrade ends, and without a database it must be said where it begins"
    )]
    NoBeginning {
        /// What was named.
        target: String,
    },
    /// A step is Rust, in whole or in part, which no plain client runs.
    #[error("{file} is Rust, and a script for a plain client cannot run it")]
    Code {
        /// The file, as `directory/file`.
        file: String,
    },
    /// The backend is not compiled in.
    #[error("{backend} is not compiled in")]
    NotCompiled {
        /// The backend.
        backend: Backend,
    },
    /// A script changes the database that the ledger is written to, which is not known by name.
    #[error(
        "{file}:{line}: USE leaves the database, and a script that was written without one does not know its name to come back"
    )]
    LeavesDatabase {
        /// The script, as `directory/file`.
        file: String,
        /// The line of the statement.
        line: usize,
    },
}

impl OfflineError {
    /// What to do next.
    #[must_use]
    pub fn help(&self) -> String {
        match self {
            Self::Relative { instead, .. } => format!("write {instead}"),
            Self::NoBeginning { target } => format!("write `head:{target}`, or `ID:{target}`"),
            Self::NotCompiled { backend } => format!("build with the feature `{backend}`"),
            Self::Code { .. } => {
                "write the SQL of the revisions before it and after it, and run this one from the app: `upgrade +1` with a connection".into()
            }
            Self::LeavesDatabase { .. } => {
                "name the other database before its tables instead, or run this revision with a connection".into()
            }
        }
    }

    /// Whether the user asked for something that cannot be meant.
    #[must_use]
    pub const fn is_usage(&self) -> bool {
        matches!(self, Self::Relative { .. } | Self::NoBeginning { .. })
    }

    /// What to write in the place of a target that is seen from a database.
    pub(crate) fn relative(target: &str, direction: Option<Direction>) -> Self {
        let instead = match direction {
            None => "an id, a name, `head` or `base`".to_owned(),
            Some(Direction::Up) if target.starts_with('+') => {
                format!("where it begins too: `base:{target}` or `ID:{target}`")
            }
            Some(Direction::Down) if target.starts_with('-') => {
                format!("where it begins too: `head:{target}` or `ID:{target}`")
            }
            Some(Direction::Up) => {
                "the range by its ends, such as `base:head` or `ID:+1`".to_owned()
            }
            Some(Direction::Down) => {
                "the range by its ends, such as `head:base` or `head:-1`".to_owned()
            }
        };
        Self::Relative {
            target: target.to_owned(),
            instead,
        }
    }
}
