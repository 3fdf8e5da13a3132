//! Which changes keep others from a table of PostgreSQL for as long as each of its rows takes.
//! <https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES>

use crate::{Change, Column, Constraint, TableChange, Type};

/// Whether a change writes a table anew, or looks at all of it, while nobody else reads it.
pub(super) fn rewrites(change: &Change) -> bool {
    match change {
        Change::RebuildEnum { .. } => true,
        Change::Alter { change, .. } => is_rewriting(change),
        _ => false,
    }
}

/// The same of one change of a table.
pub(super) fn is_rewriting(change: &TableChange) -> bool {
    match change {
        TableChange::AddColumn(column) => is_computed(column),
        TableChange::AlterColumn { from, to } => {
            from.sql_type != to.sql_type && !is_wider(from, to)
                || from.generated != to.generated && to.generated.get().is_some()
        }
        TableChange::Add(Constraint::PrimaryKey(_)) => true,
        _ => false,
    }
}

/// Whether each row gets a value of its own, where a default is kept once for all.
fn is_computed(column: &Column) -> bool {
    column.generated.get().is_some() || column.identity.get().is_some()
}

/// Whether every value stays as it is stored.
fn is_wider(from: &Column, to: &Column) -> bool {
    let (Some(was), Some(is)) = (from.sql_type.value(), to.sql_type.value()) else {
        return false;
    };
    let is_text = |of: &Type| ["text", "character varying"].contains(&of.name());
    let alike = was.name() == is.name() || is_text(was) && is_text(is);
    let scale = |of: &Type| of.arguments().get(1).cloned();
    alike && was.dimensions() == is.dimensions() && scale(was) == scale(is) && !was.narrows(is)
}
