//! The type of a column: read from a database's words, compared by meaning, written again.

#[cfg(feature = "models")]
mod comparable;
mod diesel;
mod mysql;
mod parse;
mod postgres;
mod printed;
mod room;
mod sqlite;
#[cfg(test)]
mod tests;

pub(crate) use mysql::unquoted;
pub use parse::TypeError;
pub(crate) use printed::Printed;

use std::sync::Arc;

use crate::{Dialect, Name};

/// A column's type in one dialect's normal form: `int4` and `INTEGER` are one type on PostgreSQL.
///
/// ```
/// use migrate_schema::{Dialect, Type};
/// let parse = |text| Type::parse(Dialect::Postgres, text);
/// assert!(parse("timestamptz(3)")?.same(&parse("timestamp (3) with time zone")?, Dialect::Postgres));
/// assert!(!parse("varchar(30)")?.same(&parse("varchar(50)")?, Dialect::Postgres));
/// assert_eq!(parse("int4[]")?.sql(Dialect::Postgres), "INTEGER[]");
/// # Ok::<(), migrate_schema::TypeError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(transparent))]
pub struct Type(
    /// Shared: a schema of thousands of columns has a few dozen types.
    Arc<Parts>,
);

/// What a type is made of.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
struct Parts {
    /// In lower case and normal form where it is built in.
    name: Name,
    built_in: bool,
    /// Length, precision and scale; for MySQL's `ENUM` and `SET` their values, in quotes.
    arguments: Vec<String>,
    unsigned: bool,
    /// MySQL's way to show a number with all its digits, of which there are as many as the argument says.
    #[cfg_attr(feature = "serde", serde(default))]
    zerofill: bool,
    dimensions: u8,
    /// It was said in Diesel's words, which name whole families of types: of any length and precision, and on SQLite of any name
    /// that Diesel reads alike.
    family: bool,
}

impl Parts {
    /// A type that the user made.
    const fn user(name: Name) -> Self {
        Self {
            name,
            built_in: false,
            arguments: Vec::new(),
            unsigned: false,
            zerofill: false,
            dimensions: 0,
            family: false,
        }
    }
}

impl Type {
    /// Reads a type as it stands in SQL.
    ///
    /// # Errors
    /// The text is no type.
    pub fn parse(dialect: Dialect, text: &str) -> Result<Self, TypeError> {
        let parsed = parse::parse(dialect, text)?;
        let parts = match dialect {
            Dialect::Sqlite => parsed,
            Dialect::Postgres => postgres::normal(parsed),
            Dialect::Mysql => mysql::normal(parsed),
        };
        Ok(Self(Arc::new(parts)))
    }

    /// A type that the user made: an enum, a domain, one of an extension.
    #[must_use]
    pub fn user(name: Name) -> Self {
        Self(Arc::new(Parts::user(name)))
    }

    /// The type that one of Diesel's words means: `Int4`, `Nullable` apart, `Unsigned<Integer>` as its own two words. `length` is a
    /// `#[max_length]`. `None` for a word that is not Diesel's, or not of this dialect.
    ///
    /// ```
    /// use migrate_schema::{Dialect, Type};
    /// let text = Type::from_diesel(Dialect::Sqlite, "Text", None).unwrap();
    /// assert!(text.same(&Type::parse(Dialect::Sqlite, "VARCHAR(50)")?, Dialect::Sqlite), "Diesel calls both Text");
    /// assert_eq!(text.sql(Dialect::Sqlite), "TEXT");
    /// # Ok::<(), migrate_schema::TypeError>(())
    /// ```
    #[must_use]
    pub fn from_diesel(dialect: Dialect, word: &str, length: Option<u32>) -> Option<Self> {
        let sql = diesel::sql(dialect, word)?;
        let mut of = Self::parse(dialect, sql).ok()?;
        let parts = Arc::make_mut(&mut of.0);
        parts.family = dialect == Dialect::Sqlite || length.is_none();
        if let Some(length) = length {
            parts.arguments = vec![length.to_string()];
        }
        Some(of)
    }

    /// Diesel's word for this type, as `diesel::sql_types` has it, without `Nullable` and `Array`. `None` for one that Diesel
    /// does not know, such as an enum.
    #[must_use]
    pub fn diesel(&self, dialect: Dialect) -> Option<&'static str> {
        if !self.0.built_in {
            return diesel::extension(&self.0.name.name);
        }
        match dialect {
            Dialect::Sqlite => sqlite::diesel(&self.0.name.name),
            Dialect::Postgres => diesel::word(dialect, &self.0.name.name),
            Dialect::Mysql if self.0.unsigned => diesel::unsigned(&self.0.name.name),
            Dialect::Mysql if self.is_boolean() => Some("Bool"),
            Dialect::Mysql => diesel::word(dialect, &self.0.name.name),
        }
    }

    /// The same type under another name, as that of another schema.
    #[must_use]
    pub fn renamed(mut self, name: Name) -> Self {
        Arc::make_mut(&mut self.0).name = name;
        self
    }

    /// The type of an array of these (PostgreSQL).
    #[must_use]
    pub fn array(mut self) -> Self {
        Arc::make_mut(&mut self.0).dimensions += 1;
        self
    }

    /// The same type without a sign (MySQL).
    #[must_use]
    pub fn unsigned(mut self) -> Self {
        Arc::make_mut(&mut self.0).unsigned = true;
        self
    }

    /// How many dimensions its arrays have; PostgreSQL holds no array to them.
    #[must_use]
    pub fn dimensions(&self) -> u8 {
        self.0.dimensions
    }

    /// The name of a type that the user made.
    #[must_use]
    pub fn user_name(&self) -> Option<&Name> {
        if self.0.built_in {
            None
        } else {
            Some(&self.0.name)
        }
    }

    /// Its name in normal form, in lower case where it is built in.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.name.name
    }

    /// Length, precision and scale, or MySQL's values, as they stand between parentheses.
    #[must_use]
    pub fn arguments(&self) -> &[String] {
        &self.0.arguments
    }

    /// Whether both are the same type. A type in Diesel's words is the same as each of those that Diesel reads like it.
    #[must_use]
    pub fn same(&self, other: &Self, dialect: Dialect) -> bool {
        if (self.0.family || other.0.family) && dialect == Dialect::Sqlite {
            return self.diesel(dialect) == other.diesel(dialect)
                && (self.0.arguments.is_empty()
                    || other.0.arguments.is_empty()
                    || self.0.arguments == other.0.arguments);
        }
        // A `table!` says no precision, no length but for texts, and of MariaDB's JSON that it is a text.
        let family = self.0.family || other.0.family;
        let json =
            family && dialect == Dialect::Mysql && mysql::is_json(self) && mysql::is_json(other);
        let arguments = (&self.0.arguments, self.0.zerofill)
            == (&other.0.arguments, other.0.zerofill)
            || family
                && self.is_boolean() == other.is_boolean()
                && !matches!(self.name(), "enum" | "set");
        let alike = arguments
            && (&self.0.name, self.0.unsigned) == (&other.0.name, other.0.unsigned)
            || json;
        alike && (self.0.dimensions > 0) == (other.0.dimensions > 0)
    }

    /// It in SQL.
    #[must_use]
    pub fn sql(&self, dialect: Dialect) -> String {
        let mut sql = if self.0.built_in {
            let name = match dialect {
                Dialect::Postgres => postgres::short(&self.0.name.name),
                Dialect::Sqlite | Dialect::Mysql => &self.0.name.name,
            };
            name.to_uppercase()
        } else {
            self.0.name.quoted(dialect)
        };
        if !self.0.arguments.is_empty() {
            sql.push_str(&format!("({})", self.0.arguments.join(", ")));
        }
        if self.0.unsigned {
            sql.push_str(" UNSIGNED");
        }
        if self.0.zerofill {
            sql.push_str(" ZEROFILL");
        }
        sql.push_str(&"[]".repeat(self.0.dimensions.into()));
        sql
    }

    /// It for people: in normal form, without quotes.
    pub(crate) fn shown(&self) -> String {
        let mut shown = self.0.name.to_string();
        if !self.0.arguments.is_empty() {
            shown.push_str(&format!("({})", self.0.arguments.join(", ")));
        }
        if self.0.unsigned {
            shown.push_str(" unsigned");
        }
        if self.0.zerofill {
            shown.push_str(" zerofill");
        }
        shown + &"[]".repeat(self.0.dimensions.into())
    }

    /// Whether it is MySQL's one-digit number, which its drivers read as a truth value.
    fn is_boolean(&self) -> bool {
        self.0.name.name == "tinyint" && self.0.arguments == ["1"]
    }
}
