//! Steps in a transaction that takes the write lock at once.

use std::time::Instant;

use diesel::SqliteConnection;
use migrate_chain::Direction;

use crate::backend::code::around;
use crate::backend::{Brackets, Broken, Halt, Job, Server, Session, mentions};
use crate::failure::{ErrorKind, ServerError};
use crate::ledger::Moment;

use super::references::{broken_before, check_references};
use super::{literal, pragmas};

/// How a step's transaction begins, ends and is undone.
pub(super) const fn brackets(nested: bool) -> Brackets {
    if nested {
        Brackets {
            begin: "SAVEPOINT migrate_step",
            commit: "RELEASE migrate_step",
            back: "ROLLBACK TO migrate_step; RELEASE migrate_step",
        }
    } else {
        Brackets {
            begin: "BEGIN IMMEDIATE",
            commit: "COMMIT",
            back: "ROLLBACK",
        }
    }
}

/// Opens the transaction of a step, taking the write lock at once: a transaction that reads first and writes later is refused
/// as soon as another one wrote in between, however long it is ready to wait.
pub(super) fn begin(connection: &mut SqliteConnection, nested: bool) -> Result<(), Halt> {
    connection.execute(brackets(nested).begin).map_err(locked)
}

fn locked(error: ServerError) -> Halt {
    match error.kind {
        ErrorKind::Busy => Halt::Locked,
        _ => Broken::outside(error).into(),
    }
}

/// Commits or rolls back. SQLite rolls back by itself on a full disk; then there is nothing left to roll back, and that is no error.
/// A reader keeps a commit waiting as another writer keeps a transaction from its begin: all of it is to be done again.
pub(super) fn end(
    connection: &mut SqliteConnection,
    nested: bool,
    result: Result<(), Halt>,
) -> Result<(), Halt> {
    let Brackets { commit, back, .. } = brackets(nested);
    let result = result.and_then(|()| connection.execute(commit).map_err(locked));
    if result.is_err() {
        let _ = connection.execute(back);
    }
    result
}

/// A small transaction of the ledger alone.
pub(super) fn write(connection: &mut SqliteConnection, sql: &str) -> Result<(), Halt> {
    begin(connection, false)?;
    let result = connection
        .execute(sql)
        .map_err(|error| Broken::outside(error).into());
    end(connection, false, result)
}

pub(super) fn run_in_transaction(
    connection: &mut SqliteConnection,
    session: &Session,
    jobs: &[Job<'_>],
    off: bool,
) -> Result<(), Halt> {
    let ledger = &session.ledger;
    let before = if off {
        broken_before(connection, jobs)?
    } else {
        None
    };
    for (number, job) in jobs.iter().enumerate() {
        still_there(connection, session, job)?;
        let found = pragmas_to_keep(connection, session, (number, jobs))?;
        let started = Instant::now();
        around(connection, session, (number, job), |connection| {
            for (place, statement) in job.script.statements().enumerate() {
                if (session.stop)() {
                    return Err(Halt::Stopped);
                }
                let done = session.script(|| connection.execute(statement.text));
                done.map_err(|error| Broken {
                    job: Some(number),
                    statement: Some(place),
                    kept: 0,
                    error,
                })?;
            }
            Ok(())
        })?;
        put_back_within(connection, &found)?;
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
        check_references(connection, before.as_deref(), jobs)
    } else {
        Ok(())
    }
}

/// The pragmas that a step finds, where it may change them and the transaction goes on after it: with the next step, or as a
/// caller's.
fn pragmas_to_keep(
    connection: &mut SqliteConnection,
    session: &Session,
    (number, jobs): (usize, &[Job<'_>]),
) -> Result<Vec<String>, Halt> {
    let goes_on = session.nested || number + 1 < jobs.len();
    if goes_on && mentions(&jobs[number], &["pragma"]) {
        Ok(pragmas(connection).map_err(Broken::outside)?)
    } else {
        Ok(Vec::new())
    }
}

/// Puts back those that have changed. A few cannot be changed inside a transaction, and so have not; where temporary tables are does
/// not change what a script means, and may be settled by now.
fn put_back_within(connection: &mut SqliteConnection, found: &[String]) -> Result<(), Halt> {
    if found.is_empty() {
        return Ok(());
    }
    let now = pragmas(connection).map_err(Broken::outside)?;
    let changed: Vec<_> = found
        .iter()
        .filter(|pragma| !now.contains(pragma) && !pragma.contains("temp_store"))
        .map(String::as_str)
        .collect();
    Ok(connection
        .execute(&changed.join("; "))
        .map_err(Broken::outside)?)
}

/// Between two transactions another process may have run this very step: then the plan is out of date.
pub(super) fn still_there(
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
