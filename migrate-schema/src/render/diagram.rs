//! What a picture of a schema shows: tables with their columns, and which column leads where.

use std::collections::HashMap;

use crate::{Dialect, Name, Schema, Table};

/// Tables in the order of their names, and the foreign keys between them.
pub(super) struct Diagram {
    pub(super) tables: Vec<Node>,
    pub(super) edges: Vec<Edge>,
}

/// A table.
pub(super) struct Node {
    pub(super) name: String,
    pub(super) rows: Vec<Row>,
}

/// A column.
pub(super) struct Row {
    pub(super) name: String,
    /// Its type in SQL; empty where it is not known.
    pub(super) of: String,
    pub(super) nullable: bool,
    pub(super) primary: bool,
    pub(super) foreign: bool,
    pub(super) unique: bool,
}

/// A foreign key: from the first of its columns.
pub(super) struct Edge {
    pub(super) from: usize,
    pub(super) column: usize,
    pub(super) to: usize,
    pub(super) referenced: usize,
    /// Its columns, as they are said.
    pub(super) label: String,
    /// Whether a row need not lead anywhere.
    pub(super) optional: bool,
    /// Whether no two rows lead to the same one.
    pub(super) unique: bool,
}

impl Diagram {
    pub(super) fn of(schema: &Schema, dialect: Dialect) -> Self {
        let mut tables: Vec<_> = schema.tables.iter().collect();
        tables.sort_by_key(|table| &table.name);
        let places: HashMap<&Name, usize> = tables
            .iter()
            .enumerate()
            .map(|(at, table)| (&table.name, at))
            .collect();
        let edges = tables.iter().enumerate().flat_map(|(from, table)| {
            let keys = table.foreign_keys.all().iter();
            let places = &places;
            let tables = &tables;
            keys.filter_map(move |key| {
                let to = *places.get(&key.table)?;
                let primary = tables[to]
                    .primary_key
                    .get()
                    .and_then(|key| key.columns.first());
                let referenced = key.referenced.first().or(primary);
                let columns = || key.columns.iter().filter_map(|name| table.column(name));
                Some(Edge {
                    from,
                    column: place(table, key.columns.first()),
                    to,
                    referenced: place(tables[to], referenced),
                    label: key.columns.join(", "),
                    optional: columns().any(crate::Column::takes_null),
                    unique: is_unique(table, &key.columns),
                })
            })
        });
        let edges = edges.collect();
        Self {
            tables: tables
                .into_iter()
                .map(|table| node(table, dialect))
                .collect(),
            edges,
        }
    }
}

fn place(table: &Table, column: Option<&String>) -> usize {
    let place = column.and_then(|name| table.columns.iter().position(|of| of.name == *name));
    place.unwrap_or_default()
}

fn node(table: &Table, dialect: Dialect) -> Node {
    let primary = table.primary_key.get().map_or(&[][..], |key| &key.columns);
    let rows = table.columns.iter().map(|column| {
        let name = std::slice::from_ref(&column.name);
        Row {
            of: column
                .sql_type
                .value()
                .map_or_else(String::new, |of| said(&of.sql(dialect))),
            nullable: column.takes_null(),
            primary: primary.contains(&column.name),
            foreign: table
                .foreign_keys
                .all()
                .iter()
                .any(|key| key.columns.contains(&column.name)),
            unique: primary != name && is_unique(table, name),
            name: column.name.clone(),
        }
    });
    Node {
        name: table.name.to_string(),
        rows: rows.collect(),
    }
}

/// A user's type is not in quotes in a picture.
fn said(sql: &str) -> String {
    sql.replace(['"', '`'], "")
}

fn is_unique(table: &Table, columns: &[String]) -> bool {
    let primary = table
        .primary_key
        .get()
        .is_some_and(|key| key.columns == columns);
    let unique = table
        .uniques
        .all()
        .iter()
        .any(|unique| unique.columns == columns);
    let index = table.indexes.all().iter().any(|index| {
        index.unique
            && index.predicate.is_none()
            && index.parts.len() == columns.len()
            && index.columns().eq(columns)
    });
    primary || unique || index
}
