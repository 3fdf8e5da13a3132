//! What the ledger says, as values.

use std::collections::HashMap;
use std::fmt;

use migrate_chain::Direction;

use crate::backend::{Row, Server};
use crate::error::Error;
use crate::failure::{ErrorKind, ServerError};

use super::layout::LAYOUT;
use super::{LOG, VERSIONS};

/// A step that was left half done, where there was no transaction to roll back.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Partial {
    /// The revision's id.
    pub revision: String,
    /// Whether its up or its down script was running.
    pub direction: Direction,
    /// How many of its statements are done.
    pub done: usize,
    /// How many it had.
    pub total: usize,
    /// The number of a statement, from 1, that was running when its process died.
    pub running: Option<usize>,
}

impl fmt::Display for Partial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.direction {
            Direction::Up => "",
            Direction::Down => "downgrade of ",
        };
        write!(
            f,
            "{what}{} partial {}/{}",
            self.revision, self.done, self.total
        )
    }
}

impl Partial {
    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> String {
        let word = match self.direction {
            Direction::Up => "upgrade +1",
            Direction::Down => "downgrade -1",
        };
        format!(
            "run `migrate {word}`: it goes on at statement {}",
            self.done + 1
        )
    }
}

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
    /// `upgrade` or `downgrade`.
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

/// What a database says of itself.
#[derive(Debug, Default)]
pub(crate) struct State {
    /// The ids that are applied.
    pub(crate) applied: Vec<String>,
    /// For each id that this tool applied, the checksum of the up script that ran.
    pub(crate) ran: HashMap<String, String>,
    pub(crate) partial: Option<Partial>,
}

/// The columns that `read` wants of the log.
const WANTED: [&str; 7] = [
    "revision",
    "action",
    "outcome",
    "up_checksum",
    "statements_done",
    "statements_total",
    "statement_running",
];

/// Reads the ledger: one query where it is there and whole. Takes no lock and writes nothing.
pub(crate) fn read(server: &mut dyn Server) -> Result<State, Error> {
    let failed = Error::ledger("cannot read the ledger");
    // A failed query would end a transaction that is open.
    if !server.in_transaction() {
        match server.rows(&query(server.text_type(), &|_| true, (true, true))) {
            Ok(rows) => return state(&rows),
            Err(ServerError {
                kind: ErrorKind::Missing,
                ..
            }) => {}
            Err(error) => return Err(failed(error)),
        }
    }
    let tables = server.ledger_tables().map_err(failed)?;
    let has_table = |table: &str| tables.iter().any(|(t, _)| t == table);
    let has_column = |column: &str| {
        tables
            .iter()
            .any(|(t, c)| t == LOG && c.eq_ignore_ascii_case(column))
    };
    let (versions, log) = (has_table(VERSIONS), has_table(LOG));
    if !versions && !log {
        return Ok(State::default());
    }
    state(
        &server
            .rows(&query(server.text_type(), &has_column, (versions, log)))
            .map_err(failed)?,
    )
}

/// The query for what is there: both tables in one. Everything is cast, so that both sides of the union are of one type.
fn query(text: &str, has_column: &dyn Fn(&str) -> bool, (versions, log): (bool, bool)) -> String {
    let mut parts = Vec::new();
    if versions {
        let nothing = vec![format!("CAST(NULL AS {text})"); WANTED.len() - 1].join(", ");
        parts.push(format!(
            "SELECT CAST('0' AS {text}), CAST(version AS {text}), {nothing} FROM {VERSIONS}"
        ));
    }
    if log {
        let columns: Vec<_> = ["id"]
            .iter()
            .chain(&WANTED)
            .map(|column| {
                if *column == "id" || has_column(column) {
                    *column
                } else {
                    "NULL"
                }
            })
            .map(|column| format!("CAST({column} AS {text})"))
            .collect();
        parts.push(format!("SELECT {} FROM {LOG}", columns.join(", ")));
    }
    parts.join(" UNION ALL ")
}

/// Folds the rows, oldest first, into what they come to.
fn state(rows: &[Row]) -> Result<State, Error> {
    let mut rows: Vec<(u64, &Row)> = rows.iter().map(|row| (row.number(0), row)).collect();
    rows.sort_by_key(|(id, _)| *id);
    let mut state = State::default();
    for (id, row) in rows {
        let revision = row.text_or_empty(1);
        if id == 0 {
            state.applied.push(revision.to_owned());
            continue;
        }
        let (action, outcome) = (row.text_or_empty(2), row.text_or_empty(3));
        if action == "layout" {
            let found = revision.parse().unwrap_or(0);
            if found > LAYOUT {
                return Err(Error::NewerLayout {
                    found,
                    known: LAYOUT,
                });
            }
            continue;
        }
        let direction = if action == "downgrade" {
            Direction::Down
        } else {
            Direction::Up
        };
        if outcome == "done" {
            state
                .partial
                .take_if(|partial| partial.revision == revision);
            if direction == Direction::Up {
                state
                    .ran
                    .insert(revision.to_owned(), row.text_or_empty(4).to_owned());
            }
            continue;
        }
        let number = |column| row.number::<usize>(column);
        let (done, total, running) = (number(5), number(6), number(7));
        if outcome == "running" || done > 0 {
            let running = (running > done).then_some(running);
            state.partial = Some(Partial {
                revision: revision.to_owned(),
                direction,
                done,
                total,
                running,
            });
        }
    }
    Ok(state)
}

/// When each applied revision was recorded, oldest first.
pub(crate) fn applied_at(server: &mut dyn Server) -> Result<Vec<Applied>, Error> {
    if !server
        .ledger_tables()
        .is_ok_and(|tables| tables.iter().any(|(table, _)| table == VERSIONS))
    {
        return Ok(Vec::new());
    }
    let text = server.text_type();
    let sql = format!(
        "SELECT CAST(version AS {text}), CAST(run_on AS {text}) FROM {VERSIONS} ORDER BY version"
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

/// Every attempt of the log, oldest first.
pub(crate) fn attempts(server: &mut dyn Server) -> Result<Vec<Attempt>, Error> {
    if !server
        .ledger_tables()
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
        "SELECT {}, error FROM {LOG} WHERE action <> 'layout' ORDER BY id",
        columns.join(", ")
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
pub(crate) fn stored_script(server: &mut dyn Server, partial: &Partial) -> Result<Stored, Error> {
    let (column, action) = match partial.direction {
        Direction::Up => ("up", "upgrade"),
        Direction::Down => ("down", "downgrade"),
    };
    // A quote in an id is doubled everywhere; a backslash, which MySQL would read as an escape, makes it no match, and no harm.
    let sql = format!(
        "SELECT {column}_script, {column}_checksum FROM {LOG} WHERE action = '{action}' AND revision = '{}' ORDER BY id DESC LIMIT 1",
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
