//! MySQL's and MariaDB's statements: one ALTER a table, and foreign keys apart, before and after.
//! <https://dev.mysql.com/doc/refman/8.4/en/alter-table.html>

use std::collections::{BTreeSet, HashSet};

use super::{Fills, Statement, clauses};
use crate::token::{Token, tokens_at};
use crate::{
    Change, Check, Column, Constraint, Dialect, Difference, Expression, Facet, Index, Name, Table,
    TableChange,
};

const DIALECT: Dialect = Dialect::Mysql;

/// The statements, in the order of the changes; all of a table's are where its first one is.
pub(super) fn statements(difference: &Difference, fills: &Fills) -> Vec<Statement> {
    let mut all = Vec::new();
    let mut altered: HashSet<&Name> = HashSet::new();
    for change in difference.changes() {
        let sql = match change {
            Change::RenameTable { from, to } => {
                format!(
                    "RENAME TABLE {} TO {}",
                    from.quoted(DIALECT),
                    to.quoted(DIALECT)
                )
            }
            Change::CreateTable(table) => create_table(table),
            Change::DropTable(table) => format!("DROP TABLE {}", table.name.quoted(DIALECT)),
            Change::Alter { table, change: how } if stands_alone(how, table, difference) => {
                format!(
                    "ALTER TABLE {} {}",
                    table.quoted(DIALECT),
                    clause(how, None, None).join(", ")
                )
            }
            Change::Alter { table, .. } => {
                if altered.insert(table) {
                    all.extend(alter(table, difference, fills));
                }
                continue;
            }
            // A column's type is the enum here.
            Change::CreateEnum(_)
            | Change::DropEnum(_)
            | Change::ExtendEnum { .. }
            | Change::RebuildEnum { .. } => continue,
        };
        all.push(Statement::of([change], sql));
    }
    all
}

/// Foreign keys wait for other tables, and names come before what uses them. The index of a new table is a statement too.
fn stands_alone(change: &TableChange, table: &Name, difference: &Difference) -> bool {
    let new = difference.renamed().table(table).is_none();
    let key = matches!(
        change,
        TableChange::Add(Constraint::ForeignKey(_)) | TableChange::Drop(Constraint::ForeignKey(_))
    );
    new || key || matches!(change, TableChange::RenameColumn { .. })
}

/// Everything else that changes of a table, in one statement; and the defaults that were there for its time alone.
fn alter(table: &Name, difference: &Difference, fills: &Fills) -> Vec<Statement> {
    let own = |change: &&Change| matches!(change, Change::Alter { table: of, change } if of == table && !stands_alone(change, table, difference));
    let changes: Vec<&Change> = difference.changes().iter().filter(own).collect();
    let (mut parts, mut fillers) = (Vec::new(), Vec::new());
    let after = difference.after().table(table);
    for change in &changes {
        let Change::Alter { change, .. } = change else {
            continue;
        };
        let fill =
            match change.as_ref() {
                TableChange::AddColumn(column) => {
                    let fill = fills.of(table, column, difference);
                    fillers.extend(fill.is_some().then(|| {
                        format!("ALTER COLUMN {} DROP DEFAULT", DIALECT.quote(&column.name))
                    }));
                    fill
                }
                _ => None,
            };
        parts.extend(clause(change, fill.as_deref(), after));
    }
    parts.extend(redefined(&changes, after));
    let statement = |parts: &[String]| {
        format!(
            "ALTER TABLE {}\n    {}",
            table.quoted(DIALECT),
            parts.join(",\n    ")
        )
    };
    let mut all = vec![Statement::of(changes, statement(&parts))];
    all.extend((!fillers.is_empty()).then(|| Statement::more(statement(&fillers))));
    all
}

/// The columns that are defined anew because a check comes or goes that is a part of their definition, and nothing else does it.
fn redefined(changes: &[&Change], after: Option<&Table>) -> Vec<String> {
    let each = || {
        changes.iter().filter_map(|change| match change {
            Change::Alter { change, .. } => Some(change.as_ref()),
            _ => None,
        })
    };
    let done: BTreeSet<&String> = each()
        .filter_map(|change| match change {
            TableChange::AddColumn(column) | TableChange::DropColumn(column) => Some(&column.name),
            TableChange::AlterColumn { to, .. } => Some(&to.name),
            _ => None,
        })
        .collect();
    let wanted: BTreeSet<&String> = each()
        .filter_map(|change| match change {
            TableChange::Add(Constraint::Check(check))
            | TableChange::Drop(Constraint::Check(check)) => check.column.as_ref(),
            _ => None,
        })
        .collect();
    let columns = wanted.difference(&done).filter_map(|name| {
        let column = after?.column(name)?;
        Some(format!("MODIFY COLUMN {}", definition(column, None, after)))
    });
    columns.collect()
}

/// What an ALTER TABLE says for a change of a table that will be so afterwards.
fn clause(change: &TableChange, fill: Option<&str>, after: Option<&Table>) -> Vec<String> {
    let quote = |name: &str| DIALECT.quote(name);
    vec![match change {
        TableChange::Add(Constraint::Check(Check {
            column: Some(_), ..
        }))
        | TableChange::Drop(Constraint::Check(Check {
            column: Some(_), ..
        })) => return Vec::new(),
        TableChange::RenameColumn { from, to } => {
            format!("RENAME COLUMN {} TO {}", quote(from), quote(to))
        }
        TableChange::AddColumn(column) => format!("ADD COLUMN {}", definition(column, fill, after)),
        TableChange::DropColumn(column) => format!("DROP COLUMN {}", quote(&column.name)),
        TableChange::AlterColumn { to, .. } => {
            format!("MODIFY COLUMN {}", definition(to, None, after))
        }
        TableChange::Add(Constraint::PrimaryKey(key)) => {
            format!("ADD PRIMARY KEY ({})", DIALECT.quote_all(&key.columns))
        }
        TableChange::Add(Constraint::Unique(unique)) => {
            let name = unique
                .name
                .value()
                .map(|name| quote(name) + " ")
                .unwrap_or_default();
            format!(
                "ADD UNIQUE KEY {name}({})",
                DIALECT.quote_all(&unique.columns)
            )
        }
        TableChange::Add(Constraint::Index(index)) => format!("ADD {}", self::index(index)),
        TableChange::Add(of) => {
            return clauses::constraint(of, DIALECT)
                .map(|clause| format!("ADD {clause}"))
                .into_iter()
                .collect();
        }
        TableChange::Drop(Constraint::PrimaryKey(_)) => "DROP PRIMARY KEY".into(),
        TableChange::Drop(of @ Constraint::ForeignKey(_)) => {
            format!("DROP FOREIGN KEY {}", quote(of.name().unwrap_or_default()))
        }
        TableChange::Drop(Constraint::Unique(unique)) => {
            let first = unique.columns.first().cloned().unwrap_or_default();
            format!(
                "DROP INDEX {}",
                quote(unique.name.value().unwrap_or(&first))
            )
        }
        TableChange::Drop(Constraint::Index(index)) => {
            let first = index.columns().next().cloned().unwrap_or_default();
            format!("DROP INDEX {}", quote(index.name.value().unwrap_or(&first)))
        }
        TableChange::Drop(of @ Constraint::Check(_)) => {
            format!("DROP CONSTRAINT {}", quote(of.name().unwrap_or_default()))
        }
        TableChange::Rename { from, to } => {
            format!(
                "RENAME INDEX {} TO {}",
                quote(from.name().unwrap_or_default()),
                quote(to)
            )
        }
        TableChange::Comment { to, .. } => format!(
            "COMMENT = {}",
            DIALECT.literal(to.as_deref().unwrap_or_default())
        ),
        TableChange::Options => return Vec::new(),
    }]
}

fn create_table(table: &Table) -> String {
    let mut made = table.clone();
    if let Facet::Known(Some(key)) = &mut made.primary_key {
        key.name = Facet::Unknown;
    }
    if let Facet::Known(checks) = &mut made.checks {
        checks.retain(|check| check.column.is_none());
    }
    let columns = table
        .columns
        .iter()
        .map(|column| definition(column, None, Some(table)))
        .collect();
    let mut options = String::new();
    if let Some(collation) = &table.collation {
        options.push_str(&format!(" COLLATE = {}", DIALECT.quote(collation)));
    }
    if let Some(rest) = &table.rest {
        options.push_str(&format!(" {rest}"));
    }
    if let Some(comment) = table.comment.get() {
        options.push_str(&format!(" COMMENT = {}", DIALECT.literal(comment)));
    }
    clauses::create_table(&made, columns, true, &options, DIALECT)
}

/// A column as it stands in CREATE TABLE; `fill` is a default for this once, `table` has the checks that are a part of it.
fn definition(column: &Column, fill: Option<&str>, table: Option<&Table>) -> String {
    let of = column
        .sql_type
        .value()
        .map(|of| of.sql(DIALECT))
        .unwrap_or_default();
    let mut sql = format!("{} {of}", DIALECT.quote(&column.name));
    if let Some(collation) = column.collation.get() {
        sql.push_str(&format!(" COLLATE {}", DIALECT.quote(collation)));
    }
    if let Some(generated) = column.generated.get() {
        sql.push_str(&clauses::generated(generated));
    } else {
        // A TIMESTAMP takes no NULL unless it is told to.
        sql.push_str(if column.takes_null() {
            " NULL"
        } else {
            " NOT NULL"
        });
    }
    let given = column.default.get().map(default);
    let fill = fill.map(|fill| format!(" DEFAULT {fill}"));
    sql.push_str(&given.or(fill).unwrap_or_default());
    if column.identity.get().is_some() {
        sql.push_str(" AUTO_INCREMENT");
    }
    if let Some(rest) = &column.rest {
        sql.push_str(&format!(" {rest}"));
    }
    if let Some(comment) = column.comment.get() {
        sql.push_str(&format!(" COMMENT {}", DIALECT.literal(comment)));
    }
    let checks = table.map_or(&[][..], |table| table.checks.all());
    let own = |check: &&Check| check.column.as_ref() == Some(&column.name);
    if let Some(check) = checks.iter().find(own) {
        sql.push_str(&format!(" CHECK ({})", check.expression));
    }
    sql
}

/// What a row gets where it gives nothing, and what it gets when it changes. Either may be said alone.
fn default(of: &Expression) -> String {
    let text = of.as_str();
    let all = tokens_at(text, DIALECT);
    let is = |at: usize, word: &str| matches!(all.get(at), Some((Token::Word(of), _)) if of.eq_ignore_ascii_case(word));
    let on_update = (0..all.len()).find(|&at| is(at, "on") && is(at + 1, "update"));
    let cut = on_update.map_or(text.len(), |at| all[at].1.start);
    let (value, change) = (text[..cut].trim(), &text[cut..]);
    let value = match value {
        "" => String::new(),
        value => format!(" DEFAULT {}", clauses::default(&value.into(), DIALECT)),
    };
    match change {
        "" => value,
        change => format!("{value} {change}"),
    }
}

fn index(index: &Index) -> String {
    let method = index.method.as_deref().unwrap_or_default();
    let (kind, using) = match method {
        "fulltext" => ("FULLTEXT INDEX", String::new()),
        "spatial" => ("SPATIAL INDEX", String::new()),
        _ if index.unique => ("UNIQUE INDEX", using(method)),
        _ => ("INDEX", using(method)),
    };
    let name = index
        .name
        .value()
        .map(|name| format!(" {}", DIALECT.quote(name)))
        .unwrap_or_default();
    format!("{kind}{name}{using} ({})", clauses::parts(index, DIALECT))
}

fn using(method: &str) -> String {
    if method.is_empty() {
        String::new()
    } else {
        format!(" USING {}", method.to_uppercase())
    }
}
