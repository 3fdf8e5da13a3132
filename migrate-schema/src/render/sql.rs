//! A schema as the SQL that makes it.

use crate::{Dialect, Difference, Facet, Fills, Renames, Schema, SqlError};

impl Schema {
    /// The difference from an empty database: what makes all of it, parents before children, and its inverse.
    ///
    /// ```
    /// use migrate_schema::{Column, Dialect, Fills, Schema, Table, Type};
    /// let table = Table::new("members").with(Column::new("name", Type::parse(Dialect::Mysql, "text")?));
    /// let made = Schema::default().with(table).from_nothing(Dialect::Mysql);
    /// assert_eq!(made.changes()[0].to_string(), "create table members");
    /// assert_eq!(made.inverse().changes()[0].to_string(), "drop table members");
    /// # Ok::<(), migrate_schema::TypeError>(())
    /// ```
    #[must_use]
    pub fn from_nothing(&self, dialect: Dialect) -> Difference {
        let nothing = Self {
            tables: Vec::new(),
            enums: Facet::Known(Vec::new()),
            ..Self::default()
        };
        Difference::between(&nothing, self, dialect, &Renames::default())
    }

    /// The script that makes all of it in an empty database.
    ///
    /// # Errors
    /// [`SqlError`]: the type of a column is not known.
    pub fn sql(&self, dialect: Dialect) -> Result<String, SqlError> {
        self.from_nothing(dialect).script(&Fills::default())
    }
}
