//! Steps in a transaction: what surrounds a script in its message, and the same a statement at a time.

use diesel::PgConnection;
use migrate_chain::{Backend, Statement};

use crate::backend::code::around;
use crate::backend::{Brackets, Broken, Halt, Job, Server, Session, calls, mentions};
use crate::failure::{ErrorKind, ServerError};
use crate::ledger::Moment;

use super::error::kind_of;
use super::literal;

/// When the step began, kept by the server itself: a message may hold many steps. `RESET ALL` in a script forgets it.
pub(super) const STARTED: &str =
    "COALESCE(NULLIF(current_setting('migrate.started', true), '')::timestamptz, now())";

/// How a step's transaction begins, ends and is undone.
pub(super) const fn brackets(nested: bool) -> Brackets {
    if nested {
        Brackets {
            begin: "SAVEPOINT migrate_step",
            commit: "RELEASE SAVEPOINT migrate_step",
            back: "ROLLBACK TO SAVEPOINT migrate_step; RELEASE SAVEPOINT migrate_step",
        }
    } else {
        Brackets {
            begin: "BEGIN",
            commit: "COMMIT",
            back: "ROLLBACK",
        }
    }
}

/// What comes before a script in its transaction: how long it may wait for a table, and what time it is.
pub(super) fn before(session: &Session, job: &Job<'_>) -> String {
    // SET TRANSACTION must come before any query; such a step began when its transaction did.
    let started = if mentions(job, &["transaction"]) {
        ""
    } else {
        " SELECT set_config('migrate.started', clock_timestamp()::text, true);"
    };
    format!("{};{started}\n", lock_timeout(session, job))
}

/// How long the statements of a step may wait for a table.
pub(super) fn lock_timeout(session: &Session, job: &Job<'_>) -> String {
    let timeout = job.revision.lock_timeout().unwrap_or(session.lock_timeout);
    format!("SET LOCAL lock_timeout = {}", timeout.as_millis())
}

/// What comes after it: the session as it was found, and the ledger's rows.
pub(super) fn after(session: &Session, job: &Job<'_>) -> String {
    let duration_ms = format!("(extract(epoch FROM clock_timestamp() - {STARTED}) * 1000)::bigint");
    let moment = Moment {
        started: STARTED,
        duration_ms: &duration_ms,
    };
    // A row of the log, although rolled back, would leave a gap in the numbers of the next.
    let row = if session.rehearsal {
        String::new()
    } else {
        format!("{};\n", session.ledger.done(job, &moment))
    };
    let rows = format!("{};\n{row}", session.ledger.mark(job));
    let timeout = if session.nested {
        format!(
            "SELECT set_config('lock_timeout', {}, true);\n",
            literal(&session.found_timeout)
        )
    } else {
        String::new()
    };
    let timeout = if session.rehearsal {
        format!("{timeout}{DEFERRED}")
    } else {
        timeout
    };
    // The user first: the script's may not write the ledger. The time is read before it is forgotten.
    if touches_session(job) {
        let (user, settings) = (&session.user, session.settings());
        format!("{user};\n{rows}{settings};\n{timeout}")
    } else {
        format!("{rows}{timeout}")
    }
}

/// Checks what a COMMIT would, and lets constraints wait again as they were declared.
const DEFERRED: &str = "DO $migrate$ DECLARE names text; BEGIN SET CONSTRAINTS ALL IMMEDIATE; \
    SELECT string_agg(DISTINCT format('%I.%I', n.nspname, c.conname), ', ') INTO names FROM pg_catalog.pg_constraint c \
    JOIN pg_catalog.pg_namespace n ON n.oid = c.connamespace WHERE c.condeferred; \
    IF names IS NOT NULL THEN EXECUTE 'SET CONSTRAINTS ' || names || ' DEFERRED'; END IF; END $migrate$;\n";

/// Whether a script may leave the session other than it was: a setting, a role, everything discarded.
pub(super) fn touches_session(job: &Job<'_>) -> bool {
    mentions(job, &["set", "discard", "authorization"]) || calls(job)
}

/// One step inside a transaction that is open, a statement a message.
pub(super) fn run_statements(
    connection: &mut PgConnection,
    session: &Session,
    (number, job): (usize, &Job<'_>),
) -> Result<(), Halt> {
    let broken = |statement, error| {
        Halt::from(Broken {
            job: Some(number),
            statement,
            kept: 0,
            error,
        })
    };
    connection
        .execute(&before(session, job))
        .map_err(|error| broken(None, error))?;
    around(connection, session, (number, job), |connection| {
        for (place, statement) in job.script.statements().enumerate() {
            if (session.stop)() {
                return Err(Halt::Stopped);
            }
            run_savepoint(connection, session, &statement)
                .map_err(|error| broken(Some(place), error))?;
        }
        Ok(())
    })?;
    connection
        .execute(&after(session, job))
        .map_err(|error| broken(None, error))
}

/// One statement under a savepoint, so that its SQLSTATE, which Diesel does not give, can be asked for when it fails.
pub(super) fn run_savepoint(
    connection: &mut PgConnection,
    session: &Session,
    statement: &Statement<'_>,
) -> Result<(), ServerError> {
    // These are refused under a savepoint, or end it.
    let bare = statement
        .text
        .get(..15)
        .is_some_and(|start| start.eq_ignore_ascii_case("SET TRANSACTION"))
        || statement.transaction_control(Backend::Postgres).is_some();
    if bare {
        return session.script(|| connection.execute(statement.text));
    }
    connection.execute("SAVEPOINT migrate_statement")?;
    let done = session.script(|| connection.execute(statement.text));
    done.map_err(|mut error| {
        let ended = matches!(
            error.kind,
            ErrorKind::ConnectionLost | ErrorKind::Canceled | ErrorKind::TimedOut
        );
        if error.code.is_none() && !ended {
            error.code = ask_code(connection, statement.text);
            error.kind = kind_of(error.code.as_deref()).unwrap_or(error.kind);
        }
        error
    })?;
    connection.execute("RELEASE SAVEPOINT migrate_statement")
}

/// Runs a failed statement once more inside a block that catches its error, and asks for its SQLSTATE. Nothing of it stays: the
/// transaction is rolled back next.
pub(super) fn ask_code(connection: &mut PgConnection, statement: &str) -> Option<String> {
    let block = format!(
        "BEGIN EXECUTE {}; EXCEPTION WHEN OTHERS THEN PERFORM set_config('migrate.code', SQLSTATE, true); END",
        literal(statement)
    );
    connection
        .execute(&format!(
            "ROLLBACK TO SAVEPOINT migrate_statement; SET LOCAL lock_timeout = '100ms'; SET LOCAL statement_timeout = '2s'; DO {}",
            literal(&block)
        ))
        .ok()?;
    let rows = connection
        .rows("SELECT current_setting('migrate.code', true)")
        .ok()?;
    rows.first()?
        .text(0)
        .filter(|code| !code.is_empty())
        .map(str::to_owned)
}
