//! Enum types: which come, grow, are made anew, or go.

use crate::{Change, Column, Dialect, EnumType, Name, Schema, Table};

/// The changes of the enum types of two completed schemas.
#[derive(Default)]
pub(super) struct Enums {
    /// Before any table changes.
    pub(super) first: Vec<Change>,
    /// After every table changed.
    pub(super) last: Vec<Change>,
    rebuilt: Vec<Name>,
}

impl Enums {
    pub(super) fn between(before: &Schema, after: &Schema) -> Self {
        let mut found = Self::default();
        let mut wanted: Vec<_> = after.enums.all().iter().collect();
        wanted.sort_by_key(|of| &of.name);
        for to in wanted {
            let change = match before.enum_type(&to.name) {
                None => Change::CreateEnum(to.clone()),
                Some(from) if from.values == to.values => continue,
                Some(from) if grows(from, to) && !uses_new_value(from, to, before, after) => {
                    Change::ExtendEnum {
                        from: from.clone(),
                        to: to.clone(),
                    }
                }
                Some(from) => {
                    found.rebuilt.push(to.name.clone());
                    Change::RebuildEnum {
                        from: from.clone(),
                        to: to.clone(),
                    }
                }
            };
            found.first.push(change);
        }
        let mut gone: Vec<_> = before.enums.all().iter().collect();
        gone.retain(|of| after.enum_type(&of.name).is_none());
        gone.sort_by_key(|of| &of.name);
        found.last = gone.into_iter().cloned().map(Change::DropEnum).collect();
        found
    }

    /// Whether a column's type is made anew under it.
    pub(super) fn rebuilds(&self, column: &Column) -> bool {
        column
            .sql_type
            .value()
            .and_then(crate::Type::user_name)
            .is_some_and(|name| self.rebuilt.contains(name))
    }

    /// Whether a column holds on to a type that is made anew: by its own type, or because it is computed from such a column.
    pub(super) fn holds(&self, column: &Column, table: &Table, dialect: Dialect) -> bool {
        let reads = |other: &Column| {
            let computed = column.generated.get();
            computed.is_some_and(|of| of.expression.mentions(&other.name, dialect))
        };
        let mut rebuilt = table.columns.iter().filter(|other| self.rebuilds(other));
        self.rebuilds(column) || rebuilt.any(reads)
    }
}

/// Whether every value stays, in the same order.
fn grows(from: &EnumType, to: &EnumType) -> bool {
    let mut rest = to.values.iter();
    from.values
        .iter()
        .all(|value| rest.any(|other| other == value))
}

/// How a value stands in an expression: as a text of its own, or in one that is an array.
fn written(value: &str) -> Vec<String> {
    let escaped = value.replace('\\', "\\\\").replace('"', "\\\"");
    let mut all = vec![Dialect::Postgres.literal(value)];
    for item in [value.to_owned(), format!("\"{escaped}\"")] {
        for (before, after) in [('{', '}'), ('{', ','), (',', ','), (',', '}')] {
            all.push(format!("{before}{item}{after}").replace('\'', "''"));
        }
    }
    all
}

/// PostgreSQL lets nobody use a value in the transaction that adds it; a type made anew may be used at once.
fn uses_new_value(from: &EnumType, to: &EnumType, before: &Schema, after: &Schema) -> bool {
    let is_new = |value: &&String| !from.values.contains(value);
    let new: Vec<_> = to
        .values
        .iter()
        .filter(is_new)
        .flat_map(|value| written(value))
        .collect();
    let uses = |text: &str| new.iter().any(|value| text.contains(value.as_str()));
    after.tables.iter().any(|table| {
        let typed = |column: &Column| {
            column.sql_type.value().and_then(crate::Type::user_name) == Some(&to.name)
        };
        let by_default = table.columns.iter().any(|column| {
            typed(column)
                && column
                    .default
                    .get()
                    .is_some_and(|default| uses(default.as_str()))
        });
        let holds_it = table.columns.iter().any(typed);
        // What is in a column that becomes one of this type may be a new value.
        let becomes = table
            .columns
            .iter()
            .filter(|column| typed(column))
            .any(|column| {
                let was = before
                    .table(&table.name)
                    .and_then(|was| was.column(&column.name));
                was.is_some_and(|was| !typed(was))
            });
        let by_check = table
            .checks
            .all()
            .iter()
            .any(|check| uses(check.expression.as_str()));
        let by_index = table
            .indexes
            .all()
            .iter()
            .filter_map(|index| index.predicate.as_ref())
            .any(|of| uses(of.as_str()));
        by_default || becomes || holds_it && (by_check || by_index)
    })
}
