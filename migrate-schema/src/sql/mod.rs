//! The SQL of a difference: one statement a change where the database can, with a comment that says what it does.

mod clauses;
mod fill;
mod mysql;
mod postgres;
mod postgres_column;
mod postgres_enum;
mod postgres_name;
mod postgres_online;
#[cfg(test)]
mod postgres_online_tests;
mod postgres_rewrites;
mod sqlite;
mod sqlite_native;
mod sqlite_rebuild;
mod sqlite_text;
#[cfg(test)]
mod tests;

use std::fmt::Write as _;

pub use fill::Fills;
pub use postgres_online::Step;

use crate::{Change, Column, Dialect, Difference, Name, TableChange};

/// A statement of a script, without its semicolon.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Statement {
    /// What it does, a line each; nothing for one that belongs to the statement before it.
    pub comments: Vec<String>,
    /// What is lost by it.
    pub loses: Vec<String>,
    /// The statement.
    pub sql: String,
}

/// A difference that cannot be written as SQL.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SqlError {
    /// A column is to be made whose type nobody said.
    #[error("the type of {table}.{column} is not known")]
    UnknownType {
        /// The table.
        table: Name,
        /// The column.
        column: String,
    },
}

impl Statement {
    /// A statement for some changes.
    fn of<'a>(changes: impl IntoIterator<Item = &'a Change>, sql: impl Into<String>) -> Self {
        let mut statement = Self::more(sql);
        for change in changes {
            statement.comments.push(change.to_string());
            statement.loses.extend(change.loses());
        }
        statement
    }

    /// A statement that belongs to the one before it.
    fn more(sql: impl Into<String>) -> Self {
        Self {
            comments: Vec::new(),
            loses: Vec::new(),
            sql: sql.into(),
        }
    }
}

impl Difference {
    /// The statements that make the changes. `fills` are the values that rows get where nothing else fills a column.
    ///
    /// # Errors
    /// A column comes whose type is not known.
    pub fn statements(&self, fills: &Fills) -> Result<Vec<Statement>, SqlError> {
        self.changes().iter().try_for_each(types_are_known)?;
        let mut all = fills.updates(self);
        all.extend(match self.dialect() {
            Dialect::Sqlite => sqlite::statements(self, fills),
            Dialect::Postgres => postgres::statements(self, fills),
            Dialect::Mysql => mysql::statements(self, fills),
        });
        Ok(all)
    }

    /// The statements as a script, each after a comment that says what it does and what is lost.
    ///
    /// ```
    /// use migrate_schema::{Column, Dialect, Difference, Fills, Renames, Schema, Table, Type};
    /// let text = Type::parse(Dialect::Postgres, "TEXT")?;
    /// let table = Table::new("members").with(Column::new("name", text));
    /// let made = Difference::between(
    ///     &Schema::default(), &Schema::default().with(table), Dialect::Postgres, &Renames::default());
    /// assert_eq!(made.inverse().script(&Fills::default())?, "\
    /// -- drop table members
    /// -- loses data: every row of members
    /// DROP TABLE \"members\";
    /// ");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As those of [`statements`](Self::statements).
    pub fn script(&self, fills: &Fills) -> Result<String, SqlError> {
        Ok(written(&self.statements(fills)?))
    }
}

/// Statements as a script.
fn written(statements: &[Statement]) -> String {
    let mut script = String::new();
    for statement in statements {
        if !script.is_empty() && !statement.comments.is_empty() {
            script.push('\n');
        }
        for comment in &statement.comments {
            line(&mut script, comment);
        }
        for lost in &statement.loses {
            line(&mut script, &format!("loses data: {lost}"));
        }
        script.push_str(&statement.sql);
        script.push_str(";\n");
    }
    script
}

/// A comment stays one, whatever a name has in it.
fn line(script: &mut String, comment: &str) {
    let comment = comment.replace(['\n', '\r'], " ");
    let _ = writeln!(script, "-- {comment}");
}

fn types_are_known(change: &Change) -> Result<(), SqlError> {
    let made: Vec<&Column> = match change {
        Change::CreateTable(table) => table.columns.iter().collect(),
        Change::Alter { change, .. } => match change.as_ref() {
            TableChange::AddColumn(column) => vec![column],
            TableChange::AlterColumn { to, .. } => vec![to.as_ref()],
            _ => Vec::new(),
        },
        _ => Vec::new(),
    };
    match (
        made.into_iter()
            .find(|column| column.sql_type.value().is_none()),
        change.table(),
    ) {
        (Some(column), Some(table)) => Err(SqlError::UnknownType {
            table: table.clone(),
            column: column.name.clone(),
        }),
        _ => Ok(()),
    }
}
