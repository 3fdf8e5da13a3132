//! Renames that nobody hinted at and that may be meant: something to ask about, never to go by.

use super::Renames;
use crate::{Column, Dialect, Name, Schema, Table};

impl Renames {
    /// What these could say besides: a column that is gone beside a new one of the same type, a table that is gone beside a new
    /// one with at least half of its columns.
    ///
    /// ```
    /// use migrate_schema::{Column, Dialect, Renames, Schema, Table, Type};
    /// let text = Type::parse(Dialect::Sqlite, "TEXT")?;
    /// let with = |name: &str| Schema::default().with(Table::new("members").with(Column::new(name, text.clone())));
    /// let likely = Renames::default().likely(&with("nick"), &with("nickname"), Dialect::Sqlite);
    /// assert_eq!(likely, Renames::default().column("members", "nick", "nickname"));
    /// # Ok::<(), migrate_schema::TypeError>(())
    /// ```
    #[must_use]
    pub fn likely(&self, there: &Schema, wanted: &Schema, dialect: Dialect) -> Self {
        let held = self.that_hold(there, wanted);
        let there = held.applied_to(there, dialect);
        let mut likely = Self::default();
        let gone: Vec<&Table> = missing(&there, wanted);
        let mut new: Vec<&Table> = missing(wanted, &there);
        for old in gone {
            if let Some(at) = best(&new, |new| resemblance(old, new)) {
                likely = likely.table(old.name.clone(), new.remove(at).name.clone());
            }
        }
        for after in &wanted.tables {
            if let Some(before) = there.table(&after.name) {
                likely.columns.extend(columns(before, after, dialect));
            }
        }
        likely
    }
}

/// The tables of one schema that the other does not have.
fn missing<'a>(of: &'a Schema, other: &Schema) -> Vec<&'a Table> {
    let tables = of.tables.iter();
    tables
        .filter(|table| other.table(&table.name).is_none())
        .collect()
}

fn columns(before: &Table, after: &Table, dialect: Dialect) -> Vec<(Name, String, String)> {
    let lacks = |table: &Table, column: &Column| table.column(&column.name).is_none();
    let gone = before.columns.iter().filter(|column| lacks(after, column));
    let mut new: Vec<_> = after
        .columns
        .iter()
        .filter(|column| lacks(before, column))
        .collect();
    let mut found = Vec::new();
    for old in gone {
        let same = |new: &&Column| match (old.sql_type.value(), new.sql_type.value()) {
            (Some(one), Some(other)) => one.same(other, dialect),
            _ => false,
        };
        let alike = |new: &&Column| same(new).then(|| 1 + common(&old.name, &new.name));
        if let Some(at) = best(&new, alike) {
            let new = new.remove(at);
            found.push((after.name.clone(), old.name.clone(), new.name.clone()));
        }
    }
    found
}

/// The place of the first item with the highest of the scores that there are.
fn best<T>(items: &[T], score: impl Fn(&T) -> Option<usize>) -> Option<usize> {
    let scores = items.iter().enumerate();
    scores
        .filter_map(|(at, item)| Some((score(item)?, at)))
        .max_by_key(|&(score, at)| (score, usize::MAX - at))
        .map(|(_, at)| at)
}

/// How many columns two tables share, if it is half of them at least.
fn resemblance(one: &Table, other: &Table) -> Option<usize> {
    let shared = one
        .columns
        .iter()
        .filter(|column| other.column(&column.name).is_some())
        .count();
    let most = one.columns.len().max(other.columns.len());
    (shared > 0 && shared * 2 >= most).then_some(shared)
}

/// How many letters two names share at their beginning and their end.
fn common(one: &str, other: &str) -> usize {
    let same = |(one, other): &(char, char)| one == other;
    let start = one.chars().zip(other.chars()).take_while(same).count();
    let end = one.chars().rev().zip(other.chars().rev());
    start + end.take_while(same).count()
}
