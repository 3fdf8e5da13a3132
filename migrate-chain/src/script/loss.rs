//! What a script destroys, as far as its statements show: tables, columns and rows that are gone after it and that no other script
//! brings back.

use std::collections::HashSet;

use super::{Position, Script, Statement, kind::unquoted};
use crate::Backend;

mod deed;

use deed::{Deed, deeds};

/// One thing that a script destroys.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Loss {
    /// What it does, beginning with a verb: `drops table members`.
    pub what: String,
    /// The script, as `directory/file`.
    pub file: String,
    /// Where the statement starts.
    pub position: Position,
}

/// How an author says that a statement loses data which its words do not show.
const DECLARED: &str = "-- loses data:";

impl Script {
    /// What it destroys on this backend: tables, columns and rows. A table that the same script made, or whose rows it copied into
    /// another before, is no loss, and neither is a column that it filled because it had just added it. What the words of a
    /// statement do not show, such as a column that a table built anew lacks, an author declares by a comment before it:
    /// `-- loses data: members.phone`.
    ///
    /// ```
    /// use migrate_chain::{Backend, Script};
    /// let text = "DROP INDEX by_email;\nALTER TABLE members DROP COLUMN phone;";
    /// let script = Script::read("down.sql".into(), Backend::Sqlite.into(), text.into(), Backend::Sqlite)?;
    /// let losses = script.losses(Backend::Sqlite);
    /// assert_eq!(losses[0].to_string(), "drops column phone of members (down.sql:2)");
    /// assert_eq!(losses.len(), 1);
    /// # Ok::<(), migrate_chain::ScriptError>(())
    /// ```
    #[must_use]
    pub fn losses(&self, backend: Backend) -> Vec<Loss> {
        let mut known = Known::default();
        let mut losses = Vec::new();
        let mut declared = declarations(self.text()).into_iter().peekable();
        for statement in self.statements() {
            let end = statement.start + statement.text.len();
            let mut said = Vec::new();
            while let Some((at, what)) = declared.next_if(|(at, _)| *at < end) {
                said.push(self.loss(what.to_owned(), at));
            }
            let seen = known.takes_away(&statement, backend);
            // What the words show needs no comment.
            if seen.is_empty() {
                losses.append(&mut said);
            }
            let seen = seen.into_iter();
            losses.extend(seen.map(|what| self.loss(what, statement.start)));
        }
        losses
    }

    /// The tables that it makes, or gives a new name, on this backend: each by its bare name, without quotes and in lower case.
    ///
    /// ```
    /// use migrate_chain::{Backend, Script};
    /// let text = "CREATE TABLE app.\"Members\" (id INT); ALTER TABLE nicks RENAME TO names;";
    /// let script = Script::read("up.sql".into(), Backend::Postgres.into(), text.into(), Backend::Postgres)?;
    /// assert_eq!(script.makes(Backend::Postgres), ["members", "names"]);
    /// # Ok::<(), migrate_chain::ScriptError>(())
    /// ```
    #[must_use]
    pub fn makes(&self, backend: Backend) -> Vec<String> {
        let mut made = Vec::new();
        for statement in self.statements() {
            for deed in deeds(&statement, backend) {
                match deed {
                    Deed::Makes(table) | Deed::Replaces(table) | Deed::Renames(_, table) => {
                        made.push(key(&table));
                    }
                    _ => {}
                }
            }
        }
        made
    }

    fn loss(&self, what: String, at: usize) -> Loss {
        Loss {
            what,
            file: self.file().to_owned(),
            position: self.position(at),
        }
    }
}

impl std::fmt::Display for Loss {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({}:{})", self.what, self.file, self.position.line)
    }
}

/// What the comments of a text declare to be lost, each with its place.
fn declarations(text: &str) -> Vec<(usize, &str)> {
    let mut at = 0;
    let mut found = Vec::new();
    for line in text.split_inclusive('\n') {
        if let Some(what) = line.trim().strip_prefix(DECLARED) {
            found.push((at, what.trim()));
        }
        at += line.len();
    }
    found
}

/// What is known of tables from the statements so far, each by its bare name.
#[derive(Default)]
struct Known {
    /// Made by this very script.
    made: HashSet<String>,
    /// Whose rows are in another table too.
    copied: HashSet<String>,
    /// Columns that this script added, with their tables.
    added: HashSet<(String, String)>,
}

impl Known {
    /// What the statement destroys, and learns what it did besides.
    fn takes_away(&mut self, statement: &Statement<'_>, backend: Backend) -> Vec<String> {
        let deeds = deeds(statement, backend);
        deeds.iter().filter_map(|deed| self.judge(deed)).collect()
    }

    fn judge(&mut self, deed: &Deed<'_>) -> Option<String> {
        match deed {
            Deed::Makes(table) => {
                self.made.insert(key(table));
                None
            }
            Deed::Adds(table, column) => {
                self.added.insert((key(table), key(column)));
                None
            }
            Deed::Copies(table) => {
                self.copied.insert(key(table));
                None
            }
            Deed::Renames(from, to) => {
                for set in [&mut self.made, &mut self.copied] {
                    if set.remove(&key(from)) {
                        set.insert(key(to));
                    }
                }
                None
            }
            Deed::Drops(table) => {
                let safe = self.copied.remove(&key(table));
                (!self.made.remove(&key(table)) && !safe).then(|| format!("drops table {table}"))
            }
            Deed::Replaces(table) => {
                let mine = !self.made.insert(key(table));
                (!mine).then(|| format!("drops table {table} to make it anew"))
            }
            Deed::DropsColumn(table, column) => (!self.is_mine(table)
                && !self.added.remove(&(key(table), key(column))))
            .then(|| format!("drops column {column} of {table}")),
            Deed::Empties(table) => {
                (!self.is_safe(table)).then(|| format!("deletes every row of {table}"))
            }
            Deed::Deletes(table) => {
                (!self.is_safe(table)).then(|| format!("deletes rows of {table}"))
            }
            Deed::Overwrites(table, columns) => {
                let lost = |column: &&String| !self.added.contains(&(key(table), key(column)));
                let lost: Vec<_> = columns.iter().filter(lost).map(String::as_str).collect();
                let all = format!("overwrites {} in every row of {table}", lost.join(", "));
                (!lost.is_empty() && !self.is_mine(table)).then_some(all)
            }
            Deed::Other(what) => Some(what.clone()),
        }
    }

    fn is_mine(&self, table: &str) -> bool {
        self.made.contains(&key(table))
    }

    fn is_safe(&self, table: &str) -> bool {
        self.is_mine(table) || self.copied.contains(&key(table))
    }
}

/// A name to compare: its last part, without quotes, in lower case.
fn key(name: &str) -> String {
    let mut inside = None;
    let mut start = 0;
    for (at, letter) in name.char_indices() {
        match (inside, letter) {
            (None, '"' | '`') => inside = Some(letter),
            (None, '[') => inside = Some(']'),
            (None, '.') => start = at + 1,
            (Some(close), _) if close == letter => inside = None,
            _ => {}
        }
    }
    unquoted(name.get(start..).unwrap_or(name))
}
