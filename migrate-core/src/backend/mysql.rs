//! MySQL and MariaDB: a schema statement commits by itself, so a step is recorded statement by statement; the statements of a step
//! and their records travel in one message.

use std::time::Duration;

use diesel::MysqlConnection;
use diesel::connection::{Connection, SimpleConnection, TransactionManager};
use migrate_chain::{Backend, Statement};

use crate::failure::{ErrorKind, ServerError};
use crate::ledger::{Dialect, Ledger, Moment};

use super::{Broken, Halt, Job, Lock, Row, Server, Session, mentions, text};

const DIALECT: Dialect = Dialect {
    identifier,
    literal,
    now: "UTC_TIMESTAMP(6)",
    serial: "BIGINT AUTO_INCREMENT PRIMARY KEY",
    word: "VARCHAR(255)",
    count: "BIGINT",
    time: "DATETIME(6)",
    text: "LONGTEXT",
    options: " ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4",
};

/// How long the open row of the log has been there.
const SINCE_STARTED: &str = "TIMESTAMPDIFF(MICROSECOND, started, UTC_TIMESTAMP(6)) DIV 1000";

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

fn identifier(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

/// Plain where nothing can be misread; else hexadecimal, because what a backslash means depends on `sql_mode`, which a script may
/// have changed.
fn literal(text: &str) -> String {
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

impl Server for MysqlConnection {
    fn backend(&self) -> Backend {
        Backend::Mysql
    }

    fn text_type(&self) -> &'static str {
        "CHAR"
    }

    fn in_transaction(&mut self) -> bool {
        type Manager = <MysqlConnection as Connection>::TransactionManager;
        Manager::transaction_manager_status_mut(self)
            .transaction_depth()
            .is_ok_and(|depth| depth.is_some())
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
            "SELECT DATABASE(), CURRENT_USER(), SHA1(DATABASE()), {}",
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
            let value = row.text(place + 3)?;
            let number = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
            Some(if number {
                format!("{name} = {value}")
            } else {
                format!("{name} = {}", literal(value))
            })
        });
        let sets: Vec<_> = sets.collect();
        let nested = self.in_transaction();
        Ok(Session {
            ledger: Ledger {
                prefix: format!("{}.", identifier(database)),
                dialect: &DIALECT,
                db_user: row.text_or_empty(1).to_owned(),
                app: String::new(),
            },
            restore: format!(
                "USE {}; SET SESSION {}",
                identifier(database),
                sets.join(", ")
            ),
            wanted: String::new(),
            lock_timeout: Duration::ZERO,
            found_timeout: String::new(),
            nested,
            // Names of locks are the server's, not the database's, and 64 characters at most.
            key: format!("'migrate:{}'", row.text_or_empty(2)),
            stop: Box::new(|| false),
        })
    }

    fn ledger_tables(&mut self) -> Result<Vec<(String, String)>, ServerError> {
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

    fn leave(&mut self, session: &Session) -> Result<(), ServerError> {
        self.execute(&session.restore)
    }

    /// Only rows can be rolled back.
    fn atomic(&self, job: &Job<'_>) -> bool {
        job.transactional
            && job.done == 0
            && job
                .script
                .statements()
                .all(|statement| changes_rows_only(&statement))
    }

    fn run_together(&mut self, session: &Session, jobs: &[Job<'_>]) -> Result<(), Halt> {
        let steps: Vec<_> = jobs.iter().map(|job| whole(session, job)).collect();
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
        !self.atomic(job) && !needs_steps(job)
    }

    fn run_recorded(&mut self, session: &Session, jobs: &[Job<'_>]) -> Result<(), Halt> {
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

/// A step that is all rows, inside the transaction of its message.
fn whole(session: &Session, job: &Job<'_>) -> String {
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

fn after(session: &Session, job: &Job<'_>) -> Vec<String> {
    let moment = Moment {
        started: "@migrate_started",
        duration_ms: "TIMESTAMPDIFF(MICROSECOND, @migrate_started, UTC_TIMESTAMP(6)) DIV 1000",
    };
    let mut parts = vec![session.ledger.mark(job), session.ledger.done(job, &moment)];
    parts.extend(restore(session, job));
    parts
}

/// The revision's own lock time-out, where it has one; the run's is set once.
fn before(job: &Job<'_>) -> String {
    job.revision
        .lock_timeout()
        .map_or_else(|| "DO 0".to_owned(), set_lock_timeout)
}

/// In whole seconds, one at least: the servers know no less.
fn set_lock_timeout(timeout: Duration) -> String {
    let seconds = timeout.as_secs().max(1);
    format!("SET SESSION lock_wait_timeout = {seconds}, innodb_lock_wait_timeout = {seconds}")
}

fn restore(session: &Session, job: &Job<'_>) -> Option<String> {
    let touched = mentions(job, &["set", "use"]) || job.revision.lock_timeout().is_some();
    touched.then(|| session.settings())
}

/// One step inside a transaction that is open, a statement a message.
fn run_statements(
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
    for (place, statement) in job.script.statements().enumerate() {
        if (session.stop)() {
            return Err(Halt::Stopped);
        }
        if let Err(error) = connection.execute(statement.text) {
            let error = with_code(connection, error);
            return Err(broken(Some(place), error));
        }
    }
    connection
        .execute(&after(session, job).join(";\n"))
        .map_err(|error| broken(None, error))
}

/// Whether a script must go statement by statement: its own transactions and table locks decide what a record belongs to.
fn needs_steps(job: &Job<'_>) -> bool {
    job.script.statements().any(|statement| {
        statement.transaction_control(Backend::Mysql).is_some() || statement.locks_tables()
    })
}

/// Which statement a row of the log is to name as running before it runs: only one that leaves no trace when its process dies.
fn running(statements: &[Statement<'_>], place: usize) -> usize {
    statements.get(place).map_or(0, |statement| {
        if changes_rows_only(statement) {
            0
        } else {
            place + 1
        }
    })
}

/// The statements of a job that are left, each with its record.
fn pieces(session: &Session, job: &Job<'_>) -> Vec<String> {
    let ledger = &session.ledger;
    let statements: Vec<_> = job.script.statements().collect();
    let (mut own, mut locked) = (false, false);
    let mut pieces = Vec::new();
    for (place, statement) in statements.iter().enumerate().skip(job.done) {
        let control = statement.transaction_control(Backend::Mysql);
        own = control.map_or(own, |word| matches!(word, "BEGIN" | "START TRANSACTION"));
        locked = (locked || statement.locks_tables()) && !statement.unlocks_tables();
        let progress = ledger.progress(job, place + 1, running(&statements, place + 1));
        pieces.push(if locked {
            // Under table locks no other table may be written; the record comes with the first statement after them.
            statement.text.to_owned()
        } else if !own && control.is_none() && changes_rows_only(statement) {
            format!(
                "START TRANSACTION;\n{};\n{progress};\nCOMMIT",
                statement.text
            )
        } else {
            format!("{};\n{progress}", statement.text)
        });
    }
    pieces
}

fn open(session: &Session, job: &Job<'_>) -> String {
    let statements: Vec<_> = job.script.statements().collect();
    format!(
        "{}; {}",
        session.ledger.bury(job),
        session.ledger.open(job, running(&statements, job.done))
    )
}

fn close(session: &Session, job: &Job<'_>) -> String {
    format!(
        "{}; {}",
        session.ledger.mark(job),
        session.ledger.close(job, SINCE_STARTED)
    )
}

/// Several steps in one message. The end of a step and the beginning of the next are one transaction: a server that writes each
/// commit to the disk writes one less.
fn run_message(
    connection: &mut MysqlConnection,
    session: &Session,
    jobs: &[Job<'_>],
) -> Result<(), Halt> {
    let Some(first) = jobs.first() else {
        return Ok(());
    };
    let mut message = vec![open(session, first)];
    for (number, job) in jobs.iter().enumerate() {
        message.push(before(job));
        message.extend(pieces(session, job));
        let next = jobs.get(number + 1).map(|next| open(session, next));
        let end: Vec<_> = [Some(close(session, job)), next]
            .into_iter()
            .flatten()
            .collect();
        message.push(format!("START TRANSACTION;\n{};\nCOMMIT", end.join(";\n")));
        message.extend(restore(session, job));
    }
    let Err(error) = connection.execute(&message.join(";\n")) else {
        return Ok(());
    };
    Err(find_broken(connection, session, jobs, error).into())
}

/// One step, a message a statement.
fn run_steps(
    connection: &mut MysqlConnection,
    session: &Session,
    job: &Job<'_>,
) -> Result<(), Halt> {
    let ledger = &session.ledger;
    connection
        .execute(&format!("{}; {}", open(session, job), before(job)))
        .map_err(Broken::outside)?;
    for (place, piece) in pieces(session, job).iter().enumerate() {
        let number = place + job.done;
        if (session.stop)() {
            connection
                .execute(&ledger.give_up(job, number, "stopped on request"))
                .map_err(Broken::outside)?;
            return Err(Halt::Stopped);
        }
        if let Err(error) = connection.execute(piece) {
            let broken = find_broken(connection, session, std::slice::from_ref(job), error);
            return Err(Broken {
                statement: Some(number),
                ..broken
            }
            .into());
        }
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

/// After a message failed, the log tells how far it came: the row that is still open.
fn find_broken(
    connection: &mut MysqlConnection,
    session: &Session,
    jobs: &[Job<'_>],
    error: ServerError,
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
        "SELECT revision, CAST(statements_done AS CHAR) FROM {} WHERE outcome = 'running' ORDER BY id DESC LIMIT 1",
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
    let kept = row.number(1);
    // A failure to write this loses a message, not the state: the row stays open and says as much.
    let _ = connection.execute(&ledger.give_up(&jobs[number], kept, &error.to_string()));
    Broken {
        job: Some(number),
        statement: Some(kept),
        kept,
        error,
    }
}

/// Whether a statement changes rows or nothing, so that a rollback undoes it:
/// <https://dev.mysql.com/doc/refman/8.4/en/implicit-commit.html> lists what commits by itself.
fn changes_rows_only(statement: &Statement<'_>) -> bool {
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

/// Asks for the number of the error that came last; Diesel gives its words alone.
fn with_code(connection: &mut MysqlConnection, mut error: ServerError) -> ServerError {
    if error.code.is_none() {
        let ask = "GET DIAGNOSTICS CONDITION 1 @migrate_number = MYSQL_ERRNO, @migrate_state = RETURNED_SQLSTATE";
        let rows = connection
            .execute(ask)
            .and_then(|()| {
                connection.rows("SELECT CONCAT(@migrate_number, ' (', @migrate_state, ')')")
            })
            .unwrap_or_default();
        error.code = rows.last().and_then(|row| row.text(0)).map(str::to_owned);
    }
    error
}

/// The servers' own words: Diesel hides the numbers of errors of whole messages.
fn error(error: diesel::result::Error) -> ServerError {
    let mut error = text::error(error);
    let has = |words: &[&str]| words.iter().any(|word| error.message.contains(word));
    error.kind = if has(&["Lock wait timeout exceeded", "Deadlock found"]) {
        ErrorKind::Busy
    } else if has(&[
        "Lost connection",
        "server has gone away",
        "Connection was killed",
    ]) {
        ErrorKind::ConnectionLost
    } else if has(&["Unknown column"]) || (has(&["Table"]) && has(&["doesn't exist"])) {
        ErrorKind::Missing
    } else if has(&["command denied", "Access denied"]) {
        ErrorKind::Denied
    } else if has(&["read-only"]) {
        ErrorKind::ReadOnly
    } else {
        error.kind
    };
    error
}
