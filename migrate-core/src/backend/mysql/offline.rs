//! Scripts for mysql and mariadb. Neither has conditions outside routines; what must not be is a text that is inserted twice into a
//! temporary table, whose unique key refuses it by its words.

use std::time::Duration;

use migrate_chain::Revision;

use crate::backend::{Job, Order, Session, Writer, lines};
use crate::error::{Error, OfflineError};
use crate::ledger::{Check, tables};

use super::recorded::{SINCE_STARTED, pieces, running};
use super::together::{after, before, restore, set_lock_timeout};
use super::{DIALECT, VARIABLES, atomic};

pub(in crate::backend) struct Client;

/// The lock's name, as a run's.
const KEY: &str = "CONCAT('migrate:', SHA1(DATABASE()))";

/// What Diesel sets for every connection.
const CONNECTED: &str = "SET NAMES utf8mb4; SET time_zone = '+00:00'";

/// How long a message of the guard may be, so that it fits into a key on every server.
const MESSAGE: usize = 190;

/// The level and access of later transactions, which the two servers name differently; each reads its own comment.
const TRANSACTIONS: [(&str, &str); 2] = [
    (
        "/*!50720 SET @migrate_isolation = @@SESSION.transaction_isolation, @migrate_read_only = @@SESSION.transaction_read_only */",
        "/*!50720 SET SESSION transaction_isolation = @migrate_isolation, transaction_read_only = @migrate_read_only */",
    ),
    (
        "/*M! SET @migrate_isolation = @@SESSION.tx_isolation, @migrate_read_only = @@SESSION.tx_read_only */",
        "/*M! SET SESSION tx_isolation = @migrate_isolation, tx_read_only = @migrate_read_only */",
    ),
];

impl Writer for Client {
    fn session(&self, order: &Order<'_>) -> Session {
        let sets: Vec<_> = VARIABLES
            .iter()
            .map(|name| format!("{name} = @migrate_{name}"))
            .collect();
        let restore = format!(
            "SET SESSION {}; {}; {}",
            sets.join(", "),
            TRANSACTIONS[0].1,
            TRANSACTIONS[1].1
        );
        // Its database's name is not known, so no script may leave it.
        order.session(order.ledger("", &DIALECT, "CURRENT_USER()"), restore)
    }

    fn lock_timeout_sql(&self, timeout: Duration) -> Option<String> {
        Some(set_lock_timeout(timeout))
    }

    fn opening(&self, session: &Session, order: &Order<'_>) -> String {
        let saved: Vec<_> = VARIABLES
            .iter()
            .map(|name| format!("@migrate_{name} = @@SESSION.{name}"))
            .collect();
        let seconds = order.lock_wait.as_secs();
        let lock = format!(
            "SET @migrate_problem = IF(GET_LOCK({KEY}, {seconds}) = 1, NULL, \
             'waited {seconds} s for the migration lock, which another run holds')"
        );
        let mut sql = vec![
            CONNECTED.to_owned(),
            format!("SET {}", saved.join(", ")),
            TRANSACTIONS[0].0.to_owned(),
            TRANSACTIONS[1].0.to_owned(),
            "DROP TEMPORARY TABLE IF EXISTS `__migrate_guard`".to_owned(),
            format!(
                "CREATE TEMPORARY TABLE `__migrate_guard` (`id` INT PRIMARY KEY, `problem` VARCHAR({MESSAGE}) CHARACTER SET utf8mb4, \
                 UNIQUE KEY `migrate` (`problem`))"
            ),
            lock,
            STOP.to_owned(),
        ];
        for check in session.ledger.checks(&order.guard) {
            sql.extend(look(&check));
        }
        sql.push("DROP TEMPORARY TABLE `__migrate_guard`".to_owned());
        sql.extend(tables(&session.ledger));
        sql.push(session.wanted.clone());
        lines(sql)
    }

    fn step(&self, session: &Session, job: &Job<'_>, _: &[Revision]) -> Result<String, Error> {
        refuse_use(job)?;
        let mut sql = vec![before(job)];
        if atomic(job) {
            sql.extend([
                "START TRANSACTION".to_owned(),
                "SET @migrate_started = UTC_TIMESTAMP(6)".to_owned(),
            ]);
            let statements = job.script.statements();
            let text = statements.map(|statement| whole(statement.text));
            let rows = lines(after(session, job));
            return Ok(lines(sql) + &text.collect::<String>() + &rows + &lines(["COMMIT"]));
        }
        let statements: Vec<_> = job.script.statements().collect();
        sql.push(session.ledger.open(job, running(&statements, 0)));
        let pieces = pieces(session, job).into_iter().flatten();
        let text: String = pieces.map(|statement| whole(&statement)).collect();
        let mut end = Vec::new();
        if statements.iter().any(|statement| statement.locks_tables()) {
            end.push("UNLOCK TABLES".to_owned());
        }
        end.extend([
            "START TRANSACTION".to_owned(),
            session.ledger.mark(job),
            session.ledger.close(job, SINCE_STARTED),
            "COMMIT".to_owned(),
        ]);
        end.extend(restore(session, job));
        Ok(lines(sql) + &text + &lines(end))
    }

    fn ledger_alone(&self, _: &Session, _: &Order<'_>, statements: &[String]) -> String {
        lines(["START TRANSACTION"]) + &lines(statements) + &lines(["COMMIT"])
    }

    fn closing(&self, session: &Session) -> String {
        let restore = if session.wanted.is_empty() {
            ""
        } else {
            &session.restore
        };
        "\n".to_owned() + &lines([restore, &format!("DO RELEASE_LOCK({KEY})")])
    }
}

/// Stops where there is a problem: NULL is no value twice, anything else is. MariaDB's error has the beginning of the text alone, so
/// it is printed before.
const STOP: &str = "SELECT @migrate_problem AS `stopped` FROM DUAL WHERE @migrate_problem IS NOT NULL; INSERT INTO `__migrate_guard` VALUES (1, @migrate_problem), (2, @migrate_problem); \
                    DELETE FROM `__migrate_guard` WHERE `id` < 3";

/// A check, which cannot name a table that may not be there but in a text.
fn look(check: &Check) -> [String; 5] {
    let message = format!("{}; {}", check.message, check.help);
    let message: String = message.chars().take(MESSAGE).collect();
    let message = format!("'{}'", quoted(&message));
    let tables: Vec<_> = check
        .tables
        .iter()
        .map(|table| format!("'{table}'"))
        .collect();
    let absent = if check.absent {
        message.as_str()
    } else {
        "NULL"
    };
    let asked = format!(
        "SET @migrate_problem = IF({}, {message}, NULL)",
        check.found
    );
    [
        format!(
            "SET @migrate_sql = IF((SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE() \
             AND table_name IN ({})) = {}, '{}', '{}')",
            tables.join(", "),
            tables.len(),
            quoted(&asked),
            quoted(&format!("SET @migrate_problem = {absent}"))
        ),
        "PREPARE migrate_look FROM @migrate_sql".to_owned(),
        "EXECUTE migrate_look".to_owned(),
        "DEALLOCATE PREPARE migrate_look".to_owned(),
        STOP.to_owned(),
    ]
}

/// Inside quotes; a backslash, which means something in one mode of the server and nothing in another, is left out of messages.
fn quoted(text: &str) -> String {
    text.replace('\\', "").replace('\'', "''")
}

/// A statement with what ends it. One that holds a semicolon has a delimiter of its own, which the client cuts by.
fn whole(statement: &str) -> String {
    if !statement.contains(';') {
        return lines([statement]);
    }
    let mut mark = "//".to_owned();
    while statement.contains(&mark) {
        mark.push('/');
    }
    format!("DELIMITER {mark}\n{statement}\n{mark}\nDELIMITER ;\n")
}

fn refuse_use(job: &Job<'_>) -> Result<(), Error> {
    let leaves = |text: &str| {
        let word = text.split_whitespace().next().unwrap_or_default();
        word.eq_ignore_ascii_case("USE")
    };
    let Some(statement) = job
        .script
        .statements()
        .find(|statement| leaves(statement.text))
    else {
        return Ok(());
    };
    let line = job.script.position(statement.start).line;
    Err(OfflineError::LeavesDatabase {
        file: job.file(),
        line,
    }
    .into())
}
