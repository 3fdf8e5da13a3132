//! The value that a row gets in a column that comes and that nothing else fills.

use std::collections::HashMap;

use super::Statement;
use crate::{Column, Dialect, Difference, Expression, Name, Type};

/// What fills new columns that take no NULL and have no default, and the NULLs in columns that take none any more. Without a value
/// the statement fails as soon as there is such a row.
///
/// ```
/// use migrate_schema::Fills;
/// let fills = Fills::default().with("members", "phone", "''");
/// ```
#[derive(Clone, Debug, Default)]
pub struct Fills {
    given: HashMap<(Name, String), Expression>,
    neutral: bool,
}

impl Fills {
    /// Zero, nothing, the first day of 1970, the first value of an enum: for the way back, where a column that was dropped has to
    /// be there again and what was in it is gone.
    #[must_use]
    pub fn neutral() -> Self {
        Self {
            neutral: true,
            ..Self::default()
        }
    }

    /// The same with an expression for one column.
    #[must_use]
    pub fn with(
        mut self,
        table: impl Into<Name>,
        column: impl Into<String>,
        expression: impl Into<Expression>,
    ) -> Self {
        self.given
            .insert((table.into(), column.into()), expression.into());
        self
    }

    /// The same values for tables under the names that they have before.
    pub(super) fn under_old_names(&self, difference: &Difference) -> Self {
        let given = self.given.iter().map(|((table, column), value)| {
            let table = difference.old_name(table).clone();
            ((table, column.clone()), value.clone())
        });
        Self {
            given: given.collect(),
            neutral: self.neutral,
        }
    }

    /// What gives a value to the rows that have NULL where none is taken any more, before anything else changes.
    pub(super) fn updates(&self, difference: &Difference) -> Vec<Statement> {
        let dialect = difference.dialect();
        let update = |of: crate::Tightened<'_>| {
            let key = (of.table.clone(), of.column.to_owned());
            let value = self.given.get(&key)?;
            let (table, column) = (of.before.0.quoted(dialect), dialect.quote(&of.before.1));
            Some(Statement {
                comments: vec![format!(
                    "fill {}.{} where it is NULL",
                    of.before.0, of.before.1
                )],
                ..Statement::more(format!(
                    "UPDATE {table} SET {column} = {value} WHERE {column} IS NULL"
                ))
            })
        };
        difference.tightened().filter_map(update).collect()
    }

    /// Whether a value is given for a column.
    pub(super) fn has(&self, table: &Name, column: &str) -> bool {
        self.given.contains_key(&(table.clone(), column.to_owned()))
    }

    /// The value for a column, if it needs one and there is one.
    pub(super) fn of(
        &self,
        table: &Name,
        column: &Column,
        difference: &Difference,
    ) -> Option<String> {
        if column.takes_null() || column.fills_itself() {
            return None;
        }
        let given = self.given.get(&(table.clone(), column.name.clone()));
        let neutral = || {
            self.neutral
                .then(|| neutral(column.sql_type.value()?, difference))
                .flatten()
        };
        given.map(ToString::to_string).or_else(neutral)
    }
}

/// The first value of an enum that may be used at once: PostgreSQL lets nobody use a new one in the transaction that adds it.
fn value_of<'a>(name: &Name, difference: &'a Difference) -> Option<&'a String> {
    let values = &difference.after().enum_type(name)?.values;
    let before = difference.renamed().enum_type(name);
    let old = |value: &&String| before.is_some_and(|before| before.values.contains(value));
    values.iter().find(old).or_else(|| values.first())
}

fn neutral(of: &Type, difference: &Difference) -> Option<String> {
    let dialect = difference.dialect();
    if of.dimensions() > 0 {
        return Some("'{}'".into());
    }
    if let Some(name) = of.user_name() {
        return Some(
            value_of(name, difference).map_or_else(|| "''".into(), |value| dialect.literal(value)),
        );
    }
    let name = of.name();
    let has = |part: &str| name.contains(part);
    Some(match (name, dialect) {
        ("enum" | "set", _) => of.arguments().first()?.clone(),
        ("uuid", Dialect::Postgres) => "'00000000-0000-0000-0000-000000000000'".into(),
        ("inet" | "cidr", _) => "'0.0.0.0'".into(),
        ("boolean", Dialect::Postgres) => "FALSE".into(),
        ("date", _) => "'1970-01-01'".into(),
        ("interval", _) => "'0'".into(),
        ("json" | "jsonb", _) => "'{}'".into(),
        ("year", _) => "1970".into(),
        _ if has("timestamp") || has("datetime") => "'1970-01-02 00:00:00'".into(),
        _ if has("time") => "'00:00:00'".into(),
        _ if has("range") => "'empty'".into(),
        _ if has("int")
            || has("num")
            || has("dec")
            || has("real")
            || has("doub")
            || has("float") =>
        {
            "0".into()
        }
        _ if has("bool") || name == "money" || name == "oid" => "0".into(),
        _ => "''".into(),
    })
}
