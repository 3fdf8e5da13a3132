//! The difference of two schemas: the changes that take one to the other, in an order that works.

mod agreed;
mod change;
mod columns;
mod complete;
mod enums;
mod free_names;
mod likely;
mod normal;
mod order;
mod pairs;
mod printed;
mod renames;
mod spelling;
mod sqlite_default;
mod strays;
mod tables;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap, HashSet};

pub use change::{Change, Constraint, TableChange};
pub(crate) use pairs::{Named, pairs};
pub use renames::Renames;

use crate::{Deferrable, Dialect, Facet, ForeignKey, Name, Schema, Table, Unique};
use enums::Enums;
use normal::normal;
use order::parents_first;
use tables::Altered;

/// What takes a database from one schema to another.
///
/// ```
/// use migrate_schema::{Column, Dialect, Difference, Renames, Schema, Table, Type};
/// let text = Type::parse(Dialect::Sqlite, "TEXT")?;
/// let before = Schema::default().with(Table::new("members").with(Column::new("name", text.clone())));
/// let mut after = before.clone();
/// after.tables[0].columns.push(Column::new("phone", text).nullable());
/// let difference = Difference::between(&before, &after, Dialect::Sqlite, &Renames::default());
/// assert_eq!(difference.changes()[0].to_string(), "add column members.phone");
/// assert_eq!(difference.inverse().changes()[0].to_string(), "drop column members.phone");
/// # Ok::<(), migrate_schema::TypeError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Difference {
    dialect: Dialect,
    before: Schema,
    /// What is there after the renames.
    renamed: Schema,
    after: Schema,
    renames: Renames,
    changes: Vec<Change>,
    /// Whether it is the way back of another one: what SQLite's triggers say is then said under the names that the renames give.
    is_back: bool,
}

impl Difference {
    /// The difference. What one side does not know does not differ; what is wanted and says nothing stays as it is.
    #[must_use]
    pub fn between(before: &Schema, wanted: &Schema, dialect: Dialect, hints: &Renames) -> Self {
        let renames = hints.that_hold(before, wanted);
        let mut renamed = renames.applied_to(before, dialect);
        renamed.tables = renamed
            .tables
            .into_iter()
            .map(|table| normal(table, dialect))
            .collect();
        let after = match dialect {
            Dialect::Sqlite | Dialect::Mysql => {
                let wanted = spelling::as_there(wanted.clone(), &renamed, dialect);
                complete::completed(&wanted, &renamed, dialect)
            }
            Dialect::Postgres => complete::completed(wanted, &renamed, dialect),
        };
        let changes = changes(&renamed, &after, &renames, dialect);
        Self {
            dialect,
            before: before.clone(),
            renamed,
            after,
            renames,
            changes,
            is_back: false,
        }
    }

    /// The changes, in the order in which they are to be made.
    #[must_use]
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// Whether nothing differs.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// The way back.
    #[must_use]
    pub fn inverse(&self) -> Self {
        let back = self.renames.reversed();
        Self {
            is_back: !self.is_back,
            ..Self::between(&self.after, &self.before, self.dialect, &back)
        }
    }

    /// The same changes without the renames, under the names that are there and that the triggers know; those of new tables are left
    /// out. `None` where the renames come first as well: there are none, or the triggers know the names that they give.
    pub(crate) fn under_old_names(&self) -> Option<Self> {
        let renames = self.renames.tables.len() + self.renames.columns.len();
        (renames > 0 && !self.is_back).then(|| {
            let mut after = self
                .renames
                .reversed()
                .applied_to(&self.after, self.dialect);
            let tables = after.tables.iter_mut();
            tables.for_each(|table| table.triggers.clear());
            Self::between(&self.before, &after, self.dialect, &Renames::default())
        })
    }

    /// The name that a table has before.
    pub(crate) fn old_name<'a>(&'a self, table: &'a Name) -> &'a Name {
        let mut renamed = self.renames.tables.iter();
        let renamed = renamed.find(|(_, to)| to == table);
        renamed.map_or(table, |(from, _)| from)
    }

    /// The same way in two parts: to a schema that lies between, and on from there.
    pub(crate) fn by_way_of(&self, between: &Schema) -> (Self, Self) {
        let first = Self::between(&self.before, between, self.dialect, &self.renames);
        let rest = Self::between(&first.after, &self.after, self.dialect, &self.renames);
        (first, rest)
    }

    /// The schema that is there before.
    pub(crate) const fn before(&self) -> &Schema {
        &self.before
    }

    /// Whose SQL it is.
    #[must_use]
    pub const fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// The renames among the hints that hold.
    #[must_use]
    pub const fn renames(&self) -> &Renames {
        &self.renames
    }

    /// The schema that is there once the renames are done, and nothing else.
    #[must_use]
    pub const fn renamed(&self) -> &Schema {
        &self.renamed
    }

    /// The schema that is there afterwards, complete.
    #[must_use]
    pub const fn after(&self) -> &Schema {
        &self.after
    }

    /// The columns that come to a table that is there, take no NULL, and that nothing fills: a row that is there stops the change.
    pub fn unfilled(&self) -> impl Iterator<Item = (&Name, &str)> {
        self.changes.iter().filter_map(|change| {
            let Change::Alter { table, change } = change else {
                return None;
            };
            match change.as_ref() {
                TableChange::AddColumn(column)
                    if !column.takes_null() && !column.fills_itself() =>
                {
                    Some((table, column.name.as_str()))
                }
                _ => None,
            }
        })
    }

    /// The columns that took NULL and take none any more: a row with NULL there stops the change.
    pub fn tightened(&self) -> impl Iterator<Item = Tightened<'_>> {
        self.changes.iter().filter_map(|change| {
            let Change::Alter { table, change } = change else {
                return None;
            };
            match change.as_ref() {
                TableChange::AlterColumn { from, to } if from.takes_null() && !to.takes_null() => {
                    Some(Tightened {
                        table,
                        column: &to.name,
                        before: self.renames.before(table, &to.name),
                    })
                }
                _ => None,
            }
        })
    }
}

/// A column that takes no NULL any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tightened<'a> {
    /// Its table, by its name afterwards.
    pub table: &'a Name,
    /// Its name afterwards.
    pub column: &'a str,
    /// The table and the column by the names that they have before.
    pub before: (Name, String),
}

/// The changes between two schemas whose names agree.
fn changes(before: &Schema, after: &Schema, renames: &Renames, dialect: Dialect) -> Vec<Change> {
    let was: HashMap<&Name, &Table> = before
        .tables
        .iter()
        .map(|table| (&table.name, table))
        .collect();
    let is: HashMap<&Name, &Table> = after
        .tables
        .iter()
        .map(|table| (&table.name, table))
        .collect();
    let enums = Enums::between(before, after);
    let mut altered: BTreeMap<&Name, Altered> = after
        .tables
        .iter()
        .filter_map(|table| {
            Some((
                &table.name,
                Altered::between(was.get(&table.name)?, table, &enums, dialect),
            ))
        })
        .collect();
    if dialect != Dialect::Sqlite {
        renew_keys(&mut altered, &is, &was);
    }

    let mut all = renamed(renames);
    let gone = || {
        before
            .tables
            .iter()
            .filter(|table| !is.contains_key(&table.name))
    };
    all.extend(keys_in_circles(gone(), dialect));
    each(&mut all, &mut altered, |table| &mut table.drop_keys);
    let dropped = parents_first(gone()).into_iter().rev();
    all.extend(dropped.cloned().map(Box::new).map(Change::DropTable));
    each(&mut all, &mut altered, |table| &mut table.drop);
    each(&mut all, &mut altered, |table| &mut table.drop_columns);
    all.extend(enums.first);
    let new = after
        .tables
        .iter()
        .filter(|table| !was.contains_key(&table.name));
    let later = created(&mut all, new, &altered, dialect);
    each(&mut all, &mut altered, |table| &mut table.columns);
    each(&mut all, &mut altered, |table| &mut table.add);
    each(&mut all, &mut altered, |table| &mut table.add_keys);
    all.extend(later);
    all.extend(enums.last);
    all
}

fn renamed(renames: &Renames) -> Vec<Change> {
    let tables = renames.tables.iter().cloned();
    let columns = renames.columns.iter().cloned();
    tables
        .map(|(from, to)| Change::RenameTable { from, to })
        .chain(columns.map(|(table, from, to)| TableChange::RenameColumn { from, to }.of(&table)))
        .collect()
}

fn each(
    all: &mut Vec<Change>,
    altered: &mut BTreeMap<&Name, Altered>,
    which: fn(&mut Altered) -> &mut Vec<TableChange>,
) {
    for (name, table) in altered {
        all.extend(which(table).drain(..).map(|change| change.of(name)));
    }
}

/// A foreign key that stays is in the way of what it holds on to: a column's new type, a key that goes. It goes first, and comes back.
fn renew_keys(
    altered: &mut BTreeMap<&Name, Altered>,
    is: &HashMap<&Name, &Table>,
    was: &HashMap<&Name, &Table>,
) {
    let mut renewed: Vec<(&Name, &ForeignKey)> = Vec::new();
    for (name, table) in &*altered {
        let (Some(after), Some(before)) = (is.get(name), was.get(name)) else {
            continue;
        };
        for key in after
            .foreign_keys
            .all()
            .iter()
            .filter(|key| before.foreign_keys.all().contains(key))
        {
            let own = key
                .columns
                .iter()
                .any(|column| table.loose.contains(column));
            let others = altered.get(&key.table).is_some_and(|other| {
                key.referenced
                    .iter()
                    .any(|column| other.loose.contains(column))
                    || other
                        .dropped_keys()
                        .any(|columns| *columns == key.referenced)
            });
            if own || others {
                renewed.push((*name, key));
            }
        }
    }
    for (name, key) in renewed {
        if let Some(table) = altered.get_mut(name) {
            table.renew(key);
        }
    }
}

/// The foreign keys among tables that all go, where they go in a circle.
fn keys_in_circles<'a>(gone: impl Iterator<Item = &'a Table>, dialect: Dialect) -> Vec<Change> {
    let order = parents_first(gone);
    let place: HashMap<&Name, usize> = order
        .iter()
        .enumerate()
        .map(|(at, table)| (&table.name, at))
        .collect();
    let mut found = Vec::new();
    for (at, table) in order
        .iter()
        .enumerate()
        .filter(|_| dialect != Dialect::Sqlite)
    {
        let backwards = |key: &&ForeignKey| place.get(&key.table).is_some_and(|&other| other > at);
        for key in table.foreign_keys.all().iter().filter(backwards) {
            found.push(TableChange::Drop(Constraint::ForeignKey(key.clone())).of(&table.name));
        }
    }
    found
}

/// New tables, parents first. What comes back are the foreign keys whose target is not there in time.
fn created<'a>(
    all: &mut Vec<Change>,
    new: impl Iterator<Item = &'a Table>,
    altered: &BTreeMap<&Name, Altered>,
    dialect: Dialect,
) -> Vec<Change> {
    let mut later = Vec::new();
    let order = parents_first(new);
    let coming: HashSet<&Name> = order.iter().map(|table| &table.name).collect();
    let mut there: HashSet<&Name> = HashSet::new();
    for table in order {
        there.insert(&table.name);
        let waits = |key: &ForeignKey| {
            let not_yet = coming.contains(&key.table) && !there.contains(&key.table);
            let changes = altered.get(&key.table).is_some_and(Altered::makes_targets);
            dialect != Dialect::Sqlite && (not_yet || changes)
        };
        let (wait, now): (Vec<_>, Vec<_>) =
            table.foreign_keys.all().iter().cloned().partition(waits);
        let mut made = table.clone();
        made.foreign_keys = Facet::Known(now);
        made.indexes = Facet::Known(Vec::new());
        let again = match dialect {
            Dialect::Postgres => said_again(&mut made),
            Dialect::Sqlite | Dialect::Mysql => Vec::new(),
        };
        all.push(Change::CreateTable(Box::new(made)));
        let again = again.into_iter().map(Constraint::Unique);
        all.extend(again.map(|unique| TableChange::Add(unique).of(&table.name)));
        let indexes = table.indexes.all().iter().cloned().map(Constraint::Index);
        all.extend(indexes.map(|index| TableChange::Add(index).of(&table.name)));
        let keys = wait.into_iter().map(Constraint::ForeignKey);
        later.extend(keys.map(|key| TableChange::Add(key).of(&table.name)));
    }
    later
}

/// The unique constraints that are like the primary key or like another one: PostgreSQL makes one of both where a single statement
/// says them, and keeps both where the second comes later.
fn said_again(table: &mut Table) -> Vec<Unique> {
    let key = table.primary_key.get().map(|key| &key.columns);
    let mut again = Vec::new();
    let mut made: Vec<Unique> = Vec::new();
    for unique in table.uniques.all() {
        let plain = !unique.nulls_not_distinct && unique.deferrable == Deferrable::No;
        let like_key = plain && key == Some(&unique.columns);
        let like = |other: &Unique| {
            Unique {
                name: other.name.clone(),
                ..unique.clone()
            } == *other
        };
        if like_key || made.iter().any(like) {
            again.push(unique.clone());
        } else {
            made.push(unique.clone());
        }
    }
    if !again.is_empty() {
        table.uniques = Facet::Known(made);
    }
    again
}
