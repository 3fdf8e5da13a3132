//! Renames: only what a hint says is one, never a guess.

use crate::sqlite_text::{renamed_column, renamed_table};
use crate::{Constraint, Dialect, Expression, Facet, IndexKey, Name, Schema, Table};

/// Which names are new names of something old. A hint whose old name is gone already, or whose new name is there already, says
/// nothing: so it may stay in the model after its revision was made.
///
/// ```
/// use migrate_schema::Renames;
/// let hints = Renames::default().table("people", "members").column("members", "nick", "nickname");
/// assert_eq!(hints.tables.len() + hints.columns.len(), 2);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Renames {
    /// Tables: the old name, the new name.
    pub tables: Vec<(Name, Name)>,
    /// Columns: the table by its new name, the old name, the new name.
    pub columns: Vec<(Name, String, String)>,
}

impl Renames {
    /// The same with one more table.
    #[must_use]
    pub fn table(mut self, from: impl Into<Name>, to: impl Into<Name>) -> Self {
        self.tables.push((from.into(), to.into()));
        self
    }

    /// The same with one more column.
    #[must_use]
    pub fn column(
        mut self,
        table: impl Into<Name>,
        from: impl Into<String>,
        to: impl Into<String>,
    ) -> Self {
        self.columns.push((table.into(), from.into(), to.into()));
        self
    }

    /// The hints that the models themselves give, after those that are given here.
    #[must_use]
    pub fn and_those_of(mut self, models: &Schema) -> Self {
        for table in &models.tables {
            if let Some(old) = &table.renamed_from {
                self.tables.push((old.clone(), table.name.clone()));
            }
            for column in &table.columns {
                if let Some(old) = &column.renamed_from {
                    self.columns
                        .push((table.name.clone(), old.clone(), column.name.clone()));
                }
            }
        }
        self
    }

    /// The hints that hold between two schemas.
    pub(super) fn that_hold(&self, from: &Schema, to: &Schema) -> Self {
        let mut held = Self::default();
        for (old, new) in &self.tables {
            let free = from.table(old).is_some() && from.table(new).is_none();
            let wanted = to.table(old).is_none() && to.table(new).is_some();
            if free
                && wanted
                && !held
                    .tables
                    .iter()
                    .any(|(from, to)| from == old || to == new)
            {
                held.tables.push((old.clone(), new.clone()));
            }
        }
        for (table, old, new) in &self.columns {
            let before = held
                .tables
                .iter()
                .find(|(_, to)| to == table)
                .map_or(table, |(from, _)| from);
            let (Some(before), Some(after)) = (from.table(before), to.table(table)) else {
                continue;
            };
            let free = before.column(old).is_some() && before.column(new).is_none();
            let wanted = after.column(old).is_none() && after.column(new).is_some();
            let taken =
                |(at, from, to): &(Name, String, String)| at == table && (from == old || to == new);
            if free && wanted && !held.columns.iter().any(taken) {
                held.columns.push((table.clone(), old.clone(), new.clone()));
            }
        }
        held
    }

    /// A table and a column of it by the names that they have before these.
    pub(super) fn before(&self, table: &Name, column: &str) -> (Name, String) {
        let old = |(at, _, to): &&(Name, String, String)| at == table && to == column;
        let of_column = self.columns.iter().find(old);
        let of_table = self.tables.iter().find(|(_, to)| to == table);
        (
            of_table.map_or(table, |(from, _)| from).clone(),
            of_column.map_or(column, |(_, from, _)| from).to_owned(),
        )
    }

    /// The renames that take all of these back.
    pub(super) fn reversed(&self) -> Self {
        let old_name = |name: &Name| {
            let found = self.tables.iter().find(|(_, new)| new == name);
            found.map_or_else(|| name.clone(), |(old, _)| old.clone())
        };
        let columns = self.columns.iter();
        Self {
            tables: self
                .tables
                .iter()
                .map(|(from, to)| (to.clone(), from.clone()))
                .collect(),
            columns: columns
                .map(|(table, from, to)| (old_name(table), to.clone(), from.clone()))
                .collect(),
        }
    }

    /// The schema after the renames alone, as the database itself changes it. Triggers stay as they were: which of the words in one is
    /// meant only SQLite itself knows.
    pub(super) fn applied_to(&self, schema: &Schema, dialect: Dialect) -> Schema {
        let mut schema = schema.clone();
        for (from, to) in &self.tables {
            for table in &mut schema.tables {
                if table.name == *from {
                    table.name.clone_from(to);
                }
                rename_text(table, |text| renamed_table(text, &from.name, &to.name));
                for key in items(&mut table.foreign_keys).filter(|key| key.table == *from) {
                    key.table.clone_from(to);
                }
            }
        }
        for (name, from, to) in &self.columns {
            for table in &mut schema.tables {
                let own = table.name == *name;
                if own {
                    rename_column(table, from, to, dialect);
                }
                rename_text(table, |text| {
                    renamed_column(text, &name.name, (from, to), own)
                });
                for key in items(&mut table.foreign_keys).filter(|key| key.table == *name) {
                    rename(&mut key.referenced, from, to);
                }
            }
        }
        schema
    }
}

fn items<T>(list: &mut Facet<Vec<T>>) -> impl Iterator<Item = &mut T> {
    match list {
        Facet::Unknown => [].iter_mut(),
        Facet::Suggested(items) | Facet::Known(items) => items.iter_mut(),
    }
}

fn rename(names: &mut [String], from: &str, to: &str) {
    for name in names.iter_mut().filter(|name| *name == from) {
        to.clone_into(name);
    }
}

fn rename_text(table: &mut Table, renamed: impl FnOnce(&str) -> String) {
    table.text = table.text.take().map(|text| renamed(&text));
}

fn rename_column(table: &mut Table, from: &str, to: &str, dialect: Dialect) {
    let renamed = |expression: &mut Expression| *expression = expression.renamed(from, to, dialect);
    for column in &mut table.columns {
        if column.name == from {
            to.clone_into(&mut column.name);
        }
        if let Facet::Known(Some(generated)) = &mut column.generated {
            renamed(&mut generated.expression);
        }
    }
    if let Facet::Known(Some(key)) = &mut table.primary_key {
        rename(&mut key.columns, from, to);
    }
    items(&mut table.foreign_keys).for_each(|key| rename(&mut key.columns, from, to));
    items(&mut table.uniques).for_each(|unique| rename(&mut unique.columns, from, to));
    for check in items(&mut table.checks) {
        renamed(&mut check.expression);
        rename(check.column.as_mut_slice(), from, to);
    }
    for index in items(&mut table.indexes) {
        rename(&mut index.include, from, to);
        index.predicate.iter_mut().for_each(renamed);
        for part in &mut index.parts {
            match &mut part.key {
                IndexKey::Column(name) if name == from => to.clone_into(name),
                IndexKey::Column(_) => {}
                IndexKey::Expression(expression) => renamed(expression),
            }
        }
    }
}

impl Constraint {
    /// Whether a column stands in one of its expressions.
    pub(super) fn reads(&self, column: &str, dialect: Dialect) -> bool {
        match self {
            Self::PrimaryKey(_) | Self::ForeignKey(_) | Self::Unique(_) => false,
            Self::Check(check) => check.expression.mentions(column, dialect),
            Self::Index(index) => {
                let parts = index.parts.iter().filter_map(|part| match &part.key {
                    IndexKey::Column(_) => None,
                    IndexKey::Expression(expression) => Some(expression),
                });
                parts
                    .chain(&index.predicate)
                    .any(|of| of.mentions(column, dialect))
            }
        }
    }

    /// Whether it needs a column: none can stay when that goes.
    pub(crate) fn mentions(&self, column: &str, dialect: Dialect) -> bool {
        let named = |names: &[String]| names.iter().any(|name| name == column);
        match self {
            Self::PrimaryKey(key) => named(&key.columns),
            Self::ForeignKey(key) => named(&key.columns),
            Self::Unique(unique) => named(&unique.columns),
            Self::Check(check) => check.expression.mentions(column, dialect),
            Self::Index(index) => {
                let by_column = index.columns().any(|name| name == column);
                by_column || named(&index.include) || self.reads(column, dialect)
            }
        }
    }
}
