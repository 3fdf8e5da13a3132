//! What the ledger says, as values.

use std::collections::HashMap;
use std::fmt;

use migrate_chain::Direction;

use crate::backend::{Row, Server};
use crate::error::Error;
use crate::failure::{ErrorKind, ServerError};

use super::layout::LAYOUT;
use super::seeds;
use super::stamp::UNSTAMP;
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

/// What a database says of itself.
#[derive(Debug, Default)]
pub(crate) struct State {
    /// The ids that are applied.
    pub(crate) applied: Vec<String>,
    /// For each id that this tool applied, the checksum of the up script that ran.
    pub(crate) ran: HashMap<String, String>,
    pub(crate) partial: Option<Partial>,
}

/// The columns that `read` wants of the log, in one text with a bar between two. The revision is last: its name may have anything
/// in it.
const WANTED: [&str; 8] = [
    "id",
    "action",
    "outcome",
    "up_checksum",
    "statements_done",
    "statements_total",
    "statement_running",
    "revision",
];

/// Reads the ledger where the server finds it.
pub(crate) fn look(server: &mut dyn Server) -> Result<State, Error> {
    let place = server.place();
    read(server, place)
}

/// What stands between two rows where a server gathers them into one: ASCII's own record separator.
const BETWEEN: char = '\u{1e}';

/// Reads the ledger: one query where it is there and whole. Takes no lock and writes nothing. `place` is what stands before the
/// names of its tables: a run looks where it writes, whatever the project's session statements did to the search path.
pub(crate) fn read(server: &mut dyn Server, place: &str) -> Result<State, Error> {
    let failed = Error::ledger("cannot read the ledger");
    // A failed query would end a transaction that is open.
    if !server.in_transaction() {
        match server.rows(&query((server, place), &|_| true, (true, true))) {
            Ok(rows) => return state(&rows),
            Err(ServerError {
                kind: ErrorKind::Missing,
                ..
            }) => {}
            Err(error) => return Err(failed(error)),
        }
    }
    let tables = server.ledger_tables(place).map_err(failed)?;
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
    let query = query((server, place), &has_column, (versions, log));
    state(&server.rows(&query).map_err(failed)?)
}

/// The query for what is there: both tables in one. A row is one text: with thousands of revisions the columns cost more than
/// all else.
fn query(
    (server, place): (&dyn Server, &str),
    has_column: &dyn Fn(&str) -> bool,
    (versions, log): (bool, bool),
) -> String {
    let mut parts = Vec::new();
    if versions {
        // The other columns in one piece: an expression a row costs more than its text.
        let columns = ["'0||||0|0|0'", "version"];
        parts.push(format!(
            "SELECT {} FROM {place}{VERSIONS}",
            server.gathered(server.barred(&columns))
        ));
    }
    if log {
        let columns = WANTED.map(|column| {
            if column == "id" || has_column(column) {
                column
            } else {
                "''"
            }
        });
        parts.push(format!(
            "SELECT {} FROM {place}{LOG}",
            server.gathered(server.barred(&columns))
        ));
    }
    parts.join(" UNION ALL ")
}

/// A row of the ledger, taken apart.
struct Entry<'r> {
    id: u64,
    action: &'r str,
    outcome: &'r str,
    checksum: &'r str,
    done: usize,
    total: usize,
    running: usize,
    revision: &'r str,
}

impl<'r> Entry<'r> {
    fn read(text: &'r str) -> Self {
        let mut parts = text.splitn(WANTED.len(), '|');
        let mut text = || parts.next().unwrap_or_default();
        Self {
            id: text().parse().unwrap_or(0),
            action: text(),
            outcome: text(),
            checksum: text(),
            done: text().parse().unwrap_or(0),
            total: text().parse().unwrap_or(0),
            running: text().parse().unwrap_or(0),
            revision: text(),
        }
    }
}

/// Folds the rows, oldest first, into what they come to.
fn state(rows: &[Row]) -> Result<State, Error> {
    let texts = rows
        .iter()
        .flat_map(|row| row.text_or_empty(0).split(BETWEEN));
    let mut entries: Vec<_> = texts
        .filter(|text| !text.is_empty())
        .map(Entry::read)
        .collect();
    entries.sort_by_key(|entry| entry.id);
    let mut state = State::default();
    for entry in &entries {
        match (entry.id, entry.action) {
            (0, _) => state.applied.push(entry.revision.to_owned()),
            (_, "layout") => refuse_newer(entry)?,
            (_, seeds::ACTION) => {}
            _ => state.take(entry),
        }
    }
    state.forget_what_somebody_else_finished();
    Ok(state)
}

fn refuse_newer(entry: &Entry<'_>) -> Result<(), Error> {
    let found = entry.revision.parse().unwrap_or(0);
    if found > LAYOUT {
        Err(Error::NewerLayout {
            found,
            known: LAYOUT,
        })
    } else {
        Ok(())
    }
}

impl State {
    /// The record of what is applied is Diesel's table. A step that was finished by hand, or by Diesel, is half done no longer.
    fn forget_what_somebody_else_finished(&mut self) {
        let applied = &self.applied;
        self.partial.take_if(|partial| {
            applied.contains(&partial.revision) == (partial.direction == Direction::Up)
        });
    }

    /// Takes one attempt of the log into account, the newest of those so far.
    fn take(&mut self, entry: &Entry<'_>) {
        let direction = if entry.action == "downgrade" {
            Direction::Down
        } else {
            Direction::Up
        };
        if entry.outcome == "done" {
            self.partial
                .take_if(|partial| partial.revision == entry.revision);
            // What is taken back may be applied again by another tool, with another script.
            if entry.action == "downgrade" || entry.action == UNSTAMP {
                self.ran.remove(entry.revision);
            } else {
                self.ran
                    .insert(entry.revision.to_owned(), entry.checksum.to_owned());
            }
        } else if entry.outcome == "running" || entry.done > 0 {
            self.partial = Some(Partial {
                revision: entry.revision.to_owned(),
                direction,
                done: entry.done,
                total: entry.total,
                running: (entry.running > entry.done).then_some(entry.running),
            });
        }
    }
}
