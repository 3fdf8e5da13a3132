//! MySQL and MariaDB: a schema statement commits by itself, so a step is recorded statement by statement; the statements of a step
//! and their records travel in one message.

mod error;
mod offline;
mod recorded;
mod together;

use std::cell::Cell;
use std::time::Duration;

use diesel::MysqlConnection;
use diesel::connection::SimpleConnection;
use migrate_chain::Backend;

use crate::canceller::Running;
use crate::code::Connected;
use crate::failure::{ErrorKind, ServerError};
use crate::ledger::{Dialect, Ledger, Who};

use super::code::{self, Native};
use super::{Brackets, Broken, Halt, Job, Lock, MESSAGE, Row, Server, Session, text};
use error::error;
pub(super) use offline::Client;
use recorded::{needs_steps, run_message, run_steps};
use together::{changes_rows_only, run_statements, set_lock_timeout, whole};

const DIALECT: Dialect = Dialect {
    identifier,
    literal,
    now: "UTC_TIMESTAMP(6)",
    number: |column| format!("CAST({column} AS UNSIGNED)"),
    // Two tables may have two collations, which the server does not compare with each other.
    exact: |column| format!("CAST({column} AS BINARY)"),
    nowhere: " FROM DUAL",
    serial: "BIGINT AUTO_INCREMENT PRIMARY KEY",
    word: "VARCHAR(255)",
    count: "BIGINT",
    time: "DATETIME(6)",
    text: "LONGTEXT",
    // Variables of the session live for as long as the connection: a failed message can be asked how far it came, without a commit
    // for each statement, and the log is not searched for the row.
    opened: ";\nSET @migrate_row = LAST_INSERT_ID(), @migrate_done = 0",
    open_row: Some("id = @migrate_row"),
    // With `sql_safe_updates` an UPDATE without a key must say how many rows it is about.
    limit: " LIMIT 1000",
    options: " ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4",
};

/// What a script may set and leave behind, each of which both servers have.
const VARIABLES: [&str; 13] = [
    "sql_mode",
    "foreign_key_checks",
    "unique_checks",
    "time_zone",
    "autocommit",
    "character_set_client",
    "character_set_results",
    "collation_connection",
    "lock_wait_timeout",
    "innodb_lock_wait_timeout",
    "sql_safe_updates",
    "group_concat_max_len",
    "default_storage_engine",
];

/// A query for the statement that ends the one that a connection runs now, if that is one of a script: a record must not be broken
/// off. MariaDB can name the statement itself, so that it cannot end the next one instead.
fn ending(connection: &str, version: &str) -> String {
    let kill = if version.contains("MariaDB") {
        "CONCAT('KILL QUERY ID ', query_id)"
    } else {
        "CONCAT('KILL QUERY ', id)"
    };
    format!(
        "SELECT {kill} FROM information_schema.processlist WHERE id = {connection} AND info IS NOT NULL AND info NOT REGEXP \
         '^[[:space:]]*(COMMIT|START TRANSACTION|SET |(UPDATE|INSERT INTO|DELETE FROM) `[^`]*`[.]`__(migrate_log|diesel_schema_migrations)`)'"
    )
}

pub(crate) fn identifier(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

/// Plain where nothing can be misread; else hexadecimal, because what a backslash means depends on `sql_mode`, which a script may
/// have changed.
pub(crate) fn literal(text: &str) -> String {
    if text
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && !b"'\\\"".contains(&byte))
    {
        return format!("'{text}'");
    }
    let mut hex = String::with_capacity(text.len() * 2 + 12);
    hex.push_str("_utf8mb4 X'");
    for byte in text.bytes() {
        for digit in [byte >> 4, byte & 15] {
            hex.push(char::from_digit(u32::from(digit), 16).unwrap_or('0'));
        }
    }
    hex.push('\'');
    hex
}

/// SQL that makes later transactions what they were. The two servers name these variables differently, so they are asked for by list.
fn transactions(connection: &mut MysqlConnection) -> Result<String, ServerError> {
    let rows = connection.rows(
        "SHOW SESSION VARIABLES WHERE Variable_name IN \
         ('tx_isolation', 'transaction_isolation', 'tx_read_only', 'transaction_read_only')",
    )?;
    let value = |end: &str| {
        rows.iter()
            .find(|row| row.text_or_empty(0).ends_with(end))
            .map(|row| row.text_or_empty(1).replace('-', " "))
    };
    let (Some(level), Some(read_only)) = (value("isolation"), value("read_only")) else {
        return Ok(String::new());
    };
    let access = if read_only == "ON" { "ONLY" } else { "WRITE" };
    Ok(format!(
        "; SET SESSION TRANSACTION ISOLATION LEVEL {level}, READ {access}"
    ))
}

/// Only rows can be rolled back.
fn atomic(job: &Job<'_>) -> bool {
    job.transactional
        && job.done == 0
        && job
            .script
            .statements()
            .all(|statement| changes_rows_only(&statement))
}

impl Server for MysqlConnection {
    fn backend(&self) -> Backend {
        Backend::Mysql
    }

    fn text_type(&self) -> &'static str {
        "CHAR"
    }

    fn barred(&self, columns: &[&str]) -> String {
        let columns: Vec<_> = columns
            .iter()
            .map(|column| format!("COALESCE(CAST({column} AS CHAR), '')"))
            .collect();
        format!("CONCAT({})", columns.join(", '|', "))
    }

    fn in_transaction(&mut self) -> bool {
        text::in_transaction(self)
    }

    fn execute(&mut self, sql: &str) -> Result<(), ServerError> {
        self.batch_execute(sql).map_err(error)
    }

    fn rows(&mut self, sql: &str) -> Result<Vec<Row>, ServerError> {
        text::load(self, sql).map_err(error)
    }

    fn session(&mut self) -> Result<Session, ServerError> {
        let variables: Vec<_> = VARIABLES
            .iter()
            .map(|name| format!("CAST(@@SESSION.{name} AS CHAR)"))
            .collect();
        let rows = self.rows(&format!(
            "SELECT DATABASE(), CURRENT_USER(), SHA1(DATABASE()), CAST(CONNECTION_ID() AS CHAR), VERSION(), {}",
            variables.join(", ")
        ))?;
        let row = rows.first().cloned().unwrap_or_default();
        let Some(database) = row.text(0) else {
            let message = "the URL names no database".into();
            return Err(ServerError {
                message,
                ..ServerError::default()
            });
        };
        let sets = VARIABLES.iter().enumerate().filter_map(|(place, name)| {
            let value = row.text(place + 5)?;
            let number = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
            Some(if number {
                format!("{name} = {value}")
            } else {
                format!("{name} = {}", literal(value))
            })
        });
        let sets: Vec<_> = sets.collect();
        let transactions = transactions(self)?;
        let nested = self.in_transaction();
        Ok(Session {
            ledger: Ledger {
                prefix: format!("{}.", identifier(database)),
                dialect: &DIALECT,
                who: Who::here(&DIALECT, row.text_or_empty(1)),
                tool: String::new(),
                app: String::new(),
            },
            restore: format!(
                "USE {}; SET SESSION {}{transactions}",
                identifier(database),
                sets.join(", ")
            ),
            user: String::new(),
            wanted: String::new(),
            lock_timeout: Duration::ZERO,
            found_timeout: String::new(),
            nested,
            // Names of locks are the server's, not the database's, and 64 characters at most.
            key: format!("'migrate:{}'", row.text_or_empty(2)),
            rehearsal: false,
            foreign_keys: Cell::new(false),
            stop: Box::new(|| false),
            running: Running::Asked(ending(row.text_or_empty(3), row.text_or_empty(4))),
            canceller: None,
        })
    }

    fn ledger_tables(&mut self, _: &str) -> Result<Vec<(String, String)>, ServerError> {
        let rows = self.rows(
            "SELECT CAST(table_name AS CHAR), CAST(column_name AS CHAR) FROM information_schema.columns \
             WHERE table_schema = DATABASE() AND table_name IN ('__diesel_schema_migrations', '__migrate_log')",
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

    /// A finite wait, and NULL is an error: MariaDB answers an endless wait for a held lock with NULL at once.
    fn try_lock(&mut self, session: &Session, _: bool) -> Result<Option<Lock>, ServerError> {
        let rows = self.rows(&format!(
            "SELECT CAST(GET_LOCK({}, 1) AS CHAR)",
            session.key
        ))?;
        match rows.first().and_then(|row| row.text(0)) {
            Some("1") => Ok(Some(Lock { _file: None })),
            Some(_) => Ok(None),
            None => {
                let message = "GET_LOCK gave NULL: the server cannot lock".into();
                Err(ServerError {
                    message,
                    ..ServerError::default()
                })
            }
        }
    }

    fn unlock(&mut self, session: &Session, _: Lock) -> Result<bool, ServerError> {
        let rows = self.rows(&format!(
            "SELECT CAST(RELEASE_LOCK({}) AS CHAR)",
            session.key
        ))?;
        Ok(rows.first().is_some_and(|row| row.text(0) == Some("1")))
    }

    /// Nothing runs inside a transaction that is open: a schema statement would commit it.
    fn brackets(&self, _: bool) -> Brackets {
        Brackets {
            begin: "START TRANSACTION",
            commit: "COMMIT",
            back: "ROLLBACK",
        }
    }

    fn lock_holder(&mut self, session: &Session) -> Option<String> {
        let sql = format!(
            "SELECT CONCAT('connection ', p.id, ' of user ', p.user, ' from ', p.host) FROM information_schema.processlist p \
             WHERE p.id = IS_USED_LOCK({})",
            session.key
        );
        self.rows(&sql).ok()?.first()?.text(0).map(str::to_owned)
    }

    fn lock_timeout_sql(&self, timeout: Duration) -> Option<String> {
        Some(set_lock_timeout(timeout))
    }

    /// MariaDB limits every statement; MySQL knows a limit for SELECT alone.
    fn limit_statements(
        &mut self,
        session: &mut Session,
        timeout: Duration,
    ) -> Result<bool, ServerError> {
        let found = self.rows("SHOW SESSION VARIABLES LIKE 'max_statement_time'")?;
        let Some(found) = found.first() else {
            return Ok(false);
        };
        let set = |seconds: &str| format!("SET SESSION max_statement_time = {seconds}");
        session.restore = format!("{}; {}", session.restore, set(found.text_or_empty(1)));
        session.want(&set(&timeout.as_secs_f64().to_string()));
        Ok(true)
    }

    fn rehearses(&self) -> bool {
        false
    }

    fn leave(&mut self, session: &Session) -> Result<(), ServerError> {
        self.execute(&session.restore)
    }

    fn atomic(&self, job: &Job<'_>) -> bool {
        atomic(job)
    }

    fn run_together(&mut self, session: &Session, jobs: &[Job<'_>]) -> Result<(), Halt> {
        if jobs.iter().any(|job| job.code.is_some()) {
            return self.run_carefully(session, jobs);
        }
        let steps: Vec<_> = jobs.iter().map(|job| whole(session, job)).collect();
        if steps.iter().map(String::len).sum::<usize>() > 4 * MESSAGE {
            return self.run_carefully(session, jobs);
        }
        let message = format!("START TRANSACTION; {}; COMMIT", steps.join(";\n"));
        let Err(error) = self.execute(&message) else {
            return Ok(());
        };
        if error.kind != ErrorKind::ConnectionLost {
            self.execute(&format!("ROLLBACK; {}", session.settings()))
                .map_err(Broken::outside)?;
        }
        Err(Broken {
            job: (jobs.len() == 1).then_some(0),
            ..Broken::outside(error)
        }
        .into())
    }

    fn run_carefully(&mut self, session: &Session, jobs: &[Job<'_>]) -> Result<(), Halt> {
        self.execute("START TRANSACTION").map_err(Broken::outside)?;
        let result = jobs
            .iter()
            .enumerate()
            .try_for_each(|(number, job)| run_statements(self, session, (number, job)))
            .and_then(|()| {
                self.execute("COMMIT")
                    .map_err(|error| Broken::outside(error).into())
            });
        if result.is_err() {
            let _ = self.execute(&format!("ROLLBACK; {}", session.settings()));
        }
        result
    }

    fn packs(&self, job: &Job<'_>) -> bool {
        !self.atomic(job) && !needs_steps(job) && job.code.is_none()
    }

    fn run_recorded(&mut self, session: &Session, jobs: &[Job<'_>]) -> Result<(), Halt> {
        if let [job] = jobs
            && let Some(code) = job.code
        {
            return code::run_recorded(self, session, job, code);
        }
        match jobs {
            [job] if needs_steps(job) => run_steps(self, session, job),
            jobs => run_message(self, session, jobs),
        }
    }

    /// A statement that changes rows is one with its record; a schema statement is not, and leaves no trace that could be asked for.
    fn took_effect(&mut self, _: &str) -> Result<Option<bool>, ServerError> {
        Ok(None)
    }
}

impl Native for MysqlConnection {
    fn connected(&mut self) -> Connected<'_> {
        Connected::Mysql(self)
    }

    fn told(told: diesel::result::Error) -> ServerError {
        error(told)
    }
}
