//! Scripts for the sqlite3 shell. What must not be is written into a temporary table, whose triggers say so and roll back.

use migrate_chain::{Backend, Revision};

use crate::backend::{Job, Order, Session, Writer, lines, mentions};
use crate::error::Error;
use crate::ledger::{Moment, tables};

use super::recorded::cannot_nest;
use super::references::{broken_references, rebuilds};
use super::together::brackets;
use super::{DIALECT, MAIN, PRAGMAS, literal};

pub(in crate::backend) struct Client;

/// The tables of the script's own, which end with the session.
const GUARD: &str = "temp.__migrate_guard";
const CLOCK: &str = "temp.__migrate_clock";
const BROKEN: &str = "temp.__migrate_broken";

/// What is said where another run was faster with a step.
const MOVED: &str = "another run moved the database while this script ran; write it anew from where `migrate current` says it is";

/// What is said where a rebuild broke references.
const REFERENCES: &str =
    "foreign keys do not hold after the rebuild: a row refers to what is not there";

impl Writer for Client {
    fn session(&self, order: &Order<'_>) -> Session {
        // The shell's own defaults are others; a run's connection has these.
        let restore: Vec<_> = PRAGMAS
            .iter()
            .map(|(name, default)| format!("PRAGMA {name} = {default}"))
            .collect();
        order.session(
            order.ledger(MAIN, &DIALECT, &literal("")),
            restore.join("; "),
        )
    }

    fn opening(&self, session: &Session, order: &Order<'_>) -> String {
        let checks = session.ledger.checks(&order.guard);
        let mut messages: Vec<_> = checks
            .iter()
            .map(|check| format!("{}; {}", check.message, check.help))
            .collect();
        messages.extend([MOVED.to_owned(), REFERENCES.to_owned()]);
        let guards = checks.iter().zip(&messages);
        let guards = guards.map(|(check, message)| refuse(message, &check.found));
        let mut written = vec![brackets(false).begin.to_owned()];
        written.extend(tables(&session.ledger));
        written.extend(guards);
        written.push(brackets(false).commit.to_owned());
        [
            format!(".bail on\n.timeout {}\n", order.lock_wait.as_millis()),
            lines([&session.restore]),
            lines(own_tables(&messages)),
            lines(written),
            lines([&session.wanted]),
        ]
        .concat()
    }

    fn step(&self, session: &Session, job: &Job<'_>, before: &[Revision]) -> Result<String, Error> {
        let still = refuse(MOVED, &session.ledger.moved(before));
        let text = if job.transactional {
            in_transaction(session, job, still)
        } else {
            recorded(session, job, still)
        };
        let touched = rebuilds(job) || mentions(job, &["pragma"]);
        Ok(if touched {
            text + &lines([session.settings()])
        } else {
            text
        })
    }

    /// Nothing else keeps others out between two transactions, so the guard looks again.
    fn ledger_alone(&self, session: &Session, order: &Order<'_>, statements: &[String]) -> String {
        let checks = session.ledger.checks(&order.guard);
        let checks = checks.iter().map(|check| {
            let message = format!("{}; {}", check.message, check.help);
            refuse(&message, &check.found)
        });
        let mut all = vec![brackets(false).begin.to_owned()];
        all.extend(checks);
        all.extend(statements.iter().cloned());
        all.push(brackets(false).commit.to_owned());
        lines(all)
    }

    fn closing(&self, _: &Session) -> String {
        "\n".to_owned()
            + &lines([GUARD, CLOCK, BROKEN].map(|table| format!("DROP TABLE IF EXISTS {table}")))
    }
}

/// Makes the tables that the script works with. A trigger's message must be a text, not an expression, so each has a trigger.
fn own_tables(messages: &[String]) -> Vec<String> {
    let mut sql = vec![
        format!("CREATE TABLE {GUARD} (message TEXT)"),
        format!("CREATE TABLE {CLOCK} (started REAL)"),
    ];
    sql.extend(messages.iter().enumerate().map(|(number, message)| {
        let message = literal(message);
        format!(
            "CREATE TRIGGER {GUARD}_{number} BEFORE INSERT ON __migrate_guard WHEN NEW.message = {message} \
             BEGIN SELECT RAISE(ROLLBACK, {message}); END"
        )
    }));
    sql
}

/// Stops the script with a message where a condition holds.
fn refuse(message: &str, condition: &str) -> String {
    format!(
        "INSERT INTO {GUARD} SELECT {} WHERE {condition}",
        literal(message)
    )
}

fn in_transaction(session: &Session, job: &Job<'_>, still: String) -> String {
    let ledger = &session.ledger;
    let off = rebuilds(job);
    let jobs = std::slice::from_ref(job);
    let mut sql = Vec::new();
    if off {
        // The pragma does nothing inside a transaction.
        sql.push("PRAGMA foreign_keys = OFF".to_owned());
    }
    sql.extend([brackets(false).begin.to_owned(), still]);
    if off {
        sql.push(format!("DROP TABLE IF EXISTS {BROKEN}"));
        sql.push(format!(
            "CREATE TABLE {BROKEN} AS {}",
            broken_references(jobs)
        ));
    }
    sql.push(format!("DELETE FROM {CLOCK}"));
    sql.push(format!("INSERT INTO {CLOCK} VALUES (julianday('now'))"));
    let statements = job.script.statements();
    sql.extend(statements.map(|statement| statement.text.to_owned()));
    let moment = Moment {
        started: &format!("(SELECT strftime('%Y-%m-%dT%H:%M:%fZ', started) FROM {CLOCK})"),
        duration_ms: &format!("(SELECT {} FROM {CLOCK})", since("started")),
    };
    sql.extend([ledger.mark(job), ledger.done(job, &moment)]);
    if off {
        let worse = format!(
            "EXISTS (SELECT 1 FROM ({}) AS now LEFT JOIN {BROKEN} AS old ON old.child IS now.child AND old.parent IS now.parent \
             WHERE CAST(now.broken AS INTEGER) > COALESCE(CAST(old.broken AS INTEGER), 0))",
            broken_references(jobs)
        );
        sql.push(refuse(REFERENCES, &worse));
    }
    sql.push(brackets(false).commit.to_owned());
    lines(sql)
}

/// Milliseconds since a time that is a number of days.
fn since(days: &str) -> String {
    format!("CAST(round((julianday('now') - {days}) * 86400000) AS INTEGER)")
}

/// A script without a transaction, each statement with its record, as a run does it.
fn recorded(session: &Session, job: &Job<'_>, still: String) -> String {
    let ledger = &session.ledger;
    let (begin, commit) = (
        brackets(false).begin.to_owned(),
        brackets(false).commit.to_owned(),
    );
    let mut sql = vec![begin.clone(), still, ledger.open(job, 0), commit.clone()];
    let mut own = false;
    for (number, statement) in job.script.statements().enumerate() {
        let control = statement.transaction_control(Backend::Sqlite);
        let alone = own || control.is_some() || cannot_nest(&statement);
        let pair = [
            statement.text.to_owned(),
            ledger.progress(job, number + 1, 0),
        ];
        if alone {
            sql.extend(pair);
        } else {
            sql.push(begin.clone());
            sql.extend(pair);
            sql.push(commit.clone());
        }
        own = control.map_or(own, |word| word == "BEGIN");
    }
    if own {
        sql.push(commit.clone());
    }
    sql.extend([
        begin,
        ledger.mark(job),
        ledger.close(job, &since("julianday(started)")),
        commit,
    ]);
    lines(sql)
}
