//! A table: its columns, its keys, and what else it says of itself.

use std::collections::HashSet;

use crate::{Check, Column, Facet, ForeignKey, Index, Name, PrimaryKey, Schema, Type, Unique};

/// A table. What a source cannot say of it is [`Facet::Unknown`].
///
/// ```
/// use migrate_schema::{Column, Dialect, Facet, Table, Type, Unique};
/// let text = Type::parse(Dialect::Postgres, "TEXT")?;
/// let members = Table::new("members")
///     .with(Column::new("email", text))
///     .unique(Unique::on(["email"]));
/// assert_eq!(members.column("email").unwrap().nullable, Facet::Known(false));
/// assert_eq!(members.uniques.all().len(), 1);
/// # Ok::<(), migrate_schema::TypeError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Table {
    /// Its name.
    pub name: Name,
    /// The name that it had before, where its model says so; it may have been in another schema.
    pub renamed_from: Option<Name>,
    /// Its columns, in order. A difference in order alone is none.
    pub columns: Vec<Column>,
    /// Its primary key.
    pub primary_key: Facet<Option<PrimaryKey>>,
    /// Its foreign keys.
    pub foreign_keys: Facet<Vec<ForeignKey>>,
    /// Its unique constraints.
    pub uniques: Facet<Vec<Unique>>,
    /// Its indexes, apart from those that its constraints make for themselves.
    pub indexes: Facet<Vec<Index>>,
    /// Its checks.
    pub checks: Facet<Vec<Check>>,
    /// Its comment.
    pub comment: Facet<Option<String>>,
    /// Whether SQLite holds its columns to their types.
    pub strict: Facet<bool>,
    /// Whether SQLite stores it by its primary key.
    pub without_rowid: Facet<bool>,
    /// The collation that its columns have where they name none (MySQL). It is not compared: changing it changes no column.
    #[cfg_attr(feature = "serde", serde(default))]
    pub collation: Option<String>,
    /// What else stands after its columns and no model can say, in SQL: MySQL's `ENGINE`. It is not compared.
    #[cfg_attr(feature = "serde", serde(default))]
    pub rest: Option<String>,
    /// The triggers on it, as statements that make them. They are not compared: a rebuild puts them back.
    pub triggers: Vec<String>,
    /// The statement that made it, as SQLite keeps it. It is not compared: a table that is made anew is made from it, so that what
    /// no value holds stays: `ON CONFLICT`, comments, the author's layout.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Option::is_none")
    )]
    pub text: Option<String>,
}

impl Table {
    /// A table without columns of which everything is known.
    #[must_use]
    pub fn new(name: impl Into<Name>) -> Self {
        Self {
            primary_key: Facet::Known(None),
            foreign_keys: Facet::Known(Vec::new()),
            uniques: Facet::Known(Vec::new()),
            indexes: Facet::Known(Vec::new()),
            checks: Facet::Known(Vec::new()),
            comment: Facet::Known(None),
            strict: Facet::Known(false),
            without_rowid: Facet::Known(false),
            ..Self::unknown(name)
        }
    }

    /// A table without columns of which only the name is known.
    #[must_use]
    pub fn unknown(name: impl Into<Name>) -> Self {
        Self {
            name: name.into(),
            renamed_from: None,
            columns: Vec::new(),
            primary_key: Facet::Unknown,
            foreign_keys: Facet::Unknown,
            uniques: Facet::Unknown,
            indexes: Facet::Unknown,
            checks: Facet::Unknown,
            comment: Facet::Unknown,
            strict: Facet::Unknown,
            without_rowid: Facet::Unknown,
            collation: None,
            rest: None,
            triggers: Vec::new(),
            text: None,
        }
    }

    /// The same table with one more column.
    #[must_use]
    pub fn with(mut self, column: Column) -> Self {
        self.columns.push(column);
        self
    }

    /// The same table with this primary key.
    #[must_use]
    pub fn keyed(mut self, columns: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.primary_key = Facet::Known(Some(PrimaryKey::on(columns)));
        self
    }

    /// The same table with one more foreign key.
    #[must_use]
    pub fn foreign_key(mut self, key: ForeignKey) -> Self {
        push(&mut self.foreign_keys, key);
        self
    }

    /// The same table with one more unique constraint.
    #[must_use]
    pub fn unique(mut self, unique: Unique) -> Self {
        push(&mut self.uniques, unique);
        self
    }

    /// The same table with one more index.
    #[must_use]
    pub fn index(mut self, index: Index) -> Self {
        push(&mut self.indexes, index);
        self
    }

    /// The same table with one more check.
    #[must_use]
    pub fn check(mut self, check: Check) -> Self {
        push(&mut self.checks, check);
        self
    }

    /// The same in less room: its lists without what they do not fill, its types those of other tables where they are the same.
    ///
    /// ```
    /// use std::collections::HashSet;
    /// use migrate_schema::{Column, Dialect, Table, Type};
    ///
    /// let id = |name: &str| Table::new(name).with(Column::new("id", Type::parse(Dialect::Sqlite, "INTEGER").unwrap()));
    /// let mut types = HashSet::new();
    /// let tables = [id("members").compact(&mut types), id("orgs").compact(&mut types)];
    /// assert_eq!((tables, types.len()), ([id("members"), id("orgs")], 1));
    /// ```
    #[must_use]
    pub fn compact(mut self, types: &mut HashSet<Type>) -> Self {
        self.columns.shrink_to_fit();
        self.foreign_keys.value_mut().map(Vec::shrink_to_fit);
        self.uniques.value_mut().map(Vec::shrink_to_fit);
        self.indexes.value_mut().map(Vec::shrink_to_fit);
        self.checks.value_mut().map(Vec::shrink_to_fit);
        for column in &mut self.columns {
            if let Some(of) = column.sql_type.value_mut() {
                match types.get(of) {
                    Some(same) => *of = same.clone(),
                    None => _ = types.insert(of.clone()),
                }
            }
        }
        self
    }

    /// Whether SQLite takes a column for the number of the row, which is never NULL.
    pub(crate) fn is_row_id(&self, column: &Column) -> bool {
        let sql_type = column.sql_type.value();
        let key = self.primary_key.get();
        self.without_rowid.value() != Some(&true)
            && key.is_some_and(|key| key.columns == [column.name.as_str()])
            && sql_type.is_some_and(|of| of.name().eq_ignore_ascii_case("integer"))
    }

    /// Whether a column of SQLite holds the number of a row, of this table or of another one.
    pub(crate) fn numbers_rows(&self, column: &Column, schema: &Schema) -> bool {
        let refers = self.foreign_keys.all().iter();
        let mut refers = refers.filter(|key| key.columns == [column.name.as_str()]);
        let to_rows = |other: &Self| other.columns.iter().any(|column| other.is_row_id(column));
        self.is_row_id(column) || refers.any(|key| schema.table(&key.table).is_some_and(to_rows))
    }

    /// Whether SQLite keeps NULL out of a column that does not say so: the number of a row, the key of a table that is strict or has no
    /// such numbers.
    pub(crate) fn keeps_null_out(&self, column: &Column) -> bool {
        let is = |option: &Facet<bool>| option.value() == Some(&true);
        let key = self.primary_key.get();
        self.is_row_id(column)
            || (is(&self.strict) || is(&self.without_rowid))
                && key.is_some_and(|key| key.columns.contains(&column.name))
    }

    /// The column of that name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }
}

fn push<T>(list: &mut Facet<Vec<T>>, item: T) {
    match list {
        Facet::Unknown => *list = Facet::Known(vec![item]),
        Facet::Suggested(items) | Facet::Known(items) => items.push(item),
    }
}
