//! PostgreSQL's catalogues.
//!
//! A handful of queries, whatever the number of tables. What a table says and a [`Schema`] cannot is left out: a sequence's options
//! under a `serial`, exclusion constraints, storage parameters, `MATCH FULL`, `INCLUDE` of a constraint, `SET NULL (columns)`. A
//! partitioned table is read as a table, its partitions are left to it; a table that inherits is a table with all of its columns. Views
//! and foreign tables are none, and are known by name alone.

mod answers;
mod catalogue;
mod columns;
mod constraints;
mod domains;
mod indexes;
mod normal;
mod questions;

pub(super) use domains::without_domains;

use std::collections::{HashMap, HashSet};

use migrate_schema::{Dialect, EnumType, Expression, Facet, Name, Schema, Table, Type};

use super::InspectError;
use crate::backend::{Row, Server};
use crate::failure::ServerError;
pub(super) use normal::normal;

const DIALECT: Dialect = Dialect::Postgres;

/// The tables of the current schema, and of the others that are named.
pub(super) fn read(server: &mut dyn Server, schemas: &[String]) -> Result<Schema, InspectError> {
    aside(server, |server| Reader::new(server, schemas)?.schema())
}

/// The tables of other schemas than these and the current one.
pub(super) fn elsewhere(
    server: &mut dyn Server,
    schemas: &[String],
) -> Result<Vec<Name>, InspectError> {
    let sql = catalogue::TABLES_ELSEWHERE.replace("{tables}", &catalogue::tables_of(schemas));
    let rows = server.rows(&sql).map_err(refused("the tables"))?;
    let name = |row: &Row| Name::qualified(row.text_or_empty(0), row.text_or_empty(1));
    Ok(rows.iter().map(name).collect())
}

/// What of these schemas and the current one no schema value holds.
pub(super) fn left_out(
    server: &mut dyn Server,
    schemas: &[String],
) -> Result<Vec<String>, InspectError> {
    let sql = catalogue::LEFT_OUT.replace("{tables}", &catalogue::tables_of(schemas));
    let rows = server.rows(&sql).map_err(refused("what is no table"))?;
    Ok(rows
        .iter()
        .map(|row| row.text_or_empty(0).to_owned())
        .collect())
}

/// Does something in a transaction, or in a part of one, that is rolled back: the search path is what it was again.
fn aside<T>(
    server: &mut dyn Server,
    what: impl FnOnce(&mut dyn Server) -> Result<T, InspectError>,
) -> Result<T, InspectError> {
    let nested = server.in_transaction();
    let brackets = server.brackets(nested);
    server
        .execute(brackets.begin)
        .map_err(refused("the catalogues"))?;
    let result = what(server);
    let back = server
        .execute(brackets.back)
        .map_err(refused("the catalogues"));
    let result = result?;
    back.map(|()| result)
}

fn refused(what: &'static str) -> impl Fn(ServerError) -> InspectError {
    move |error| InspectError::Server {
        what,
        error: Box::new(error),
    }
}

/// From here on names are written without their schema where that is the current one, and nowhere else: so the user's search path
/// changes nothing in what the server says. Gives the current schema.
fn own_path(server: &mut dyn Server) -> Result<String, InspectError> {
    const SQL: &str = "SELECT current_schema()::text, CASE WHEN current_schema() IS NOT NULL THEN \
        set_config('search_path', quote_ident(current_schema()) || ', pg_temp', true) END";
    let rows = server.rows(SQL).map_err(refused("the search path"))?;
    let own = rows.first().and_then(|row| row.text(0).map(str::to_owned));
    own.ok_or_else(|| {
        let message = "no schema of the search path exists".into();
        let hint = "create the schema, or set search_path to one that is there";
        refused("the tables")(ServerError {
            message,
            hint: Some(hint.into()),
            ..ServerError::default()
        })
    })
}

/// What is read, table by table.
struct Reader<'a> {
    server: &'a mut dyn Server,
    /// The current schema.
    own: String,
    /// The conditions that a namespace `n` and its class `c` fulfil.
    tables: String,
    /// Types of other schemas that the user's search path finds without one.
    visible: HashSet<(String, String)>,
    found: Vec<Table>,
    /// Where in `found` a table is, by the number that the catalogue knows it by.
    places: HashMap<String, usize>,
}

impl<'a> Reader<'a> {
    fn new(server: &'a mut dyn Server, schemas: &[String]) -> Result<Self, InspectError> {
        let visible = server
            .rows(catalogue::VISIBLE)
            .map_err(refused("the types"))?;
        let named = |row: &Row| {
            let (schema, name) = (row.text_or_empty(0), row.text_or_empty(1));
            // What is asked for by its schema is called by it.
            let asked = schemas.iter().any(|asked| asked == schema);
            (!asked).then(|| (schema.to_owned(), name.to_owned()))
        };
        let visible = visible.iter().filter_map(named).collect();
        let own = own_path(server)?;
        Ok(Self {
            server,
            own,
            tables: catalogue::tables_of(schemas),
            visible,
            found: Vec::new(),
            places: HashMap::new(),
        })
    }

    fn schema(mut self) -> Result<Schema, InspectError> {
        self.tables()?;
        self.columns()?;
        self.constraints()?;
        self.indexes()?;
        let enums = self.enums()?;
        let views = self.views()?;
        let mut types = HashSet::new();
        let tables = self.found.into_iter();
        Ok(Schema {
            tables: tables.map(|table| table.compact(&mut types)).collect(),
            enums: Facet::Known(enums),
            views,
        })
    }

    fn rows(&mut self, what: &'static str, sql: &str) -> Result<Vec<Row>, InspectError> {
        self.server
            .rows(&sql.replace("{tables}", &self.tables))
            .map_err(refused(what))
    }

    fn tables(&mut self) -> Result<(), InspectError> {
        for row in self.rows("the tables", catalogue::TABLES)? {
            let mut table = Table::new(self.name(row.text_or_empty(1), row.text_or_empty(2)));
            table.comment = Facet::Known(row.text(3).map(str::to_owned));
            self.places
                .insert(row.text_or_empty(0).to_owned(), self.found.len());
            self.found.push(table);
        }
        Ok(())
    }

    fn enums(&mut self) -> Result<Vec<EnumType>, InspectError> {
        let mut found: Vec<EnumType> = Vec::new();
        for row in self.rows("the enum types", catalogue::ENUMS)? {
            let name = self.name(row.text_or_empty(0), row.text_or_empty(1));
            if found.last().is_none_or(|last| last.name != name) {
                let values = Vec::new();
                found.push(EnumType { name, values });
            }
            let value = row.text(2).map(str::to_owned);
            if let Some(last) = found.last_mut() {
                last.values.extend(value);
            }
        }
        Ok(found)
    }

    fn views(&mut self) -> Result<Vec<Name>, InspectError> {
        let rows = self.rows("the views", catalogue::VIEWS)?;
        let name = |row: &Row| self.name(row.text_or_empty(0), row.text_or_empty(1));
        Ok(rows.iter().map(name).collect())
    }

    /// The table that a row's first column means; `None` for one that is not among those that are read.
    fn table(&mut self, row: &Row) -> Option<&mut Table> {
        let place = *self.places.get(row.text_or_empty(0))?;
        self.found.get_mut(place)
    }

    /// A name with its schema, where that is not the current one.
    fn name(&self, schema: &str, name: &str) -> Name {
        if schema == self.own {
            Name::new(name)
        } else {
            Name::qualified(schema, name)
        }
    }

    /// A type as `format_type` writes it.
    fn type_of(&self, text: &str, column: impl Fn() -> String) -> Result<Type, InspectError> {
        let of = Type::parse(DIALECT, text).map_err(|error| InspectError::Type {
            column: column(),
            error,
        })?;
        let found = of.user_name().and_then(|name| {
            let schema = name.schema.clone()?;
            self.visible
                .contains(&(schema, name.name.clone()))
                .then(|| Name::new(&name.name))
        });
        Ok(match found {
            Some(name) => of.renamed(name),
            None => of,
        })
    }
}

/// An expression as the server writes it, without parentheses around all of it.
fn expression(text: &str) -> Expression {
    Expression::from(text).bare(DIALECT)
}
