//! PostgreSQL's enum types: in the connection's own schema and in another one, and arrays of them.

use migrate_schema::{Column, Dialect, Facet, Index, IndexPart, Name, Schema, Table, Type};

use super::Random;
use super::postgres::{name, push};
use crate::database::OTHER_SCHEMA;

const DIALECT: Dialect = Dialect::Postgres;
/// The columns, each of a type of its own.
const COLUMNS: [&str; 2] = ["mood", "sky"];
/// The one value that a type always has.
const FIRST: &str = "1";

fn type_name(column: &str) -> Name {
    match column {
        "mood" => Name::new("Mo\"od"),
        _ => Name::qualified(OTHER_SCHEMA, "Sk'y"),
    }
}

pub(super) fn columns(random: &mut Random, table: &mut Table) {
    for name in COLUMNS {
        if random.one_in(2) {
            let of = Type::user(type_name(name));
            let of = if random.one_in(3) { of.array() } else { of };
            let mut column = Column::new(name, of);
            if random.one_in(2) {
                column = column.nullable();
            }
            if random.one_in(2) {
                column.default = Facet::Known(Some(default(&column, FIRST).into()));
            }
            table.columns.push(column);
        }
    }
}

fn is_array(column: &Column) -> bool {
    column
        .sql_type
        .value()
        .is_some_and(|of| of.dimensions() > 0)
}

/// A default that has a value in it.
fn default(column: &Column, value: &str) -> String {
    if is_array(column) {
        let escaped = value.replace('\\', "\\\\").replace('"', "\\\"");
        DIALECT.literal(&format!("{{\"{escaped}\"}}"))
    } else {
        DIALECT.literal(value)
    }
}

/// Whether a row has the first value.
pub(super) fn has_first(column: &Column) -> String {
    let name = &column.name;
    if is_array(column) {
        format!("'{FIRST}' = ANY ({name})")
    } else {
        format!("{name} = '{FIRST}'")
    }
}

pub(super) fn indexes(random: &mut Random, table: &mut Table) {
    let columns = table.columns.iter();
    let columns: Vec<_> = columns
        .filter(|of| COLUMNS.contains(&&*of.name))
        .cloned()
        .collect();
    for column in columns {
        if random.one_in(2) {
            let label = name(table, "ix", &column.name);
            let mut index = Index::on([IndexPart::column(&column.name)]).named(label);
            index.predicate = random.one_in(2).then(|| has_first(&column).into());
            push(table, index);
        }
    }
}

/// The types, where a table has them: some values in some order, the last of which may be a default.
pub(super) fn types(random: &mut Random, schema: &mut Schema) {
    schema.enums = Facet::Known(Vec::new());
    for name in COLUMNS {
        if !schema
            .tables
            .iter()
            .any(|table| table.column(name).is_some())
        {
            continue;
        }
        let mut values = vec![FIRST];
        for value in ["it's", "Ünï \"x\"", "z", "", "a,b\\c{}"] {
            if random.one_in(2) {
                let place = random.below(values.len() + 1);
                values.insert(place, value);
            }
        }
        let last = values[values.len() - 1];
        let columns = schema
            .tables
            .iter_mut()
            .flat_map(|table| &mut table.columns);
        for column in columns.filter(|column| column.name == name) {
            if column.default.get().is_some() && random.one_in(2) {
                column.default = Facet::Known(Some(default(column, last).into()));
            }
        }
        *schema = schema.clone().with_enum(type_name(name), values);
    }
}
