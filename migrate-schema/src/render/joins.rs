//! Which tables Diesel can join, and by which column.

use std::collections::HashMap;

use super::names::columns;
use crate::{Name, Table};

/// The foreign keys that Diesel can join by: of one column, to the whole primary key of another table, and the only one between
/// the two. Child, parent, and the child's column as Rust calls it.
pub(super) fn joinables<'a>(
    tables: &[&'a Table],
    modules: &HashMap<&Name, String>,
) -> Vec<(&'a Name, &'a Name, String)> {
    let keys = || {
        let each = |table: &&'a Table| {
            let table = *table;
            table.foreign_keys.all().iter().map(move |key| (table, key))
        };
        tables.iter().flat_map(each)
    };
    let pair = |one: &'a Name, other: &'a Name| {
        if one < other {
            (one, other)
        } else {
            (other, one)
        }
    };
    let mut counts: HashMap<_, usize> = HashMap::new();
    for (table, key) in keys() {
        *counts.entry(pair(&table.name, &key.table)).or_default() += 1;
    }
    let mut found = Vec::new();
    for (table, key) in keys() {
        let parent = tables.iter().find(|other| other.name == key.table);
        let whole = parent
            .and_then(|parent| parent.primary_key.get())
            .is_some_and(|of| {
                of.columns.len() == 1 && (key.referenced.is_empty() || key.referenced == of.columns)
            });
        let alone = counts[&pair(&table.name, &key.table)] == 1 && table.name != key.table;
        let at = |name: &String| table.columns.iter().position(|column| column.name == *name);
        if let ([column], true, true) = (key.columns.as_slice(), whole, alone)
            && let Some(at) = at(column)
        {
            let names = columns(table, &modules[&table.name]);
            found.push((&table.name, &key.table, names[at].clone()));
        }
    }
    found.sort_by_key(|(child, parent, column)| {
        (
            child.name.clone(),
            child.schema.clone(),
            parent.name.clone(),
            parent.schema.clone(),
            column.clone(),
        )
    });
    found
}

/// The tables that foreign keys connect, a group each, in the order of their names.
pub(super) fn groups<'a>(tables: &[&'a Table]) -> Vec<Vec<&'a Name>> {
    let mut groups: Vec<Vec<&Name>> = tables.iter().map(|table| vec![&table.name]).collect();
    for table in tables {
        for key in table.foreign_keys.all() {
            let at = |name: &Name| groups.iter().position(|group| group.contains(&name));
            if let (Some(one), Some(other)) = (at(&table.name), at(&key.table))
                && one != other
            {
                let more = groups.remove(one.max(other));
                groups[one.min(other)].extend(more);
            }
        }
    }
    for group in &mut groups {
        group.sort();
    }
    groups.sort();
    groups
}
