//! Scripts for psql. The ledger's schema is a variable of psql, which no script can change.

use std::time::Duration;

use migrate_chain::{Backend, Revision, Statement};

use crate::backend::{Job, Order, Session, Writer, lines};
use crate::error::Error;
use crate::ledger::tables;

use super::recorded::{SINCE_STARTED, as_found, commits_by_itself};
use super::together::{after, lock_timeout, touches_session};
use super::{DIALECT, LOCK, literal, schema};

pub(in crate::backend) struct Client;

/// The user that connected, as a run's connection goes back to the one it found.
const USER: &str = "RESET SESSION AUTHORIZATION; RESET ROLE";

/// What Diesel sets for every connection.
const CONNECTED: &str = "SET TIME ZONE 'UTC'; SET client_encoding TO 'UTF8'";

/// The ledger's schema, in psql's words.
const SCHEMA: &str = ":\"migrate_schema\"";

impl Writer for Client {
    fn session(&self, order: &Order<'_>) -> Session {
        Session {
            user: USER.to_owned(),
            key: format!("{LOCK}, hashtext(:'migrate_schema')"),
            ..order.session(
                order.ledger(&format!("{SCHEMA}."), &DIALECT, "current_user"),
                format!("{USER}; RESET ALL; {CONNECTED}"),
            )
        }
    }

    /// The tables are made and the guard looks in one transaction, so that a database that is refused is left as it was.
    fn opening(&self, session: &Session, order: &Order<'_>) -> String {
        let find = format!("SELECT {} AS migrate_schema \\gset\n", schema());
        let place = ["BEGIN".to_owned(), quiet()];
        [
            "\\set ON_ERROR_STOP on\n".to_owned(),
            lines([CONNECTED]),
            lines([lock(order.lock_wait)]),
            find,
            lines(place),
            lines(tables(&session.ledger)),
            lines([guard(order), "COMMIT".to_owned()]),
            lines([&session.wanted]),
        ]
        .concat()
    }

    fn step(&self, session: &Session, job: &Job<'_>, _: &[Revision]) -> Result<String, Error> {
        Ok(if job.transactional {
            let statements = job.script.statements().map(|statement| statement.text);
            [
                lines(["BEGIN"]),
                lines([lock_timeout(session, job)]),
                lines(statements),
                after(session, job),
                lines(["COMMIT"]),
            ]
            .concat()
        } else {
            recorded(session, job)
        })
    }

    fn ledger_alone(&self, _: &Session, _: &Order<'_>, statements: &[String]) -> String {
        [lines(["BEGIN"]), lines(statements), lines(["COMMIT"])].concat()
    }

    fn closing(&self, session: &Session) -> String {
        let restore = if session.wanted.is_empty() {
            String::new()
        } else {
            lines([&session.restore])
        };
        format!(
            "\n{restore}SELECT pg_advisory_unlock({}) AS migrate_unlocked \\gset\n",
            session.key
        )
    }
}

/// Tried again and again, each try in a transaction of its own: who waits in `pg_advisory_lock`, or in one long transaction, is
/// waited for by the holder's CREATE INDEX CONCURRENTLY.
fn lock(wait: Duration) -> String {
    let seconds = wait.as_secs_f64();
    let schema = schema();
    block(&format!(
        "
DECLARE
  place text := {schema};
  since timestamptz := clock_timestamp();
BEGIN
  IF place IS NULL THEN
    RAISE EXCEPTION 'no schema of the search path exists, so there is no place for the ledger';
  END IF;
  WHILE NOT pg_try_advisory_lock({LOCK}, hashtext(place)) LOOP
    IF clock_timestamp() >= since + interval '{seconds} s' THEN
      RAISE EXCEPTION 'waited {seconds} s for the migration lock, which another run holds'
        USING HINT = 'run the script again when that run is over';
    END IF;
    COMMIT;
    PERFORM pg_sleep(0.1);
  END LOOP;
END
"
    ))
}

/// Inside a block psql fills nothing in, so the ledger is found by the search path, which no script has changed yet.
fn quiet() -> String {
    format!("SET LOCAL client_min_messages = warning; SET LOCAL search_path = {SCHEMA}, pg_catalog")
}

fn guard(order: &Order<'_>) -> String {
    let checks = order
        .ledger("", &DIALECT, "current_user")
        .checks(&order.guard);
    let checks = checks.iter().map(|check| {
        let (message, help) = (literal(&check.message), literal(check.help));
        format!(
            "  IF {} THEN\n    RAISE EXCEPTION USING MESSAGE = {message}, HINT = {help};\n  END IF;\n",
            check.found
        )
    });
    block(&format!("\nBEGIN\n{}END\n", checks.collect::<String>()))
}

/// A block of the server's own language, between marks that do not occur in it.
fn block(body: &str) -> String {
    let mut mark = "$migrate$".to_owned();
    while body.contains(&mark) {
        mark.insert(1, '_');
    }
    format!("DO {mark}{body}{mark}")
}

/// A script without a transaction, each statement with its record.
fn recorded(session: &Session, job: &Job<'_>) -> String {
    let ledger = &session.ledger;
    let timeout = job.revision.lock_timeout().unwrap_or(session.lock_timeout);
    let mut parts = vec![lines([
        format!("SET lock_timeout = {}", timeout.as_millis()),
        ledger.open(job, 0),
    ])];
    let mut own = false;
    for (number, statement) in job.script.statements().enumerate() {
        let control = statement.transaction_control(Backend::Postgres);
        parts.push(recorded_statement(session, job, (number, &statement), own));
        own = control.map_or(own, |word| matches!(word, "BEGIN" | "START TRANSACTION"));
    }
    if own {
        parts.push(lines(["COMMIT"]));
    }
    if touches_session(job) {
        parts.push(lines([session.settings()]));
    }
    parts.push(lines([
        "BEGIN".to_owned(),
        ledger.mark(job),
        ledger.close(job, SINCE_STARTED),
        "COMMIT".to_owned(),
    ]));
    parts.concat()
}

/// As a run does it, with brackets where a run sends one message.
fn recorded_statement(
    session: &Session,
    job: &Job<'_>,
    (number, statement): (usize, &Statement<'_>),
    own: bool,
) -> String {
    let ledger = &session.ledger;
    let record =
        |done, running| lines([as_found(session, job, &ledger.progress(job, done, running))]);
    let text = lines([statement.text]);
    let done = record(number + 1, 0);
    if statement.refuses_transaction(Backend::Postgres) || commits_by_itself(statement.text) {
        [record(number, number + 1), text, done].concat()
    } else if own || statement.transaction_control(Backend::Postgres).is_some() {
        text + &done
    } else {
        format!("BEGIN;\n{text}{done}COMMIT;\n")
    }
}
