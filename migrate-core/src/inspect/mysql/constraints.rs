//! The foreign keys and checks of a database's tables.

use migrate_schema::{Action, Check, Dialect, Expression, Facet, ForeignKey, Name, Table, Type};

use super::{Catalogue, InspectError, Tables, query, unescaped};
use crate::backend::{Row, Server};

pub(super) fn read_foreign_keys(
    server: &mut dyn Server,
    tables: &mut Tables,
) -> Result<(), InspectError> {
    let database = tables.database.clone();
    let rules = query(
        server,
        "the foreign keys",
        &format!(
            "SELECT TABLE_NAME, CONSTRAINT_NAME, UPDATE_RULE, DELETE_RULE FROM information_schema.REFERENTIAL_CONSTRAINTS \
             WHERE CONSTRAINT_SCHEMA = {database}"
        ),
    )?;
    if rules.is_empty() {
        return Ok(());
    }
    let rows = query(
        server,
        "the columns of the foreign keys",
        &format!(
            "SELECT TABLE_NAME, CONSTRAINT_NAME, COLUMN_NAME, REFERENCED_TABLE_SCHEMA, REFERENCED_TABLE_NAME, REFERENCED_COLUMN_NAME \
             FROM information_schema.KEY_COLUMN_USAGE WHERE TABLE_SCHEMA = {database} AND REFERENCED_TABLE_NAME IS NOT NULL \
             ORDER BY TABLE_NAME, CONSTRAINT_NAME, ORDINAL_POSITION"
        ),
    )?;
    let same =
        |one: &Row, other: &Row| (one.text(0), one.text(1)) == (other.text(0), other.text(1));
    for parts in rows.chunk_by(same) {
        let first = &parts[0];
        let key = foreign_key(parts, rules.iter().find(|rule| same(rule, first)));
        if let Some(Facet::Known(keys)) = tables
            .get(first.text_or_empty(0))
            .map(|table| &mut table.foreign_keys)
        {
            keys.push(key);
        }
    }
    Ok(())
}

fn foreign_key(parts: &[Row], rule: Option<&Row>) -> ForeignKey {
    let first = &parts[0];
    let texts = |column| parts.iter().map(move |row| row.text_or_empty(column));
    let other = Name::qualified(first.text_or_empty(3), first.text_or_empty(4));
    let mut key = ForeignKey::on(texts(2), other, texts(5)).named(first.text_or_empty(1));
    // RESTRICT and NO ACTION are one here, and are written as nothing.
    let action = |column| {
        rule.and_then(|rule| Action::from_sql(rule.text_or_empty(column)))
            .filter(|action| *action != Action::Restrict)
            .unwrap_or_default()
    };
    (key.on_update, key.on_delete) = (action(2), action(3));
    key
}

pub(super) fn read_checks(
    server: &mut dyn Server,
    catalogue: &Catalogue,
    tables: &mut Tables,
) -> Result<(), InspectError> {
    let database = &tables.database;
    let level = catalogue.or_null("CHECK_CONSTRAINTS.LEVEL");
    let sql = if catalogue.has("CHECK_CONSTRAINTS.TABLE_NAME") {
        format!(
            "SELECT TABLE_NAME, CONSTRAINT_NAME, CHECK_CLAUSE, {level} FROM information_schema.CHECK_CONSTRAINTS \
             WHERE CONSTRAINT_SCHEMA = {database}"
        )
    } else {
        // MySQL's catalogue of checks does not name their tables.
        format!(
            "SELECT t.TABLE_NAME, t.CONSTRAINT_NAME, c.CHECK_CLAUSE, NULL FROM information_schema.TABLE_CONSTRAINTS t \
             JOIN information_schema.CHECK_CONSTRAINTS c ON c.CONSTRAINT_SCHEMA = t.CONSTRAINT_SCHEMA \
             AND c.CONSTRAINT_NAME = t.CONSTRAINT_NAME WHERE t.TABLE_SCHEMA = {database} AND t.CONSTRAINT_TYPE = 'CHECK'"
        )
    };
    for row in &query(server, "the checks", &sql)? {
        if let Some(table) = tables.get(row.text_or_empty(0)) {
            let expression = unescaped(row.text_or_empty(2), catalogue).into();
            push(table, row, expression, catalogue);
        }
    }
    Ok(())
}

/// A check of the table, or one that is a part of a column, or the one that makes MariaDB's LONGTEXT a JSON.
fn push(table: &mut Table, row: &Row, expression: Expression, catalogue: &Catalogue) {
    let name = row.text_or_empty(1);
    // Before there was a level, a column's check had the name of the column and no other did.
    let of_column = catalogue.is_mariadb
        && row
            .text(3)
            .map_or_else(|| table.column(name).is_some(), |level| level == "Column");
    let Facet::Known(checks) = &mut table.checks else {
        return;
    };
    if !of_column {
        checks.push(Check::that(expression).named(name));
        return;
    }
    let valid = format!("json_valid({})", Dialect::Mysql.quote(name));
    let column = table.columns.iter_mut().find(|column| column.name == name);
    match column {
        Some(column) if expression.as_str() == valid && is_json(column.sql_type.known()) => {
            if let Ok(json) = Type::parse(Dialect::Mysql, "JSON") {
                column.sql_type = Facet::Known(json);
                column.collation = Facet::Known(None);
            }
        }
        _ => checks.push(Check::that(expression).within(name)),
    }
}

fn is_json(of: Option<&Type>) -> bool {
    of.is_some_and(|of| of.name() == "longtext")
}
