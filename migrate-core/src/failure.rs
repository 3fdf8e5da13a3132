//! A statement that failed: which, where, what the server said, and what the database's state is now.

use std::fmt;

use migrate_chain::{Direction, Position};

/// What a server said when it refused something.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServerError {
    /// The message.
    pub message: String,
    /// The server's longer explanation.
    pub detail: Option<String>,
    /// The server's advice.
    pub hint: Option<String>,
    /// SQLSTATE on PostgreSQL (`42P07`); the error number and SQLSTATE on MySQL (`1050 (42S01)`).
    pub code: Option<String>,
    /// Where in the statement the server saw it, in characters from 1.
    pub position: Option<usize>,
    /// What kind of refusal it is, where that decides what happens next.
    pub kind: ErrorKind,
}

/// The kinds of refusal that decide what happens next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A table's lock was held by somebody else, or a deadlock: worth another try.
    Busy,
    /// The statement was ended from another connection.
    Canceled,
    /// The statement took longer than a statement may.
    TimedOut,
    /// The connection is gone.
    ConnectionLost,
    /// A table or column that is not there.
    Missing,
    /// A right that the user lacks.
    Denied,
    /// The server or the file takes no writes.
    ReadOnly,
    /// A transaction wanted a lock on more tables and indexes than the server has room for.
    OutOfLocks,
    /// Anything else.
    #[default]
    Other,
}

impl fmt::Display for ServerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if let Some(code) = &self.code {
            write!(f, " [{code}]")?;
        }
        Ok(())
    }
}

impl std::error::Error for ServerError {}

impl ServerError {
    /// What to do about it, where the kind alone tells.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        match self.kind {
            ErrorKind::Denied => Some(
                "grant the database user that right, or run as the user who owns the schema".into(),
            ),
            ErrorKind::Busy => Some(
                "somebody else uses that table or database: run the same command again when they are done, or let it wait \
                 longer with `--lock-timeout`"
                    .into(),
            ),
            ErrorKind::TimedOut => Some(
                "give it more time with `--statement-timeout`, or split the statement into smaller ones".into(),
            ),
            ErrorKind::Canceled => Some(
                "somebody ended the statement from another connection: run the same command again".into(),
            ),
            ErrorKind::ReadOnly => Some(
                "this server or file takes no writes: connect to the primary, or make it writable"
                    .into(),
            ),
            ErrorKind::OutOfLocks => Some(
                "a transaction keeps a lock on all that it touches until its end, and the server has no room for so many: split the \
                 revision, or write `run_in_transaction = false` into its metadata.toml, or raise max_locks_per_transaction on the server"
                    .into(),
            ),
            ErrorKind::ConnectionLost => {
                Some("run the same command again: it looks what was done and goes on".into())
            }
            _ => self.hint.clone(),
        }
    }
}

/// A step that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Failure {
    /// The revision's id.
    pub revision: String,
    /// Whether its up or its down script ran.
    pub direction: Direction,
    /// The script, as `directory/file`.
    pub file: String,
    /// Where the failing statement starts, or, where the server told, the very place of the error.
    pub position: Option<Position>,
    /// The failing statement.
    pub statement: Option<String>,
    /// Its number in the script, from 1; 0 where it is not known.
    pub number: usize,
    /// How many statements the script has.
    pub of: usize,
    /// The line of the script that the position is in, to show with a caret under the column.
    pub line: Option<String>,
    /// What the server said.
    pub error: ServerError,
    /// What was left behind.
    pub left: Left,
    /// The revision at which the database is now; `None` is base.
    pub current: Option<String>,
    /// Something else that may explain it, as a sentence.
    pub note: Option<String>,
    /// Whether it is a file of seeds, and no revision.
    pub is_seed: bool,
}

/// What a failed step left behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Left {
    /// Nothing: its transaction was rolled back.
    Nothing,
    /// The statements before the failing one: there is no transaction here to roll back.
    Statements(usize),
    /// Not known: the connection was lost.
    Unknown,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file)?;
        if let Some(position) = self.position {
            write!(f, ":{}:{}", position.line, position.column)?;
        }
        if self.number > 0 && self.of > 1 {
            write!(f, " (statement {} of {})", self.number, self.of)?;
        }
        write!(f, ": {}", self.error)
    }
}

impl std::error::Error for Failure {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.error)
    }
}

impl Failure {
    /// What the database's state is now, as a sentence.
    #[must_use]
    pub fn state(&self) -> String {
        if self.is_seed {
            return self.state_of_seed();
        }
        let current = self.current.as_deref().unwrap_or("base");
        match self.left {
            Left::Nothing => {
                format!("nothing of this revision was kept; the database is at {current}")
            }
            Left::Statements(0) => {
                format!("nothing of this revision took effect; the database is at {current}")
            }
            Left::Statements(done) => {
                format!(
                    "the database is at {current}, and {done} of the {} statements of this revision are done and kept",
                    self.of
                )
            }
            Left::Unknown => format!(
                "the connection was lost; the database was at {current} before this revision"
            ),
        }
    }

    fn state_of_seed(&self) -> String {
        match self.left {
            Left::Nothing | Left::Statements(0) => "nothing of this file was kept".to_owned(),
            Left::Statements(done) => format!(
                "{done} of the {} statements of this file are done and kept",
                self.of
            ),
            Left::Unknown => "the connection was lost during this file".to_owned(),
        }
    }

    /// What to do next.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        if let Some(help) = self.error.help() {
            return Some(help);
        }
        if self.is_seed {
            return Some(match self.left {
                Left::Statements(done) if done > 0 => {
                    "mend the file so that it can run on what is kept, and run `migrate seed` again"
                        .into()
                }
                _ => "mend the file and run `migrate seed` again: those before it do not run twice"
                    .into(),
            });
        }
        let word = match self.direction {
            Direction::Up => "upgrade",
            Direction::Down => "downgrade",
        };
        Some(match self.left {
            _ if self.file.ends_with(".rs") => {
                format!("mend the code, build it and run `migrate {word}` again")
            }
            Left::Statements(done) if done > 0 => {
                format!(
                    "mend the script from this statement on and run `migrate {word}` again: it goes on there"
                )
            }
            _ => format!("mend the script and run `migrate {word}` again"),
        })
    }
}
