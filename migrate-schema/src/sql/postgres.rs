//! PostgreSQL's statements.

use super::postgres_column::{alter, comment_on, definition};
use super::{Fills, Statement, clauses, postgres_enum, postgres_name};
use crate::diff::Named;
use crate::{
    Change, Column, Constraint, Dialect, Difference, Facet, Index, Name, Table, TableChange, Unique,
};

const DIALECT: Dialect = Dialect::Postgres;

/// A statement or more a change, in the order of the changes.
pub(super) fn statements(difference: &Difference, fills: &Fills) -> Vec<Statement> {
    let mut all = Vec::new();
    for change in difference.changes() {
        let mut sql = match change {
            Change::RenameTable { from, to } => rename_table(from, to, difference),
            Change::CreateTable(table) => create_table(table),
            Change::DropTable(table) => vec![format!("DROP TABLE {}", table.name.quoted(DIALECT))],
            Change::CreateEnum(of) => vec![postgres_enum::create(of)],
            Change::DropEnum(of) => vec![format!("DROP TYPE {}", of.name.quoted(DIALECT))],
            Change::ExtendEnum { from, to } => postgres_enum::extend(from, to),
            Change::RebuildEnum { to, .. } => postgres_enum::rebuild(to, difference),
            Change::Alter { table, change } => table_change(table, change, difference, fills),
        }
        .into_iter();
        all.extend(sql.next().map(|first| Statement::of([change], first)));
        all.extend(sql.map(Statement::more));
    }
    all
}

/// Another name, another schema, or both: the name first, unless something else in the old schema has it.
fn rename_table(from: &Name, to: &Name, difference: &Difference) -> Vec<String> {
    let renamed = |from: &Name| {
        let to = DIALECT.quote(&to.name);
        format!("ALTER TABLE {} RENAME TO {to}", from.quoted(DIALECT))
    };
    if from.schema == to.schema {
        return vec![renamed(from)];
    }
    let near = from.sibling(to.name.as_str());
    if from.name == to.name {
        vec![moved(from, to)]
    } else if difference.before().table(&near).is_none() {
        vec![renamed(from), moved(&near, to)]
    } else {
        vec![moved(from, to), renamed(&to.sibling(from.name.as_str()))]
    }
}

/// To another schema. The connection's own has no name here, and SET SCHEMA wants one: the server puts it in.
fn moved(table: &Name, to: &Name) -> String {
    let table = table.quoted(DIALECT);
    let Some(schema) = &to.schema else {
        let name = DIALECT.literal(&table);
        let body = format!(
            "BEGIN EXECUTE format('ALTER TABLE %s SET SCHEMA %I', {name}, current_schema()); END"
        );
        return match body.contains("$$") {
            true => format!("DO {}", DIALECT.literal(&body)),
            false => format!("DO $$ {body} $$"),
        };
    };
    format!("ALTER TABLE {table} SET SCHEMA {}", DIALECT.quote(schema))
}

fn create_table(table: &Table) -> Vec<String> {
    let columns = table
        .columns
        .iter()
        .map(|column| definition(column, None))
        .collect();
    let (made, repeated) = without_repeated(table);
    let mut sql = vec![clauses::create_table(&made, columns, true, "", DIALECT)];
    sql.extend(repeated.into_iter().filter_map(|unique| {
        let clause = clauses::constraint(&Constraint::Unique(unique), DIALECT)?;
        Some(format!(
            "ALTER TABLE {} ADD {clause}",
            table.name.quoted(DIALECT)
        ))
    }));
    if let Some(comment) = table.comment.get() {
        sql.push(comment_on(
            "TABLE",
            &table.name.quoted(DIALECT),
            Some(comment),
        ));
    }
    sql.extend(
        table
            .columns
            .iter()
            .filter_map(|column| comment(&table.name, column)),
    );
    sql
}

/// A table without the unique constraints that say what its key or another of them says, whatever their names: CREATE TABLE would
/// silently make one of the two.
fn without_repeated(table: &Table) -> (Table, Vec<Unique>) {
    let mut made = table.clone();
    let mut said: Vec<Unique> = Vec::new();
    said.extend(table.primary_key.get().map(|key| Unique::on(&key.columns)));
    let mut repeated = Vec::new();
    if let Facet::Known(uniques) = &mut made.uniques {
        uniques.retain(|unique| {
            let again = said.iter().any(|of| of.same(unique, DIALECT));
            if again {
                repeated.push(unique.clone());
            } else {
                said.push(unique.clone());
            }
            !again
        });
    }
    (made, repeated)
}

/// The comment of a new column.
fn comment(table: &Name, column: &Column) -> Option<String> {
    let comment = column.comment.get()?;
    let name = format!("{}.{}", table.quoted(DIALECT), DIALECT.quote(&column.name));
    Some(comment_on("COLUMN", &name, Some(comment)))
}

fn table_change(
    table: &Name,
    change: &TableChange,
    difference: &Difference,
    fills: &Fills,
) -> Vec<String> {
    let alter_table = |clause: String| format!("ALTER TABLE {} {clause}", table.quoted(DIALECT));
    let quote = |name: &str| DIALECT.quote(name);
    match change {
        TableChange::RenameColumn { from, to } => {
            vec![alter_table(format!(
                "RENAME COLUMN {} TO {}",
                quote(from),
                quote(to)
            ))]
        }
        TableChange::AddColumn(column) => {
            let fill = fills.of(table, column, difference);
            let mut sql = vec![alter_table(format!(
                "ADD COLUMN {}",
                definition(column, fill.as_deref())
            ))];
            if fill.is_some() {
                sql.push(alter_table(format!(
                    "ALTER COLUMN {} DROP DEFAULT",
                    quote(&column.name)
                )));
            }
            sql.extend(comment(table, column));
            sql
        }
        TableChange::DropColumn(column) => {
            vec![alter_table(format!("DROP COLUMN {}", quote(&column.name)))]
        }
        TableChange::AlterColumn { from, to } => alter(table, from, to),
        TableChange::Add(Constraint::Index(index)) => vec![create_index(table, index)],
        TableChange::Add(of) => clauses::constraint(of, DIALECT)
            .map(|clause| alter_table(format!("ADD {clause}")))
            .into_iter()
            .collect(),
        TableChange::Drop(Constraint::Index(index)) => {
            let name = table.sibling(index.name.value().cloned().unwrap_or_default());
            vec![format!("DROP INDEX {}", name.quoted(DIALECT))]
        }
        TableChange::Drop(of) => vec![alter_table(format!(
            "DROP CONSTRAINT {}",
            quote(&postgres_name::of_constraint(table, of))
        ))],
        TableChange::Rename {
            from: Constraint::Index(index),
            to,
        } => {
            let name = table.sibling(index.name.value().cloned().unwrap_or_default());
            vec![format!(
                "ALTER INDEX {} RENAME TO {}",
                name.quoted(DIALECT),
                quote(to)
            )]
        }
        TableChange::Rename { from, to } => {
            vec![alter_table(format!(
                "RENAME CONSTRAINT {} TO {}",
                quote(&postgres_name::of_constraint(table, from)),
                quote(to)
            ))]
        }
        TableChange::Comment { to, .. } => {
            vec![comment_on("TABLE", &table.quoted(DIALECT), to.as_ref())]
        }
        TableChange::Options => Vec::new(),
    }
}

pub(super) fn create_index(table: &Name, index: &Index) -> String {
    let unique = if index.unique { "UNIQUE " } else { "" };
    let name = index
        .name
        .value()
        .map(|name| DIALECT.quote(name) + " ")
        .unwrap_or_default();
    let method = index
        .method
        .as_ref()
        .map(|method| format!(" USING {method}"))
        .unwrap_or_default();
    let mut sql = format!(
        "CREATE {unique}INDEX {name}ON {}{method} ({})",
        table.quoted(DIALECT),
        clauses::parts(index, DIALECT)
    );
    if !index.include.is_empty() {
        sql.push_str(&format!(" INCLUDE ({})", DIALECT.quote_all(&index.include)));
    }
    if index.nulls_not_distinct {
        sql.push_str(" NULLS NOT DISTINCT");
    }
    if let Some(predicate) = &index.predicate {
        sql.push_str(&format!(" WHERE {predicate}"));
    }
    sql
}
