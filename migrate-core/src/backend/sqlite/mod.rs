//! SQLite: statements one by one, since a message costs nothing; transactions that take the write lock at once; foreign keys
//! off where a script rebuilds a table.

mod offline;
mod recorded;
mod references;
mod together;

use std::cell::Cell;
use std::time::{Duration, Instant};

use diesel::SqliteConnection;
use diesel::connection::SimpleConnection;
use migrate_chain::Backend;

use crate::canceller::Running;
use crate::code::Connected;
use crate::failure::{ErrorKind, ServerError};
use crate::ledger::{Dialect, Ledger, Who, statements};

use super::code::{self, Native};
use super::{Brackets, Broken, Halt, Job, Lock, Row, Server, Session, mentions, text};
pub(super) use offline::Client;
use recorded::run_recorded;
use references::{are_on, rebuilds, turn_foreign_keys_off};
use together::{begin, brackets, end, run_in_transaction};

const DIALECT: Dialect = Dialect {
    identifier: |name| format!("\"{}\"", name.replace('"', "\"\"")),
    literal,
    number: |column| format!("CAST({column} AS INTEGER)"),
    exact: str::to_owned,
    nowhere: "",
    now: "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')",
    serial: "INTEGER PRIMARY KEY",
    word: "TEXT",
    count: "INTEGER",
    time: "TEXT",
    text: "TEXT",
    opened: "",
    open_row: None,
    limit: "",
    options: "",
};

/// Where the ledger is: in the file that was opened, whatever else is attached.
const MAIN: &str = "main.";

/// How long one try at the write lock waits before the run looks around, says that it waits, and tries again.
const MOMENT: Duration = Duration::from_millis(200);

/// How long a look waits for another process's commit.
const PATIENCE: Duration = Duration::from_secs(5);

/// The pragmas that a script may set and that outlive it, each of which can be read back, and what a new connection of this library
/// has. <https://www.sqlite.org/pragma.html>
const PRAGMAS: [(&str, u8); 9] = [
    ("foreign_keys", 1),
    ("legacy_alter_table", 0),
    ("recursive_triggers", 0),
    ("ignore_check_constraints", 0),
    ("writable_schema", 0),
    ("query_only", 0),
    ("synchronous", 2),
    ("temp_store", 0),
    ("automatic_index", 1),
];

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

impl Server for SqliteConnection {
    fn backend(&self) -> Backend {
        Backend::Sqlite
    }

    fn barred(&self, columns: &[&str]) -> String {
        let columns: Vec<_> = columns
            .iter()
            .map(|column| format!("COALESCE({column}, '')"))
            .collect();
        columns.join(" || '|' || ")
    }

    fn in_transaction(&mut self) -> bool {
        text::in_transaction(self)
    }

    fn execute(&mut self, sql: &str) -> Result<(), ServerError> {
        self.batch_execute(sql).map_err(error)
    }

    /// A look waits for a moment for another process's commit, whatever the connection's own busy time-out is; Diesel's is none.
    fn rows(&mut self, sql: &str) -> Result<Vec<Row>, ServerError> {
        let began = Instant::now();
        loop {
            match text::load(self, sql).map_err(error) {
                Err(error) if error.kind == ErrorKind::Busy && began.elapsed() < PATIENCE => {
                    std::thread::sleep(Duration::from_millis(10));
                }
                result => return result,
            }
        }
    }

    fn session(&mut self) -> Result<Session, ServerError> {
        let files = self.rows("SELECT file FROM pragma_database_list WHERE name = 'main'")?;
        let timeout = self.rows("SELECT CAST(timeout AS TEXT) FROM pragma_busy_timeout")?;
        let timeout = timeout.first().map_or(0, |row| row.number::<u64>(0));
        let journal = self.rows("SELECT CAST(journal_mode AS TEXT) FROM pragma_journal_mode")?;
        let journal = journal.first().map_or("", |row| row.text_or_empty(0));
        let file = files.first().map_or("", |row| row.text_or_empty(0));
        // What a process left half written is taken back from the journal, where that is a file.
        let running = if ["memory", "off"].contains(&journal) && !file.is_empty() {
            Running::Never
        } else {
            Running::WithProcess
        };
        let mut restore = pragmas(self)?;
        restore.push(format!("PRAGMA busy_timeout = {timeout}"));
        let nested = self.in_transaction();
        self.execute(&format!("PRAGMA busy_timeout = {}", MOMENT.as_millis()))?;
        Ok(Session {
            ledger: Ledger {
                prefix: MAIN.into(),
                dialect: &DIALECT,
                who: Who::here(&DIALECT, ""),
                tool: String::new(),
                app: String::new(),
            },
            restore: restore.join("; "),
            user: String::new(),
            wanted: String::new(),
            lock_timeout: Duration::ZERO,
            found_timeout: format!("PRAGMA busy_timeout = {timeout}"),
            nested,
            key: file.to_owned(),
            rehearsal: false,
            foreign_keys: Cell::new(false),
            stop: Box::new(|| false),
            running,
            canceller: None,
        })
    }

    /// An attached or temporary table of that name is another ledger, or none.
    fn place(&self) -> &'static str {
        MAIN
    }

    fn ledger_tables(&mut self, _: &str) -> Result<Vec<(String, String)>, ServerError> {
        let rows = self.rows(
            "SELECT m.name, c.name FROM main.sqlite_master m, pragma_table_info(m.name, 'main') c \
             WHERE m.type = 'table' AND m.name IN ('__diesel_schema_migrations', '__migrate_log')",
        )?;
        Ok(rows
            .iter()
            .map(|row| {
                (
                    row.text_or_empty(0).to_owned(),
                    row.text_or_empty(1).to_owned(),
                )
            })
            .collect())
    }

    /// In a transaction that takes the write lock: there is no other lock yet.
    fn prepare(&mut self, session: &Session) -> Result<(), Halt> {
        begin(self, session.nested)?;
        let result = self
            .ledger_tables(MAIN)
            .and_then(|present| self.execute(&statements(&present, session).join(";\n")))
            .map_err(|error| Broken::outside(error).into());
        end(self, session.nested, result)
    }

    /// The transactions of the steps take the write lock themselves. Steps without one need more: the lock of a file beside the
    /// database, which the system takes back when its process dies.
    fn try_lock(
        &mut self,
        session: &Session,
        exclusive: bool,
    ) -> Result<Option<Lock>, ServerError> {
        if !exclusive || session.key.is_empty() {
            return Ok(Some(Lock { _file: None }));
        }
        let path = format!("{}-migrate-lock", session.key);
        let failed = |error: std::io::Error| ServerError {
            message: format!("{path}: {error}"),
            ..ServerError::default()
        };
        let file = std::fs::File::options()
            .create(true)
            .write(true)
            .truncate(false)
            .open(&path)
            .map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Lock { _file: Some(file) })),
            Err(std::fs::TryLockError::WouldBlock) => {
                std::thread::sleep(MOMENT);
                Ok(None)
            }
            Err(std::fs::TryLockError::Error(error)) => Err(failed(error)),
        }
    }

    fn unlock(&mut self, _: &Session, _: Lock) -> Result<bool, ServerError> {
        Ok(true)
    }

    fn brackets(&self, nested: bool) -> Brackets {
        brackets(nested)
    }

    fn leave(&mut self, session: &Session) -> Result<(), ServerError> {
        // Inside a transaction no pragma was touched but this one.
        let sql = if session.nested && !session.rehearsal {
            &session.found_timeout
        } else {
            &session.restore
        };
        self.execute(sql)
    }

    /// The write lock at once; foreign keys before it, since inside a transaction they cannot be turned off.
    fn begin_rehearsal(&mut self, session: &Session, jobs: &[Job<'_>]) -> Result<(), Halt> {
        session.foreign_keys.set(are_on(self)?);
        if jobs.iter().any(rebuilds) {
            turn_foreign_keys_off(self, false)?;
        }
        begin(self, false)
    }

    fn lock_holder(&mut self, _: &Session) -> Option<String> {
        None
    }

    fn atomic(&self, job: &Job<'_>) -> bool {
        job.transactional && job.done == 0
    }

    /// A transaction costs SQLite the same however many tables it makes; the disk waits once for each.
    fn group(&self) -> usize {
        1000
    }

    /// Foreign keys cannot be turned off for one step of a transaction, and pragmas are put back after it.
    fn alone(&self, job: &Job<'_>) -> bool {
        rebuilds(job) || mentions(job, &["pragma"])
    }

    fn run_together(&mut self, session: &Session, jobs: &[Job<'_>]) -> Result<(), Halt> {
        // The pragma does nothing inside a transaction, so it comes before the first BEGIN.
        let off = if session.rehearsal {
            // No COMMIT looks at references that may be mended until then.
            session.foreign_keys.get()
        } else {
            jobs.iter().any(rebuilds) && turn_foreign_keys_off(self, session.nested)?
        };
        let result = begin(self, session.nested).and_then(|()| {
            let result = run_in_transaction(self, session, jobs, off);
            end(self, session.nested, result)
        });
        put_back(self, session, jobs).map_err(Broken::outside)?;
        result
    }

    fn run_recorded(&mut self, session: &Session, jobs: &[Job<'_>]) -> Result<(), Halt> {
        if let [job] = jobs
            && let Some(code) = job.code
        {
            let result = code::run_recorded(self, session, job, code);
            put_back(self, session, jobs).map_err(Broken::outside)?;
            return result;
        }
        jobs.iter()
            .try_for_each(|job| run_recorded(self, session, job))
    }

    /// Every statement here is one with its record, or can be run again.
    fn took_effect(&mut self, _: &str) -> Result<Option<bool>, ServerError> {
        Ok(Some(false))
    }
}

impl Native for SqliteConnection {
    fn connected(&mut self) -> Connected<'_> {
        Connected::Sqlite(self)
    }

    fn told(told: diesel::result::Error) -> ServerError {
        error(told)
    }
}

/// Puts back the pragmas that a script set, and foreign keys where a rebuild wanted them off.
fn put_back(
    connection: &mut SqliteConnection,
    session: &Session,
    jobs: &[Job<'_>],
) -> Result<(), ServerError> {
    let touched = jobs
        .iter()
        .any(|job| rebuilds(job) || mentions(job, &["pragma"]));
    if !touched || session.nested {
        return Ok(());
    }
    connection.execute(&session.settings())?;
    connection.execute(&format!("PRAGMA busy_timeout = {}", MOMENT.as_millis()))
}

fn pragmas(connection: &mut SqliteConnection) -> Result<Vec<String>, ServerError> {
    let columns: Vec<_> = PRAGMAS
        .iter()
        .map(|(name, _)| format!("(SELECT CAST({name} AS TEXT) FROM pragma_{name})"))
        .collect();
    let rows = connection.rows(&format!("SELECT {}", columns.join(", ")))?;
    let row = rows.first().cloned().unwrap_or_default();
    let pair = |(column, (name, _)): (usize, &(&str, u8))| {
        row.text(column)
            .map(|value| format!("PRAGMA {name} = {value}"))
    };
    Ok(PRAGMAS.iter().enumerate().filter_map(pair).collect())
}

/// SQLite's own words, by which Diesel's error is told apart: <https://www.sqlite.org/rescode.html>.
fn error(error: diesel::result::Error) -> ServerError {
    let mut error = text::error(error);
    let message = error.message.as_str();
    let hints = [
        (
            "file is not a database",
            "look at the path: that file is something else, or it is encrypted",
        ),
        (
            "database or disk is full",
            "make room on the disk, and run the same command again",
        ),
    ];
    let hint = hints.iter().find(|(words, _)| message.contains(words));
    error.hint = hint.map(|(_, hint)| (*hint).to_owned());
    error.kind =
        if message.contains("database is locked") || message.contains("database table is locked") {
            ErrorKind::Busy
        } else if message.contains("no such table") || message.contains("no such column") {
            ErrorKind::Missing
        } else if message.contains("readonly database") {
            ErrorKind::ReadOnly
        } else {
            error.kind
        };
    error
}
