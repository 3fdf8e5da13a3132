//! Steps that only change rows, in a transaction.

use std::time::Duration;

use diesel::MysqlConnection;
use migrate_chain::Statement;

use crate::backend::code::around;
use crate::backend::{Broken, Halt, Job, Server, Session, calls, mentions};
use crate::ledger::Moment;

use super::error::with_code;

/// A step that is all rows, inside the transaction of its message.
pub(super) fn whole(session: &Session, job: &Job<'_>) -> String {
    let mut parts = vec![
        before(job),
        "SET @migrate_started = UTC_TIMESTAMP(6)".to_owned(),
    ];
    parts.extend(
        job.script
            .statements()
            .map(|statement| statement.text.to_owned()),
    );
    parts.extend(after(session, job));
    parts.join(";\n")
}

pub(super) fn after(session: &Session, job: &Job<'_>) -> Vec<String> {
    let moment = Moment {
        started: "@migrate_started",
        duration_ms: "TIMESTAMPDIFF(MICROSECOND, @migrate_started, UTC_TIMESTAMP(6)) DIV 1000",
    };
    let mut parts = vec![session.ledger.mark(job), session.ledger.done(job, &moment)];
    parts.extend(restore(session, job));
    parts
}

/// The revision's own lock time-out, where it has one; the run's is set once.
pub(super) fn before(job: &Job<'_>) -> String {
    job.revision
        .lock_timeout()
        .map_or_else(|| "DO 0".to_owned(), set_lock_timeout)
}

/// In whole seconds, one at least: the servers know no less.
pub(super) fn set_lock_timeout(timeout: Duration) -> String {
    let seconds = timeout.as_secs().max(1);
    format!("SET SESSION lock_wait_timeout = {seconds}, innodb_lock_wait_timeout = {seconds}")
}

pub(super) fn restore(session: &Session, job: &Job<'_>) -> Option<String> {
    let touched =
        mentions(job, &["set", "use"]) || calls(job) || job.revision.lock_timeout().is_some();
    touched.then(|| session.settings())
}

/// One step inside a transaction that is open, a statement a message.
pub(super) fn run_statements(
    connection: &mut MysqlConnection,
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
    let begin = format!("{}; SET @migrate_started = UTC_TIMESTAMP(6)", before(job));
    connection
        .execute(&begin)
        .map_err(|error| broken(None, error))?;
    around(connection, session, (number, job), |connection| {
        for (place, statement) in job.script.statements().enumerate() {
            if (session.stop)() {
                return Err(Halt::Stopped);
            }
            if let Err(error) = session.script(|| connection.execute(statement.text)) {
                let error = with_code(connection, error);
                return Err(broken(Some(place), error));
            }
        }
        Ok(())
    })?;
    connection
        .execute(&after(session, job).join(";\n"))
        .map_err(|error| broken(None, error))
}

/// Whether a statement changes rows or nothing, so that a rollback undoes it:
/// <https://dev.mysql.com/doc/refman/8.4/en/implicit-commit.html> lists what commits by itself.
pub(super) fn changes_rows_only(statement: &Statement<'_>) -> bool {
    let mut words = statement.text.split_whitespace();
    let first = words.next().unwrap_or_default().to_ascii_uppercase();
    match first.as_str() {
        "INSERT" | "UPDATE" | "DELETE" | "REPLACE" | "SELECT" | "WITH" | "DO" => true,
        "SET" => {
            let second = words.next().unwrap_or_default().to_ascii_uppercase();
            !second.starts_with("PASSWORD") && !second.starts_with("AUTOCOMMIT")
        }
        _ => false,
    }
}
