//! The changes of one table that is there before and afterwards.

use std::collections::BTreeSet;

use super::columns::{computed_anew, differ, is_retyped};
use super::enums::Enums;
use super::pairs::{Named, pairs};
use crate::{
    Check, Column, Constraint, Dialect, Facet, ForeignKey, Index, PrimaryKey, Table, TableChange,
    Unique,
};

/// The changes of a table, by when they are done.
#[derive(Default)]
pub(super) struct Altered {
    /// Foreign keys that go, before anything that they hold on to.
    pub(super) drop_keys: Vec<TableChange>,
    /// Constraints and indexes that go.
    pub(super) drop: Vec<TableChange>,
    /// Columns that go and hold on to an enum type that is made anew, before that is done.
    pub(super) drop_columns: Vec<TableChange>,
    /// Columns.
    pub(super) columns: Vec<TableChange>,
    /// Constraints and indexes that come, other names, options.
    pub(super) add: Vec<TableChange>,
    /// Foreign keys that come.
    pub(super) add_keys: Vec<TableChange>,
    /// The columns that no foreign key may hold on to meanwhile.
    pub(super) loose: BTreeSet<String>,
}

impl Altered {
    /// What changes of a table, apart from what its neighbours make it do.
    pub(super) fn between(before: &Table, after: &Table, enums: &Enums, dialect: Dialect) -> Self {
        let mut found = Self::default();
        let touched = touched(before, after, enums, dialect);
        found.of_columns(before, after, enums, dialect, &touched);
        let mut lists = Lists {
            before,
            after,
            dialect,
            touched: &touched,
            found: &mut found,
        };
        lists.compare::<PrimaryKey>();
        lists.compare::<Unique>();
        lists.compare::<Check>();
        lists.compare::<Index>();
        lists.compare::<ForeignKey>();
        if before.comment.differs(&after.comment) {
            let comment = |table: &Table| table.comment.get().cloned();
            found.add.push(TableChange::Comment {
                from: comment(before),
                to: comment(after),
            });
        }
        if before.strict.differs(&after.strict)
            || before.without_rowid.differs(&after.without_rowid)
        {
            found.add.push(TableChange::Options);
        }
        found
    }

    /// Whether nothing does.
    pub(super) const fn is_empty(&self) -> bool {
        self.drop_keys.is_empty()
            && self.drop.is_empty()
            && self.columns.is_empty()
            && self.add.is_empty()
            && self.add_keys.is_empty()
    }

    /// `touched` are the columns that expressions have to be read with anew.
    fn of_columns(
        &mut self,
        before: &Table,
        after: &Table,
        enums: &Enums,
        dialect: Dialect,
        touched: &BTreeSet<String>,
    ) {
        let (mut drop, mut alter, mut add) = (Vec::new(), Vec::new(), Vec::new());
        for column in before
            .columns
            .iter()
            .filter(|column| after.column(&column.name).is_none())
        {
            drop.push(column.clone());
        }
        for to in &after.columns {
            let Some(from) = before.column(&to.name) else {
                add.push(TableChange::AddColumn(to.clone()));
                continue;
            };
            let mut from = from.clone();
            if enums.rebuilds(&from) && enums.rebuilds(to) {
                // The new type comes with the new default, unless the column becomes an array only then, or is one no more.
                from.default = if from.is_array() == to.is_array() {
                    to.default.clone()
                } else {
                    Facet::Known(None)
                };
            }
            let reads_touched = to.generated.get().is_some_and(|of| {
                let reads = |name: &String| of.expression.mentions(name, dialect);
                enums.rebuilds(&from) || touched.iter().any(reads)
            });
            if !reads_touched && !differ(&from, to) {
                continue;
            }
            if dialect != Dialect::Sqlite && (reads_touched || computed_anew(&from, to)) {
                self.loose.insert(to.name.clone());
                drop.push(from);
                add.push(TableChange::AddColumn(to.clone()));
                continue;
            }
            if from.sql_type != to.sql_type || dialect == Dialect::Mysql {
                self.loose.insert(to.name.clone());
            }
            alter.push(TableChange::AlterColumn {
                from: Box::new(from),
                to: Box::new(to.clone()),
            });
        }
        // What is computed from a column goes before it.
        drop.sort_by_key(|column: &Column| column.generated.get().is_none());
        let (first, later): (Vec<_>, Vec<_>) = drop
            .into_iter()
            .partition(|column| enums.holds(column, before, dialect));
        self.drop_columns
            .extend(first.into_iter().map(TableChange::DropColumn));
        self.columns
            .extend(later.into_iter().map(TableChange::DropColumn));
        self.columns.extend(alter);
        self.columns.extend(add);
    }

    /// Makes a foreign key anew, because something that it holds on to changes.
    pub(super) fn renew(&mut self, key: &ForeignKey) {
        let drop = TableChange::Drop(Constraint::ForeignKey(key.clone()));
        if !self.drop_keys.contains(&drop) {
            self.drop_keys.push(drop);
            self.add_keys
                .push(TableChange::Add(Constraint::ForeignKey(key.clone())));
        }
    }

    /// The columns of the keys that go, which a foreign key may hold on to.
    pub(super) fn dropped_keys(&self) -> impl Iterator<Item = &Vec<String>> {
        self.drop.iter().filter_map(|change| match change {
            TableChange::Drop(Constraint::PrimaryKey(key)) => Some(&key.columns),
            TableChange::Drop(Constraint::Unique(unique)) => Some(&unique.columns),
            _ => None,
        })
    }

    /// Whether something that another table may refer to comes or changes.
    pub(super) fn makes_targets(&self) -> bool {
        let target = |change: &TableChange| {
            matches!(
                change,
                TableChange::AddColumn(_)
                    | TableChange::AlterColumn { .. }
                    | TableChange::Add(Constraint::PrimaryKey(_) | Constraint::Unique(_))
            )
        };
        self.columns.iter().chain(&self.add).any(target)
    }
}

/// The columns whose type becomes another one, or is made anew.
fn touched(before: &Table, after: &Table, enums: &Enums, dialect: Dialect) -> BTreeSet<String> {
    let retyped = |to: &&Column| {
        let from = before.column(&to.name);
        from.is_some_and(|from| enums.rebuilds(from) || is_retyped(from, to, dialect))
    };
    let columns = after.columns.iter().filter(retyped);
    columns.map(|column| column.name.clone()).collect()
}

/// The lists of constraints of a table, compared one kind after the other.
struct Lists<'a> {
    before: &'a Table,
    after: &'a Table,
    dialect: Dialect,
    touched: &'a BTreeSet<String>,
    found: &'a mut Altered,
}

impl Lists<'_> {
    fn compare<T: Named>(&mut self) {
        let pairs = pairs(T::list(self.before), T::list(self.after), self.dialect);
        let (mut gone, mut new) = (pairs.gone, pairs.new);
        for (before, after) in pairs.kept {
            let constraint = before.clone().constraint();
            // On SQLite a constraint's name is a word in the table's text, not worth making the table anew.
            let in_text =
                self.dialect == Dialect::Sqlite && !matches!(constraint, Constraint::Index(_));
            let renamed = before.name().differs(after.name()) && !in_text;
            // A new type takes keys and plain indexes along, but not the expressions that were read with the old one.
            let touched = self
                .touched
                .iter()
                .any(|name| constraint.reads(name, self.dialect))
                || self.remade(&constraint);
            match after.name().known() {
                _ if touched => {
                    gone.push(before);
                    new.push(after);
                }
                Some(to) if renamed && self.can_rename(&constraint) && !self.is_taken(to) => {
                    self.found.add.push(TableChange::Rename {
                        from: constraint,
                        to: to.clone(),
                    });
                }
                _ if renamed => {
                    gone.push(before);
                    new.push(after);
                }
                _ => {}
            }
        }
        for constraint in gone.into_iter().map(T::constraint) {
            let keys = matches!(constraint, Constraint::ForeignKey(_));
            let list = if keys {
                &mut self.found.drop_keys
            } else {
                &mut self.found.drop
            };
            list.push(TableChange::Drop(constraint));
        }
        for constraint in new.into_iter().map(T::constraint) {
            let keys = matches!(constraint, Constraint::ForeignKey(_));
            let list = if keys {
                &mut self.found.add_keys
            } else {
                &mut self.found.add
            };
            list.push(TableChange::Add(constraint));
        }
    }

    /// Whether a column of it is dropped and added again.
    fn remade(&self, constraint: &Constraint) -> bool {
        let mut changes = self.found.drop_columns.iter().chain(&self.found.columns);
        changes.any(|change| {
            matches!(change, TableChange::DropColumn(column) if constraint.mentions(&column.name, self.dialect))
        })
    }

    /// Whether something of the table has a name, as where two indexes change theirs for each other's.
    fn is_taken(&self, name: &String) -> bool {
        fn has<T: Named>(table: &Table, name: &String) -> bool {
            let mut all = T::list(table).iter();
            all.any(|one| one.name().known() == Some(name))
        }
        has::<PrimaryKey>(self.before, name)
            || has::<Unique>(self.before, name)
            || has::<Check>(self.before, name)
            || has::<Index>(self.before, name)
            || has::<ForeignKey>(self.before, name)
    }

    const fn can_rename(&self, constraint: &Constraint) -> bool {
        match self.dialect {
            Dialect::Postgres => true,
            Dialect::Mysql => matches!(constraint, Constraint::Index(_) | Constraint::Unique(_)),
            Dialect::Sqlite => false,
        }
    }
}
