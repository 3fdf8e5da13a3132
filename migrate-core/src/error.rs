//! Why a run, or a look at a database, did not give what was asked. Every variant says what is wrong; `help` says what to do
//! next.

mod offline;

use std::time::Duration;

use migrate_chain::{Backend, PlanError, Problems};

use crate::code::CodeError;
use crate::failure::{Failure, ServerError};
use crate::ledger::Partial;

pub use offline::OfflineError;

/// Everything that can go wrong with a database and a chain.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The plan cannot be made: the target is wrong, the database diverged, or a step cannot be taken back. Nothing ran.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// A run cannot be written down without a database.
    #[error(transparent)]
    Offline(#[from] OfflineError),
    /// The directory is not a valid chain.
    #[error(transparent)]
    Problems(#[from] Problems),
    /// A step's code cannot run here. Nothing ran.
    #[error(transparent)]
    Code(#[from] CodeError),
    /// A statement failed.
    #[error(transparent)]
    Failed(#[from] Box<Failure>),
    /// The database is not at the head of the chain.
    #[error("the database is behind: it is at {}, and {} of {} revisions are pending, the first of them {}",
        .current.as_deref().unwrap_or("base"), .pending.len(), .of, .pending.first().map_or("", String::as_str))]
    Behind {
        /// The newest applied id; `None` is base.
        current: Option<String>,
        /// The pending ids, in order.
        pending: Vec<String>,
        /// How many revisions the chain has.
        of: usize,
    },
    /// The database has revisions that this build does not know: it was upgraded by a newer build.
    #[error("the database is ahead of this build: it has {}, unknown here", .unknown.join(", "))]
    Ahead {
        /// The applied ids that the chain lacks.
        unknown: Vec<String>,
    },
    /// An applied revision's up script is not the one that ran.
    #[error(
        "{directory} was changed after it was applied: {file} has checksum {now}, {before} ran on this database"
    )]
    Changed {
        /// The revision's directory.
        directory: String,
        /// The script, as `directory/file`.
        file: String,
        /// The checksum of what ran.
        before: String,
        /// The checksum of what is there now.
        now: String,
    },
    /// A step that ran without a transaction was left half done and stands in the way.
    #[error("{partial}, and must be finished before anything else runs")]
    HalfDone {
        /// The step.
        partial: Partial,
    },
    /// A statement was running when its process died, and nobody can tell whether it took effect.
    #[error(
        "statement {number} of {of} of {file} (line {line}) was running when an earlier run died; whether it took effect is not known:\n{statement}"
    )]
    InDoubt {
        /// The script, as `directory/file`.
        file: String,
        /// The line of the statement.
        line: usize,
        /// Its number in the script, from 1.
        number: usize,
        /// How many statements the script has.
        of: usize,
        /// Its text.
        statement: String,
    },
    /// A script that was left half done has changed in the part that was done.
    #[error(
        "{file} was left half done, and one of the {done} statements that ran has changed since"
    )]
    ChangedHalfway {
        /// The script, as `directory/file`.
        file: String,
        /// How many of its statements had run.
        done: usize,
    },
    /// Somebody else holds the lock.
    #[error("waited {} for the migration lock{}", seconds(.waited), held_by(.holder.as_deref()))]
    LockTimeout {
        /// How long this run waited.
        waited: Duration,
        /// Who holds it, where the server can tell.
        holder: Option<String>,
    },
    /// The lock was gone when the run wanted to give it back: a pooler between here and the server switches connections.
    #[error(
        "the migration lock was lost during the run: the server says that this connection does not hold it"
    )]
    LockLost,
    /// The run was asked to stop, and did so at a whole step or statement.
    #[error("stopped on request{}", .at.as_ref().map(|at| format!(" after {at}")).unwrap_or_default())]
    Stopped {
        /// What was done last.
        at: Option<String>,
    },
    /// A step cannot share a transaction with the others, and one transaction for all was asked for.
    #[error("{directory} cannot be in one transaction with the other steps on {backend}")]
    CannotShare {
        /// The revision's directory.
        directory: String,
        /// The backend of the database.
        backend: Backend,
    },
    /// A rehearsal was asked for, and what a step does would outlive its rollback.
    #[error("{directory} cannot be rehearsed on {backend}: {}", outlives(*.backend))]
    CannotRehearse {
        /// The revision's directory.
        directory: String,
        /// The backend of the database.
        backend: Backend,
    },
    /// A limit for statements was asked for, and the server knows none.
    #[error("this server cannot end a statement that takes too long: {}", no_limit(*.backend))]
    NoStatementTimeout {
        /// The backend of the database.
        backend: Backend,
    },
    /// A revision that this build does not know cannot be taken back by what the ledger kept of it.
    #[error("{revision} is unknown to this build, and the ledger cannot take it back: {why}")]
    NotKept {
        /// The revision's id.
        revision: String,
        /// What is missing.
        why: String,
    },
    /// Something that a connection inside a transaction cannot do.
    #[error("the connection is inside a transaction, and {what}")]
    InsideTransaction {
        /// What needs a connection that is not.
        what: String,
    },
    /// The ledger was written by a newer version of this library.
    #[error("the log table has layout {found}, and this version knows layouts up to {known}")]
    NewerLayout {
        /// The layout found.
        found: u32,
        /// The newest that this version reads.
        known: u32,
    },
    /// The ledger could not be read, made or written.
    #[error("{doing}: {error}")]
    Ledger {
        /// What was being done.
        doing: &'static str,
        /// What the server said.
        #[source]
        error: Box<ServerError>,
    },
}

impl Error {
    /// A failure of the ledger's, not of a script.
    pub(crate) fn ledger(doing: &'static str) -> impl Fn(ServerError) -> Self + Copy {
        move |error| Self::Ledger {
            doing,
            error: Box::new(error),
        }
    }

    /// What to do next, in one or two sentences.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        Some(match self {
            Self::Plan(error) => error.help(),
            Self::Offline(error) => error.help(),
            Self::Problems(_) => return None,
            Self::Code(error) => error.help(),
            Self::Failed(failure) => return failure.help(),
            Self::Behind { .. } => "run `migrate upgrade`, or call `upgrade` before the app serves".into(),
            Self::Ahead { .. } => {
                "deploy the build that knows them; to go back to this one, `migrate downgrade head` takes them back by the scripts \
                 that the ledger kept"
                    .into()
            }
            Self::Changed { .. } => {
                "put the file back as it was, and write the change as a new revision; if the database already is as the file now \
                 says, `migrate stamp current` records that"
                    .into()
            }
            Self::HalfDone { partial } => partial.help(),
            Self::InDoubt { .. } => {
                "look whether it took effect; then run the same command again with `--in-doubt done` (go on after it) or \
                 `--in-doubt retry` (run it again)"
                    .into()
            }
            Self::ChangedHalfway { .. } => "put those statements back as they were; the ones after them may change".into(),
            Self::LockTimeout { .. } => "wait for the other run, or give it more time with `--lock-wait`".into(),
            Self::LockLost => "connect to the server itself, not through a pooler in transaction mode".into(),
            Self::Stopped { .. } => "run the same command again; it goes on from there".into(),
            Self::CannotShare { .. } => "run it with `--transaction auto` or `--transaction each`".into(),
            Self::CannotRehearse { backend: Backend::Mysql, .. } => {
                "`--dry-run` shows what would run; to try it, run it on a copy of the database".into()
            }
            Self::CannotRehearse { .. } => {
                "rehearse up to the revision before it, or run it on a copy of the database".into()
            }
            Self::NoStatementTimeout { .. } => {
                "run it without `--statement-timeout`; a statement that waits for a table is limited by `--lock-timeout`".into()
            }
            Self::NotKept { .. } => {
                "take it back with the build that has it: `migrate downgrade` there".into()
            }
            Self::InsideTransaction { .. } => "call it on a connection with no open transaction".into(),
            Self::NewerLayout { .. } => "use the version of the tool that wrote it, or a newer one".into(),
            Self::Ledger { error, .. } => return error.help(),
        })
    }

    /// Whether the database has what the chain does not, or lacks what it should have: more than being behind.
    #[must_use]
    pub fn is_diverged(&self) -> bool {
        match self {
            Self::Plan(error) => error.is_diverged(),
            Self::Ahead { .. } | Self::Changed { .. } | Self::NotKept { .. } => true,
            _ => false,
        }
    }
}

fn seconds(duration: &Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}

fn outlives(backend: Backend) -> &'static str {
    match backend {
        Backend::Mysql => "it commits each schema statement by itself",
        _ => "it runs outside transactions, so that nothing would take it back",
    }
}

fn no_limit(backend: Backend) -> &'static str {
    match backend {
        Backend::Sqlite => "SQLite has no such setting",
        Backend::Mysql => "MySQL limits SELECT alone; MariaDB limits all",
        Backend::Postgres => "it has no such setting",
    }
}

fn held_by(holder: Option<&str>) -> String {
    holder
        .map(|holder| format!(", held by {holder}"))
        .unwrap_or_default()
}
