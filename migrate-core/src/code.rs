//! Revisions in Rust: what the macro embeds of a `migration.rs`, and what its functions may look like.

use std::error::Error as StdError;

use migrate_chain::{Backend, Direction, Script};

/// What a function of a `migration.rs` ends with.
pub(crate) type Outcome = Result<(), Box<dyn StdError + Send + Sync>>;

/// A connection of the backend that a run is about.
#[non_exhaustive]
pub enum Connected<'c> {
    /// SQLite.
    #[cfg(feature = "sqlite")]
    Sqlite(&'c mut diesel::SqliteConnection),
    /// PostgreSQL.
    #[cfg(feature = "postgres")]
    Postgres(&'c mut diesel::PgConnection),
    /// MySQL or MariaDB.
    #[cfg(feature = "mysql")]
    Mysql(&'c mut diesel::MysqlConnection),
    /// Keeps the lifetime where no backend is compiled in.
    #[doc(hidden)]
    None(std::marker::PhantomData<&'c mut ()>),
}

/// The functions of one `migration.rs`.
#[derive(Clone, Copy, Debug)]
pub struct Code {
    /// The file, as `directory/migration.rs`.
    pub file: &'static str,
    /// `up`, and the backend whose connection it takes.
    pub up: Option<(Backend, Run)>,
    /// `down`, and the backend whose connection it takes.
    pub down: Option<(Backend, Run)>,
}

/// Calls a function with the connection that it takes.
pub(crate) type Run = fn(Connected<'_>) -> Outcome;

/// All code that an app embeds.
pub type Codes = &'static [Code];

/// A function that a `migration.rs` may have as its `up` or `down`. `M` tells the connections apart and is always inferred.
#[diagnostic::on_unimplemented(
    message = "this is no function that a migration.rs may have",
    label = "its `up` or `down` has another type",
    note = "write `pub fn up(connection: &mut PgConnection) -> QueryResult<()>`: one argument, which is a SqliteConnection, \
            PgConnection or MysqlConnection of Diesel whose feature migrate-core has, and a Result of () and any error"
)]
pub trait Function<M> {
    /// The backend whose connection it takes.
    const BACKEND: Backend;
    /// Calls it; a connection of another backend is an error.
    ///
    /// # Errors
    /// Whatever the function gives.
    fn call(&self, connection: Connected<'_>) -> Outcome;
}

macro_rules! function {
    ($feature:literal, $variant:ident, $connection:ty) => {
        #[cfg(feature = $feature)]
        impl<F, E> Function<$connection> for F
        where
            F: Fn(&mut $connection) -> Result<(), E>,
            E: Into<Box<dyn StdError + Send + Sync>>,
        {
            const BACKEND: Backend = Backend::$variant;

            fn call(&self, connection: Connected<'_>) -> Outcome {
                match connection {
                    Connected::$variant(connection) => self(connection).map_err(Into::into),
                    #[allow(unreachable_patterns)]
                    _ => Err(concat!("it takes a ", stringify!($variant), " connection").into()),
                }
            }
        }
    };
}

function!("sqlite", Sqlite, diesel::SqliteConnection);
function!("postgres", Postgres, diesel::PgConnection);
function!("mysql", Mysql, diesel::MysqlConnection);

/// The backend whose connection a function takes.
pub const fn written_for<F: Function<M>, M>(_: &F) -> Backend {
    F::BACKEND
}

/// Calls a function of a `migration.rs`.
///
/// # Errors
/// Whatever the function gives.
pub fn run<F: Function<M>, M>(function: &F, connection: Connected<'_>) -> Outcome {
    function.call(connection)
}

/// Why a step's code cannot run here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CodeError {
    /// This program does not have it compiled in.
    #[error("{file} is code, which this program does not have compiled in")]
    NotCompiledIn {
        /// The file, as `directory/migration.rs`.
        file: String,
    },
    /// It takes the connection of another backend.
    #[error("{file} takes a connection of {written_for}, and the database is {backend}")]
    OtherBackend {
        /// The file, as `directory/migration.rs`.
        file: String,
        /// Whose connection it takes.
        written_for: Backend,
        /// The database's.
        backend: Backend,
    },
    /// It is beside statements of a step that cannot be rolled back, so that nobody could go on in the middle.
    #[error("{file} is beside a script that cannot be rolled back on {backend}")]
    NotAtomic {
        /// The file, as `directory/migration.rs`.
        file: String,
        /// The database's.
        backend: Backend,
    },
}

impl CodeError {
    /// What to do next.
    #[must_use]
    pub fn help(&self) -> String {
        match self {
            Self::NotCompiledIn { .. } => {
                "run it from the app that embeds this chain: its `upgrade`, or the same command \
                 mounted in its own command line"
                    .to_owned()
            }
            Self::OtherBackend { backend, .. } => {
                format!("write a migration.{backend}.rs beside it, or a script for {backend}")
            }
            Self::NotAtomic { .. } => {
                "make two revisions of it: one of the statements, and one of the code".to_owned()
            }
        }
    }
}

/// The function that a step runs beside its statements: `None` where it has none.
pub(crate) fn function(
    codes: Codes,
    script: &Script,
    direction: Direction,
    backend: Backend,
) -> Result<Option<Run>, CodeError> {
    let Some(file) = script.code() else {
        return Ok(None);
    };
    let code = codes.iter().find(|code| code.file == file);
    let function = code.and_then(|code| match direction {
        Direction::Up => code.up,
        Direction::Down => code.down,
    });
    match function {
        None => Err(CodeError::NotCompiledIn {
            file: file.to_owned(),
        }),
        Some((written_for, _)) if written_for != backend => Err(CodeError::OtherBackend {
            file: file.to_owned(),
            written_for,
            backend,
        }),
        Some((_, run)) => Ok(Some(run)),
    }
}
