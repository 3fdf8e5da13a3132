//! A SQLite table made anew: a new table, its rows, the old name; then indexes and triggers.
//! <https://www.sqlite.org/lang_altertable.html#otheralter>

use super::sqlite::{DIALECT, create_index, create_table, numbered, triggers};
use super::sqlite_text::{text_of, under};
use super::{Fills, Statement};
use crate::{Change, Difference, Expression, Name, Table, TableChange};

/// The statements of one rebuild. `legacy_alter_table` keeps views and other tables' triggers from being looked at while the table
/// is not there.
pub(super) fn rebuild(name: &Name, difference: &Difference, fills: &Fills) -> Vec<Statement> {
    let (Some(before), Some(after)) = (
        difference.renamed().table(name),
        difference.after().table(name),
    ) else {
        return Vec::new();
    };
    let own = |change: &&Change| matches!(change, Change::Alter { table, change } if table == name && !matches!(change.as_ref(), TableChange::RenameColumn { .. }));
    let new = name.sibling(format!("_new_{}", name.name));
    let create = text_of(after, Some(before)).unwrap_or_else(|| create_table(after));
    let mut sql = vec![
        "PRAGMA legacy_alter_table = ON".into(),
        under(&create, &new.name),
    ];
    sql.extend(copy(before, after, &new, difference, fills));
    if numbered(after).is_some() && numbered(before).is_some() {
        sql.extend(keep_sequence(name, &new));
    }
    sql.push(format!("DROP TABLE {}", name.quoted(DIALECT)));
    sql.push(format!(
        "ALTER TABLE {} RENAME TO {}",
        new.quoted(DIALECT),
        DIALECT.quote(&name.name)
    ));
    sql.extend(
        after
            .indexes
            .all()
            .iter()
            .map(|index| create_index(name, index)),
    );
    sql.extend(triggers(after));
    sql.push("PRAGMA legacy_alter_table = OFF".into());
    let mut sql = sql.into_iter();
    let first = sql
        .next()
        .map(|first| Statement::of(difference.changes().iter().filter(own), first));
    let mut all: Vec<_> = first.into_iter().chain(sql.map(Statement::more)).collect();
    if let Some(first) = all.first_mut() {
        first.comments.extend(doubts(before, after));
    }
    all
}

/// What SQLite finds out only when a row comes: a trigger that speaks of a column that is gone.
fn doubts<'a>(before: &'a Table, after: &'a Table) -> impl Iterator<Item = String> + 'a {
    let gone = before
        .columns
        .iter()
        .filter(|column| after.column(&column.name).is_none());
    gone.flat_map(|column| {
        let speaks =
            |text: &&String| Expression::from(text.as_str()).mentions(&column.name, DIALECT);
        let triggers = after.triggers.iter().filter(speaks);
        triggers.map(|text| {
            let start: Vec<_> = text.split_whitespace().take(3).collect();
            format!("look whether it needs {}: {}", column.name, start.join(" "))
        })
    })
}

/// The rows go over, column by column; what is computed is computed again.
fn copy(
    before: &Table,
    after: &Table,
    new: &Name,
    difference: &Difference,
    fills: &Fills,
) -> Option<String> {
    let mut into = Vec::new();
    let mut values = Vec::new();
    for column in after
        .columns
        .iter()
        .filter(|column| column.generated.get().is_none())
    {
        let name = DIALECT.quote(&column.name);
        let value = match before.column(&column.name) {
            Some(_) => Some(name.clone()),
            None => fills.of(&after.name, column, difference),
        };
        if let Some(value) = value {
            into.push(name);
            values.push(value);
        }
    }
    (!into.is_empty()).then(|| {
        let (new, old) = (new.quoted(DIALECT), before.name.quoted(DIALECT));
        format!(
            "INSERT INTO {new} ({}) SELECT {} FROM {old}",
            into.join(", "),
            values.join(", ")
        )
    })
}

/// AUTOINCREMENT never gives a number twice, nor that of a row that is gone; so its count goes over too.
fn keep_sequence(old: &Name, new: &Name) -> [String; 2] {
    let sequences = old.sibling("sqlite_sequence").quoted(DIALECT);
    let (old, new) = (DIALECT.literal(&old.name), DIALECT.literal(&new.name));
    [
        format!("DELETE FROM {sequences} WHERE \"name\" = {new}"),
        format!(
            "INSERT INTO {sequences} (\"name\", \"seq\") SELECT {new}, \"seq\" FROM {sequences} WHERE \"name\" = {old}"
        ),
    ]
}
