//! Why a database could not be made or dropped.

use std::io;
use std::path::PathBuf;

use migrate_chain::Backend;

use crate::connection::ConnectError;
use crate::failure::ServerError;

/// Why a database could not be looked for, made or dropped. No variant shows a password.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DatabaseError {
    /// The server could not be reached, or its URL is wrong.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The URL leaves the name to the server, or is that of a database in memory.
    #[error("the URL names no database of {backend} that could be made or dropped")]
    NoName {
        /// The backend.
        backend: Backend,
    },
    /// The server needs it for itself.
    #[error("{name} is a database that the server needs for itself; it is never dropped")]
    System {
        /// Its name.
        name: String,
    },
    /// The file is something else.
    #[error("{} is not a SQLite database", .path.display())]
    NotSqlite {
        /// The file.
        path: PathBuf,
    },
    /// Others are connected to it.
    #[error("{name} is in use: {by}")]
    InUse {
        /// Its name.
        name: String,
        /// What is known of the others.
        by: String,
    },
    /// The server refused.
    #[error("cannot {what} {name}: {error}")]
    Server {
        /// `create` or `drop`.
        what: &'static str,
        /// Its name.
        name: String,
        /// What the server said.
        error: Box<ServerError>,
    },
    /// The system refused.
    #[error("cannot {what} {}: {error}", .path.display())]
    File {
        /// `create` or `drop`.
        what: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
}

impl DatabaseError {
    /// What to do next.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Connect(error) => Some(error.help()),
            Self::NoName { .. } => Some(
                "write its name after the host, or for SQLite the path of a file: postgres://user@host/NAME".into(),
            ),
            Self::System { .. } => Some("name the database of your app in the URL".into()),
            Self::NotSqlite { .. } => Some("look at the path in the URL: that file is left as it is".into()),
            Self::InUse { .. } => Some("stop what uses it, or end its connections with `--force`".into()),
            Self::Server { error, .. } => error.help(),
            Self::File { .. } => None,
        }
    }
}
