//! Steps without a transaction: each statement with its record.

use std::time::Instant;

use diesel::SqliteConnection;
use migrate_chain::{Backend, Statement};

use crate::backend::{Broken, Halt, Job, Server, Session, replayed};
use crate::failure::ErrorKind;

use super::together::write;
use super::{literal, put_back};

/// One job without a transaction around it.
pub(super) fn run_recorded(
    connection: &mut SqliteConnection,
    session: &Session,
    job: &Job<'_>,
) -> Result<(), Halt> {
    let started = Instant::now();
    let ledger = &session.ledger;
    // A try before this one may have had to let another process write, in the middle of the script.
    let done = job.done.max(done_so_far(connection, session, job));
    let job = &Job { done, ..*job };
    write(
        connection,
        &format!(
            "{}; {}",
            ledger.bury(std::slice::from_ref(job)),
            ledger.open(job, 0)
        ),
    )?;
    for sql in replayed(job, Backend::Sqlite) {
        // On the connection that ran it before, an attached file may be attached still.
        let _ = connection.execute(&sql);
    }
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
pub(super) fn run_statements(
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
            session
                .script(|| connection.execute(statement.text))
                .and_then(|()| connection.execute(&progress))
        } else {
            connection
                .execute("BEGIN IMMEDIATE")
                .and_then(|()| session.script(|| connection.execute(statement.text)))
                .and_then(|()| connection.execute(&format!("{progress}; COMMIT")))
        };
        if let Err(error) = result {
            let _ = connection.execute("ROLLBACK");
            let kept = done_so_far(connection, session, job);
            let given_up = connection.execute(&ledger.give_up(job, kept, &error.to_string()));
            match given_up {
                // The row stays open and says how far the script came; the run waits and goes on there.
                Err(again) if again.kind == ErrorKind::Busy && error.kind == ErrorKind::Busy => {
                    return Err(Halt::Locked);
                }
                // What the script did wrong is told whether or not it can be written down.
                _ => {}
            }
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
pub(super) fn done_so_far(
    connection: &mut SqliteConnection,
    session: &Session,
    job: &Job<'_>,
) -> usize {
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
pub(super) fn cannot_nest(statement: &Statement<'_>) -> bool {
    let first = statement
        .text
        .split_whitespace()
        .next()
        .unwrap_or_default()
        .to_ascii_uppercase();
    statement.refuses_transaction(Backend::Sqlite)
        || ["PRAGMA", "ATTACH", "DETACH"].contains(&first.as_str())
}
