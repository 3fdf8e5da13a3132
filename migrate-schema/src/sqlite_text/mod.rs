//! SQLite keeps the text of each statement that made something, and reads nothing else when it opens a database. So do we.

mod clause;
mod edits;
mod reader;
mod rename;
mod statement;
#[cfg(test)]
mod tests;
mod values;

use std::collections::HashMap;

pub(crate) use clause::{Clause, Says};
pub(crate) use edits::Edits;
pub(crate) use rename::{renamed_column, renamed_table};
pub(crate) use statement::{ColumnText, Statement};
pub(crate) use values::{declared, once, table};

use crate::{Facet, Name, Schema, Table};

/// A row of `sqlite_schema`: something that SQLite keeps the text of.
///
/// ```
/// use migrate_schema::{Schema, SqliteObject};
/// let object = |kind, name, text| SqliteObject { kind, name, table: "members", text };
/// let schema = Schema::from_sqlite([
///     object("table", "members", "CREATE TABLE members (id INTEGER PRIMARY KEY, email TEXT NOT NULL)"),
///     object("index", "ix_email", "CREATE UNIQUE INDEX ix_email ON members (email)"),
/// ])?;
/// assert!(schema.tables[0].indexes.all()[0].unique);
/// # Ok::<(), migrate_schema::SqliteTextError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct SqliteObject<'a> {
    /// `table`, `index`, `trigger` or `view`.
    pub kind: &'a str,
    /// Its name.
    pub name: &'a str,
    /// The table that it is on.
    pub table: &'a str,
    /// The statement that made it; empty for an index that a constraint made for itself.
    pub text: &'a str,
}

/// A statement that SQLite keeps and that is not understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the text of {kind} {name} is not understood from `{rest}` on")]
#[non_exhaustive]
pub struct SqliteTextError {
    /// `table` or `index`.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// The first words that are not.
    pub rest: String,
}

impl SqliteObject<'_> {
    /// Whether it is a virtual table, which keeps what it holds in tables of its own.
    #[must_use]
    pub fn is_virtual(&self) -> bool {
        const WORDS: &str = "CREATE VIRTUAL";
        let first = self.text.get(..WORDS.len());
        first.is_some_and(|first| first.eq_ignore_ascii_case(WORDS))
    }
}

impl SqliteTextError {
    fn at(object: &SqliteObject<'_>, place: usize) -> Self {
        let rest = object.text.get(place..).unwrap_or_default();
        Self {
            kind: object.kind.to_owned(),
            name: object.name.to_owned(),
            rest: rest.chars().take(40).collect(),
        }
    }
}

impl Schema {
    /// The tables of a SQLite database, from the rows of its `sqlite_schema` in their order. SQLite's own tables and virtual ones are
    /// left out; triggers go with their tables, and of views only the names are kept.
    ///
    /// # Errors
    /// A statement that is not understood.
    pub fn from_sqlite<'a>(
        objects: impl IntoIterator<Item = SqliteObject<'a>>,
    ) -> Result<Self, SqliteTextError> {
        let mut tables: Vec<Table> = Vec::new();
        let mut places: HashMap<String, usize> = HashMap::new();
        let (mut others, mut views) = (Vec::new(), Vec::new());
        for object in objects {
            match object.kind {
                "table" if is_ordinary(&object) => {
                    let statement = Statement::read(object.text)
                        .map_err(|place| SqliteTextError::at(&object, place))?;
                    places.insert(object.name.to_lowercase(), tables.len());
                    tables.push(values::table(object.text, &statement));
                }
                "view" => views.push(Name::new(object.name)),
                "index" | "trigger" if !object.text.is_empty() => others.push(object),
                _ => {}
            }
        }
        for object in others {
            let Some(&at) = places.get(&object.table.to_lowercase()) else {
                continue;
            };
            add(&mut tables[at], &object)?;
        }
        let mut schema = Self {
            tables,
            views,
            ..Self::default()
        };
        resolve(&mut schema, &places);
        Ok(schema)
    }
}

fn is_ordinary(object: &SqliteObject<'_>) -> bool {
    !object.name.starts_with("sqlite_") && !object.is_virtual()
}

fn add(table: &mut Table, object: &SqliteObject<'_>) -> Result<(), SqliteTextError> {
    if object.kind == "trigger" {
        table.triggers.push(object.text.to_owned());
        return Ok(());
    }
    let (_, mut index) =
        values::index(object.text).map_err(|place| SqliteTextError::at(object, place))?;
    for part in &mut index.parts {
        if let crate::IndexKey::Column(name) = &mut part.key {
            *name = values::declared(table, name);
        }
    }
    *table = std::mem::replace(table, Table::unknown("")).index(index);
    Ok(())
}

/// Foreign keys name tables and columns in either case, or leave the columns out where they are the other table's key.
fn resolve(schema: &mut Schema, places: &HashMap<String, usize>) {
    for at in 0..schema.tables.len() {
        let mut keys = std::mem::take(&mut schema.tables[at].foreign_keys);
        if let Facet::Known(keys) = &mut keys {
            for key in keys {
                if let Some(&target) = places.get(&key.table.name.to_lowercase()) {
                    point(key, &schema.tables[target]);
                }
            }
        }
        once(&mut keys);
        schema.tables[at].foreign_keys = keys;
    }
}

fn point(key: &mut crate::ForeignKey, target: &Table) {
    key.table = target.name.clone();
    if key.referenced.is_empty() {
        let primary = target.primary_key.get();
        key.referenced = primary.map_or_else(Vec::new, |primary| primary.columns.clone());
    }
    for name in &mut key.referenced {
        *name = declared(target, name);
    }
}
