//! What the ledger tells of the past: when revisions were applied, and every attempt.

use migrate_chain::Direction;

use crate::backend::{Row, Server};
use crate::error::Error;

use super::{LOG, Partial, VERSIONS};

/// When a revision was applied, by whichever tool.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Applied {
    /// The revision's id.
    pub revision: String,
    /// When, as the server writes it, in the server's own time zone setting.
    pub at: String,
}

/// One attempt at a step, successful or not: a row of the log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attempt {
    /// The revision's id.
    pub revision: String,
    /// `upgrade` or `downgrade`; `stamp` or `unstamp` where the ledger was set without running a script.
    pub action: String,
    /// `running`, `done` or `failed`.
    pub outcome: String,
    /// How many statements were done.
    pub statements_done: usize,
    /// How many the script had.
    pub statements_total: usize,
    /// When it began, in UTC.
    pub started: String,
    /// How long it took, in milliseconds.
    pub duration_ms: Option<u64>,
    /// The database's user, the system's user and host, and what ran it.
    pub by: String,
    /// What the server said when it failed.
    pub error: Option<String>,
}

/// When each applied revision was recorded, oldest first.
pub(crate) fn applied_at(server: &mut dyn Server) -> Result<Vec<Applied>, Error> {
    let place = server.place();
    if !server
        .ledger_tables(place)
        .is_ok_and(|tables| tables.iter().any(|(table, _)| table == VERSIONS))
    {
        return Ok(Vec::new());
    }
    let text = server.text_type();
    let sql = format!(
        "SELECT CAST(version AS {text}), CAST(run_on AS {text}) FROM {place}{VERSIONS} ORDER BY version"
    );
    let rows = server
        .rows(&sql)
        .map_err(Error::ledger("cannot read the ledger"))?;
    let applied = |row: &Row| Applied {
        revision: row.text_or_empty(0).to_owned(),
        at: row.text_or_empty(1).to_owned(),
    };
    Ok(rows.iter().map(applied).collect())
}

/// Which attempts are read.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Which<'a> {
    /// All, oldest first.
    All,
    /// Those at one revision, oldest first.
    At(&'a str),
    /// So many, newest first.
    Newest(usize),
}

impl Which<'_> {
    /// What follows the WHERE, and the order. A quote in an id is doubled everywhere; a backslash, which MySQL would read as an
    /// escape, is in no id.
    fn sql(self) -> String {
        match self {
            Self::All => "ORDER BY id".to_owned(),
            Self::At(revision) if revision.contains('\\') => "AND 1 = 0".to_owned(),
            Self::At(revision) => {
                format!(
                    "AND revision = '{}' ORDER BY id",
                    revision.replace('\'', "''")
                )
            }
            Self::Newest(count) => format!("ORDER BY id DESC LIMIT {count}"),
        }
    }
}

/// Attempts of the log.
pub(crate) fn attempts(server: &mut dyn Server, which: Which<'_>) -> Result<Vec<Attempt>, Error> {
    let place = server.place();
    if !server
        .ledger_tables(place)
        .is_ok_and(|tables| tables.iter().any(|(table, _)| table == LOG))
    {
        return Ok(Vec::new());
    }
    let text = server.text_type();
    let columns = [
        "revision",
        "action",
        "outcome",
        "statements_done",
        "statements_total",
        "started",
        "duration_ms",
        "db_user",
        "os_user",
        "host",
        "tool",
        "app",
    ];
    let columns: Vec<_> = columns
        .iter()
        .map(|column| format!("CAST({column} AS {text})"))
        .collect();
    let sql = format!(
        "SELECT {}, error FROM {place}{LOG} WHERE action <> 'layout' {}",
        columns.join(", "),
        which.sql()
    );
    let rows = server
        .rows(&sql)
        .map_err(Error::ledger("cannot read the log"))?;
    Ok(rows.iter().map(attempt).collect())
}

fn attempt(row: &Row) -> Attempt {
    let word = |column| row.text_or_empty(column).to_owned();
    let by: Vec<_> = (7..12)
        .map(|column| row.text_or_empty(column))
        .filter(|text| !text.is_empty())
        .collect();
    Attempt {
        revision: word(0),
        action: word(1),
        outcome: word(2),
        statements_done: row.number(3),
        statements_total: row.number(4),
        started: word(5),
        duration_ms: row.text_or_empty(6).parse().ok(),
        by: by.join(" "),
        error: row.text(12).map(str::to_owned),
    }
}

/// The script of an attempt, as it was then.
#[derive(Debug, Default)]
pub(crate) struct Stored {
    /// `None`: it was too large to keep.
    pub(crate) text: Option<String>,
    pub(crate) checksum: Option<String>,
}

/// The script of the newest attempt at a step.
pub(crate) fn stored_script(
    (server, place): (&mut dyn Server, &str),
    partial: &Partial,
) -> Result<Stored, Error> {
    let (column, action) = match partial.direction {
        Direction::Up => ("up", "upgrade"),
        Direction::Down => ("down", "downgrade"),
    };
    // A quote in an id is doubled everywhere; a backslash, which MySQL would read as an escape, makes it no match, and no harm.
    let sql = format!(
        "SELECT {column}_script, {column}_checksum FROM {place}{LOG} WHERE action = '{action}' AND revision = '{}' ORDER BY id DESC LIMIT 1",
        partial.revision.replace('\'', "''")
    );
    let rows = server
        .rows(&sql)
        .map_err(Error::ledger("cannot read the log"))?;
    let text = |column| {
        rows.first()
            .and_then(|row| row.text(column))
            .map(str::to_owned)
    };
    Ok(Stored {
        text: text(0),
        checksum: text(1),
    })
}
