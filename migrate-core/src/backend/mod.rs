//! What a run needs of a server. One small trait; each backend's ways are in the file of its name.

mod code;
#[cfg(feature = "mysql")]
pub(crate) mod mysql;
mod offline;
#[cfg(feature = "postgres")]
pub(crate) mod postgres;
mod replay;
#[cfg(feature = "sqlite")]
mod sqlite;
mod text;

use std::cell::Cell;
use std::time::Duration;

use migrate_chain::{Backend, Direction, Revision, Script};

use crate::canceller::{Canceller, Running};
use crate::code::Run;
use crate::failure::{ErrorKind, ServerError};
use crate::ledger::Ledger;

pub(crate) use offline::{Order, Writer, lines, writer};
pub(crate) use replay::replayed;
pub(crate) use text::Row;

/// One revision to run, with what its ledger rows need.
pub(crate) struct Job<'a> {
    pub(crate) revision: &'a Revision,
    pub(crate) direction: Direction,
    pub(crate) script: &'a Script,
    /// What runs after its statements on the way up, and before them on the way down.
    pub(crate) code: Option<Run>,
    /// The scripts of both directions, for the log.
    pub(crate) both: (Option<&'a Script>, Option<&'a Script>),
    /// How many of its statements an earlier run did.
    pub(crate) done: usize,
    /// Whether the chain wants it inside a transaction.
    pub(crate) transactional: bool,
}

impl<'a> Job<'a> {
    /// What a revision's statements come to on this backend. `None`: it has no script for it, which the plan refused before.
    pub(crate) fn new(
        revision: &'a Revision,
        direction: Direction,
        backend: Backend,
    ) -> Option<Self> {
        let both = (revision.up(backend), revision.down(backend));
        let script = match direction {
            Direction::Up => both.0,
            Direction::Down => both.1,
        }?;
        // An adopted script may have transactions of its own; ours around them would not hold.
        let own = script
            .statements()
            .any(|statement| statement.transaction_control(backend).is_some());
        Some(Self {
            revision,
            direction,
            script,
            code: None,
            both,
            done: 0,
            transactional: revision.transactional(direction) && !own,
        })
    }

    /// The script, as `directory/file`.
    pub(crate) fn file(&self) -> String {
        self.script.file().to_owned()
    }
}

/// What is known of a connection once a run has decided to do something.
pub(crate) struct Session {
    /// Where the ledger is and how its rows are written.
    pub(crate) ledger: Ledger,
    /// SQL that puts back what a script may have set; empty where the backend looks at what changed instead.
    pub(crate) restore: String,
    /// SQL that makes the user of the session the one it was, where a script can change that; empty elsewhere.
    #[cfg_attr(not(feature = "postgres"), expect(dead_code))]
    pub(crate) user: String,
    /// SQL that a run wants on top of it: the project's session statements and the lock time-out.
    pub(crate) wanted: String,
    /// How long a statement may wait for somebody else's lock; zero is as long as the server does.
    pub(crate) lock_timeout: Duration,
    /// The connection's own lock time-out as it was found, in the backend's words.
    #[cfg_attr(not(any(feature = "sqlite", feature = "postgres")), expect(dead_code))]
    pub(crate) found_timeout: String,
    /// The transaction that was open when the run began, if one was: ours become savepoints in it.
    pub(crate) nested: bool,
    /// What the backend alone understands, such as the number of its lock.
    pub(crate) key: String,
    /// Whether everything is rolled back at the end. Its transaction is open then, and `nested` is set.
    pub(crate) rehearsal: bool,
    /// Whether foreign keys were on when a rehearsal began.
    #[cfg_attr(not(feature = "sqlite"), expect(dead_code))]
    pub(crate) foreign_keys: Cell<bool>,
    /// Asked between statements: whether to stop.
    pub(crate) stop: Box<dyn Fn() -> bool>,
    /// How a statement of this connection can be ended from another thread, and by whom.
    pub(crate) running: Running,
    pub(crate) canceller: Option<Canceller>,
}

impl Session {
    /// SQL that puts back what a script may have set, and then what this run wants.
    pub(crate) fn settings(&self) -> String {
        if self.wanted.is_empty() {
            self.restore.clone()
        } else {
            format!("{}; {}", self.restore, self.wanted)
        }
    }

    /// Adds SQL to what the run wants.
    #[cfg_attr(not(any(feature = "postgres", feature = "mysql")), expect(dead_code))]
    pub(crate) fn want(&mut self, sql: &str) {
        if !self.wanted.is_empty() {
            self.wanted.push_str("; ");
        }
        self.wanted.push_str(sql);
    }

    /// Runs what belongs to a script: meanwhile another thread may end it.
    pub(crate) fn script<T>(&self, what: impl FnOnce() -> T) -> T {
        match &self.canceller {
            Some(canceller) => canceller.during(&self.running, what),
            None => what(),
        }
    }
}

/// A message is cut where it grows longer than so many bytes of scripts: MySQL takes 4 to 64 MiB, and the log's rows have the
/// scripts once more, a byte in two letters.
pub(crate) const MESSAGE: usize = 1 << 20;

/// Whether the script has one of these words, in either case, anywhere, or code, which may say them too. A false alarm costs a
/// little time, no more.
pub(crate) fn mentions(job: &Job<'_>, words: &[&str]) -> bool {
    let text = job.script.text().as_bytes();
    job.code.is_some()
        || words.iter().any(|word| {
            text.windows(word.len())
                .any(|window| window.eq_ignore_ascii_case(word.as_bytes()))
        })
}

/// Whether a statement of the script may call a function or procedure, which may do to the session whatever it likes.
#[cfg(any(feature = "postgres", feature = "mysql"))]
pub(crate) fn calls(job: &Job<'_>) -> bool {
    const CALLERS: [&str; 6] = ["SELECT", "CALL", "DO", "WITH", "EXECUTE", "VALUES"];
    job.script.statements().any(|statement| {
        let first = statement
            .text
            .split(|c: char| !c.is_ascii_alphabetic())
            .next();
        first.is_some_and(|first| CALLERS.iter().any(|word| first.eq_ignore_ascii_case(word)))
    })
}

/// Why jobs did not run to their end.
#[derive(Debug)]
pub(crate) enum Halt {
    /// Another process writes; try again (SQLite has no lock that could be waited for outside a transaction).
    Locked,
    /// Another process moved the database since the plan was made; plan again.
    #[cfg_attr(not(feature = "sqlite"), expect(dead_code))]
    Moved,
    /// Asked to stop, after this many statements of the job that was running were done and kept.
    Stopped,
    /// Waited for another process for as long as was allowed, or until asked to stop.
    Waited(Box<crate::error::Error>),
    /// A statement failed.
    Failed(Box<Broken>),
}

impl Halt {
    /// As an error of something that is no script's.
    pub(crate) fn outside(self, doing: &'static str) -> crate::error::Error {
        use crate::error::Error;
        match self {
            Self::Failed(broken) => Error::ledger(doing)(broken.error),
            Self::Waited(error) => *error,
            Self::Stopped | Self::Locked | Self::Moved => Error::Stopped { at: None },
        }
    }
}

/// A statement that failed, as the backend saw it.
#[derive(Debug)]
pub(crate) struct Broken {
    /// Which of the jobs, where it is known.
    pub(crate) job: Option<usize>,
    /// Which of its statements, from 0, where it is known.
    pub(crate) statement: Option<usize>,
    /// How many of the job's statements are done and kept.
    pub(crate) kept: usize,
    pub(crate) error: ServerError,
}

impl Broken {
    /// A failure that no statement of a script can be blamed for.
    pub(crate) fn outside(error: ServerError) -> Self {
        Self {
            job: None,
            statement: None,
            kept: 0,
            error,
        }
    }
}

impl Broken {
    /// Whether another try, statement by statement, would tell which it was. Somebody else's lock is waited for first, so that is
    /// asked at the last try alone.
    pub(crate) fn is_nameless(&self, last: bool) -> bool {
        let tell = match self.error.kind {
            ErrorKind::ConnectionLost => false,
            ErrorKind::Busy => last,
            _ => true,
        };
        tell && self.statement.is_none()
    }
}

impl From<Broken> for Halt {
    fn from(broken: Broken) -> Self {
        Self::Failed(Box::new(broken))
    }
}

/// The statements around a transaction, or around a part of one.
#[derive(Clone, Copy)]
pub(crate) struct Brackets {
    pub(crate) begin: &'static str,
    pub(crate) commit: &'static str,
    pub(crate) back: &'static str,
}

/// A lock that is held; what holding it means is the backend's to know.
pub(crate) struct Lock {
    /// An open file whose lock goes with it.
    pub(crate) _file: Option<std::fs::File>,
}

/// What a run needs of a server.
pub(crate) trait Server {
    fn backend(&self) -> Backend;

    /// The type that turns everything into text in a CAST.
    fn text_type(&self) -> &'static str {
        "TEXT"
    }

    /// An expression that gives these columns as one text with a bar between two; NULL is nothing.
    fn barred(&self, columns: &[&str]) -> String;

    /// An expression that gathers the values of all rows into one, with the character 30 between two, where that is faster; otherwise
    /// the expression itself.
    fn gathered(&self, expression: String) -> String {
        expression
    }

    /// Whether a transaction is open on the connection, as Diesel knows it.
    fn in_transaction(&mut self) -> bool;

    /// Sends a text of one or more statements as one message where the backend can, and reads all answers.
    fn execute(&mut self, sql: &str) -> Result<(), ServerError>;

    /// Runs one query and gives its rows, each column as text.
    fn rows(&mut self, sql: &str) -> Result<Vec<Row>, ServerError>;

    /// Looks where the ledger is or would be, and what a script may change that must be put back.
    fn session(&mut self) -> Result<Session, ServerError>;

    /// What stands before the names of the ledger's tables as long as nothing is known of the session; nothing lets the server search.
    fn place(&self) -> &'static str {
        ""
    }

    /// The names of the ledger's tables that are there, and the columns of the log. `place` is what stands before their names.
    fn ledger_tables(&mut self, place: &str) -> Result<Vec<(String, String)>, ServerError>;

    /// Makes the ledger's tables, or gives the log the columns that it lacks.
    fn prepare(&mut self, session: &Session) -> Result<(), Halt> {
        let present = self
            .ledger_tables(&session.ledger.prefix)
            .map_err(Broken::outside)?;
        let sql = crate::ledger::statements(&present, session);
        if sql.is_empty() {
            Ok(())
        } else {
            self.execute(&sql.join(";\n"))
                .map_err(|error| Broken::outside(error).into())
        }
    }

    /// Tries to take the lock, waiting no longer than a moment. `exclusive` asks for more than the transactions of the steps give.
    fn try_lock(&mut self, session: &Session, exclusive: bool)
    -> Result<Option<Lock>, ServerError>;

    /// How a transaction that writes begins, ends and is undone; inside one that is open, a savepoint of it.
    fn brackets(&self, nested: bool) -> Brackets;

    /// Gives the lock back; `false` when the server says that it was not held.
    fn unlock(&mut self, session: &Session, lock: Lock) -> Result<bool, ServerError>;

    /// Who holds the lock, where the server can tell.
    fn lock_holder(&mut self, session: &Session) -> Option<String>;

    /// Whether the job can be rolled back as a whole on this backend.
    fn atomic(&self, job: &Job<'_>) -> bool;

    /// So many jobs share a transaction or a message at most: a server keeps a lock for each table that a transaction makes.
    fn group(&self) -> usize {
        50
    }

    /// Whether the job must not share a transaction with others, although it can be in one.
    fn alone(&self, _: &Job<'_>) -> bool {
        false
    }

    /// Runs jobs that are [`atomic`](Server::atomic) with their ledger rows in one transaction: all of them or nothing.
    fn run_together(&mut self, session: &Session, jobs: &[Job<'_>]) -> Result<(), Halt>;

    /// The same again, a statement a message, after it failed as one message, whose failing statement the server did not name. Where
    /// the failure does not come again, the jobs are done.
    fn run_carefully(&mut self, session: &Session, jobs: &[Job<'_>]) -> Result<(), Halt> {
        self.run_together(session, jobs)
    }

    /// Runs jobs statement by statement, each recorded, and keeps what was done when one fails. Several only where
    /// [`packs`](Server::packs) says so.
    fn run_recorded(&mut self, session: &Session, jobs: &[Job<'_>]) -> Result<(), Halt>;

    /// Whether the job's statements and records can travel in one message with those of others.
    fn packs(&self, _: &Job<'_>) -> bool {
        false
    }

    /// Whether a statement that was running when its process died may have taken effect without its record. `None`: it cannot
    /// be told; the user is asked.
    fn took_effect(&mut self, statement: &str) -> Result<Option<bool>, ServerError>;

    /// SQL that makes the whole session wait so long for a lock, where that is a setting of the session.
    fn lock_timeout_sql(&self, _: Duration) -> Option<String> {
        None
    }

    /// Lets no statement of the run take longer than this. `false`: the server knows no such limit for all statements.
    fn limit_statements(&mut self, _: &mut Session, _: Duration) -> Result<bool, ServerError> {
        Ok(false)
    }

    /// Whether steps in a transaction can be rolled back, schema and all.
    fn rehearses(&self) -> bool {
        true
    }

    /// Opens the transaction of a rehearsal of these steps.
    fn begin_rehearsal(&mut self, _: &Session, _: &[Job<'_>]) -> Result<(), Halt> {
        self.execute("BEGIN")
            .map_err(|error| Broken::outside(error).into())
    }

    /// Rolls all of a rehearsal back.
    fn end_rehearsal(&mut self) -> Result<(), ServerError> {
        self.execute("ROLLBACK")
    }

    /// Puts the connection back as it was found, after the last step.
    fn leave(&mut self, _: &Session) -> Result<(), ServerError> {
        Ok(())
    }

    /// Something that may explain a failure on a database that looked fresh, as a sentence.
    fn explain(&mut self) -> Option<String> {
        None
    }
}
