//! Whether a SQLite script rebuilds a table: SQLite's manual has it done with foreign keys off.

use std::collections::{HashMap, HashSet};

use super::{Statement, kind::unquoted};
use crate::Backend;

/// What a statement does to the name of a table.
enum Deed {
    Create(String),
    Drop(String),
    Rename { from: String, to: String },
}

/// Whether these statements rebuild a SQLite table: they drop it and give another table its name, or rename it, create
/// it again and drop the old one. Each other way round, foreign keys that refer to it follow the wrong table.
///
/// ```
/// use migrate_chain::{Backend, Script, rebuilds_a_table};
/// let text = "CREATE TABLE new_a (id INTEGER); DROP TABLE a; ALTER TABLE new_a RENAME TO A;";
/// let script = Script::read("up.sql".into(), Backend::Sqlite.into(), text.into(), Backend::Sqlite)?;
/// assert!(rebuilds_a_table(script.statements()));
/// # Ok::<(), migrate_chain::ScriptError>(())
/// ```
///
/// See <https://www.sqlite.org/lang_altertable.html#otheralter>.
pub fn rebuilds_a_table<'s>(statements: impl IntoIterator<Item = Statement<'s>>) -> bool {
    let mut dropped = HashSet::new();
    let mut created = HashSet::new();
    let mut renamed = HashMap::new();
    for deed in statements
        .into_iter()
        .filter_map(|statement| deed(&statement))
    {
        match deed {
            Deed::Create(name) => {
                created.insert(name);
            }
            Deed::Drop(name) if renamed.get(&name).is_some_and(|old| created.contains(old)) => {
                return true;
            }
            Deed::Drop(name) => {
                dropped.insert(name);
            }
            Deed::Rename { to, .. } if dropped.contains(&to) => return true,
            Deed::Rename { from, to } => {
                created.remove(&from);
                renamed.insert(to, from);
            }
        }
    }
    false
}

/// What the statement does to the name of a table, if anything.
fn deed(statement: &Statement<'_>) -> Option<Deed> {
    let words: Vec<_> = statement.words(Backend::Sqlite).take(16).collect();
    let words: Vec<_> = words.iter().map(|word| &**word).collect();
    match *words.as_slice() {
        ["DROP", "TABLE", "IF", "EXISTS", ref rest @ ..] | ["DROP", "TABLE", ref rest @ ..] => {
            name(rest).map(|(name, _)| Deed::Drop(name))
        }
        ["CREATE", "TABLE", "IF", "NOT", "EXISTS", ref rest @ ..]
        | ["CREATE", "TABLE", ref rest @ ..] => name(rest).map(|(name, _)| Deed::Create(name)),
        ["ALTER", "TABLE", ref rest @ ..] => match name(rest)? {
            (from, ["RENAME", "TO", to, ..]) => Some(Deed::Rename {
                from,
                to: unquoted(to),
            }),
            _ => None,
        },
        _ => None,
    }
}

/// The table's name without its schema, and what follows it.
fn name<'w>(words: &'w [&'w str]) -> Option<(String, &'w [&'w str])> {
    match words {
        [_, ".", name, rest @ ..] | [name, rest @ ..] => Some((unquoted(name), rest)),
        [] => None,
    }
}
