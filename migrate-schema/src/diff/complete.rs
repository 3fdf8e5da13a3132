//! What a schema will be after a change: what is wanted, and where that is silent what is there.

use std::collections::HashMap;

use super::normal::normal;
use super::pairs::{Named, pairs};
use super::{columns, free_names, printed};
use crate::{
    Column, Constraint, Dialect, Expression, Facet, Index, Name, PrimaryKey, Schema, Table,
};

/// The wanted schema with everything that it does not say taken from the one that is there.
pub(super) fn completed(wanted: &Schema, before: &Schema, dialect: Dialect) -> Schema {
    let there: HashMap<&Name, &Table> = before
        .tables
        .iter()
        .map(|table| (&table.name, table))
        .collect();
    // What is read from a view is no table that anybody could make.
    let tables = wanted
        .tables
        .iter()
        .filter(|table| !before.views.contains(&table.name))
        .map(|table| match there.get(&table.name) {
            Some(is) => self::table(table, is, before, dialect),
            None => normal(table.clone(), dialect),
        });
    let mut tables: Vec<_> = tables.collect();
    free_names::free(&mut tables, dialect);
    let mut enums = wanted.enums.clone().over(&before.enums);
    if let Facet::Known(known) = &mut enums {
        // What a wanted column is of is wanted, also where it is a model's only in Diesel's words.
        let missing = before.enums.all().iter().filter(|of| {
            let wanted = wanted.enum_type(&of.name).is_none();
            wanted && tables.iter().any(|table| uses(table, &of.name))
        });
        known.extend(missing.cloned().collect::<Vec<_>>());
    }
    Schema {
        tables,
        enums,
        views: before.views.clone(),
    }
}

fn uses(table: &Table, of: &Name) -> bool {
    let mut types = table
        .columns
        .iter()
        .filter_map(|column| column.sql_type.value());
    types.any(|sql_type| sql_type.user_name() == Some(of))
}

/// A wanted table that is there.
pub(super) fn table(wanted: &Table, is: &Table, before: &Schema, dialect: Dialect) -> Table {
    let wanted = normal(wanted.clone(), dialect);
    completed_table(printed::as_it_is(wanted, is, before, dialect), is, dialect)
}

fn completed_table(wanted: Table, before: &Table, dialect: Dialect) -> Table {
    let mut after = wanted.clone();
    for column in &mut after.columns {
        if let Some(before) = before.column(&column.name) {
            *column = columns::completed(column, before, dialect);
        }
        if dialect == Dialect::Mysql && column.collation.get() == before.collation.as_ref() {
            // A collation that is the table's own is written by nobody.
            column.collation = Facet::Known(None);
        }
    }
    let retyped = retyped(&after, before, dialect);
    let reads = |of: &Expression| retyped.iter().any(|name| of.mentions(name, dialect));
    for column in &mut after.columns {
        let said = wanted
            .column(&column.name)
            .and_then(|of| of.generated.get());
        if let Some(said) = said.filter(|said| reads(&said.expression)) {
            column.generated = Facet::Known(Some(said.clone()));
        }
    }
    let reads_anew = |of: &Constraint| retyped.iter().any(|name| of.reads(name, dialect));
    let key = |table: &Table| {
        table
            .primary_key
            .clone()
            .map(|key| key.into_iter().collect())
    };
    let columns: Vec<String> = after
        .columns
        .iter()
        .map(|column| column.name.clone())
        .collect();
    let keeps = |constraint: Constraint| {
        let gone = |name: &String| constraint.mentions(name, dialect) && !columns.contains(name);
        !before.columns.iter().any(|column| gone(&column.name))
    };
    let kept = Kept {
        stays: &keeps,
        reads_anew: &reads_anew,
    };
    after.primary_key = list::<PrimaryKey>(key(&wanted), &key(before), dialect, &kept)
        .map(|list| list.into_iter().next());
    after.foreign_keys = list(
        wanted.foreign_keys.clone(),
        &before.foreign_keys,
        dialect,
        &kept,
    );
    after.uniques = list(wanted.uniques.clone(), &before.uniques, dialect, &kept);
    after.indexes = list(wanted.indexes.clone(), &before.indexes, dialect, &kept);
    after.checks = list(wanted.checks.clone(), &before.checks, dialect, &kept);
    after.comment = wanted.comment.clone().over(&before.comment);
    after.strict = wanted.strict.over(&before.strict);
    after.without_rowid = wanted.without_rowid.over(&before.without_rowid);
    after.triggers.clone_from(&before.triggers);
    after.collation.clone_from(&before.collation);
    after.rest.clone_from(&before.rest);
    match dialect {
        Dialect::Sqlite => keys_may_say_null(&mut after, before),
        Dialect::Mysql => keep_what_foreign_keys_need(&mut after, before),
        Dialect::Postgres => {}
    }
    after
}

/// The columns whose type becomes another one.
fn retyped(after: &Table, before: &Table, dialect: Dialect) -> Vec<String> {
    let of_another_type = |column: &&Column| {
        let was = before.column(&column.name);
        was.is_some_and(|was| columns::is_retyped(was, column, dialect))
    };
    let columns = after.columns.iter().filter(of_another_type);
    columns.map(|column| column.name.clone()).collect()
}

/// How a constraint that is there goes on.
struct Kept<'a> {
    /// Whether it can stay although nobody speaks of it.
    stays: &'a dyn Fn(Constraint) -> bool,
    /// Whether a column that it reads gets another type.
    reads_anew: &'a dyn Fn(&Constraint) -> bool,
}

/// A list of constraints: what is wanted, each in the words that the database has for it while they mean the same.
fn list<T: Named>(
    wanted: Facet<Vec<T>>,
    before: &Facet<Vec<T>>,
    dialect: Dialect,
    kept: &Kept<'_>,
) -> Facet<Vec<T>> {
    let Facet::Known(wanted) = wanted else {
        let stay = |list: Vec<T>| {
            list.into_iter()
                .filter(|one| (kept.stays)(one.clone().constraint()))
                .collect()
        };
        return before.clone().map(stay);
    };
    let found = pairs(before.all(), &wanted, dialect);
    let both = found.kept.into_iter().map(|(before, wanted)| {
        let name = if wanted.name().differs(before.name()) {
            wanted.name().clone()
        } else {
            before.name().clone()
        };
        let anew = (kept.reads_anew)(&wanted.clone().constraint());
        let mut one = if anew { wanted } else { before };
        *one.name_mut() = name;
        one
    });
    Facet::Known(both.chain(found.new).collect())
}

/// SQLite lets a key be NULL whose column does not say NOT NULL; Diesel and its users do not know of that.
fn keys_may_say_null(after: &mut Table, before: &Table) {
    let Some(key) = after.primary_key.get().cloned() else {
        return;
    };
    let was = before.primary_key.get();
    let in_both = |name: &String| {
        key.columns.contains(name) && was.is_none_or(|was| was.columns.contains(name))
    };
    for column in after
        .columns
        .iter_mut()
        .filter(|column| in_both(&column.name))
    {
        if let Some(before) = before.column(&column.name) {
            column.nullable = before.nullable;
        }
    }
}

/// MySQL makes an index for a foreign key that has none, and lets nobody drop it.
fn keep_what_foreign_keys_need(after: &mut Table, before: &Table) {
    let starts = |index: &[&String], key: &[String]| {
        key.len() <= index.len() && index.iter().zip(key).all(|(one, other)| *one == other)
    };
    let mut kept = Vec::new();
    for key in after.foreign_keys.all() {
        let has = |index: &&Index| starts(&index.columns().collect::<Vec<_>>(), &key.columns);
        let by_key = after
            .primary_key
            .get()
            .is_some_and(|of| starts(&of.columns.iter().collect::<Vec<_>>(), &key.columns));
        let by_unique = after
            .uniques
            .all()
            .iter()
            .any(|of| starts(&of.columns.iter().collect::<Vec<_>>(), &key.columns));
        if !by_key
            && !by_unique
            && !after
                .indexes
                .all()
                .iter()
                .chain(&kept)
                .any(|index| has(&index))
        {
            kept.extend(before.indexes.all().iter().find(has).cloned());
        }
    }
    if let Facet::Known(indexes) = &mut after.indexes {
        indexes.extend(kept);
    }
}
