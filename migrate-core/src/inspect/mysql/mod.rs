//! MySQL's and MariaDB's catalogues: a handful of queries a database, whatever the number of its tables.
//! <https://mariadb.com/kb/en/information-schema-tables/>,
//! <https://dev.mysql.com/doc/refman/8.4/en/information-schema.html>

mod columns;
mod constraints;
mod indexes;
mod normal;

use std::collections::HashMap;

use migrate_schema::{Facet, Name, Schema, Table};

pub(super) use normal::normal;

use super::InspectError;
use crate::backend::mysql::literal;
use crate::backend::{Row, Server};
use crate::failure::ServerError;

/// The tables of the current database, and of the others that are named.
pub(super) fn read(server: &mut dyn Server, schemas: &[String]) -> Result<Schema, InspectError> {
    let rows = query(server, "the name of the database", "SELECT DATABASE()")?;
    let Some(current) = rows.first().and_then(|row| row.text(0)).map(str::to_owned) else {
        return Err(InspectError::Server {
            what: "the tables",
            error: Box::new(ServerError {
                message: "the URL names no database".into(),
                ..ServerError::default()
            }),
        });
    };
    let catalogue = Catalogue::of(server)?;
    let mut schema = Schema::default();
    read_one(server, &catalogue, &current, None, &mut schema)?;
    for other in schemas.iter().filter(|other| **other != current) {
        read_one(server, &catalogue, other, Some(other), &mut schema)?;
    }
    for table in &mut schema.tables {
        // What refers to the connection's own database names none.
        if let Facet::Known(keys) = &mut table.foreign_keys {
            for key in keys {
                key.table.schema.take_if(|of| *of == current);
            }
        }
    }
    Ok(schema)
}

/// What the catalogues of this server have: the two servers, and their versions, differ.
struct Catalogue {
    is_mariadb: bool,
    columns: Vec<String>,
}

impl Catalogue {
    fn of(server: &mut dyn Server) -> Result<Self, InspectError> {
        let rows = query(
            server,
            "the columns of the catalogues",
            "SELECT CONCAT(TABLE_NAME, '.', COLUMN_NAME), VERSION() FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = \
             'information_schema' AND TABLE_NAME IN ('COLUMNS', 'STATISTICS', 'CHECK_CONSTRAINTS')",
        )?;
        Ok(Self {
            is_mariadb: rows
                .first()
                .is_some_and(|row| row.text_or_empty(1).contains("MariaDB")),
            columns: rows
                .iter()
                .map(|row| row.text_or_empty(0).to_uppercase())
                .collect(),
        })
    }

    fn has(&self, column: &str) -> bool {
        self.columns.iter().any(|of| of == column)
    }

    /// The column, or NULL where this server has none such.
    fn or_null<'a>(&self, column: &'a str) -> &'a str {
        if self.has(column) { column } else { "NULL" }
    }
}

/// A database's tables under construction, by their names.
struct Tables {
    /// The database, as a literal.
    database: String,
    all: Vec<Table>,
    places: HashMap<String, usize>,
}

impl Tables {
    fn get(&mut self, name: &str) -> Option<&mut Table> {
        let place = *self.places.get(name)?;
        self.all.get_mut(place)
    }
}

fn read_one(
    server: &mut dyn Server,
    catalogue: &Catalogue,
    database: &str,
    qualifier: Option<&String>,
    schema: &mut Schema,
) -> Result<(), InspectError> {
    let mut tables = tables(server, database, qualifier)?;
    columns::read(server, catalogue, &mut tables)?;
    indexes::read(server, catalogue, &mut tables)?;
    constraints::read_foreign_keys(server, &mut tables)?;
    if catalogue.has("CHECK_CONSTRAINTS.CHECK_CLAUSE") {
        constraints::read_checks(server, catalogue, &mut tables)?;
    }
    schema.tables.append(&mut tables.all);
    schema.views.extend(views(server, &tables, qualifier)?);
    Ok(())
}

fn views(
    server: &mut dyn Server,
    tables: &Tables,
    qualifier: Option<&String>,
) -> Result<Vec<Name>, InspectError> {
    let sql = format!(
        "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = {} AND TABLE_TYPE = 'VIEW'",
        tables.database
    );
    let name = |row: &Row| Name {
        schema: qualifier.cloned(),
        name: row.text_or_empty(0).to_owned(),
    };
    let rows = query(server, "the views", &sql)?;
    Ok(rows.iter().map(name).collect())
}

fn tables(
    server: &mut dyn Server,
    database: &str,
    qualifier: Option<&String>,
) -> Result<Tables, InspectError> {
    // The catalogues are looked through by this name alone: as a constant it spares the other databases' tables.
    let database = literal(database);
    let rows = query(
        server,
        "the tables",
        &format!(
            "SELECT TABLE_NAME, TABLE_COLLATION, TABLE_COMMENT, ENGINE FROM information_schema.TABLES \
             WHERE TABLE_SCHEMA = {database} AND TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED') ORDER BY TABLE_NAME"
        ),
    )?;
    let all: Vec<_> = rows
        .iter()
        .map(|row| {
            let mut table = Table::new(Name {
                schema: qualifier.cloned(),
                name: row.text_or_empty(0).to_owned(),
            });
            table.collation = row.text(1).map(str::to_owned);
            table.comment = Facet::Known(some(row.text(2)));
            let engine = row.text(3).filter(|engine| *engine != "InnoDB");
            table.rest = engine.map(|engine| format!("ENGINE = {engine}"));
            table
        })
        .collect();
    let places = all.iter().enumerate();
    Ok(Tables {
        places: places
            .map(|(place, table)| (table.name.name.clone(), place))
            .collect(),
        database,
        all,
    })
}

fn query(server: &mut dyn Server, what: &'static str, sql: &str) -> Result<Vec<Row>, InspectError> {
    server.rows(sql).map_err(|error| InspectError::Server {
        what,
        error: Box::new(error),
    })
}

/// A text that is there and not empty.
fn some(text: Option<&str>) -> Option<String> {
    text.filter(|text| !text.is_empty()).map(str::to_owned)
}

/// An expression as MySQL 8 keeps it: as if it stood between quotes.
fn unescaped(expression: &str, catalogue: &Catalogue) -> String {
    if catalogue.is_mariadb {
        return expression.to_owned();
    }
    let mut text = String::with_capacity(expression.len());
    let mut rest = expression.chars();
    while let Some(character) = rest.next() {
        match character {
            '\\' => text.extend(rest.next()),
            other => text.push(other),
        }
    }
    text
}
