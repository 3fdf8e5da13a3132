//! Which table comes first: the one that the others refer to.

use std::collections::{BTreeMap, BTreeSet};

use crate::{Name, Table};

/// The tables, each after those that its foreign keys name. Where they go in a circle the first by name begins; so the order
/// depends on nothing but the tables.
pub(super) fn parents_first<'a>(tables: impl IntoIterator<Item = &'a Table>) -> Vec<&'a Table> {
    let tables: BTreeMap<&Name, &Table> = tables
        .into_iter()
        .map(|table| (&table.name, table))
        .collect();
    let mut placed = BTreeSet::new();
    let mut ordered = Vec::with_capacity(tables.len());
    for table in tables.values() {
        place(table, &tables, &mut placed, &mut ordered);
    }
    ordered
}

/// Places what a table refers to, and then the table. The stack is our own: a chain of references may be long.
fn place<'a>(
    table: &'a Table,
    tables: &BTreeMap<&'a Name, &'a Table>,
    placed: &mut BTreeSet<&'a Name>,
    ordered: &mut Vec<&'a Table>,
) {
    if !placed.insert(&table.name) {
        return;
    }
    let mut stack = vec![(table, parents(table, tables))];
    while let Some((table, open)) = stack.last_mut() {
        match open.next() {
            Some(parent) if placed.insert(&parent.name) => {
                stack.push((parent, parents(parent, tables)))
            }
            Some(_) => {}
            None => {
                ordered.push(table);
                stack.pop();
            }
        }
    }
}

fn parents<'a>(
    table: &'a Table,
    tables: &BTreeMap<&'a Name, &'a Table>,
) -> std::vec::IntoIter<&'a Table> {
    let names: BTreeSet<&Name> = table
        .foreign_keys
        .all()
        .iter()
        .map(|key| &key.table)
        .collect();
    let found: Vec<_> = names
        .into_iter()
        .filter_map(|name| tables.get(name).copied())
        .collect();
    found.into_iter()
}
