//! A row for each table of a schema, and what of the rows a change must leave as it is.

use std::collections::BTreeMap;

use migrate_schema::{
    Change, Column, Dialect, Difference, ForeignKey, Name, Schema, Table, TableChange, Type,
};

use crate::database::Database;

/// What is in the columns that a change keeps, as text, a table each.
pub type Kept = BTreeMap<String, Vec<Vec<String>>>;

/// A statement that puts a row into each table, parents first: an 11 in each column, or what of its type comes nearest to it, so
/// that foreign keys agree. A column whose type `other` has as an enum gets a value that the enum has too.
#[must_use]
pub fn insert(schema: &Schema, other: &Schema, dialect: Dialect) -> String {
    let everything = Difference::between(
        &Schema::default(),
        schema,
        dialect,
        &migrate_schema::Renames::default(),
    );
    let tables = everything
        .changes()
        .iter()
        .filter_map(|change| match change {
            Change::CreateTable(table) => Some(table),
            _ => None,
        });
    tables
        .map(|made| row(made, schema, other, dialect))
        .collect()
}

/// `made` is the table with those of its foreign keys that need not wait for another one.
fn row(made: &Table, schema: &Schema, other: &Schema, dialect: Dialect) -> String {
    let table = schema.table(&made.name).unwrap_or(made);
    let later = other.table(&table.name).unwrap_or(table);
    let refers_to_none = |column: &Column| {
        let keys = table.foreign_keys.all().iter();
        let mut keys = keys.chain(later.foreign_keys.all());
        keys.any(|key| {
            // What is made anew on either way has no rows.
            let stays = schema.table(&key.table).is_some() && other.table(&key.table).is_some();
            let there = stays && !waits(key, made, table);
            key.columns.contains(&column.name) && !there
        })
    };
    let filled = table.columns.iter().filter(|column| {
        column.generated.get().is_none() && !(column.takes_null() && refers_to_none(column))
    });
    let (names, values): (Vec<_>, Vec<_>) = filled
        .map(|column| {
            let later = later.column(&column.name).unwrap_or(column);
            (&column.name, value(column, later, schema, other, dialect))
        })
        .unzip();
    let name = table.name.quoted(dialect);
    if names.is_empty() {
        return format!("INSERT INTO {name} DEFAULT VALUES;\n");
    }
    let (names, values) = (dialect.quote_all(names), values.join(", "));
    // An identity that is always the server's own takes a value all the same.
    let overriding = match dialect {
        Dialect::Postgres => " OVERRIDING SYSTEM VALUE",
        Dialect::Sqlite | Dialect::Mysql => "",
    };
    format!("INSERT INTO {name} ({names}){overriding} VALUES ({values});\n")
}

/// Whether a key is one of the table that is only made when another table is there.
fn waits(key: &ForeignKey, made: &Table, table: &Table) -> bool {
    table.foreign_keys.all().contains(key) && !made.foreign_keys.all().contains(key)
}

fn value(
    column: &Column,
    later: &Column,
    schema: &Schema,
    other: &Schema,
    dialect: Dialect,
) -> String {
    let of = |column: &Column| column.sql_type.value().cloned();
    let of_enum = |column: &Column| {
        let of = of(column)?;
        [schema, other]
            .iter()
            .find_map(|schema| schema.enum_type(of.user_name()?))
    };
    let text = match (of_enum(column), of_enum(later)) {
        (Some(one), Some(two)) => one.values.iter().find(|value| two.values.contains(value)),
        (one, two) => one.or(two).and_then(|of| of.values.first()),
    };
    // MySQL's enums and sets are no types of their own.
    let later = of(later).filter(|of| ["enum", "set"].contains(&of.name()));
    match (text, of(column), later) {
        (Some(text), _, _) => dialect.literal(text),
        // A number is the place in the list there.
        (None, Some(of), Some(_)) if is_number(&of) => "'1'".into(),
        (None, Some(_), Some(later)) => plain(&later),
        (None, Some(of), None) => plain(&of),
        (None, None, _) => "'11'".into(),
    }
}

fn is_number(of: &Type) -> bool {
    of.name().ends_with("int") || ["decimal", "double", "float"].contains(&of.name())
}

fn plain(of: &Type) -> String {
    if of.dimensions() > 0 {
        return "'{11}'".into();
    }
    let name = of.name();
    match name {
        "boolean" | "bool" => "TRUE".into(),
        "uuid" => "'00000000-0000-0000-0000-000000000011'".into(),
        "enum" | "set" => of.arguments().first().cloned().unwrap_or_default(),
        "date" => "'2011-11-11'".into(),
        "inet" | "cidr" => "'11.11.11.11'".into(),
        _ if name.starts_with("timestamp") || name == "datetime" => "'2011-11-11 11:11:11'".into(),
        _ if name.starts_with("time") => "'11:11:11'".into(),
        _ if name.ends_with("range") => "'empty'".into(),
        _ => "'11'".into(),
    }
}

/// What is in the columns of a schema that a difference from it keeps under their names.
#[must_use]
pub fn kept(database: &Database, schema: &Schema, difference: &Difference) -> Kept {
    let dialect = difference.dialect();
    let gone = |name: &Name, column: &Column| {
        difference.changes().iter().any(|change| match change {
            Change::DropTable(table) => table.name == *name,
            Change::Alter { table, change } => {
                table == name
                    && matches!(change.as_ref(), TableChange::DropColumn(of) if of.name == column.name)
            }
            _ => false,
        })
    };
    let mut kept = Kept::new();
    for table in &schema.tables {
        let stay = table.columns.iter().filter(|column| {
            // What is computed comes back by itself.
            column.generated.get().is_some() || !gone(&table.name, column)
        });
        let names: Vec<_> = stay.map(|column| &column.name).collect();
        let dropped = difference
            .changes()
            .iter()
            .any(|change| matches!(change, Change::DropTable(of) if of.name == table.name));
        if names.is_empty() || dropped {
            continue;
        }
        let (names, name) = (dialect.quote_all(names), table.name.quoted(dialect));
        let mut rows = database.query(&format!("SELECT {names} FROM {name}"));
        rows.sort();
        kept.insert(table.name.to_string(), rows);
    }
    kept
}
