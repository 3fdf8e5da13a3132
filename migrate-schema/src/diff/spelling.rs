//! SQLite takes names in either case, and MySQL those of columns. A model that writes one otherwise than the database means the same
//! table and the same column, and never one to drop and another to make.

use std::collections::HashMap;

use crate::{Column, Dialect, Facet, IndexKey, Name, Schema, Table};

/// What is wanted, its names written as those that are there.
pub(super) fn as_there(mut wanted: Schema, before: &Schema, dialect: Dialect) -> Schema {
    // On MySQL the server's files decide whether the case of a table's name counts.
    let plain = |name: &Name| match dialect {
        Dialect::Sqlite => Name::new(name.name.to_lowercase()),
        Dialect::Mysql | Dialect::Postgres => name.clone(),
    };
    let tables = before.tables.iter();
    let there: HashMap<Name, &Table> = tables.map(|table| (plain(&table.name), table)).collect();
    let found = |name: &Name| there.get(&plain(name)).copied();
    for table in &mut wanted.tables {
        if let Facet::Known(keys) = &mut table.foreign_keys {
            for key in keys {
                if let Some(target) = found(&key.table) {
                    key.table.clone_from(&target.name);
                    key.referenced
                        .iter_mut()
                        .for_each(|name| spell(name, target));
                }
            }
        }
        if let Some(before) = found(&table.name) {
            table.name.clone_from(&before.name);
            columns(table, before);
        }
    }
    wanted
}

fn columns(table: &mut Table, before: &Table) {
    let spelt = |names: &mut Vec<String>| names.iter_mut().for_each(|name| spell(name, before));
    table
        .columns
        .iter_mut()
        .for_each(|column| spell(&mut column.name, before));
    if let Facet::Known(Some(key)) = &mut table.primary_key {
        spelt(&mut key.columns);
    }
    if let Facet::Known(keys) = &mut table.foreign_keys {
        keys.iter_mut().for_each(|key| spelt(&mut key.columns));
    }
    if let Facet::Known(uniques) = &mut table.uniques {
        uniques
            .iter_mut()
            .for_each(|unique| spelt(&mut unique.columns));
    }
    if let Facet::Known(checks) = &mut table.checks {
        let of_columns = checks.iter_mut().filter_map(|check| check.column.as_mut());
        of_columns.for_each(|name| spell(name, before));
    }
    if let Facet::Known(indexes) = &mut table.indexes {
        for part in indexes.iter_mut().flat_map(|index| &mut index.parts) {
            if let IndexKey::Column(name) = &mut part.key {
                spell(name, before);
            }
        }
    }
}

fn spell(name: &mut String, table: &Table) {
    let same = |column: &&Column| column.name.eq_ignore_ascii_case(name);
    if table.column(name).is_none()
        && let Some(column) = table.columns.iter().find(same)
    {
        name.clone_from(&column.name);
    }
}

#[cfg(test)]
mod tests {
    use crate::{Column, Dialect, Difference, ForeignKey, Renames, Schema, Table, Type, Unique};

    #[test]
    fn a_name_in_the_other_case_is_the_same_one_where_the_server_takes_it() {
        let schema = |users: &str, id: &str, boss: &str| {
            let of =
                |name: &str| Column::new(name, Type::parse(Dialect::Sqlite, "INTEGER").unwrap());
            let table = Table::new(users)
                .with(of(id))
                .with(of(boss).nullable())
                .keyed([id]);
            let table = table.unique(Unique::on([boss, id]));
            Schema::default().with(table.foreign_key(ForeignKey::on([boss], users, [id])))
        };
        let (there, model) = (schema("Users", "ID", "Boss"), schema("users", "id", "boss"));
        let found = |dialect| {
            Difference::between(&there, &model, dialect, &Renames::default())
                .changes()
                .len()
        };
        assert_eq!(found(Dialect::Sqlite), 0);
        assert_eq!(found(Dialect::Mysql), 2);
        let of_the_same_table = |dialect| {
            let model = schema("Users", "id", "boss");
            let found = Difference::between(&there, &model, dialect, &Renames::default());
            found.changes().len()
        };
        assert_eq!(of_the_same_table(Dialect::Mysql), 0);
        assert_ne!(of_the_same_table(Dialect::Postgres), 0);
        assert_eq!(found(Dialect::Postgres), 2);
    }
}
