//! SQLite: statements one by one, since a message costs nothing; transactions that take the write lock at once; foreign keys
//! off where a script rebuilds a table.

use std::time::{Duration, Instant};

use diesel::SqliteConnection;
use diesel::connection::{Connection, SimpleConnection, TransactionManager};
use migrate_chain::{Backend, Direction, Statement, rebuilds_a_table};

use crate::failure::{ErrorKind, ServerError};
use crate::ledger::{Dialect, Ledger, Moment, statements};

use super::{Broken, Halt, Job, Lock, Row, Server, Session, mentions, text};

const DIALECT: Dialect = Dialect {
    identifier: |name| format!("\"{}\"", name.replace('"', "\"\"")),
    literal,
    now: "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')",
    serial: "INTEGER PRIMARY KEY",
    word: "TEXT",
    count: "INTEGER",
    time: "TEXT",
    text: "TEXT",
    options: "",
};

/// How long one try at the write lock waits before the run looks around, says that it waits, and tries again.
const MOMENT: Duration = Duration::from_millis(200);

/// The pragmas that a script may set and that outlive it, each of which can be read back.
/// <https://www.sqlite.org/pragma.html>
const PRAGMAS: [&str; 9] = [
    "foreign_keys",
    "legacy_alter_table",
    "recursive_triggers",
    "ignore_check_constraints",
    "writable_schema",
    "query_only",
    "synchronous",
    "temp_store",
    "automatic_index",
];

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

impl Server for SqliteConnection {
    fn backend(&self) -> Backend {
        Backend::Sqlite
    }

    fn in_transaction(&mut self) -> bool {
        type Manager = <SqliteConnection as Connection>::TransactionManager;
        Manager::transaction_manager_status_mut(self)
            .transaction_depth()
            .is_ok_and(|depth| depth.is_some())
    }

    fn execute(&mut self, sql: &str) -> Result<(), ServerError> {
        self.batch_execute(sql).map_err(error)
    }

    fn rows(&mut self, sql: &str) -> Result<Vec<Row>, ServerError> {
        text::load(self, sql).map_err(error)
    }

    fn session(&mut self) -> Result<Session, ServerError> {
        let files = self.rows("SELECT file FROM pragma_database_list WHERE name = 'main'")?;
        let timeout = self.rows("SELECT CAST(timeout AS TEXT) FROM pragma_busy_timeout")?;
        let timeout = timeout.first().map_or(0, |row| row.number::<u64>(0));
        let mut restore = pragmas(self)?;
        restore.push(format!("PRAGMA busy_timeout = {timeout}"));
        let nested = self.in_transaction();
        self.execute(&format!("PRAGMA busy_timeout = {}", MOMENT.as_millis()))?;
        Ok(Session {
            ledger: Ledger {
                prefix: "main.".into(),
                dialect: &DIALECT,
                db_user: String::new(),
                app: String::new(),
            },
            restore: restore.join("; "),
            wanted: String::new(),
            lock_timeout: Duration::ZERO,
            found_timeout: format!("PRAGMA busy_timeout = {timeout}"),
            nested,
            key: files
                .first()
                .map(|row| row.text_or_empty(0).to_owned())
                .unwrap_or_default(),
            stop: Box::new(|| false),
        })
    }

    fn ledger_tables(&mut self) -> Result<Vec<(String, String)>, ServerError> {
        let rows = self.rows(
            "SELECT m.name, c.name FROM main.sqlite_master m, pragma_table_info(m.name) c \
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
            .ledger_tables()
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

    fn leave(&mut self, session: &Session) -> Result<(), ServerError> {
        // Inside a transaction no pragma was touched but this one.
        let sql = if session.nested {
            &session.found_timeout
        } else {
            &session.restore
        };
        self.execute(sql)
    }

    fn lock_holder(&mut self, _: &Session) -> Option<String> {
        None
    }

    fn atomic(&self, job: &Job<'_>) -> bool {
        job.transactional && job.done == 0
    }

    /// Foreign keys cannot be turned off for one step of a transaction.
    fn alone(&self, job: &Job<'_>) -> bool {
        rebuilds(job)
    }

    fn run_together(&mut self, session: &Session, jobs: &[Job<'_>]) -> Result<(), Halt> {
        // The pragma does nothing inside a transaction, so it comes before the first BEGIN.
        let off = jobs.iter().any(rebuilds) && turn_foreign_keys_off(self, session.nested)?;
        let result = begin(self, session.nested).and_then(|()| {
            let result = run_in_transaction(self, session, jobs, off);
            end(self, session.nested, result)
        });
        put_back(self, session, jobs).map_err(Broken::outside)?;
        result
    }

    fn run_recorded(&mut self, session: &Session, jobs: &[Job<'_>]) -> Result<(), Halt> {
        jobs.iter()
            .try_for_each(|job| run_recorded(self, session, job))
    }

    /// Every statement here is one with its record, or can be run again.
    fn took_effect(&mut self, _: &str) -> Result<Option<bool>, ServerError> {
        Ok(Some(false))
    }
}

/// Opens the transaction of a step, taking the write lock at once: a transaction that reads first and writes later is refused
/// as soon as another one wrote in between, however long it is ready to wait.
fn begin(connection: &mut SqliteConnection, nested: bool) -> Result<(), Halt> {
    let begin = if nested {
        "SAVEPOINT migrate_step"
    } else {
        "BEGIN IMMEDIATE"
    };
    connection.execute(begin).map_err(|error| match error.kind {
        ErrorKind::Busy => Halt::Locked,
        _ => Broken::outside(error).into(),
    })
}

/// Commits or rolls back. SQLite rolls back by itself on a full disk; then there is nothing left to roll back, and that is no error.
fn end(
    connection: &mut SqliteConnection,
    nested: bool,
    result: Result<(), Halt>,
) -> Result<(), Halt> {
    let (commit, back) = if nested {
        (
            "RELEASE migrate_step",
            "ROLLBACK TO migrate_step; RELEASE migrate_step",
        )
    } else {
        ("COMMIT", "ROLLBACK")
    };
    let result = result.and_then(|()| {
        connection
            .execute(commit)
            .map_err(|error| Broken::outside(error).into())
    });
    if result.is_err() {
        let _ = connection.execute(back);
    }
    result
}

/// A small transaction of the ledger alone.
fn write(connection: &mut SqliteConnection, sql: &str) -> Result<(), Halt> {
    begin(connection, false)?;
    let result = connection
        .execute(sql)
        .map_err(|error| Broken::outside(error).into());
    end(connection, false, result)
}

fn run_in_transaction(
    connection: &mut SqliteConnection,
    session: &Session,
    jobs: &[Job<'_>],
    off: bool,
) -> Result<(), Halt> {
    let ledger = &session.ledger;
    let before = if off {
        broken_references(connection).map_err(Broken::outside)?
    } else {
        Vec::new()
    };
    for (number, job) in jobs.iter().enumerate() {
        still_there(connection, session, job)?;
        let started = Instant::now();
        for (place, statement) in job.script.statements().enumerate() {
            if (session.stop)() {
                return Err(Halt::Stopped);
            }
            connection.execute(statement.text).map_err(|error| Broken {
                job: Some(number),
                statement: Some(place),
                kept: 0,
                error,
            })?;
        }
        let elapsed = started.elapsed().as_millis().to_string();
        let moment = Moment {
            started: &format!(
                "strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-' || ({elapsed} / 1000.0) || ' seconds')"
            ),
            duration_ms: &elapsed,
        };
        connection
            .execute(&format!(
                "{}; {}",
                ledger.mark(job),
                ledger.done(job, &moment)
            ))
            .map_err(|error| Broken {
                job: Some(number),
                statement: None,
                kept: 0,
                error,
            })?;
    }
    if off {
        check_references(connection, &before, jobs)
    } else {
        Ok(())
    }
}

/// Between two transactions another process may have run this very step: then the plan is out of date.
fn still_there(
    connection: &mut SqliteConnection,
    session: &Session,
    job: &Job<'_>,
) -> Result<(), Halt> {
    let sql = format!(
        "SELECT 1 FROM {} WHERE version = {}",
        session.ledger.versions(),
        literal(job.revision.id())
    );
    let applied = !connection.rows(&sql).map_err(Broken::outside)?.is_empty();
    let expected = job.direction == Direction::Down;
    if applied == expected {
        Ok(())
    } else {
        Err(Halt::Moved)
    }
}

/// One job without a transaction around it.
fn run_recorded(
    connection: &mut SqliteConnection,
    session: &Session,
    job: &Job<'_>,
) -> Result<(), Halt> {
    let started = Instant::now();
    let ledger = &session.ledger;
    write(
        connection,
        &format!("{}; {}", ledger.bury(job), ledger.open(job, 0)),
    )?;
    let result = run_statements(connection, session, job);
    if result.is_ok() {
        let elapsed = started.elapsed().as_millis().to_string();
        write(
            connection,
            &format!("{}; {}", ledger.mark(job), ledger.close(job, &elapsed)),
        )?;
    }
    put_back(connection, session, std::slice::from_ref(job)).map_err(Broken::outside)?;
    result
}

/// Runs what is left of a script without a transaction around it. A statement and its record are one transaction wherever the
/// statement can be in one; those that cannot (VACUUM, ATTACH, a pragma) can be run twice.
fn run_statements(
    connection: &mut SqliteConnection,
    session: &Session,
    job: &Job<'_>,
) -> Result<(), Halt> {
    let ledger = &session.ledger;
    // Whether the script itself has a transaction open; the records then belong to it.
    let mut own = false;
    for (number, statement) in job.script.statements().enumerate().skip(job.done) {
        if !own && (session.stop)() {
            connection
                .execute(&ledger.give_up(job, number, "stopped on request"))
                .map_err(Broken::outside)?;
            return Err(Halt::Stopped);
        }
        let control = statement.transaction_control(Backend::Sqlite);
        let alone = own || control.is_some() || cannot_nest(&statement);
        let progress = ledger.progress(job, number + 1, 0);
        let result = if alone {
            connection
                .execute(statement.text)
                .and_then(|()| connection.execute(&progress))
        } else {
            connection
                .execute("BEGIN IMMEDIATE")
                .and_then(|()| connection.execute(statement.text))
                .and_then(|()| connection.execute(&format!("{progress}; COMMIT")))
        };
        if let Err(error) = result {
            let _ = connection.execute("ROLLBACK");
            let kept = done_so_far(connection, session, job);
            connection
                .execute(&ledger.give_up(job, kept, &error.to_string()))
                .map_err(Broken::outside)?;
            return Err(Broken {
                job: Some(0),
                statement: Some(number),
                kept,
                error,
            }
            .into());
        }
        own = match control {
            Some("BEGIN") => true,
            Some(_) => false,
            None => own,
        };
    }
    // A transaction that the script left open ends with the script.
    if own {
        connection
            .execute("COMMIT")
            .map_err(|error| Broken::outside(error).into())
    } else {
        Ok(())
    }
}

/// What the log has after a rollback: the records of a transaction of the script's own went with it.
fn done_so_far(connection: &mut SqliteConnection, session: &Session, job: &Job<'_>) -> usize {
    let sql = format!(
        "SELECT CAST(statements_done AS TEXT) FROM {} WHERE revision = {} AND outcome = 'running'",
        session.ledger.log(),
        literal(job.revision.id())
    );
    connection
        .rows(&sql)
        .ok()
        .and_then(|rows| rows.first().map(|row| row.number(0)))
        .unwrap_or(0)
}

/// Statements that SQLite refuses, or gives no effect, inside a transaction.
fn cannot_nest(statement: &Statement<'_>) -> bool {
    let first = statement
        .text
        .split_whitespace()
        .next()
        .unwrap_or_default()
        .to_ascii_uppercase();
    statement.refuses_transaction(Backend::Sqlite)
        || ["PRAGMA", "ATTACH", "DETACH"].contains(&first.as_str())
}

/// Whether the script wants foreign keys off: it says so, or it builds a table anew, which with foreign keys on deletes the rows
/// that refer to it.
fn rebuilds(job: &Job<'_>) -> bool {
    job.script
        .statements()
        .any(|statement| statement.turns_foreign_keys_off())
        || rebuilds_a_table(job.script.statements())
}

/// Whether they were on, so that there is something to check afterwards.
fn turn_foreign_keys_off(connection: &mut SqliteConnection, nested: bool) -> Result<bool, Halt> {
    let rows = connection
        .rows("SELECT CAST(foreign_keys AS TEXT) FROM pragma_foreign_keys")
        .map_err(Broken::outside)?;
    let on = rows.first().is_some_and(|row| row.text(0) == Some("1"));
    if on && nested {
        let message = "a table is built anew, for which foreign keys must be off, and inside a transaction they cannot be".into();
        return Err(Broken::outside(ServerError {
            message,
            ..ServerError::default()
        })
        .into());
    }
    if on {
        connection
            .execute("PRAGMA foreign_keys = OFF")
            .map_err(Broken::outside)?;
    }
    Ok(on)
}

/// How many rows of which table refer to rows of which other that are not there; a table that is not there counts as one.
fn broken_references(connection: &mut SqliteConnection) -> Result<Vec<Row>, ServerError> {
    connection.rows(
        "SELECT CAST(child AS TEXT), CAST(parent AS TEXT), CAST(count(*) AS TEXT) FROM ( \
           SELECT \"table\" AS child, parent FROM pragma_foreign_key_check UNION ALL \
           SELECT m.name, f.\"table\" FROM sqlite_master m, pragma_foreign_key_list(m.name) f WHERE m.type = 'table' \
             AND NOT EXISTS (SELECT 1 FROM sqlite_master p WHERE p.type = 'table' AND p.name = f.\"table\" COLLATE NOCASE) \
         ) GROUP BY child, parent",
    )
}

/// Refuses what a rebuild broke; what was broken before is not its fault.
fn check_references(
    connection: &mut SqliteConnection,
    before: &[Row],
    jobs: &[Job<'_>],
) -> Result<(), Halt> {
    let after = broken_references(connection).map_err(Broken::outside)?;
    let same = |a: &Row, b: &Row| a.text(0) == b.text(0) && a.text(1) == b.text(1);
    let count = |row: &Row| {
        before
            .iter()
            .find(|old| same(old, row))
            .map_or(0, |old| old.number::<u64>(2))
    };
    let Some(row) = after.iter().find(|row| count(row) < row.number(2)) else {
        return Ok(());
    };
    let (child, parent) = (row.text_or_empty(0), row.text_or_empty(1));
    let message = format!(
        "foreign keys do not hold after the rebuild: {child} refers to what is not there in {parent}"
    );
    let hint = Some(format!(
        "look at the reference of {child} to {parent}: its table, or rows of it, are gone"
    ));
    let error = ServerError {
        message,
        hint,
        ..ServerError::default()
    };
    // The statement that says where the reference leads is the one to look at.
    let refers = |text: &str| {
        let text = text.to_ascii_lowercase();
        text.contains("references") && text.contains(&parent.to_ascii_lowercase())
    };
    let statement = match jobs {
        [job] => job
            .script
            .statements()
            .position(|statement| refers(statement.text)),
        _ => None,
    };
    Err(Broken {
        job: (jobs.len() == 1).then_some(0),
        statement,
        kept: 0,
        error,
    }
    .into())
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
        .map(|name| format!("(SELECT CAST({name} AS TEXT) FROM pragma_{name})"))
        .collect();
    let rows = connection.rows(&format!("SELECT {}", columns.join(", ")))?;
    let row = rows.first().cloned().unwrap_or_default();
    let pair = |(column, name): (usize, &&str)| {
        row.text(column)
            .map(|value| format!("PRAGMA {name} = {value}"))
    };
    Ok(PRAGMAS.iter().enumerate().filter_map(pair).collect())
}

/// SQLite's own words, by which Diesel's error is told apart: <https://www.sqlite.org/rescode.html>.
fn error(error: diesel::result::Error) -> ServerError {
    let mut error = text::error(error);
    let message = error.message.as_str();
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
