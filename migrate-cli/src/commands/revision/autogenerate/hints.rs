//! What the command line says of renames and of values for rows: `--rename members.nick=nickname`, `--fill members.phone=''`.

use migrate_schema::{Expression, Fills, Name, Renames, Schema};

use crate::commands::comparing::Side;
use crate::error::CommandError;

/// A value for the rows that are there, in a column that takes no NULL.
#[derive(Clone)]
pub(super) struct Fill {
    pub(super) table: Name,
    pub(super) column: String,
    /// `None`: the column takes NULL for now.
    pub(super) value: Option<String>,
}

impl Fill {
    /// `members.phone=''`; the value NULL lets the column take it.
    pub(super) fn parse(text: &str) -> Result<Self, CommandError> {
        let usage = || {
            CommandError::usage(format!("--fill {text}: that is no value for a column"))
                .with_help("for example --fill \"members.phone=''\"")
        };
        let (place, value) = text.split_once('=').ok_or_else(usage)?;
        let (table, column) = place.rsplit_once('.').ok_or_else(usage)?;
        if table.is_empty() || column.is_empty() {
            return Err(usage());
        }
        let value = value.trim();
        if value.is_empty() {
            return Err(usage());
        }
        Self::new(name(table), column, value)
    }

    pub(super) fn new(table: Name, column: &str, value: &str) -> Result<Self, CommandError> {
        Expression::whole(value).map_err(|error| {
            CommandError::usage(format!("{table}.{column}={value}: {error}")).with_help(
                "a value is an expression of SQL: a text in quotes, a number, a function's result",
            )
        })?;
        Ok(Self {
            table,
            column: column.to_owned(),
            value: Some(value.to_owned()).filter(|value| !value.eq_ignore_ascii_case("null")),
        })
    }

    pub(super) fn is_for(&self, table: &Name, column: &str) -> bool {
        self.table == *table && self.column == column
    }
}

/// The values that scripts are written with.
pub(super) fn values(fills: &[Fill]) -> Fills {
    fills.iter().fold(Fills::default(), |all, fill| {
        let Some(value) = &fill.value else {
            return all;
        };
        all.with(fill.table.clone(), fill.column.clone(), value.as_str())
    })
}

/// What is wanted, with the columns that are to take NULL for now.
pub(super) fn loosen(wanted: &mut Schema, fills: &[Fill]) {
    for fill in fills.iter().filter(|fill| fill.value.is_none()) {
        let tables = wanted.tables.iter_mut();
        for table in tables.filter(|table| table.name == fill.table) {
            let columns = table.columns.iter_mut();
            for column in columns.filter(|column| column.name == fill.column) {
                column.nullable = true.into();
            }
        }
    }
}

/// The renames that the command line says, as hints, each of which must hold.
pub(super) fn renames(said: &[String], side: &Side) -> Result<Renames, CommandError> {
    let mut renames = Renames::default();
    // Tables first: a column is named with its table's new name or its old one.
    let mut columns = Vec::new();
    for text in said {
        let (old, new) = text
            .split_once('=')
            .filter(|(old, new)| !old.is_empty() && !new.is_empty())
            .ok_or_else(|| {
                CommandError::usage(format!("--rename {text}: that is no rename")).with_help(
                    "for example --rename members.nick=nickname, or --rename people=members",
                )
            })?;
        let from = side.name(old);
        let mut names = [from.sibling(new), side.name(new)].into_iter();
        let to = names.find(|name| side.wanted.table(name).is_some());
        match to.filter(|_| side.found.table(&from).is_some()) {
            Some(to) => renames = renames.table(from, to),
            None => columns.push((text, old, new)),
        }
    }
    for (text, old, new) in columns {
        let (table, column) = old.rsplit_once('.').ok_or_else(|| nothing(text))?;
        let new = new.rsplit_once('.').map_or(new, |(_, column)| column);
        let said = side.name(table);
        let pair = renames.tables.iter();
        let pair = pair
            .clone()
            .find(|(from, to)| *from == said || *to == said)
            .cloned()
            .unwrap_or_else(|| (said.clone(), said));
        let was = side.found.table(&pair.0).and_then(|of| of.column(column));
        let is = side.wanted.table(&pair.1).and_then(|of| of.column(new));
        if was.is_none() || is.is_none() {
            return Err(nothing(text));
        }
        renames = renames.column(pair.1, column, new);
    }
    Ok(renames)
}

fn nothing(text: &str) -> CommandError {
    CommandError::usage(format!(
        "--rename {text}: the database has nothing of the old name, or no model has the new one"
    ))
    .with_help("--rename table=new_table, or --rename table.column=new_column")
}

fn name(text: &str) -> Name {
    text.split_once('.').map_or_else(
        || Name::new(text),
        |(schema, name)| Name::qualified(schema, name),
    )
}
