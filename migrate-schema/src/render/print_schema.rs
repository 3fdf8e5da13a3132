//! A schema as `diesel print-schema` writes it: `table!` blocks, what joins them, and the types that Diesel does not have.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt::Write as _;

use super::joins::{groups, joinables};
use super::names::{camel, modules};
use super::table_block::{Block, Custom, one_line};
use crate::{Dialect, Name, Schema, Table};

/// Writes a schema.rs. The defaults are those of `diesel print-schema`.
///
/// ```
/// use migrate_schema::render::PrintSchema;
/// use migrate_schema::{Column, Dialect, Schema, Table, Type};
/// let table = Table::new("members")
///     .with(Column::new("id", Type::parse(Dialect::Postgres, "bigint")?))
///     .with(Column::new("type", Type::parse(Dialect::Postgres, "varchar(9)")?).nullable())
///     .keyed(["id"]);
/// let text = PrintSchema::default().text(&Schema::default().with(table), Dialect::Postgres);
/// assert_eq!(text, r#"// @generated automatically by Diesel CLI.
///
/// diesel::table! {
///     members (id) {
///         id -> Int8,
///         #[sql_name = "type"]
///         #[max_length = 9]
///         type_ -> Nullable<Varchar>,
///     }
/// }
/// "#);
/// # Ok::<(), migrate_schema::TypeError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PrintSchema {
    /// Which comments the tables and columns have.
    pub docs: Docs,
    /// Columns in the order of their names, not in that of the table.
    pub sort_columns: bool,
    /// What each `table!` imports.
    pub import_types: Vec<String>,
    /// Whether a module `sql_types` has the types that Diesel does not have.
    pub sql_types: bool,
    /// Names of types, in Rust or in the database, that are left out of that module.
    pub except_types: Vec<String>,
    /// What those types derive, apart from `SqlType`.
    pub type_derives: Vec<String>,
    /// The module that all is in, where it is the schema of a server that is printed alone.
    pub module: Option<String>,
    /// Which tables may appear in one query.
    pub same_query: SameQuery,
    /// Whether SQLite's `INTEGER PRIMARY KEY` is a `BigInt`, which it can hold.
    pub bigint_keys: bool,
}

/// Which comments are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Docs {
    /// None.
    #[default]
    None,
    /// Those of the database.
    Comments,
    /// Those of the database; where there is none, a sentence that says what the thing is.
    All,
}

/// Which tables `allow_tables_to_appear_in_same_query!` names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SameQuery {
    /// All of them, together.
    #[default]
    All,
    /// Those that foreign keys connect, a group each.
    Related,
    /// None.
    None,
}

impl Default for PrintSchema {
    fn default() -> Self {
        Self {
            docs: Docs::default(),
            sort_columns: false,
            import_types: Vec::new(),
            sql_types: true,
            except_types: Vec::new(),
            type_derives: Vec::new(),
            module: None,
            same_query: SameQuery::default(),
            bigint_keys: false,
        }
    }
}

impl PrintSchema {
    /// The text of the file. A table that cannot be a `table!`, for want of a primary key or of a type that Diesel reads, is a
    /// comment that says so.
    #[must_use]
    pub fn text(&self, schema: &Schema, dialect: Dialect) -> String {
        let mut text = "// @generated automatically by Diesel CLI.\n\n".to_owned();
        let body = self.body(schema, dialect);
        match &self.module {
            None => text.push_str(&body),
            Some(module) => {
                // Writing to a String does not fail.
                let _ = writeln!(text, "pub mod {module} {{");
                text.push_str(&indented(&body));
                text.push_str("}\n");
            }
        }
        text
    }

    fn body(&self, schema: &Schema, dialect: Dialect) -> String {
        let mut tables: Vec<_> = schema.tables.iter().collect();
        tables.sort_by_key(|table| (&table.name.name, &table.name.schema));
        let modules = modules(schema);
        let mut blocks = Vec::new();
        let mut printed = Vec::new();
        let mut types = BTreeMap::new();
        for table in tables {
            let block = Block::of(table, &modules[&table.name], schema, self, dialect);
            match block {
                Ok(block) => {
                    types.extend(block.types.iter().map(|of| (of.word.clone(), of.clone())));
                    blocks.push(block.text(self));
                    printed.push(table);
                }
                Err(why) => blocks.push(format!(
                    "// {} is left out: {why}\n",
                    one_line(&table.name.to_string())
                )),
            }
        }
        let types = self.types(&types, dialect);
        let mut all: Vec<String> = types.into_iter().chain(blocks).collect();
        let joins = joinables(&printed, &modules);
        let lines = joins.iter().map(|(child, parent, column)| {
            format!(
                "diesel::joinable!({} -> {} ({column}));\n",
                modules[child], modules[parent]
            )
        });
        all.push(lines.collect());
        all.push(self.same_query(&printed, &modules));
        all.retain(|part| !part.is_empty());
        all.join("\n")
    }

    /// The module `sql_types`.
    fn types(&self, types: &BTreeMap<String, Custom>, dialect: Dialect) -> Option<String> {
        if types.is_empty() {
            return None;
        }
        let mut derives = self.type_derives.clone();
        if !derives.iter().any(|derive| derive == SQL_TYPE) {
            derives.push(SQL_TYPE.to_owned());
        }
        let each = types.values().map(|of| {
            let name = match (dialect, &of.name.schema) {
                (Dialect::Mysql, _) => {
                    format!("mysql_type(name = {:?})", camel(&of.name.name))
                }
                (_, None) => format!("postgres_type(name = {:?})", of.name.name),
                (_, Some(schema)) => {
                    format!("postgres_type(name = {:?}, schema = {schema:?})", of.name.name)
                }
            };
            let docs = match (self.docs, &of.column) {
                (Docs::None | Docs::Comments, _) => String::new(),
                (Docs::All, None) => format!("/// The `{}` SQL type\n{GENERATED}", one_line(&of.name.to_string())),
                (Docs::All, Some(column)) => format!(
                    "/// The `{}` SQL type for the\n/// [`{column}`](super::{column})) column\n{GENERATED}",
                    one_line(&of.name.to_string())
                ),
            };
            format!("{docs}#[derive({})]\n#[diesel({name})]\npub struct {};\n", derives.join(", "), of.word)
        });
        let each: Vec<_> = each.collect();
        let docs = match self.docs {
            Docs::All => {
                format!("/// A module containing custom SQL type definitions\n{GENERATED}")
            }
            Docs::None | Docs::Comments => String::new(),
        };
        Some(format!(
            "{docs}pub mod sql_types {{\n{}}}\n",
            indented(&each.join("\n"))
        ))
    }

    fn same_query(&self, tables: &[&Table], modules: &HashMap<&Name, String>) -> String {
        let all = || tables.iter().map(|table| &table.name).collect();
        let groups: Vec<Vec<&Name>> = match self.same_query {
            SameQuery::All => vec![all()],
            SameQuery::Related => groups(tables),
            SameQuery::None => Vec::new(),
        };
        let indent = if self.module.is_some() { 4 } else { 0 };
        let groups = groups.into_iter().filter(|group| group.len() > 1);
        let lines = groups.map(|group| {
            let names: Vec<_> = group.iter().map(|name| modules[name].as_str()).collect();
            let macro_name = "diesel::allow_tables_to_appear_in_same_query!";
            let line = format!("{macro_name}({},)", names.join(", "));
            // As rustfmt leaves it.
            if indent + line.chars().count() <= 100 {
                format!("{line};\n")
            } else {
                format!("{macro_name}(\n    {},\n);\n", names.join(",\n    "))
            }
        });
        lines.collect()
    }
}

const SQL_TYPE: &str = "diesel::sql_types::SqlType";
const GENERATED: &str = "///\n/// (Automatically generated by Diesel.)\n";

impl PrintSchema {
    /// The types that a schema's columns have and Diesel does not: the name in Rust and the name in the database of each.
    #[must_use]
    pub fn missing_types(schema: &Schema, dialect: Dialect) -> Vec<(String, Name)> {
        let columns = schema.tables.iter().flat_map(|table| &table.columns);
        let printed = columns.filter_map(|column| column.sql_type.value()?.printed(dialect));
        let named = printed.filter_map(|of| Some((of.word, of.custom?)));
        let mut seen = HashSet::new();
        named.filter(|of| seen.insert(of.clone())).collect()
    }
}

/// Each line four spaces further in, apart from empty ones.
pub(super) fn indented(text: &str) -> String {
    let line = |line: &str| {
        if line.is_empty() {
            "\n".to_owned()
        } else {
            format!("    {line}\n")
        }
    };
    text.lines().map(line).collect()
}
