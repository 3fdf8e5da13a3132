//! Why a database could not be read as a schema.

use migrate_schema::{SqlError, SqliteTextError, TypeError};

use crate::failure::ServerError;

/// Why a database could not be read as a schema, or compared with one.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InspectError {
    /// A glob of tables is none.
    #[error("`{glob}` is not a glob: {error}")]
    Glob {
        /// The glob.
        glob: String,
        /// What is wrong.
        error: glob::PatternError,
    },
    /// The server refused.
    #[error("cannot read {what}: {error}")]
    Server {
        /// What was to be read: `the columns`.
        what: &'static str,
        /// What the server said.
        error: Box<ServerError>,
    },
    /// The server does not take what a model says.
    #[error("the server does not take {what}: {error}")]
    Refused {
        /// What was written: `the check "score >= 0" of members`.
        what: String,
        /// What the server said.
        error: Box<ServerError>,
    },
    /// The server names a type that cannot be read.
    #[error("cannot read the type of {column}: {error}")]
    Type {
        /// `table.column`.
        column: String,
        /// What is wrong.
        error: TypeError,
    },
    /// What is wanted cannot be written.
    #[error(transparent)]
    Sql(#[from] SqlError),
    /// SQLite keeps a statement that is not understood. Its table can be excluded.
    #[error("{0}; exclude its table to go on without it")]
    Text(#[from] SqliteTextError),
}
