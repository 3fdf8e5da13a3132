//! A table and its columns, as values that compare by what they say.

/// A column: its name, and its type in the words of a database.
///
/// ```
/// use migrate_schema::Column;
/// let email = Column::new("email", "VARCHAR(254)").nullable();
/// assert_eq!(email.name(), "email");
/// assert!(email.is_nullable());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    name: String,
    sql_type: String,
    nullable: bool,
}

impl Column {
    /// A column that takes no NULL.
    #[must_use]
    pub fn new(name: impl Into<String>, sql_type: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            sql_type: sql_type.into(),
            nullable: false,
        }
    }

    /// The same column, taking NULL.
    #[must_use]
    pub fn nullable(self) -> Self {
        Self {
            nullable: true,
            ..self
        }
    }

    /// Its name, as it is, without quotes.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its type.
    #[must_use]
    pub fn sql_type(&self) -> &str {
        &self.sql_type
    }

    /// Whether it takes NULL.
    #[must_use]
    pub const fn is_nullable(&self) -> bool {
        self.nullable
    }
}

/// A table: its name, and its columns in order.
///
/// ```
/// use migrate_schema::{Column, Table};
/// let members = Table::new("members").column(Column::new("id", "INTEGER"));
/// assert_eq!(members.columns()[0].sql_type(), "INTEGER");
/// assert_eq!(members.get("id"), Some(&members.columns()[0]));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    name: String,
    columns: Vec<Column>,
}

impl Table {
    /// A table without columns.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            columns: Vec::new(),
        }
    }

    /// The same table with one more column at its end.
    #[must_use]
    pub fn column(mut self, column: Column) -> Self {
        self.columns.push(column);
        self
    }

    /// Its name, as it is, without quotes.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its columns, in order.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The column of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }
}
