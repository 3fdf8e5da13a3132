//! Steps that commit by themselves: each statement with its record, several steps a message.

use diesel::MysqlConnection;
use migrate_chain::{Backend, Statement};

use crate::backend::{Broken, Halt, Job, MESSAGE, Server, Session, mentions, replayed};
use crate::failure::{ErrorKind, ServerError};

use super::error::with_code;
use super::together::{before, changes_rows_only, restore};

/// How long the open row of the log has been there.
pub(super) const SINCE_STARTED: &str =
    "TIMESTAMPDIFF(MICROSECOND, started, UTC_TIMESTAMP(6)) DIV 1000";

/// Whether a script must go statement by statement: its own transactions and table locks decide what a record belongs to, or the
/// server would not take it as one message.
pub(super) fn needs_steps(job: &Job<'_>) -> bool {
    let long = job.script.text().len() > MESSAGE;
    long || job.script.statements().any(|statement| {
        statement.transaction_control(Backend::Mysql).is_some() || statement.locks_tables()
    })
}

/// Which statement a row of the log is to name as running before it runs: only one that leaves no trace when its process dies.
pub(super) fn running(statements: &[Statement<'_>], place: usize) -> usize {
    statements.get(place).map_or(0, |statement| {
        if changes_rows_only(statement) {
            0
        } else {
            place + 1
        }
    })
}

/// What the statements of a script so far have left open.
#[derive(Default)]
struct Open {
    /// A transaction of the script's own.
    own: bool,
    /// Table locks, under which no other table may be written.
    locked: bool,
}

impl Open {
    fn after(&mut self, statement: &Statement<'_>) {
        if let Some(word) = statement.transaction_control(Backend::Mysql) {
            self.own = matches!(word, "BEGIN" | "START TRANSACTION");
        }
        self.locked = (self.locked || statement.locks_tables()) && !statement.unlocks_tables();
    }
}

/// The statements of a job that are left, each with its record.
pub(super) fn pieces(session: &Session, job: &Job<'_>) -> Vec<Vec<String>> {
    let ledger = &session.ledger;
    let statements: Vec<_> = job.script.statements().collect();
    let mut state = Open::default();
    let mut pieces = Vec::new();
    for (place, statement) in statements.iter().enumerate().skip(job.done) {
        let control = statement.transaction_control(Backend::Mysql);
        state.after(statement);
        let progress = ledger.progress(job, place + 1, running(&statements, place + 1));
        pieces.push(if state.locked {
            // Under table locks no other table may be written; the record comes with the first statement after them.
            vec![statement.text.to_owned()]
        } else if !state.own && control.is_none() && changes_rows_only(statement) {
            vec![
                "START TRANSACTION".to_owned(),
                statement.text.to_owned(),
                progress,
                "COMMIT".to_owned(),
            ]
        } else {
            vec![statement.text.to_owned(), progress]
        });
    }
    pieces
}

fn open(session: &Session, job: &Job<'_>) -> String {
    let statements: Vec<_> = job.script.statements().collect();
    session.ledger.open(job, running(&statements, job.done))
}

fn close(session: &Session, job: &Job<'_>) -> String {
    format!(
        "{}; {}",
        session.ledger.mark(job),
        session.ledger.close(job, SINCE_STARTED)
    )
}

/// The statements of a job that are left, and its end: each commit is a write to the server's disk, so the last statement has no
/// record of its own but the end of the step, which is one transaction with the beginning of the next.
fn to_the_end(session: &Session, job: &Job<'_>, next: Option<&Job<'_>>) -> Vec<String> {
    let mut end = vec![close(session, job)];
    end.extend(next.map(|next| open(session, next)));
    let end = end.join(";\n");
    let mut pieces = pieces(session, job);
    pieces.pop();
    let mut pieces: Vec<_> = pieces.iter().map(|piece| piece.join(";\n")).collect();
    let last = job.script.statements().skip(job.done).last();
    pieces.push(match last {
        Some(last) if changes_rows_only(&last) => {
            format!("START TRANSACTION;\n{};\n{end};\nCOMMIT", last.text)
        }
        Some(last) => format!(
            "{};\nSET @migrate_done = {};\nSTART TRANSACTION;\n{end};\nCOMMIT",
            last.text,
            job.script.statements().len()
        ),
        None => format!("START TRANSACTION;\n{end};\nCOMMIT"),
    });
    pieces
}

/// Several steps in one message.
pub(super) fn run_message(
    connection: &mut MysqlConnection,
    session: &Session,
    jobs: &[Job<'_>],
) -> Result<(), Halt> {
    let mut message = begin(session, jobs);
    for (number, job) in jobs.iter().enumerate() {
        message.push(before(job));
        message.extend(replayed(job, Backend::Mysql));
        message.extend(to_the_end(session, job, jobs.get(number + 1)));
        message.extend(restore(session, job));
    }
    let Err(error) = session.script(|| connection.execute(&message.join(";\n"))) else {
        return Ok(());
    };
    Err(find_broken(connection, session, jobs, (error, None)).into())
}

/// What an earlier run left open is ended, and the first step begun.
fn begin(session: &Session, jobs: &[Job<'_>]) -> Vec<String> {
    let mut message = vec!["START TRANSACTION".to_owned(), session.ledger.bury(jobs)];
    message.extend(jobs.first().map(|first| open(session, first)));
    message.push("COMMIT".to_owned());
    message
}

/// One step, a message a statement.
pub(super) fn run_steps(
    connection: &mut MysqlConnection,
    session: &Session,
    job: &Job<'_>,
) -> Result<(), Halt> {
    let ledger = &session.ledger;
    let alone = std::slice::from_ref(job);
    let mut begin = begin(session, alone);
    begin.push(before(job));
    begin.extend(replayed(job, Backend::Mysql));
    if let Err(error) = connection.execute(&begin.join(";\n")) {
        return Err(find_broken(connection, session, alone, (error, None)).into());
    }
    let mut state = Open::default();
    let rest = job.script.statements().skip(job.done);
    for (place, (piece, statement)) in pieces(session, job).iter().zip(rest).enumerate() {
        let number = place + job.done;
        if !state.own && !state.locked && (session.stop)() {
            connection
                .execute(&ledger.give_up(job, number, "stopped on request"))
                .map_err(Broken::outside)?;
            return Err(Halt::Stopped);
        }
        if let Err(error) = session.script(|| connection.execute(&piece.join(";\n"))) {
            // Under table locks nothing was recorded, and yet it is done, unless a transaction takes it back.
            let kept = state.locked && !state.own && !mentions(job, &["autocommit"]);
            let reached = (error, kept.then_some(number));
            let broken = find_broken(connection, session, alone, reached);
            return Err(Broken {
                statement: Some(number),
                ..broken
            }
            .into());
        }
        state.after(&statement);
    }
    let end = format!(
        "UNLOCK TABLES; START TRANSACTION; {}; COMMIT; {}",
        close(session, job),
        session.settings()
    );
    connection
        .execute(&end)
        .map_err(|error| Broken::outside(error).into())
}

/// After a message failed, the log tells how far it came: the row that is still open. Or the caller does, where it could not be
/// written.
pub(super) fn find_broken(
    connection: &mut MysqlConnection,
    session: &Session,
    jobs: &[Job<'_>],
    (error, reached): (ServerError, Option<usize>),
) -> Broken {
    if error.kind == ErrorKind::ConnectionLost {
        return Broken {
            job: (jobs.len() == 1).then_some(0),
            ..Broken::outside(error)
        };
    }
    let error = with_code(connection, error);
    let _ = connection.execute(&format!("ROLLBACK; UNLOCK TABLES; {}", session.settings()));
    let ledger = &session.ledger;
    let sql = format!(
        "SELECT revision, CAST(GREATEST(statements_done, @migrate_done) AS CHAR) FROM {} WHERE outcome = 'running' AND id = @migrate_row",
        ledger.log()
    );
    let Some(row) = connection
        .rows(&sql)
        .ok()
        .and_then(|rows| rows.first().cloned())
    else {
        return Broken::outside(error);
    };
    let Some(number) = jobs
        .iter()
        .position(|job| job.revision.id() == row.text_or_empty(0))
    else {
        return Broken::outside(error);
    };
    let kept = reached.unwrap_or_else(|| row.number(1));
    // A failure to write this loses a message, not the state: the row stays open and says as much.
    let _ = connection.execute(&ledger.give_up(&jobs[number], kept, &error.to_string()));
    Broken {
        job: Some(number),
        statement: Some(kept),
        kept,
        error,
    }
}
