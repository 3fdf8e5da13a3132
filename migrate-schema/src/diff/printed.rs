//! What `diesel print-schema` says of a SQLite table otherwise than it is, so that a schema.rs differs from no database it was printed from.

use std::collections::BTreeSet;

use crate::{Facet, PrimaryKey, Table};

/// The names under which SQLite lets the number of a row be asked for.
const ROWID: [&str; 3] = ["rowid", "oid", "_rowid_"];

/// A `table!` block as the table is: the columns of a key in the key's own order, no column for the number of a row.
pub(super) fn as_it_is(mut wanted: Table, before: &Table) -> Table {
    // Only a block is silent of indexes.
    if wanted.indexes != Facet::Unknown {
        return wanted;
    }
    let Some(key) = wanted.primary_key.get() else {
        return wanted;
    };
    let set = |key: &PrimaryKey| key.columns.iter().cloned().collect::<BTreeSet<_>>();
    match before.primary_key.get() {
        Some(there) if set(there) == set(key) => wanted.primary_key.clone_from(&before.primary_key),
        None if is_number(key) && before.column(&key.columns[0]).is_none() => {
            wanted
                .columns
                .retain(|column| column.name != key.columns[0]);
            wanted.primary_key = Facet::Known(None);
        }
        _ => {}
    }
    wanted
}

fn is_number(key: &PrimaryKey) -> bool {
    matches!(key.columns.as_slice(), [name] if ROWID.contains(&name.as_str()))
}
