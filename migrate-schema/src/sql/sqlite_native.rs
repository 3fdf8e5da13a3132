//! What SQLite's ALTER TABLE does in place. <https://www.sqlite.org/lang_altertable.html>

use super::clauses;
use super::sqlite::{DIALECT, create_index, definition};
use crate::sqlite_text::{ColumnText, Says, Statement};
use crate::{Change, Column, Constraint, Difference, Expression, Name, Table, TableChange};

/// Whether SQLite makes a change of a table in place.
pub(super) fn is_native<'a>(
    change: &TableChange,
    before: &'a Table,
    difference: &'a Difference,
) -> bool {
    match change {
        TableChange::RenameColumn { .. }
        | TableChange::Add(Constraint::Index(_))
        | TableChange::Drop(Constraint::Index(_)) => true,
        TableChange::AddColumn(column) => can_be_added(column),
        TableChange::Add(constraint) => carrier(constraint, &before.name, difference).is_some(),
        TableChange::DropColumn(column) => can_be_dropped(column, before, difference),
        TableChange::Drop(constraint) => goes_with_its_column(constraint, before, difference),
        _ => false,
    }
}

/// Its statement; nothing for what goes or comes with a column.
pub(super) fn native(
    table: &Name,
    change: &TableChange,
    difference: &Difference,
) -> Option<String> {
    let alter = |clause: String| format!("ALTER TABLE {} {clause}", table.quoted(DIALECT));
    Some(match change {
        TableChange::RenameColumn { from, to } => alter(format!(
            "RENAME COLUMN {} TO {}",
            DIALECT.quote(from),
            DIALECT.quote(to)
        )),
        TableChange::AddColumn(column) => {
            let mut line = format!("ADD COLUMN {}", definition(column, None));
            for (_, change) in carried(change, table, difference) {
                if let TableChange::Add(constraint) = change {
                    line.push_str(&inline(constraint)?);
                }
            }
            alter(line)
        }
        TableChange::DropColumn(column) => {
            alter(format!("DROP COLUMN {}", DIALECT.quote(&column.name)))
        }
        TableChange::Add(Constraint::Index(index)) => create_index(table, index),
        TableChange::Drop(Constraint::Index(index)) => {
            let name = table.sibling(index.name.value().cloned().unwrap_or_default());
            format!("DROP INDEX {}", name.quoted(DIALECT))
        }
        _ => return None,
    })
}

/// The other changes that a column's own statement makes: constraints on its line.
pub(super) fn carried<'a>(
    by: &'a TableChange,
    table: &'a Name,
    difference: &'a Difference,
) -> impl Iterator<Item = (&'a Change, &'a TableChange)> {
    let before = difference.renamed().table(table);
    changes_of(table, difference).filter(move |(_, change)| match (by, change) {
        (TableChange::AddColumn(column), TableChange::Add(constraint)) => {
            let by = carrier(constraint, table, difference);
            by.is_some_and(|by| by.name == column.name)
        }
        (TableChange::DropColumn(column), TableChange::Drop(constraint)) => {
            before.is_some_and(|before| is_on_line(constraint, &column.name, before))
        }
        _ => false,
    })
}

/// The new column whose line can say a new constraint: the last one that it speaks of.
fn carrier<'a>(
    constraint: &Constraint,
    table: &'a Name,
    difference: &'a Difference,
) -> Option<&'a Column> {
    let new = changes_of(table, difference).filter_map(|(_, change)| match change {
        TableChange::AddColumn(column) => Some(column),
        _ => None,
    });
    let column = new
        .filter(|column| constraint.mentions(&column.name, DIALECT))
        .last()?;
    let fits = match constraint {
        // With foreign keys on, the rows that are there have to get NULL.
        Constraint::ForeignKey(key) => {
            key.columns.len() == 1 && column.takes_null() && column.default.get().is_none()
        }
        Constraint::Check(_) => true,
        _ => false,
    };
    fits.then_some(column)
}

fn inline(constraint: &Constraint) -> Option<String> {
    let Constraint::ForeignKey(key) = constraint else {
        return Some(format!(" {}", clauses::constraint(constraint, DIALECT)?));
    };
    let name = key
        .name
        .value()
        .map(|name| format!(" CONSTRAINT {}", DIALECT.quote(name)));
    Some(format!(
        "{} {}",
        name.unwrap_or_default(),
        clauses::references(key, DIALECT)
    ))
}

fn changes_of<'a>(
    table: &'a Name,
    difference: &'a Difference,
) -> impl Iterator<Item = (&'a Change, &'a TableChange)> {
    difference
        .changes()
        .iter()
        .filter_map(move |whole| match whole {
            Change::Alter { table: of, change } if of == table => Some((whole, change.as_ref())),
            _ => None,
        })
}

fn can_be_added(column: &Column) -> bool {
    let default = column.default.get();
    let constant = default.is_none_or(|default| clauses::is_constant(default, DIALECT));
    let filled = column.takes_null() || default.is_some();
    let stored = column
        .generated
        .get()
        .is_some_and(|generated| generated.stored);
    constant && filled && !stored && column.identity.get().is_none()
}

/// SQLite takes a column out that nothing but its own line speaks of. Triggers and views that do make it refuse by name.
fn can_be_dropped(column: &Column, before: &Table, difference: &Difference) -> bool {
    let keyed = before
        .primary_key
        .get()
        .into_iter()
        .cloned()
        .map(Constraint::PrimaryKey);
    let uniques = before.uniques.all().iter().cloned().map(Constraint::Unique);
    let checks = before.checks.all().iter().cloned().map(Constraint::Check);
    let keys = before
        .foreign_keys
        .all()
        .iter()
        .cloned()
        .map(Constraint::ForeignKey);
    let mut all = keyed.chain(uniques).chain(checks).chain(keys);
    let held =
        all.any(|of| of.mentions(&column.name, DIALECT) && !is_on_line(&of, &column.name, before));
    let reads = |expression: &Expression| expression.mentions(&column.name, DIALECT);
    let computed = difference.after().table(&before.name).is_none_or(|after| {
        let mut columns = after.columns.iter();
        columns.any(|other| {
            other
                .generated
                .get()
                .is_some_and(|of| reads(&of.expression))
        })
    });
    !held && !computed
}

/// Whether a constraint goes because the column goes on whose line it stands.
fn goes_with_its_column(constraint: &Constraint, before: &Table, difference: &Difference) -> bool {
    changes_of(&before.name, difference).any(|(_, change)| match change {
        TableChange::DropColumn(column) => is_on_line(constraint, &column.name, before),
        _ => false,
    })
}

/// Whether the author wrote a check or foreign key on a column's own line.
fn is_on_line(constraint: &Constraint, column: &str, table: &Table) -> bool {
    let statement = table.text.as_deref().map(Statement::read);
    let Some(Ok(statement)) = statement else {
        return false;
    };
    let mut lines = statement.columns.iter();
    lines
        .find(|line| line.name == column)
        .is_some_and(|line| says(line, constraint))
}

fn says(line: &ColumnText, constraint: &Constraint) -> bool {
    line.clauses
        .iter()
        .any(|clause| match (&clause.says, constraint) {
            (Says::Check(expression), Constraint::Check(check)) => {
                expression.same(&check.expression, DIALECT)
            }
            (Says::References(written), Constraint::ForeignKey(key)) => {
                key.columns == [line.name.as_str()]
                    && written.table.name.eq_ignore_ascii_case(&key.table.name)
            }
            _ => false,
        })
}
