//! SQLite's statements: what its ALTER TABLE can do, and for the rest one rebuild a table.
//! <https://www.sqlite.org/lang_altertable.html>

use std::collections::HashSet;

use super::sqlite_native::{carried, is_native, native};
use super::sqlite_rebuild::rebuild;
use super::sqlite_text::text_of;
use super::{Fills, Statement, clauses};
use crate::{Change, Column, Dialect, Difference, Index, Name, Table, TableChange};

pub(super) const DIALECT: Dialect = Dialect::Sqlite;

/// The statements, in the order of the changes; a rebuild is where the first change of its table is.
pub(super) fn statements(difference: &Difference, fills: &Fills) -> Vec<Statement> {
    let rebuilt = rebuilt(difference);
    let mut tables = rebuilt.iter();
    let has_triggers = |name: &&Name| {
        let table = difference.renamed().table(name);
        table.is_some_and(|table| !table.triggers.is_empty())
    };
    let first = difference.under_old_names();
    if let Some(first) = first.filter(|_| tables.any(has_triggers)) {
        return renamed_last(difference, &first, fills);
    }
    in_order(difference, &rebuilt, fills)
}

/// The tables that are made anew.
fn rebuilt(difference: &Difference) -> HashSet<&Name> {
    let changes = difference.changes().iter();
    let names = changes.filter_map(|change| match change {
        Change::Alter { table, change } => {
            let before = difference.renamed().table(table)?;
            (!is_native(change, before, difference)).then_some(table)
        }
        _ => None,
    });
    names.collect()
}

/// A table that is made anew gets its triggers back as they were; the names in them SQLite itself changes then, as it does those in
/// views. `first` is everything else, under the old names.
fn renamed_last(difference: &Difference, first: &Difference, fills: &Fills) -> Vec<Statement> {
    let mut all = in_order(first, &rebuilt(first), &fills.under_old_names(difference));
    for change in difference.changes() {
        match change {
            Change::RenameTable { from, to } => {
                all.push(Statement::of([change], rename_table(from, to)));
            }
            Change::Alter { table, change: of } if is_rename(of) => {
                let sql = native(table, of, difference);
                all.extend(sql.map(|sql| Statement::of([change], sql)));
            }
            Change::CreateTable(table) => all.extend(triggers(table).map(Statement::more)),
            _ => {}
        }
    }
    all
}

fn rename_table(from: &Name, to: &Name) -> String {
    let to = DIALECT.quote(&to.name);
    format!("ALTER TABLE {} RENAME TO {to}", from.quoted(DIALECT))
}

fn in_order(difference: &Difference, rebuilt: &HashSet<&Name>, fills: &Fills) -> Vec<Statement> {
    let mut all = Vec::new();
    let mut done: HashSet<&Name> = HashSet::new();
    for each in difference.changes() {
        let sql = match each {
            Change::RenameTable { from, to } => rename_table(from, to),
            Change::CreateTable(table) => {
                all.push(Statement::of([each], create(table)));
                all.extend(triggers(table).map(Statement::more));
                continue;
            }
            Change::DropTable(table) => format!("DROP TABLE {}", table.name.quoted(DIALECT)),
            Change::Alter { table, change } if rebuilt.contains(table) && !is_rename(change) => {
                if done.insert(table) {
                    all.extend(rebuild(table, difference, fills));
                }
                continue;
            }
            Change::Alter { table, change } => {
                let Some(sql) = native(table, change, difference) else {
                    continue;
                };
                let with = carried(change, table, difference).map(|(change, _)| change);
                all.push(Statement::of([each].into_iter().chain(with), sql));
                continue;
            }
            Change::CreateEnum(_)
            | Change::DropEnum(_)
            | Change::ExtendEnum { .. }
            | Change::RebuildEnum { .. } => continue,
        };
        all.push(Statement::of([each], sql));
    }
    let circle = !rebuilt.is_empty() || drops_a_circle(difference);
    if circle {
        // Dropping a table deletes its rows, and with them those that refer to them.
        let mut off = Statement::more("PRAGMA foreign_keys = OFF");
        off.comments
            .push("no row is deleted because its parent is moved".into());
        all.insert(0, off);
    }
    all
}

const fn is_rename(change: &TableChange) -> bool {
    matches!(change, TableChange::RenameColumn { .. })
}

/// Whether tables that go refer to each other, so that none can be first.
fn drops_a_circle(difference: &Difference) -> bool {
    let mut gone: HashSet<&Name> = HashSet::new();
    difference.changes().iter().any(|change| {
        let Change::DropTable(table) = change else {
            return false;
        };
        gone.insert(&table.name);
        table
            .foreign_keys
            .all()
            .iter()
            .any(|key| key.table != table.name && gone.contains(&key.table))
    })
}

/// The triggers of a table that was made, without their semicolons.
pub(super) fn triggers(table: &Table) -> impl Iterator<Item = String> {
    let texts = table.triggers.iter();
    texts.map(|text| text.trim_end_matches([';', ' ', '\n']).to_owned())
}

/// The statement that makes a table: the one that it came with, where that is still true of it.
fn create(table: &Table) -> String {
    text_of(table, None).unwrap_or_else(|| create_table(table))
}

pub(super) fn create_table(table: &Table) -> String {
    let inline = numbered(table);
    let columns = table.columns.iter().map(|column| {
        let key = inline.filter(|inline| inline.name == column.name);
        definition(column, key.map(|_| key_of(table)).as_deref())
    });
    clauses::create_table(
        table,
        columns.collect(),
        inline.is_none(),
        &options(table),
        DIALECT,
    )
}

/// The column that AUTOINCREMENT stands at: it does only beside a key that the column itself is.
pub(super) fn numbered(table: &Table) -> Option<&Column> {
    let key = table.primary_key.get()?;
    let mut columns = table.columns.iter();
    let column = columns.find(|column| column.identity.get().is_some())?;
    (key.columns == [column.name.as_str()]).then_some(column)
}

/// The key of a numbered table, as it stands at its column.
pub(super) fn key_of(table: &Table) -> String {
    let name = table.primary_key.get().and_then(|key| key.name.value());
    let name = name.map(|name| format!(" CONSTRAINT {}", DIALECT.quote(name)));
    name.unwrap_or_default() + " PRIMARY KEY AUTOINCREMENT"
}

/// What follows the parenthesis.
pub(super) fn options(table: &Table) -> String {
    let strict = (table.strict.value() == Some(&true)).then_some("STRICT");
    let rowid = (table.without_rowid.value() == Some(&true)).then_some("WITHOUT ROWID");
    let options: Vec<_> = strict.into_iter().chain(rowid).collect();
    if options.is_empty() {
        return String::new();
    }
    format!(" {}", options.join(", "))
}

pub(super) fn definition(column: &Column, key: Option<&str>) -> String {
    let of = column
        .sql_type
        .value()
        .map(|of| of.sql(DIALECT))
        .unwrap_or_default();
    let mut sql = format!("{} {of}", DIALECT.quote(&column.name));
    sql.truncate(sql.trim_end().len());
    sql.push_str(key.unwrap_or_default());
    if !column.takes_null() {
        sql.push_str(" NOT NULL");
    }
    if let Some(default) = column.default.get() {
        sql.push_str(&format!(" DEFAULT {}", clauses::default(default, DIALECT)));
    }
    if let Some(collation) = column.collation.get() {
        sql.push_str(&format!(" COLLATE {}", DIALECT.quote(collation)));
    }
    if let Some(generated) = column.generated.get() {
        sql.push_str(&clauses::generated(generated));
    }
    sql
}

pub(super) fn create_index(table: &Name, index: &Index) -> String {
    let unique = if index.unique { "UNIQUE " } else { "" };
    // An index's schema stands before its own name, and the table has none.
    let name = table
        .sibling(index.name.value().cloned().unwrap_or_default())
        .quoted(DIALECT);
    let predicate = index
        .predicate
        .as_ref()
        .map(|of| format!(" WHERE {of}"))
        .unwrap_or_default();
    let on = DIALECT.quote(&table.name);
    format!(
        "CREATE {unique}INDEX {name} ON {on} ({}){predicate}",
        clauses::parts(index, DIALECT)
    )
}
