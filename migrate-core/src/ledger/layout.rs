//! How the ledger's tables are laid out, and how they come to be so: made when missing, completed when a column is missing.

use crate::backend::Session;

use super::{LOG, Ledger, VERSIONS};

/// The layout that this version writes. A row of action `layout` in the log names the newest that was ever there.
pub(crate) const LAYOUT: u32 = 1;

/// How one backend writes names, texts and the types of the log's columns.
pub(crate) struct Dialect {
    /// An identifier, quoted.
    pub(crate) identifier: fn(&str) -> String,
    /// A text, as a literal that no setting of the session changes the meaning of.
    pub(crate) literal: fn(&str) -> String,
    /// The time now, for the log.
    pub(crate) now: &'static str,
    /// A column as a whole number.
    pub(crate) number: fn(&str) -> String,
    /// A column as it is compared letter by letter, whatever its collation is.
    pub(crate) exact: fn(&str) -> String,
    /// What follows the columns of a SELECT that has a WHERE and reads no table.
    pub(crate) nowhere: &'static str,
    /// The definition of the log's number.
    pub(crate) serial: &'static str,
    /// The type of names, words and checksums.
    pub(crate) word: &'static str,
    /// The type of counts and durations.
    pub(crate) count: &'static str,
    /// The type of times.
    pub(crate) time: &'static str,
    /// The type of scripts and messages.
    pub(crate) text: &'static str,
    /// What follows the row of a step that begins, so that the row is found again.
    pub(crate) opened: &'static str,
    /// How it is found; where nothing is said, by its revision.
    pub(crate) open_row: Option<&'static str>,
    /// What follows an UPDATE of the log.
    pub(crate) limit: &'static str,
    /// What follows the closing parenthesis of the log.
    pub(crate) options: &'static str,
}

/// A column of the log, and which of the dialect's types it has.
type Column = (&'static str, fn(&Dialect) -> &'static str);

/// The columns of the log after its number, in order, with which of the dialect's types each has. The long ones are last, so
/// that a server that stores a row in one piece finds the short ones without reading the others.
const COLUMNS: [Column; 20] = [
    ("revision", |d| d.word),
    ("parent", |d| d.word),
    ("action", |d| d.word),
    ("outcome", |d| d.word),
    ("up_checksum", |d| d.word),
    ("down_checksum", |d| d.word),
    ("statements_done", |d| d.count),
    ("statements_total", |d| d.count),
    ("statement_running", |d| d.count),
    ("started", |d| d.time),
    ("finished", |d| d.time),
    ("duration_ms", |d| d.count),
    ("db_user", |d| d.word),
    ("os_user", |d| d.word),
    ("host", |d| d.word),
    ("tool", |d| d.word),
    ("app", |d| d.word),
    ("error", |d| d.text),
    ("up_script", |d| d.text),
    ("down_script", |d| d.text),
];

/// What is to be done so that both tables are there and whole; nothing in the usual case. `present` are the tables and columns that
/// are there. To be run under the lock: two `CREATE TABLE IF NOT EXISTS` at once fail on PostgreSQL.
pub(crate) fn statements(present: &[(String, String)], session: &Session) -> Vec<String> {
    let dialect = session.ledger.dialect;
    let has = |table: &str, column: Option<&str>| {
        present
            .iter()
            .any(|(t, c)| t == table && column.is_none_or(|column| c.eq_ignore_ascii_case(column)))
    };
    let mut sql = Vec::new();
    if !has(VERSIONS, None) {
        sql.push(versions_table(&session.ledger));
    }
    if !has(LOG, None) {
        sql.extend(log_table(&session.ledger));
    } else {
        let log = session.ledger.log();
        let missing = COLUMNS.iter().filter(|(name, _)| !has(LOG, Some(name)));
        sql.extend(
            missing.map(|(name, kind)| {
                format!("ALTER TABLE {log} ADD COLUMN {name} {}", kind(dialect))
            }),
        );
    }
    sql
}

/// Both tables, where they are not there yet.
pub(crate) fn tables(ledger: &Ledger) -> Vec<String> {
    let mut sql = vec![versions_table(ledger)];
    sql.extend(log_table(ledger));
    sql
}

/// Diesel's own definition, so that whichever tool comes first makes the same table.
fn versions_table(ledger: &Ledger) -> String {
    format!(
        "CREATE TABLE IF NOT EXISTS {} (version VARCHAR(50) PRIMARY KEY NOT NULL, run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP)",
        ledger.versions()
    )
}

/// The log, and the row that names its layout.
fn log_table(ledger: &Ledger) -> [String; 2] {
    let dialect = ledger.dialect;
    let columns: Vec<_> = COLUMNS
        .iter()
        .map(|(name, kind)| format!("{name} {}", kind(dialect)))
        .collect();
    let table = format!(
        "CREATE TABLE IF NOT EXISTS {} (id {}, {}){}",
        ledger.log(),
        dialect.serial,
        columns.join(", "),
        dialect.options
    );
    [table, ledger.layout_row(LAYOUT)]
}
