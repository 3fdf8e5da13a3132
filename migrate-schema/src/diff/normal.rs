//! The one form of what a database cannot tell apart.

use crate::{
    Column, Dialect, Expression, Facet, Identity, IdentityKind, Index, IndexKey, IndexPart, Table,
    Unique,
};

/// A table in that form.
pub(super) fn normal(table: Table, dialect: Dialect) -> Table {
    match dialect {
        Dialect::Sqlite => on_sqlite(table),
        Dialect::Postgres => on_postgres(table),
        Dialect::Mysql => on_mysql(table),
    }
}

/// A rebuild cannot say the table's name in its own checks, since for a moment it has another one. Collations are alike in either case,
/// and `BINARY` is what a column has that says nothing.
fn on_sqlite(mut table: Table) -> Table {
    let name = table.name.name.as_str();
    let plain =
        |expression: &mut Expression| *expression = expression.unqualified(name, Dialect::Sqlite);
    if let Facet::Known(checks) = &mut table.checks {
        checks
            .iter_mut()
            .for_each(|check| plain(&mut check.expression));
    }
    for column in &mut table.columns {
        if let Facet::Known(Some(of)) = &mut column.generated {
            plain(&mut of.expression);
        }
        if let Facet::Known(Some(collation)) = &column.collation {
            let collation = collation.to_uppercase();
            column.collation = Facet::Known((collation != "BINARY").then_some(collation));
        }
    }
    if let Facet::Known(indexes) = &mut table.indexes {
        for part in indexes.iter_mut().flat_map(|index| &mut index.parts) {
            part.collation = part.collation.take().map(|name| name.to_uppercase());
        }
    }
    table
}

/// What would be so without a word is not said.
fn on_postgres(mut table: Table) -> Table {
    for column in &mut table.columns {
        if let Some(Some(identity)) = column.identity.value_mut() {
            usual_sequence(identity);
        }
    }
    if let Some(indexes) = table.indexes.value_mut() {
        for index in indexes {
            index.method = index.method.take().filter(|method| method != "btree");
            for part in &mut index.parts {
                usual_part(part, &table.columns);
            }
        }
    }
    table
}

/// A sequence begins at one and counts one by one; that of a serial is the server's business.
fn usual_sequence(identity: &mut Identity) {
    let sequence = &mut identity.sequence;
    if identity.kind == IdentityKind::Serial {
        *sequence = crate::Sequence::default();
    }
    let other_than = |number: Option<i64>, usual: i64| number.filter(|number| *number != usual);
    sequence.increment = other_than(sequence.increment, 1);
    sequence.cache = other_than(sequence.cache, 1);
    if sequence.increment.is_none_or(|number| number > 0) {
        sequence.minimum = other_than(sequence.minimum, 1);
        sequence.start = other_than(sequence.start, sequence.minimum.unwrap_or(1));
    }
}

/// NULLs are last, and first where the order descends. A column's collation is that of its index, and of what is computed from it.
fn usual_part(part: &mut IndexPart, columns: &[Column]) {
    part.nulls_first = part.nulls_first.filter(|first| *first != part.descending);
    let own = |column: &Column| {
        let holds = match &part.key {
            IndexKey::Column(name) => *name == column.name,
            IndexKey::Expression(text) => text.mentions(&column.name, Dialect::Postgres),
        };
        holds
            && column.collation.get().is_some()
            && column.collation.get() == part.collation.as_ref()
    };
    if columns.iter().any(own) {
        part.collation = None;
    }
}

/// MySQL calls every primary key PRIMARY, and keeps a unique constraint as a unique index.
fn on_mysql(mut table: Table) -> Table {
    if let Facet::Known(Some(key)) = &mut table.primary_key {
        key.name = Facet::Unknown;
    }
    let Facet::Known(indexes) = &mut table.indexes else {
        return table;
    };
    let (plain, others) = indexes.drain(..).partition(is_plain_unique);
    *indexes = others;
    for index in plain {
        table = table.unique(Unique {
            columns: index.columns().cloned().collect(),
            name: index.name,
            ..Unique::default()
        });
    }
    table
}

fn is_plain_unique(index: &Index) -> bool {
    let plain = index.parts.iter().all(|part| {
        matches!(part.key, IndexKey::Column(_)) && !part.descending && part.prefix.is_none()
    });
    index.unique && plain && index.method.is_none()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Difference, Renames, Schema, Type};

    #[test]
    fn what_would_be_so_without_a_word_is_no_difference() {
        let of = |said: bool| {
            let parse = |text| Type::parse(Dialect::Postgres, text).unwrap();
            let mut id = Column::new("id", parse("integer")).identity(IdentityKind::Always);
            if let (true, Facet::Known(Some(identity))) = (said, &mut id.identity) {
                identity.sequence.start = Some(1);
                identity.sequence.increment = Some(1);
                identity.sequence.cache = Some(1);
                identity.sequence.minimum = Some(1);
            }
            let mut name = Column::new("name", parse("text"));
            name.collation = Facet::Known(Some("C".into()));
            let parts = ["name", "lower(name)"].map(|text| {
                let mut part = if text == "name" {
                    IndexPart::column(text)
                } else {
                    IndexPart::expression(text)
                };
                part.descending = true;
                part.nulls_first = said.then_some(true);
                part.collation = said.then(|| "C".into());
                part
            });
            let mut index = Index::on(parts).named("ix");
            index.method = said.then(|| "btree".into());
            Schema::default().with(Table::new("t").with(id).with(name).index(index))
        };
        for (before, after) in [(of(true), of(false)), (of(false), of(true))] {
            let renames = Renames::default();
            let found = Difference::between(&before, &after, Dialect::Postgres, &renames);
            assert!(found.is_empty(), "{:?}", found.changes());
        }
    }
}
