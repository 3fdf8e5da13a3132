//! What `diesel print-schema` says of a table otherwise than it is, so that a schema.rs differs from no database it was printed from.

use std::collections::BTreeSet;

use crate::{Dialect, Facet, PrimaryKey, Schema, Table, Type};

/// The names under which SQLite lets the number of a row be asked for.
const ROWID: [&str; 3] = ["rowid", "oid", "_rowid_"];

/// A `table!` block as the table is.
pub(super) fn as_it_is(wanted: Table, before: &Table, there: &Schema, dialect: Dialect) -> Table {
    // Only a block is silent of indexes.
    if wanted.indexes != Facet::Unknown {
        return wanted;
    }
    match dialect {
        Dialect::Sqlite => numbers_of_rows(keys_own_order(wanted, before), before, there),
        Dialect::Postgres => on_postgres(wanted, before, there),
        Dialect::Mysql => wanted,
    }
}

/// A domain is printed as the type below it.
fn on_postgres(mut wanted: Table, before: &Table, there: &Schema) -> Table {
    let is_domain = |of: &&Type| {
        of.user_name()
            .is_some_and(|name| there.enum_type(name).is_none())
            && of.diesel(Dialect::Postgres).is_none()
    };
    for column in &mut wanted.columns {
        let before = before.column(&column.name);
        let domain = before
            .and_then(|before| before.sql_type.value())
            .filter(is_domain);
        let plain = column
            .sql_type
            .value()
            .is_some_and(|of| of.user_name().is_none());
        if let (Some(domain), true) = (domain, plain) {
            column.sql_type = Facet::Known(domain.clone());
        }
    }
    wanted
}

/// The columns of a key in the key's own order, no column for the number of a row.
fn keys_own_order(mut wanted: Table, before: &Table) -> Table {
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

/// SQLite's `INTEGER` that numbers rows is as wide as the `BigInt` that Diesel prints where it is told to; under the name of that
/// type it would number none.
fn numbers_of_rows(mut wanted: Table, before: &Table, there: &Schema) -> Table {
    for column in &mut wanted.columns {
        let word = column.sql_type.value();
        let wide = word.and_then(|of| of.diesel(Dialect::Sqlite)) == Some("BigInt");
        let before_it = before.column(&column.name).filter(|_| wide);
        if let Some(found) = before_it.filter(|found| before.numbers_rows(found, there)) {
            column.sql_type.clone_from(&found.sql_type);
        }
    }
    wanted
}

fn is_number(key: &PrimaryKey) -> bool {
    matches!(key.columns.as_slice(), [name] if ROWID.contains(&name.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Column, Difference, Name, Renames};

    #[test]
    fn a_domain_is_printed_as_the_type_below_it_and_an_enum_is_not() {
        let of = |slug: Type| {
            let mut table = Table::unknown("cores");
            table.columns.push(Column::unknown("slug", slug));
            Schema::default()
                .with(table)
                .with_enum("mood", ["sad", "ok"])
        };
        let text = Type::parse(Dialect::Postgres, "varchar(255)").unwrap();
        let changes = |before: &str| {
            let before = of(Type::user(Name::new(before)));
            let wanted = of(text.clone());
            let renames = Renames::default();
            let found = Difference::between(&before, &wanted, Dialect::Postgres, &renames);
            found.changes().len()
        };
        assert_eq!(changes("slug"), 0);
        assert_eq!(changes("mood"), 1);
        assert_eq!(changes("citext"), 1);
    }
}
