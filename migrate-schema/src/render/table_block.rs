//! One `table!` block.

use super::names::{camel, columns};
use super::print_schema::indented;
use super::{Docs, PrintSchema};
use crate::types::Printed;
use crate::{Column, Dialect, Name, Schema, Table};

/// A type that is not Diesel's.
#[derive(Clone)]
pub(super) struct Custom {
    pub(super) word: String,
    pub(super) name: Name,
    /// The column whose own it is, on MySQL.
    pub(super) column: Option<String>,
}

/// One `table!`, ready to be written.
pub(super) struct Block<'a> {
    table: &'a Table,
    module: &'a str,
    /// By how Rust calls them.
    key: Vec<String>,
    columns: Vec<(Option<&'a Column>, String, String, Option<u32>)>,
    pub(super) types: Vec<Custom>,
}

impl<'a> Block<'a> {
    pub(super) fn of(
        table: &'a Table,
        module: &'a str,
        schema: &Schema,
        options: &PrintSchema,
        dialect: Dialect,
    ) -> Result<Self, String> {
        let names = columns(table, module);
        let mut block = Self {
            table,
            module,
            key: Vec::new(),
            columns: Vec::new(),
            types: Vec::new(),
        };
        let key = table.primary_key.get().map_or(&[][..], |key| &key.columns);
        for (column, name) in table.columns.iter().zip(&names) {
            let of = column.sql_type.value();
            let printed = of.and_then(|of| of.printed(dialect)).ok_or_else(|| {
                format!(
                    "Diesel has no type for its column {}",
                    one_line(&column.name)
                )
            })?;
            let word = block.word(&printed, column, name, options, dialect);
            let sqlite = dialect == Dialect::Sqlite;
            let wide = sqlite && options.bigint_keys && word == "Integer";
            let word = if wide && table.numbers_rows(column, schema) {
                "BigInt".to_owned()
            } else {
                word
            };
            // The number of a row is never NULL; Diesel goes by what its column says all the same.
            let never = sqlite && table.keeps_null_out(column) && !table.is_row_id(column);
            let of = around(word, &printed, column.takes_null() && !never);
            block
                .columns
                .push((Some(column), name.clone(), of, printed.length));
        }
        let place = |name: &String| table.columns.iter().position(|column| column.name == *name);
        let mut places: Vec<_> = key.iter().filter_map(place).collect();
        if dialect == Dialect::Sqlite {
            // There Diesel asks each column whether it is in the key.
            places.sort_unstable();
        }
        block.key = places.into_iter().map(|at| names[at].clone()).collect();
        if block.key.is_empty() {
            // SQLite numbers the rows of a table that says nothing of them.
            let free = ["rowid", "oid", "_rowid_"]
                .into_iter()
                .find(|name| table.column(name).is_none());
            let Some(name) = free.filter(|_| dialect == Dialect::Sqlite) else {
                return Err("it has no primary key".to_owned());
            };
            let of = if options.bigint_keys {
                "BigInt"
            } else {
                "Integer"
            };
            block.key.push(name.to_owned());
            let number = (None, name.to_owned(), of.to_owned(), None);
            block.columns.insert(0, number);
        }
        if options.sort_columns {
            block.columns.sort_by(|one, other| {
                let name = |of: &(Option<&'a Column>, String, String, Option<u32>)| {
                    of.0.map_or_else(|| of.1.clone(), |column| column.name.clone())
                };
                name(one).cmp(&name(other))
            });
        }
        Ok(block)
    }

    /// The word of a column's type, which is remembered if Diesel does not have it.
    fn word(
        &mut self,
        printed: &Printed,
        column: &Column,
        name: &str,
        options: &PrintSchema,
        dialect: Dialect,
    ) -> String {
        let Some(custom) = printed.custom.as_ref().filter(|_| options.sql_types) else {
            return printed.word.clone();
        };
        let called = [&printed.word, &custom.name, &custom.to_string()];
        if called
            .iter()
            .any(|name| options.except_types.contains(name))
        {
            return printed.word.clone();
        }
        let own = dialect == Dialect::Mysql;
        let word = if own {
            // There a type belongs to its column.
            camel(&format!("{} {} {}", self.module, column.name, printed.word))
        } else {
            printed.word.clone()
        };
        if self.types.iter().all(|of| of.word != word) {
            let column = own.then(|| format!("{}::{name}", self.module));
            self.types.push(Custom {
                word: word.clone(),
                name: custom.clone(),
                column,
            });
        }
        word
    }

    pub(super) fn text(&self, options: &PrintSchema) -> String {
        let mut lines: Vec<String> = options
            .import_types
            .iter()
            .map(|of| format!("use {of};"))
            .collect();
        for (at, of) in self.types.iter().enumerate() {
            if at == 0 && options.import_types.is_empty() {
                lines.push("use diesel::sql_types::*;".to_owned());
            }
            lines.push(format!("use super::sql_types::{};", of.word));
        }
        if !lines.is_empty() {
            lines.push(String::new());
        }
        let name = &self.table.name;
        let about = || {
            format!("Representation of the `{name}` table.\n\n(Automatically generated by Diesel.)")
        };
        docs(&mut lines, options.docs, self.table.comment.get(), about);
        if *self.module != name.name {
            lines.push(format!("#[sql_name = {:?}]", name.name));
        }
        let schema = name
            .schema
            .as_ref()
            .map(|schema| format!("{schema}."))
            .unwrap_or_default();
        lines.push(format!(
            "{schema}{} ({}) {{",
            self.module,
            self.key.join(", ")
        ));
        let mut inner = Vec::new();
        for (column, called, of, length) in &self.columns {
            let sql = column.map_or(called, |column| &column.name);
            let about = || {
                format!(
                    "The `{sql}` column of the `{name}` table.\n\nIts SQL type is `{of}`.\n\n(Automatically generated by Diesel.)"
                )
            };
            docs(
                &mut inner,
                options.docs,
                column.and_then(|column| column.comment.get()),
                about,
            );
            if sql != called {
                inner.push(format!("#[sql_name = {sql:?}]"));
            }
            inner.extend(length.map(|length| format!("#[max_length = {length}]")));
            inner.push(format!("{called} -> {of},"));
        }
        let inner: String = inner.iter().map(|line| format!("{line}\n")).collect();
        let lines: String = lines.iter().map(|line| format!("{line}\n")).collect();
        format!(
            "diesel::table! {{\n{}}}\n",
            indented(&format!("{lines}{}}}\n", indented(&inner)))
        )
    }
}

fn around(word: String, printed: &Printed, nullable: bool) -> String {
    let mut of = word;
    if printed.unsigned {
        of = format!("Unsigned<{of}>");
    }
    if printed.array {
        // Any element may be NULL: PostgreSQL cannot be told otherwise.
        of = format!("Array<Nullable<{of}>>");
    }
    if nullable {
        format!("Nullable<{of}>")
    } else {
        of
    }
}

fn docs(
    lines: &mut Vec<String>,
    docs: Docs,
    comment: Option<&String>,
    about: impl FnOnce() -> String,
) {
    let text = match (docs, comment) {
        (Docs::None, _) | (Docs::Comments, None) => return,
        (Docs::Comments | Docs::All, Some(comment)) => comment.clone(),
        (Docs::All, None) => about(),
    };
    let line = |line: &str| match line.trim() {
        "" => "///".to_owned(),
        line => format!("/// {line}"),
    };
    lines.extend(text.lines().map(line));
}

/// A name in a comment of one line stays in it.
pub(super) fn one_line(name: &str) -> String {
    name.replace(['\n', '\r'], " ")
}
