//! PostgreSQL's enum types: made, extended, made anew.

use crate::{Column, Dialect, Difference, EnumType, Name, Table, Type};

const DIALECT: Dialect = Dialect::Postgres;

pub(super) fn create(of: &EnumType) -> String {
    let values: Vec<_> = of
        .values
        .iter()
        .map(|value| DIALECT.literal(value))
        .collect();
    format!(
        "CREATE TYPE {} AS ENUM ({})",
        of.name.quoted(DIALECT),
        values.join(", ")
    )
}

/// A statement a value that is new, each after the value before it.
pub(super) fn extend(from: &EnumType, to: &EnumType) -> Vec<String> {
    let name = to.name.quoted(DIALECT);
    let place = |at: usize| match at.checked_sub(1).and_then(|before| to.values.get(before)) {
        Some(before) => format!("AFTER {}", DIALECT.literal(before)),
        None => from
            .values
            .first()
            .map(|first| format!("BEFORE {}", DIALECT.literal(first)))
            .unwrap_or_default(),
    };
    let new = to
        .values
        .iter()
        .enumerate()
        .filter(|(_, value)| !from.values.contains(value));
    new.map(|(at, value)| {
        format!(
            "ALTER TYPE {name} ADD VALUE {} {}",
            DIALECT.literal(value),
            place(at)
        )
        .trim_end()
        .into()
    })
    .collect()
}

/// The old type steps aside, the new one comes, the columns are converted, the old one goes.
pub(super) fn rebuild(to: &EnumType, difference: &Difference) -> Vec<String> {
    let aside = to.name.sibling(format!("{}_old", to.name.name));
    let mut sql = vec![
        format!(
            "ALTER TYPE {} RENAME TO {}",
            to.name.quoted(DIALECT),
            DIALECT.quote(&aside.name)
        ),
        create(to),
    ];
    for table in &difference.renamed().tables {
        let stays = difference.after().table(&table.name);
        sql.extend(stays.and_then(|after| convert(table, after, to)));
    }
    sql.push(format!("DROP TYPE {}", aside.quoted(DIALECT)));
    sql
}

fn convert(table: &Table, after: &Table, to: &EnumType) -> Option<String> {
    let mut actions = Vec::new();
    for column in table
        .columns
        .iter()
        .filter(|column| is_of(column, &to.name))
    {
        // What goes, or is computed, was dropped before.
        let later = after.column(&column.name);
        let Some(later) = later.filter(|_| column.generated.get().is_none()) else {
            continue;
        };
        let name = DIALECT.quote(&column.name);
        let brackets = if column.is_array() { "[]" } else { "" };
        let of = to.name.quoted(DIALECT);
        let stays = is_of(later, &to.name);
        if column.default.get().is_some() {
            actions.push(format!("ALTER COLUMN {name} DROP DEFAULT"));
        }
        // What becomes something else need not be a value of the new type.
        actions.push(if stays {
            format!("ALTER COLUMN {name} TYPE {of}{brackets} USING {name}::text{brackets}::{of}{brackets}")
        } else {
            format!("ALTER COLUMN {name} TYPE text{brackets} USING {name}::text{brackets}")
        });
        let fits = stays && column.is_array() == later.is_array();
        if let Some(default) = later.default.get().filter(|_| fits) {
            actions.push(format!("ALTER COLUMN {name} SET DEFAULT {default}"));
        }
    }
    (!actions.is_empty()).then(|| {
        format!(
            "ALTER TABLE {} {}",
            table.name.quoted(DIALECT),
            actions.join(", ")
        )
    })
}

fn is_of(column: &Column, name: &Name) -> bool {
    column.sql_type.value().and_then(Type::user_name) == Some(name)
}
