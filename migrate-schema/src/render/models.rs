//! A schema as models: a struct with `#[derive(Table)]` a table, an enum with `#[derive(EnumType)]` an enum type.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::model_struct::Struct;
use super::names::{camel, free, modules};
use super::rust_type::feature;
use crate::types::unquoted;
use crate::{Column, Dialect, EnumType, Name, Naming, Schema, Table, Type};

/// What is the same for all structs of a file.
pub(super) struct Writer<'a> {
    pub(super) schema: &'a Schema,
    /// The same with what domains stand for.
    pub(super) seen: &'a Schema,
    pub(super) dialect: Dialect,
    pub(super) naming: &'a Naming,
    pub(super) modules: HashMap<&'a Name, String>,
    /// The Rust enums, by the column type that each is, in SQL.
    pub(super) enums: BTreeMap<String, RustEnum>,
}

/// An enum of the file.
pub(super) struct RustEnum {
    pub(super) ident: String,
    name: Option<Name>,
    labels: Vec<String>,
}

impl Schema {
    /// The text of a Rust file whose models mean this schema: read back by [`Models`](crate::Models) they differ from it in nothing.
    /// What attributes cannot say is a comment, and so is a table that they cannot say at all, for want of a primary key.
    ///
    /// Constraints have a name where it is neither the server's own choice nor that of the templates.
    ///
    /// ```
    /// use migrate_schema::{Column, Dialect, Naming, Schema, Table, Type, Unique};
    /// let members = Table::new("members")
    ///     .with(Column::new("id", Type::parse(Dialect::Postgres, "bigint")?))
    ///     .with(Column::new("email", Type::parse(Dialect::Postgres, "varchar(254)")?).nullable())
    ///     .keyed(["id"])
    ///     .unique(Unique::on(["email"]));
    /// let text = Schema::default().with(members).models(Dialect::Postgres, &Naming::default());
    /// assert_eq!(text, r#"use diesel::prelude::*;
    /// use migrate_core::Table;
    ///
    /// #[derive(Table, Queryable, Selectable, Insertable)]
    /// #[diesel(table_name = members)]
    /// pub struct Member {
    ///     pub id: i64,
    ///     #[table(sql_type = "VARCHAR(254)", unique)]
    ///     pub email: Option<String>,
    /// }
    /// "#);
    /// # Ok::<(), migrate_schema::TypeError>(())
    /// ```
    #[must_use]
    pub fn models(&self, dialect: Dialect, naming: &Naming) -> String {
        self.models_seen_as(self, dialect, naming)
    }

    /// The same for a database with domains: a field holds what its column's domain stands for. That `seen` has, under the same names.
    #[must_use]
    pub fn models_seen_as(&self, seen: &Self, dialect: Dialect, naming: &Naming) -> String {
        let modules = modules(self);
        let mut taken = HashSet::new();
        let mut tables: Vec<_> = self.tables.iter().collect();
        tables.sort_by_key(|table| &table.name);
        let idents: Vec<_> = tables
            .iter()
            .map(|table| free(singular(&camel(&modules[&table.name])), &mut taken))
            .collect();
        let writer = Writer {
            schema: self,
            seen,
            dialect,
            naming,
            enums: enums(self, dialect, &modules, &mut taken),
            modules,
        };
        let structs: Vec<_> = tables
            .iter()
            .zip(&idents)
            .map(|(table, ident)| (*table, Struct::of(&writer, table, ident)))
            .collect();
        writer.file(&structs)
    }
}

impl<'a> Writer<'a> {
    /// A column as Diesel sees it.
    pub(super) fn seen(&self, table: &Table, column: &'a Column) -> &'a Column {
        let seen = self.seen.table(&table.name);
        seen.and_then(|of| of.column(&column.name))
            .unwrap_or(column)
    }

    fn file(&self, structs: &[(&Table, Result<Struct, String>)]) -> String {
        let written = || structs.iter().filter_map(|(_, of)| of.as_ref().ok());
        let mut features: BTreeSet<_> = written()
            .flat_map(|of| &of.types)
            .filter_map(|rust| feature(rust))
            .collect();
        let columns = written().map(|of| of.types.len()).max().unwrap_or_default();
        features.extend(match columns {
            0..=32 => None,
            33..=64 => Some("64-column-tables"),
            _ => Some("128-column-tables"),
        });
        let mut parts = Vec::new();
        let features: Vec<_> = features.into_iter().collect();
        if !features.is_empty() {
            parts.push(format!(
                "// Features of Diesel that these models need: {}.\n",
                features.join(", ")
            ));
        }
        let core = if self.enums.is_empty() {
            "Table"
        } else {
            "{EnumType, Table}"
        };
        parts.push(format!(
            "use diesel::prelude::*;\nuse migrate_core::{core};\n"
        ));
        parts.extend(self.sql_types(structs));
        parts.extend(self.enums.values().map(|of| of.text(self.dialect)));
        parts.extend(structs.iter().map(|(table, of)| match of {
            Ok(of) => of.text.clone(),
            Err(why) => format!(
                "// {} is left out: {why}.\n",
                table.name.to_string().replace(['\n', '\r'], " ")
            ),
        }));
        parts.join("\n")
    }

    /// The types that neither Diesel nor this file has a Rust type for.
    fn sql_types(&self, structs: &[(&Table, Result<Struct, String>)]) -> Option<String> {
        let missing = structs
            .iter()
            .filter_map(|(_, of)| of.as_ref().ok())
            .flat_map(|of| &of.missing);
        let missing: BTreeMap<&String, &Name> = missing.map(|(word, name)| (word, name)).collect();
        let each = missing.into_iter().map(|(word, name)| {
            let schema = name
                .schema
                .as_ref()
                .map(|schema| format!(", schema = {schema:?}"))
                .unwrap_or_default();
            format!(
                "    #[derive(diesel::query_builder::QueryId, diesel::sql_types::SqlType)]\n    \
                 #[diesel(postgres_type(name = {:?}{schema}))]\n    pub struct {word};\n",
                name.name
            )
        });
        let each: Vec<_> = each.collect();
        (!each.is_empty()).then(|| format!("pub mod sql_types {{\n{}}}\n", each.join("\n")))
    }
}

/// The enums: PostgreSQL's types, and on MySQL one a column that is an `ENUM`.
fn enums(
    schema: &Schema,
    dialect: Dialect,
    modules: &HashMap<&Name, String>,
    taken: &mut HashSet<String>,
) -> BTreeMap<String, RustEnum> {
    let mut found = BTreeMap::new();
    let mut types: Vec<&EnumType> = schema.enums.all().iter().collect();
    types.sort_by_key(|of| &of.name);
    for of in types {
        let ident = free(camel(&of.name.name), taken);
        let rust = RustEnum {
            ident,
            name: Some(of.name.clone()),
            labels: of.values.clone(),
        };
        found.insert(Type::user(of.name.clone()).sql(dialect), rust);
    }
    for table in &schema.tables {
        for column in table.columns.iter().filter(|_| dialect == Dialect::Mysql) {
            let Some(of) = column.sql_type.value().filter(|of| of.name() == "enum") else {
                continue;
            };
            let sql = of.sql(dialect);
            found.entry(sql).or_insert_with(|| {
                let table = singular(&modules[&table.name]);
                let ident = free(camel(&format!("{table}_{}", column.name)), taken);
                let labels = of.arguments().iter().map(|label| unquoted(label));
                RustEnum {
                    ident,
                    name: None,
                    labels: labels.collect(),
                }
            });
        }
    }
    found
}

impl RustEnum {
    fn text(&self, dialect: Dialect) -> String {
        let mut text = "#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumType)]\n".to_owned();
        if let Some(name) = self.name.as_ref().filter(|_| dialect == Dialect::Postgres) {
            let mut said = Vec::new();
            if snake(&self.ident) != name.name {
                said.push(format!("name = {:?}", name.name));
            }
            said.extend(
                name.schema
                    .as_ref()
                    .map(|schema| format!("schema = {schema:?}")),
            );
            if !said.is_empty() {
                text.push_str(&format!("#[table({})]\n", said.join(", ")));
            }
        }
        text.push_str(&format!("pub enum {} {{\n", self.ident));
        let mut taken = HashSet::new();
        for label in &self.labels {
            let ident = free(camel(label), &mut taken);
            if snake(&ident) != *label {
                text.push_str(&format!("    #[table(rename = {label:?})]\n"));
            }
            text.push_str(&format!("    {ident},\n"));
        }
        text + "}\n"
    }
}

/// `UserRole` as `user_role`, the name that an enum has by itself.
fn snake(ident: &str) -> String {
    let mut snake = String::new();
    for (at, of) in ident.chars().enumerate() {
        if of.is_uppercase() && at > 0 {
            snake.push('_');
        }
        snake.extend(of.to_lowercase());
    }
    snake
}

/// One of what a table is called after, as far as English is regular.
fn singular(name: &str) -> String {
    let cut = |end: &str, with: &str| name.strip_suffix(end).map(|rest| format!("{rest}{with}"));
    if ["ss", "us", "is", "os"]
        .iter()
        .any(|end| name.ends_with(end))
        || name.len() < 3
    {
        return name.to_owned();
    }
    cut("ies", "y")
        .or_else(|| cut("sses", "ss"))
        .or_else(|| cut("xes", "x"))
        .or_else(|| cut("ches", "ch"))
        .or_else(|| cut("shes", "sh"))
        .or_else(|| cut("s", ""))
        .unwrap_or_else(|| name.to_owned())
}
