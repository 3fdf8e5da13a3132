//! The name of a table or a type, with the schema that it is in where it is not the connection's own.

use std::fmt;

use crate::Dialect;

/// A name as it is, without quotes. Its parts are data: a dot in a part is a dot in the name.
///
/// ```
/// use migrate_schema::{Dialect, Name};
/// assert_eq!(Name::new("members").quoted(Dialect::Postgres), "\"members\"");
/// assert_eq!(Name::qualified("audit", "log").quoted(Dialect::Mysql), "`audit`.`log`");
/// assert_eq!(Name::qualified("audit", "log").to_string(), "audit.log");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Name {
    /// The schema, or on MySQL the database, where it is not the connection's own.
    pub schema: Option<String>,
    /// The name itself.
    pub name: String,
}

impl Name {
    /// A name in the connection's own schema.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            schema: None,
            name: name.into(),
        }
    }

    /// A name in another schema.
    #[must_use]
    pub fn qualified(schema: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            schema: Some(schema.into()),
            name: name.into(),
        }
    }

    /// Another name in the same schema.
    #[must_use]
    pub fn sibling(&self, name: impl Into<String>) -> Self {
        Self {
            schema: self.schema.clone(),
            name: name.into(),
        }
    }

    /// The name in SQL, each part in quotes.
    #[must_use]
    pub fn quoted(&self, dialect: Dialect) -> String {
        let name = dialect.quote(&self.name);
        match &self.schema {
            Some(schema) => format!("{}.{name}", dialect.quote(schema)),
            None => name,
        }
    }
}

impl From<&str> for Name {
    fn from(name: &str) -> Self {
        Self::new(name)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.schema {
            Some(schema) => write!(f, "{schema}.{}", self.name),
            None => f.write_str(&self.name),
        }
    }
}
