//! Foreign keys: to the key of a table, to what is unique in it, of one column or several, of which two keys may share one.

use migrate_schema::{
    Action, Column, Deferrable, Dialect, ForeignKey, Index, IndexPart, Name, Naming, Schema, Table,
};

use super::Random;

/// What a foreign key may refer to: a table, and columns of it that are unique together.
type Target = (Name, Vec<Column>);

/// Lets some of the tables refer to what is unique in one of them.
pub(super) fn refer(random: &mut Random, dialect: Dialect, schema: &mut Schema) {
    let targets: Vec<_> = schema.tables.iter().flat_map(targets).collect();
    for table in &mut schema.tables {
        let fit: Vec<_> = targets.iter().filter(|of| fits(table, of)).collect();
        if !fit.is_empty() && random.one_in(2) {
            let (name, columns) = random.pick(&fit);
            add(random, dialect, table, name, columns);
        }
    }
}

/// The primary key and the unique constraints, without those that are looked at later.
fn targets(table: &Table) -> Vec<Target> {
    let key = table.primary_key.get().map(|key| &key.columns);
    let at_once = |of: &&migrate_schema::Unique| of.deferrable == Deferrable::No;
    let uniques = table.uniques.all().iter().filter(at_once);
    let target = |names: &Vec<String>| {
        let columns = names.iter().map(|name| table.column(name).cloned());
        Some((table.name.clone(), columns.collect::<Option<_>>()?))
    };
    let uniques = uniques.map(|unique| &unique.columns);
    key.into_iter().chain(uniques).filter_map(target).collect()
}

/// A strict table of SQLite has no columns of other types, and PostgreSQL cannot compare the arrays of two tables with each other.
fn fits(table: &Table, (_, columns): &Target) -> bool {
    let is_array = |column: &Column| {
        column
            .sql_type
            .value()
            .is_some_and(|of| of.dimensions() > 0)
    };
    let strict = |column: &Column| {
        let name = column.sql_type.value().map(|of| of.name().to_uppercase());
        name.is_some_and(|name| ["INTEGER", "TEXT", "ANY", "REAL"].contains(&name.as_str()))
    };
    let is_strict = table.strict.value() == Some(&true);
    let mut columns = columns.iter();
    columns.all(|column| !is_array(column) && (!is_strict || strict(column)))
}

fn add(random: &mut Random, dialect: Dialect, table: &mut Table, to: &Name, referenced: &[Column]) {
    let mut own = Vec::new();
    for (at, column) in referenced.iter().enumerate() {
        let shared = column.name == "id" && table.column("ref id").is_some() && random.one_in(2);
        let name = if shared {
            "ref id".into()
        } else {
            format!("to {at}")
        };
        if !shared {
            let mut own = Column::new(&name, column.sql_type.clone()).nullable();
            own.collation.clone_from(&column.collation);
            table.columns.push(own);
        }
        own.push(name);
    }
    let label = |template: &str| {
        Naming::default().name(dialect, template, &table.name.name, &["to"], "unique")
    };
    let (fk, ix) = (label("fk_{columns}_{table}"), label("ix_{columns}_{table}"));
    let names = referenced.iter().map(|column| column.name.clone());
    let mut key = ForeignKey::on(own.clone(), to.clone(), names).named(fk);
    act(random, dialect, &mut key);
    *table = table.clone().foreign_key(key);
    // MySQL would make an index of its own.
    if dialect == Dialect::Mysql || random.one_in(2) {
        let index = Index::on(own.iter().map(IndexPart::column)).named(ix);
        *table = table.clone().index(index);
    }
}

/// What a foreign key does, and when it is looked at.
pub(super) fn act(random: &mut Random, dialect: Dialect, key: &mut ForeignKey) {
    let all = [
        Action::NoAction,
        Action::Cascade,
        Action::SetNull,
        Action::Restrict,
        Action::SetDefault,
    ];
    // InnoDB sets no defaults.
    let actions = if dialect == Dialect::Mysql {
        &all[..4]
    } else {
        &all
    };
    key.on_delete = *random.pick(actions);
    key.on_update = *random.pick(actions);
    if dialect != Dialect::Mysql {
        let when = [Deferrable::No, Deferrable::Immediate, Deferrable::Deferred];
        key.deferrable = *random.pick(&when);
    }
}
