//! One column beside another.

use super::sqlite_default;
use crate::{Column, Dialect, Expression, Facet, Generated, Type};

/// What a column is after a change: what the model says, in the words that the database has for it where they mean the same.
pub(super) fn completed(wanted: &Column, before: &Column, dialect: Dialect) -> Column {
    let mut after = wanted.clone();
    after.sql_type = match (before.sql_type.known(), wanted.sql_type.known()) {
        (Some(one), Some(other)) if !one.same(other, dialect) => wanted.sql_type.clone(),
        _ => before.sql_type.clone().over(&wanted.sql_type),
    };
    after.nullable = wanted.nullable.over(&before.nullable);
    after.identity = wanted.identity.clone().over(&before.identity);
    after.collation = wanted.collation.clone().over(&before.collation);
    after.comment = wanted.comment.clone().over(&before.comment);
    after.default = wanted.default.clone().over(&before.default);
    // The words for a value of the old type need not be any for one of the new one.
    if same_default(before, &after, dialect) && !is_retyped(before, &after, dialect) {
        after.default = before.default.clone();
    }
    after.generated = wanted.generated.clone().over(&before.generated);
    if same_generated(before, &after, dialect) {
        after.generated = before.generated.clone();
    }
    if dialect == Dialect::Mysql
        && after.generated.get().is_some()
        && before.generated.get().is_some()
    {
        // MariaDB has no word for a computed column that takes no NULL.
        after.nullable = before.nullable;
    }
    after.rest.clone_from(&before.rest);
    after
}

fn same_default(one: &Column, other: &Column, dialect: Dialect) -> bool {
    let null = |default: &&Expression| !default.as_str().eq_ignore_ascii_case("null");
    match (
        one.default.get().filter(null),
        other.default.get().filter(null),
    ) {
        (Some(default), Some(wanted)) => {
            let constants = (dialect == Dialect::Sqlite)
                .then(|| sqlite_default::same(default, wanted, other.sql_type.value()))
                .flatten();
            constants.unwrap_or_else(|| default.same(wanted, dialect))
        }
        (one, other) => one.is_none() && other.is_none(),
    }
}

fn same_generated(one: &Column, other: &Column, dialect: Dialect) -> bool {
    match (one.generated.get(), other.generated.get()) {
        (Some(one), Some(other)) => {
            one.stored == other.stored && one.expression.same(&other.expression, dialect)
        }
        (one, other) => one.is_none() && other.is_none(),
    }
}

/// Whether the type becomes another one: the servers write constants of the old one into what they are compared with.
pub(super) fn is_retyped(from: &Column, to: &Column, dialect: Dialect) -> bool {
    let of = |column: &Column| column.sql_type.value().map(|of| of.name().to_owned());
    dialect != Dialect::Sqlite && (of(from), from.is_array()) != (of(to), to.is_array())
}

/// Whether a completed column is another one than before.
pub(super) fn differ(before: &Column, after: &Column) -> bool {
    let said = |column: &Column| Column {
        renamed_from: None,
        ..column.clone()
    };
    said(before) != said(after)
}

/// Whether what is computed changes, so that the column has to be made anew.
pub(super) fn computed_anew(before: &Column, after: &Column) -> bool {
    after.generated.get().is_some() && before.generated != after.generated
}

/// In a few words, how two columns differ.
pub(super) fn told(from: &Column, to: &Column) -> String {
    let mut told = Vec::new();
    let sql = |of: &Facet<Type>| of.value().map(Type::shown).unwrap_or_default();
    if from.sql_type != to.sql_type {
        told.push(format!("{} to {}", sql(&from.sql_type), sql(&to.sql_type)));
    }
    if from.nullable != to.nullable {
        told.push(
            if to.takes_null() {
                "takes NULL"
            } else {
                "NOT NULL"
            }
            .into(),
        );
    }
    if from.default != to.default {
        let default = to.default.get();
        told.push(default.map_or_else(
            || "no default".into(),
            |default| format!("default {default}"),
        ));
    }
    if from.identity != to.identity {
        told.push(
            if to.identity.get().is_some() {
                "numbered"
            } else {
                "not numbered"
            }
            .into(),
        );
    }
    if from.generated != to.generated {
        let computed = |generated: &Generated| format!("computed from {}", generated.expression);
        told.push(
            to.generated
                .get()
                .map_or_else(|| "not computed".into(), computed),
        );
    }
    if from.collation != to.collation {
        told.push(to.collation.get().map_or_else(
            || "default collation".into(),
            |name| format!("collation {name}"),
        ));
    }
    if from.comment != to.comment {
        told.push("comment".into());
    }
    told.join(", ")
}
