//! A row for each table of a schema, and what of the rows a change must leave as it is.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use migrate_schema::{
    Change, Column, Dialect, Difference, Fills, ForeignKey, Name, Schema, Table, TableChange, Type,
};

use crate::database::Database;

/// What is in the columns that a change keeps, as text, a table each.
pub type Kept = BTreeMap<String, Vec<Vec<String>>>;

/// A statement that puts a row into each table, parents first: an 11 in each column, or what of its type comes nearest to it, so
/// that foreign keys agree. A column whose type `other` has as an enum gets a value that the enum has too.
#[must_use]
pub fn insert(schema: &Schema, other: &Schema, dialect: Dialect) -> String {
    let row = |made: &Table| row(made, schema, other, dialect);
    made(schema, dialect).iter().map(row).collect()
}

/// The tables of a schema as they are made, parents first.
fn made(schema: &Schema, dialect: Dialect) -> Vec<Table> {
    let everything = Difference::between(
        &Schema::default(),
        schema,
        dialect,
        &migrate_schema::Renames::default(),
    );
    let changes = everything.changes().iter();
    let tables = changes.filter_map(|change| match change {
        Change::CreateTable(table) => Some(table.as_ref().clone()),
        _ => None,
    });
    tables.collect()
}

/// A second row, under the `id` 22, for each table that takes one that differs from the first in that alone. Where a column may be
/// NULL it is NULL.
#[must_use]
pub(crate) fn insert_nulls(schema: &Schema, other: &Schema, dialect: Dialect) -> String {
    let takes_one = |table: &Table| {
        let later = other.table(&table.name).unwrap_or(table);
        !has_unique_columns(table) && !has_unique_columns(later)
    };
    let row = |table: &Table| {
        let columns = table.columns.iter();
        let value = |column: &Column| {
            let later = other.table(&table.name);
            let later = later.and_then(|of| of.column(&column.name));
            let value = match column.name.as_str() {
                "id" => "'22'".into(),
                _ if column.takes_null() => "NULL".into(),
                _ => value(column, later.unwrap_or(column), schema, other, dialect),
            };
            (column.name.clone(), value)
        };
        let given = columns.filter(|column| column.generated.get().is_none());
        statement(table, given.map(value).unzip(), dialect)
    };
    let tables = made(schema, dialect);
    let whole = tables.iter().filter_map(|made| schema.table(&made.name));
    whole.filter(|table| takes_one(table)).map(row).collect()
}

/// Whether something but the `id` may be in one row alone.
fn has_unique_columns(table: &Table) -> bool {
    let mut indexes = table.indexes.all().iter().filter(|index| index.unique);
    let mut uniques = table.uniques.all().iter();
    indexes.any(|index| index.columns().all(|name| name != "id"))
        || uniques.any(|unique| unique.columns.iter().all(|name| name != "id"))
}

/// A value for each NULL in a column that takes none any more, and the neutral one for what comes.
#[must_use]
pub(crate) fn fills(difference: &Difference) -> Fills {
    let (before, after) = (difference.renamed(), difference.after());
    let each = difference.tightened().filter_map(|of| {
        let column = |schema: &Schema| schema.table(of.table)?.column(of.column).cloned();
        let (was, is) = (column(before)?, column(after)?);
        let value = value(&was, &is, before, after, difference.dialect());
        Some((of.table.clone(), of.column.to_owned(), value))
    });
    each.fold(Fills::neutral(), |fills, (table, column, value)| {
        fills.with(table, column, value)
    })
}

/// `made` is the table with those of its foreign keys that need not wait for another one.
fn row(made: &Table, schema: &Schema, other: &Schema, dialect: Dialect) -> String {
    let table = schema.table(&made.name).unwrap_or(made);
    let later = other.table(&table.name).unwrap_or(table);
    let refers_to_none = |column: &Column| {
        let keys = table.foreign_keys.all().iter();
        let mut keys = keys.chain(later.foreign_keys.all());
        keys.any(|key| {
            let there = agrees(key, table, [schema, other]) && !waits(key, made, table);
            key.columns.contains(&column.name) && !there
        })
    };
    let filled = table.columns.iter().filter(|column| {
        column.generated.get().is_none() && !(column.takes_null() && refers_to_none(column))
    });
    let (names, values) = filled
        .map(|column| {
            let later = later.column(&column.name).unwrap_or(column);
            (
                column.name.clone(),
                value(column, later, schema, other, dialect),
            )
        })
        .unzip();
    statement(table, (names, values), dialect)
}

fn statement(
    table: &Table,
    (names, values): (Vec<String>, Vec<String>),
    dialect: Dialect,
) -> String {
    let name = table.name.quoted(dialect);
    if names.is_empty() {
        return format!("INSERT INTO {name} DEFAULT VALUES;\n");
    }
    let (names, values) = (dialect.quote_all(&names), values.join(", "));
    // An identity that is always the server's own takes a value all the same.
    let overriding = match dialect {
        Dialect::Postgres => " OVERRIDING SYSTEM VALUE",
        Dialect::Sqlite | Dialect::Mysql => "",
    };
    format!("INSERT INTO {name} ({names}){overriding} VALUES ({values});\n")
}

/// Whether what a key's columns hold is what they refer to, before and after the change: both are there, of one type each time. What
/// is made anew on either way has no rows.
fn agrees(key: &ForeignKey, table: &Table, both: [&Schema; 2]) -> bool {
    both.into_iter().all(|schema| {
        let of = |table: &Name, column: &String| {
            let column = schema.table(table)?.column(column)?;
            column.sql_type.value().cloned()
        };
        let mut pairs = key.columns.iter().zip(&key.referenced);
        pairs.all(|(own, there)| {
            let own = of(&table.name, own);
            own.is_some() && own == of(&key.table, there)
        })
    })
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
    let of_enum = |column: &Column, first: &Schema, second: &Schema| {
        let of = of(column)?;
        let found = first.enum_type(of.user_name()?);
        found.or_else(|| second.enum_type(of.user_name()?)).cloned()
    };
    let (was, is) = (
        of_enum(column, schema, other),
        of_enum(later, other, schema),
    );
    let text = match (was.as_ref(), is.as_ref()) {
        (Some(one), Some(two)) => one.values.iter().find(|value| two.values.contains(value)),
        (one, two) => one.or(two).and_then(|of| of.values.first()),
    };
    // MySQL's enums and sets are no types of their own.
    let later = of(later).filter(|of| ["enum", "set"].contains(&of.name()));
    match (text, of(column), later) {
        (Some(text), Some(of), _) if of.dimensions() > 0 => {
            let escaped = text.replace('\\', "\\\\").replace('"', "\\\"");
            dialect.literal(&format!("{{\"{escaped}\"}}"))
        }
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
        _ if name.starts_with("timestamp") || name == "datetime" => "'2011-11-11 00:00:00'".into(),
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
    let filled = |name: &Name, column: &Column| {
        let mut tightened = difference.tightened();
        tightened.any(|of| of.table == name && of.column == column.name)
    };
    let dropped = |name: &Name| {
        let mut changes = difference.changes().iter();
        changes.any(|change| matches!(change, Change::DropTable(of) if of.name == *name))
    };
    let (mut names, mut script) = (Vec::new(), String::new());
    for table in &schema.tables {
        let stay = table.columns.iter().filter(|column| {
            // What is computed comes back by itself, if what it is computed from does, and no NULL there gets a value.
            let reads = |other: &&Column| {
                let computed = column.generated.get();
                computed.is_some_and(|of| of.expression.mentions(&other.name, dialect))
            };
            let mut read = table.columns.iter().filter(reads);
            let comes_back = column.generated.get().is_some()
                && !read.any(|of| gone(&table.name, of) || filled(&table.name, of));
            comes_back || !gone(&table.name, column)
        });
        let columns: Vec<_> = stay.map(|column| &column.name).collect();
        if columns.is_empty() || dropped(&table.name) {
            continue;
        }
        let (columns, name) = (dialect.quote_all(columns), table.name.quoted(dialect));
        let _ = write!(script, "SELECT '{NEXT}'; SELECT {columns} FROM {name}; ");
        names.push(table.name.to_string());
    }
    let rows = database.query(&script);
    let mut tables = rows.split(|row| *row == [NEXT]).skip(1);
    let mut kept = Kept::new();
    for name in names {
        let mut rows = tables.next().unwrap_or_default().to_vec();
        rows.sort();
        kept.insert(name, rows);
    }
    kept
}

/// What stands between the rows of two tables.
const NEXT: &str = "next table";
