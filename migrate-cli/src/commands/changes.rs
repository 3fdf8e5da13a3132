//! How the changes between two schemas read: by table, with what is lost, and as JSON.

use anstyle::Style;
use migrate_schema::{Change, TableChange};
use serde_json::{Value, json};

use crate::style::{BAD, Cell, GOOD, ODD, PLAIN, STRONG, aligned, styled};

/// Lines for all changes: each table, and below it what comes, goes or changes.
pub(super) fn lines(changes: &[Change]) -> Vec<String> {
    let mut tables: Vec<(String, Vec<Vec<Cell>>)> = Vec::new();
    for change in changes {
        let table = change
            .table()
            .map_or_else(|| "types".to_owned(), ToString::to_string);
        let at = tables
            .iter()
            .position(|(name, _)| *name == table)
            .unwrap_or_else(|| {
                tables.push((table, Vec::new()));
                tables.len() - 1
            });
        tables[at].1.push(row(change));
    }
    let rows: Vec<_> = tables.iter().flat_map(|(_, rows)| rows.clone()).collect();
    let mut aligned = aligned(&rows, 0).into_iter();
    let mut lines = Vec::new();
    for (table, rows) in tables {
        lines.push(styled(STRONG, &table));
        lines.extend(aligned.by_ref().take(rows.len()));
    }
    lines
}

fn row(change: &Change) -> Vec<Cell> {
    let (sign, style) = sign(change);
    let first = Cell::new(PLAIN, "  ")
        .and(style, sign)
        .and(PLAIN, " ")
        .and(PLAIN, &told(change));
    let lost = change.loses();
    let lost = lost.map_or_else(String::new, |lost| format!("loses data: {lost}"));
    vec![first, Cell::new(BAD, &lost)]
}

/// What a change does, below the name of its table.
fn told(change: &Change) -> String {
    match change {
        Change::CreateTable(_) => "create table".to_owned(),
        Change::DropTable(_) => "drop table".to_owned(),
        Change::RenameTable { from, .. } => format!("rename table, which was {from}"),
        Change::Alter { change, .. } => change.to_string(),
        other => other.to_string(),
    }
}

fn sign(change: &Change) -> (&'static str, Style) {
    match change {
        Change::CreateTable(_) | Change::CreateEnum(_) => ("+", GOOD),
        Change::DropTable(_) | Change::DropEnum(_) => ("-", BAD),
        Change::Alter { change, .. } => match change.as_ref() {
            TableChange::AddColumn(_) | TableChange::Add(_) => ("+", GOOD),
            TableChange::DropColumn(_) | TableChange::Drop(_) => ("-", BAD),
            _ => ("~", ODD),
        },
        _ => ("~", ODD),
    }
}

/// The changes for a program.
pub(super) fn as_json(changes: &[Change]) -> Value {
    changes
        .iter()
        .map(|change| {
            json!({
                "table": change.table().map(ToString::to_string),
                "change": change.to_string(),
                "loses": change.loses(),
            })
        })
        .collect()
}
