//! The three ways of writing SQL: how each quotes a name and a text.

use std::fmt;

/// Whose SQL is read and written. Its words are those of file names, settings and messages elsewhere.
///
/// ```
/// use migrate_schema::Dialect;
/// assert_eq!(Dialect::Postgres.quote("or\"der"), "\"or\"\"der\"");
/// assert_eq!(Dialect::Mysql.quote("order"), "`order`");
/// assert_eq!(Dialect::Mysql.literal(r"it's \"), r"'it''s \\'");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
pub enum Dialect {
    /// SQLite.
    Sqlite,
    /// PostgreSQL.
    Postgres,
    /// MySQL and MariaDB.
    Mysql,
}

impl Dialect {
    /// All of them, in the order in which they are listed everywhere.
    pub const ALL: [Self; 3] = [Self::Sqlite, Self::Postgres, Self::Mysql];

    /// Its word.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
            Self::Mysql => "mysql",
        }
    }

    /// The dialect of that name, if it is one of the three.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|dialect| dialect.name() == name)
    }

    /// A name as this dialect writes it: always in quotes, so that no name is a keyword and none is folded to lower case.
    #[must_use]
    pub fn quote(self, name: &str) -> String {
        let quote = match self {
            Self::Sqlite | Self::Postgres => '"',
            Self::Mysql => '`',
        };
        let doubled = name.replace(quote, &format!("{quote}{quote}"));
        format!("{quote}{doubled}{quote}")
    }

    /// Names in quotes, with commas between them.
    #[must_use]
    pub fn quote_all<'a>(self, names: impl IntoIterator<Item = &'a String>) -> String {
        let quoted: Vec<_> = names.into_iter().map(|name| self.quote(name)).collect();
        quoted.join(", ")
    }

    /// A text as a literal. MySQL's default mode reads a backslash as an escape, so there it is doubled.
    #[must_use]
    pub fn literal(self, text: &str) -> String {
        let text = text.replace('\'', "''");
        match self {
            Self::Sqlite | Self::Postgres => format!("'{text}'"),
            Self::Mysql => format!("'{}'", text.replace('\\', "\\\\")),
        }
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
