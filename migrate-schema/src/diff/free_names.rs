//! Names by a template that something else has already: the next one that is free.

use std::collections::HashSet;

use crate::naming::numbered;
use crate::{Dialect, Facet, Name, Table};

/// Within what a name is there once: a schema, or one table of it.
type Space = (Option<String>, Option<String>);

/// The kinds of things whose names are in each other's way.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    PrimaryKey,
    Unique,
    Index,
    Check,
    ForeignKey,
}

/// Gives everything new whose name is only suggested one that nothing else has, once the change is made.
pub(super) fn free(tables: &mut [Table], dialect: Dialect) {
    let is_new = |table: &mut Table| names(table).iter().any(|(_, name)| is_suggested(name));
    if !tables.iter_mut().any(is_new) {
        return;
    }
    let mut taken: HashSet<(Space, String)> = HashSet::new();
    for table in &mut *tables {
        let of = table.name.clone();
        if dialect != Dialect::Mysql {
            // There an index has no name of a table either.
            taken.insert(((of.schema.clone(), None), spelled(&of.name, dialect)));
        }
        for (kind, name) in names(table) {
            if let (Some(space), Some(name)) = (space(kind, &of, dialect), name.known()) {
                taken.insert((space, spelled(name, dialect)));
            }
        }
    }
    for table in tables {
        let of = table.name.clone();
        for (kind, name) in names(table) {
            let (Some(space), Facet::Suggested(name)) = (space(kind, &of, dialect), name) else {
                continue;
            };
            let mut is_free = |name: &str| taken.insert((space.clone(), spelled(name, dialect)));
            if is_free(name) {
                continue;
            }
            let mut others = (2..).map(|number| numbered(name, dialect, number));
            if let Some(other) = others.find(|other| is_free(other)) {
                *name = other;
            }
        }
    }
}

const fn is_suggested(name: &Facet<String>) -> bool {
    matches!(name, Facet::Suggested(_))
}

/// The names of a table's constraints and indexes.
fn names(table: &mut Table) -> Vec<(Kind, &mut Facet<String>)> {
    let mut all = Vec::new();
    if let Some(key) = table.primary_key.get_mut() {
        all.push((Kind::PrimaryKey, &mut key.name));
    }
    let uniques = table.uniques.value_mut().into_iter().flatten();
    all.extend(uniques.map(|of| (Kind::Unique, &mut of.name)));
    let indexes = table.indexes.value_mut().into_iter().flatten();
    all.extend(indexes.map(|of| (Kind::Index, &mut of.name)));
    let checks = table.checks.value_mut().into_iter().flatten();
    all.extend(checks.map(|of| (Kind::Check, &mut of.name)));
    let keys = table.foreign_keys.value_mut().into_iter().flatten();
    all.extend(keys.map(|of| (Kind::ForeignKey, &mut of.name)));
    all
}

/// Where no other thing may have the name. `None`: any number may.
fn space(kind: Kind, table: &Name, dialect: Dialect) -> Option<Space> {
    let schema = || Some((table.schema.clone(), None));
    let own = || Some((table.schema.clone(), Some(table.name.clone())));
    match (dialect, kind) {
        // To PostgreSQL what has an index of its own is a relation.
        (Dialect::Postgres, Kind::PrimaryKey | Kind::Unique | Kind::Index) => schema(),
        (Dialect::Postgres, Kind::Check | Kind::ForeignKey) => own(),
        (Dialect::Mysql, Kind::ForeignKey) => schema(),
        (Dialect::Mysql, Kind::Unique | Kind::Index | Kind::Check) => own(),
        (Dialect::Mysql, Kind::PrimaryKey) => None,
        (Dialect::Sqlite, Kind::Index) => schema(),
        (Dialect::Sqlite, _) => None,
    }
}

/// A name as it is compared: without its case, where the database does not mind it.
fn spelled(name: &str, dialect: Dialect) -> String {
    match dialect {
        Dialect::Postgres => name.to_owned(),
        Dialect::Sqlite | Dialect::Mysql => name.to_lowercase(),
    }
}
