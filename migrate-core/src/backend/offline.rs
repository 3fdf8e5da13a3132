//! What a script for a backend's plain client is made of. Each backend's ways are in its folder.

use std::cell::Cell;
use std::time::Duration;

use migrate_chain::{Backend, Revision};

use super::{Job, Session};
use crate::canceller::Running;
use crate::error::Error;
use crate::ledger::{Dialect, Guard, Ledger, Who};

/// What is to be written, apart from its steps.
pub(crate) struct Order<'a> {
    /// What it is, in a few words.
    pub(crate) title: String,
    /// Where the database has to be.
    pub(crate) guard: Guard<'a>,
    /// How long to wait for another run.
    pub(crate) lock_wait: Duration,
    /// How long a statement may wait for somebody else's lock; zero is as long as the server does.
    pub(crate) lock_timeout: Duration,
    /// What the project wants of its sessions, as SQL.
    pub(crate) wanted: String,
    /// Name and version of what writes it.
    pub(crate) tool: String,
    /// Name and version of the app.
    pub(crate) app: String,
}

impl Order<'_> {
    /// The ledger, written by a client of which nothing is known but the database's user.
    pub(crate) fn ledger(&self, prefix: &str, dialect: &'static Dialect, db_user: &str) -> Ledger {
        Ledger {
            prefix: prefix.to_owned(),
            dialect,
            who: Who {
                db_user: db_user.to_owned(),
                os_user: "NULL".to_owned(),
                host: "NULL".to_owned(),
            },
            tool: self.tool.clone(),
            app: self.app.clone(),
        }
    }

    /// What a connection would tell of its session.
    pub(crate) fn session(&self, ledger: Ledger, restore: String) -> Session {
        Session {
            ledger,
            restore,
            user: String::new(),
            wanted: self.wanted.clone(),
            lock_timeout: self.lock_timeout,
            found_timeout: String::new(),
            nested: false,
            key: String::new(),
            rehearsal: false,
            foreign_keys: Cell::new(false),
            stop: Box::new(|| false),
            running: Running::Never,
            canceller: None,
        }
    }
}

/// Writes for one backend's plain client. Every text ends with a line's end.
pub(crate) trait Writer {
    /// What a connection would tell of its session, in expressions that the client or the server fills in.
    fn session(&self, order: &Order<'_>) -> Session;

    /// SQL that makes the whole session wait so long for a lock, where that is a setting of the session.
    fn lock_timeout_sql(&self, _: Duration) -> Option<String> {
        None
    }

    /// Everything before the first step: the client stops at errors, the lock is taken, the guard has looked, the ledger is there.
    fn opening(&self, session: &Session, order: &Order<'_>) -> String;

    /// A step with its ledger rows; `before` are the revisions that are applied when it begins.
    ///
    /// # Errors
    /// The step cannot be written for this client.
    fn step(&self, session: &Session, job: &Job<'_>, before: &[Revision]) -> Result<String, Error>;

    /// A transaction of the ledger alone, after the guard has looked once more where nothing else keeps others out.
    fn ledger_alone(&self, session: &Session, order: &Order<'_>, statements: &[String]) -> String;

    /// Everything after the last step.
    fn closing(&self, session: &Session) -> String;
}

/// Who writes for a backend. `None`: it is not compiled in.
pub(crate) fn writer(backend: Backend) -> Option<&'static dyn Writer> {
    match backend {
        #[cfg(feature = "sqlite")]
        Backend::Sqlite => Some(&super::sqlite::Client),
        #[cfg(feature = "postgres")]
        Backend::Postgres => Some(&super::postgres::Client),
        #[cfg(feature = "mysql")]
        Backend::Mysql => Some(&super::mysql::Client),
        #[allow(unreachable_patterns)]
        _ => None,
    }
}

/// Statements, each with what ends it.
pub(crate) fn lines<S: AsRef<str>>(statements: impl IntoIterator<Item = S>) -> String {
    let lines = statements
        .into_iter()
        .filter(|statement| !statement.as_ref().is_empty())
        .map(|statement| format!("{};\n", statement.as_ref()));
    lines.collect()
}
