//! Steps without a transaction: each statement with its record.

use diesel::PgConnection;
use migrate_chain::{Backend, Statement};

use crate::backend::{Broken, Halt, Job, Server, Session, mentions, replayed};
use crate::failure::{ErrorKind, ServerError};

use super::index::drop_invalid;
use super::literal;
use super::together::touches_session;

/// How long ago the open row of the log was written.
pub(super) const SINCE_STARTED: &str =
    "(extract(epoch FROM clock_timestamp() - started) * 1000)::bigint";

/// One job without a transaction around it.
pub(super) fn run_recorded(
    connection: &mut PgConnection,
    session: &Session,
    job: &Job<'_>,
) -> Result<(), Halt> {
    let ledger = &session.ledger;
    let timeout = job
        .revision
        .lock_timeout()
        .unwrap_or(session.lock_timeout)
        .as_millis();
    connection
        .execute(&format!(
            "SET lock_timeout = {timeout}; {}; {}",
            ledger.bury(std::slice::from_ref(job)),
            ledger.open(job, 0)
        ))
        .map_err(Broken::outside)?;
    for sql in replayed(job, Backend::Postgres) {
        connection
            .execute(&sql)
            .map_err(|error| give_up(connection, session, job, (job.done, error)))?;
    }
    // Whether the script itself has a transaction open; the records then belong to it.
    let mut own = false;
    for (number, statement) in job.script.statements().enumerate().skip(job.done) {
        if !own && (session.stop)() {
            let stopped = ledger.give_up(job, number, "stopped on request");
            connection
                .execute(&as_found(session, job, &stopped))
                .map_err(Broken::outside)?;
            return Err(Halt::Stopped);
        }
        run_statement(connection, session, job, (number, &statement))
            .map_err(|error| give_up(connection, session, job, (number, error)))?;
        if let Some(word) = statement.transaction_control(Backend::Postgres) {
            own = matches!(word, "BEGIN" | "START TRANSACTION");
        }
    }
    let end = format!(
        "BEGIN; {}; {}; COMMIT",
        ledger.mark(job),
        ledger.close(job, SINCE_STARTED)
    );
    let restore = if touches_session(job) {
        session.settings()
    } else {
        String::new()
    };
    // A transaction that the script left open ends with the script.
    connection
        .execute(&format!("COMMIT; {restore}; {end}"))
        .map_err(|error| Broken::outside(error).into())
}

/// One statement of a script without a transaction, with its record. Several statements of one message are one transaction, so a
/// statement and its record are; what cannot be in a transaction is announced before and recorded after.
pub(super) fn run_statement(
    connection: &mut PgConnection,
    session: &Session,
    job: &Job<'_>,
    (number, statement): (usize, &Statement<'_>),
) -> Result<(), ServerError> {
    let ledger = &session.ledger;
    let progress = as_found(session, job, &ledger.progress(job, number + 1, 0));
    if statement.refuses_transaction(Backend::Postgres) || commits_by_itself(statement.text) {
        let running = ledger.progress(job, number, number + 1);
        connection.execute(&as_found(session, job, &running))?;
        drop_invalid(connection, statement.text)?;
        session.script(|| connection.execute(statement.text))?;
        connection.execute(&progress)
    } else if statement.transaction_control(Backend::Postgres).is_some() {
        session.script(|| connection.execute(statement.text))?;
        connection.execute(&progress)
    } else {
        session.script(|| connection.execute(&format!("{};\n{progress}", statement.text)))
    }
}

/// Whether a statement may commit what it did so far, which it cannot with its record in the same message.
pub(super) fn commits_by_itself(statement: &str) -> bool {
    let text = statement.to_ascii_uppercase();
    text.starts_with("CALL")
        || text.starts_with("DO") && (text.contains("COMMIT") || text.contains("ROLLBACK"))
}

/// A record, written by the user of the run where the script may have become another, who is that other again afterwards.
pub(super) fn as_found(session: &Session, job: &Job<'_>, sql: &str) -> String {
    if !mentions(job, &["role", "authorization"]) {
        return sql.to_owned();
    }
    format!(
        "SELECT set_config('migrate.user', session_user, false), set_config('migrate.role', current_setting('role'), false); \
         {}; {sql}; SELECT set_config('session_authorization', current_setting('migrate.user'), false); \
         SELECT set_config('role', current_setting('migrate.role'), false)",
        session.user
    )
}

/// Records that a statement of a script without a transaction failed, and how far the script came.
pub(super) fn give_up(
    connection: &mut PgConnection,
    session: &Session,
    job: &Job<'_>,
    (number, error): (usize, ServerError),
) -> Halt {
    let broken = |kept, error| {
        Halt::from(Broken {
            job: Some(0),
            statement: Some(number),
            kept,
            error,
        })
    };
    if error.kind == ErrorKind::ConnectionLost {
        return broken(number, error);
    }
    // Ends a transaction of the script's own; its records go with it, so the log is asked how far the script came.
    let _ = connection.execute("ROLLBACK");
    let _ = connection.execute(&session.settings());
    let ledger = &session.ledger;
    let sql = format!(
        "SELECT statements_done::text FROM {} WHERE revision = {} AND outcome = 'running'",
        ledger.log(),
        literal(job.revision.id())
    );
    let kept = connection
        .rows(&sql)
        .ok()
        .and_then(|rows| rows.first().map(|row| row.number(0)))
        .unwrap_or(number);
    match connection.execute(&ledger.give_up(job, kept, &error.to_string())) {
        Ok(()) => broken(kept, error),
        Err(_) => broken(kept, error),
    }
}
