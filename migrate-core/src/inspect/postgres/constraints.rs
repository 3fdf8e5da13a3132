//! Primary and foreign keys, uniques and checks.

use migrate_schema::{
    Action, Check, Constraint, Deferrable, Facet, ForeignKey, PrimaryKey, Table, Unique,
};

use super::{InspectError, Reader, catalogue, expression};
use crate::backend::Row;

impl Reader<'_> {
    pub(super) fn constraints(&mut self) -> Result<(), InspectError> {
        let rows = self.rows("the constraints", catalogue::CONSTRAINTS)?;
        for rows in rows.chunk_by(|one, other| one.text(1) == other.text(1)) {
            let Some(first) = rows.first() else { continue };
            let Some(constraint) = self.constraint(first, rows) else {
                continue;
            };
            if let Some(table) = self.table(first) {
                add(table, constraint);
            }
        }
        Ok(())
    }

    /// The rows of one constraint, a column each.
    fn constraint(&self, first: &Row, rows: &[Row]) -> Option<Constraint> {
        let name = Facet::Known(first.text_or_empty(3).to_owned());
        let texts = |at: usize| -> Vec<String> {
            let column = |row: &Row| row.text(at).map(str::to_owned);
            rows.iter().filter_map(column).collect()
        };
        let columns = texts(4);
        let deferrable = match (first.text_or_empty(10), first.text_or_empty(11)) {
            ("true", "true") => Deferrable::Deferred,
            ("true", _) => Deferrable::Immediate,
            _ => Deferrable::No,
        };
        Some(match first.text_or_empty(2) {
            "p" => Constraint::PrimaryKey(PrimaryKey { name, columns }),
            "u" => Constraint::Unique(Unique {
                name,
                columns,
                nulls_not_distinct: first.text_or_empty(13) == "true",
                deferrable,
            }),
            "f" => Constraint::ForeignKey(ForeignKey {
                name,
                columns,
                table: self.name(first.text_or_empty(5), first.text_or_empty(6)),
                referenced: texts(7),
                on_delete: action(first.text_or_empty(8)),
                on_update: action(first.text_or_empty(9)),
                deferrable,
            }),
            "c" => Constraint::Check(Check {
                name,
                ..Check::that(expression(first.text(12)?))
            }),
            _ => return None,
        })
    }
}

fn action(letter: &str) -> Action {
    match letter {
        "r" => Action::Restrict,
        "c" => Action::Cascade,
        "n" => Action::SetNull,
        "d" => Action::SetDefault,
        _ => Action::NoAction,
    }
}

fn add(table: &mut Table, constraint: Constraint) {
    fn push<T>(list: &mut Facet<Vec<T>>, item: T) {
        if let Facet::Known(list) = list {
            list.push(item);
        }
    }
    match constraint {
        Constraint::PrimaryKey(key) => table.primary_key = Facet::Known(Some(key)),
        Constraint::ForeignKey(key) => push(&mut table.foreign_keys, key),
        Constraint::Unique(unique) => push(&mut table.uniques, unique),
        Constraint::Check(check) => push(&mut table.checks, check),
        Constraint::Index(index) => push(&mut table.indexes, index),
    }
}
