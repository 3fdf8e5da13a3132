//! Which types a foreign key cannot be of on its two sides.

use super::Type;
use crate::Dialect;

/// Types whose values a server compares with each other.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Integer,
    Number,
    Text,
    Boolean,
    Uuid,
    Time,
}

impl Type {
    /// Whether it is sure that no foreign key is of these two types. SQLite compares whatever is there.
    pub(crate) fn never_equals(&self, other: &Self, dialect: Dialect) -> bool {
        let (Some(kind), Some(other_kind)) = (self.kind(), other.kind()) else {
            return false;
        };
        let array = |of: &Self| of.0.dimensions > 0;
        let size = |of: &Self| (of.0.name.clone(), of.0.unsigned);
        match dialect {
            Dialect::Sqlite => false,
            Dialect::Postgres => kind.plain() != other_kind.plain() || array(self) != array(other),
            // There integers are of one size, both with a sign or both without.
            Dialect::Mysql => {
                kind != other_kind || kind == Kind::Integer && size(self) != size(other)
            }
        }
    }

    /// `None` for a type of which it is not known.
    fn kind(&self) -> Option<Kind> {
        if !self.0.built_in {
            return None;
        }
        Some(match self.name() {
            "tinyint" | "smallint" | "mediumint" | "int" | "integer" | "bigint" => Kind::Integer,
            "numeric" | "decimal" | "real" | "float" | "double" | "double precision" => {
                Kind::Number
            }
            "character" | "character varying" | "char" | "varchar" | "text" => Kind::Text,
            "boolean" => Kind::Boolean,
            "uuid" => Kind::Uuid,
            "date" | "datetime" | "timestamp" => Kind::Time,
            "timestamp without time zone" | "timestamp with time zone" => Kind::Time,
            _ => return None,
        })
    }
}

impl Kind {
    /// PostgreSQL compares numbers of all kinds.
    const fn plain(self) -> Self {
        match self {
            Self::Integer => Self::Number,
            kind => kind,
        }
    }
}
