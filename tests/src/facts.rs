//! What a database's schema says, however it was written. SQLite keeps the author's text, so there its pragmas are asked; of what they
//! do not tell the text alone speaks.

use migrate_core::{Backend, Inspector};
use migrate_schema::{IndexKey, Schema, Table};

use crate::database::Database;
use crate::onlookers::PREFIX;
use crate::shape::shape;

const TABLES: &str = "(SELECT name, wr, strict FROM pragma_table_list WHERE \"schema\" = 'main' AND type = 'table' \
                      AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT IN ('__diesel_schema_migrations', '__migrate_log')) t";

/// The lines of [`shape`]; on SQLite facts instead, in which the names of constraints, the layout and the NULL of a key do not count.
///
/// # Panics
/// Where the schema cannot be read.
#[must_use]
pub fn facts(database: &Database) -> Vec<String> {
    if database.backend() != Backend::Sqlite {
        return shape(database);
    }
    let mut facts = told_by_pragmas(database);
    let schema = Inspector::new()
        .schema(&mut database.connect())
        .unwrap_or_else(|error| panic!("{error}"));
    facts.extend(told_by_text(&schema));
    facts.sort();
    facts
}

fn told_by_pragmas(database: &Database) -> Vec<String> {
    let queries = [
        format!("SELECT name || ' table ' || wr || strict FROM {TABLES}"),
        format!(
            "SELECT t.name || '.' || c.name || ' ' || upper(replace(c.type, ' ', '')) || (c.pk > 0 OR c.\"notnull\") || \
             coalesce(c.dflt_value, '') || ' ' || c.pk || c.hidden FROM {TABLES}, pragma_table_xinfo(t.name) c"
        ),
        format!(
            "SELECT t.name || ' refers ' || group_concat(f.\"from\" || ' ' || f.\"table\" || ' ' || coalesce(f.\"to\", '')) || \
             f.on_delete || f.on_update FROM {TABLES}, pragma_foreign_key_list(t.name) f GROUP BY t.name, f.id"
        ),
        format!(
            "SELECT t.name || ' ' || iif(i.origin = 'c', i.name, i.origin) || i.\"unique\" || i.partial || \
             (SELECT group_concat(coalesce(x.name, '()') || x.\"desc\" || x.coll) FROM pragma_index_xinfo(i.name) x WHERE x.\"key\") \
             FROM {TABLES}, pragma_index_list(t.name) i"
        ),
        format!(
            "SELECT replace(replace(sql, char(10), ' '), '\"', '') FROM sqlite_master WHERE type IN ('trigger', 'view') \
             AND name NOT LIKE '{PREFIX} %'"
        ),
    ];
    queries
        .iter()
        .flat_map(|query| database.column(query))
        .collect()
}

fn told_by_text(schema: &Schema) -> Vec<String> {
    schema.tables.iter().flat_map(of_table).collect()
}

fn of_table(table: &Table) -> Vec<String> {
    let mut facts = Vec::new();
    let mut fact = |what: &str, text: &str| {
        let text = text.to_lowercase().replace([' ', '"', '\n'], "");
        facts.push(format!("{} {what} {text}", table.name));
    };
    for column in &table.columns {
        if column.identity.get().is_some() {
            fact("numbers", &column.name);
        }
        if let Some(collation) = column.collation.get() {
            fact("collates", &format!("{} {collation}", column.name));
        }
        if let Some(generated) = column.generated.get() {
            fact("computes", generated.expression.as_str());
        }
    }
    for check in table.checks.all() {
        fact("checks", check.expression.as_str());
    }
    for key in table.foreign_keys.all() {
        fact(
            "defers",
            &format!("{:?}{}", key.columns, key.deferrable.sql()),
        );
    }
    for index in table.indexes.all() {
        if let Some(predicate) = &index.predicate {
            fact("holds only", predicate.as_str());
        }
        for part in &index.parts {
            if let IndexKey::Expression(expression) = &part.key {
                fact("holds", expression.as_str());
            }
        }
    }
    facts
}
