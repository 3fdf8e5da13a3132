//! The type of a column: read from a database's words, compared by meaning, written again.

mod diesel;
mod mysql;
mod parse;
mod postgres;
mod printed;
mod sqlite;

pub use parse::TypeError;
pub(crate) use printed::Printed;

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
pub struct Type {
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

impl Type {
    /// Reads a type as it stands in SQL.
    ///
    /// # Errors
    /// The text is no type.
    pub fn parse(dialect: Dialect, text: &str) -> Result<Self, TypeError> {
        let parsed = parse::parse(dialect, text)?;
        Ok(match dialect {
            Dialect::Sqlite => parsed,
            Dialect::Postgres => postgres::normal(parsed),
            Dialect::Mysql => mysql::normal(parsed),
        })
    }

    /// A type that the user made: an enum, a domain, one of an extension.
    #[must_use]
    pub const fn user(name: Name) -> Self {
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
        of.family = dialect == Dialect::Sqlite || length.is_none();
        if let Some(length) = length {
            of.arguments = vec![length.to_string()];
        }
        Some(of)
    }

    /// Diesel's word for this type, as `diesel::sql_types` has it, without `Nullable` and `Array`. `None` for one that Diesel
    /// does not know, such as an enum.
    #[must_use]
    pub fn diesel(&self, dialect: Dialect) -> Option<&'static str> {
        if !self.built_in {
            return diesel::extension(&self.name.name);
        }
        match dialect {
            Dialect::Sqlite => sqlite::diesel(&self.name.name),
            Dialect::Postgres => diesel::word(dialect, &self.name.name),
            Dialect::Mysql if self.unsigned => diesel::unsigned(&self.name.name),
            Dialect::Mysql if self.is_boolean() => Some("Bool"),
            Dialect::Mysql => diesel::word(dialect, &self.name.name),
        }
    }

    /// The same type under another name, as that of another schema.
    #[must_use]
    pub fn renamed(mut self, name: Name) -> Self {
        self.name = name;
        self
    }

    /// The type of an array of these (PostgreSQL).
    #[must_use]
    pub const fn array(mut self) -> Self {
        self.dimensions += 1;
        self
    }

    /// The same type without a sign (MySQL).
    #[must_use]
    pub const fn unsigned(mut self) -> Self {
        self.unsigned = true;
        self
    }

    /// How many dimensions its arrays have; PostgreSQL holds no array to them.
    #[must_use]
    pub const fn dimensions(&self) -> u8 {
        self.dimensions
    }

    /// The name of a type that the user made.
    #[must_use]
    pub const fn user_name(&self) -> Option<&Name> {
        if self.built_in {
            None
        } else {
            Some(&self.name)
        }
    }

    /// Its name in normal form, in lower case where it is built in.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name.name
    }

    /// Length, precision and scale, or MySQL's values, as they stand between parentheses.
    #[must_use]
    pub fn arguments(&self) -> &[String] {
        &self.arguments
    }

    /// Whether both are the same type. A type in Diesel's words is the same as each of those that Diesel reads like it.
    #[must_use]
    pub fn same(&self, other: &Self, dialect: Dialect) -> bool {
        if (self.family || other.family) && dialect == Dialect::Sqlite {
            return self.diesel(dialect) == other.diesel(dialect)
                && (self.arguments.is_empty()
                    || other.arguments.is_empty()
                    || self.arguments == other.arguments);
        }
        // A `table!` says no precision, no length but for texts, and of MariaDB's JSON that it is a text.
        let family = self.family || other.family;
        let json =
            family && dialect == Dialect::Mysql && mysql::is_json(self) && mysql::is_json(other);
        let arguments = (&self.arguments, self.zerofill) == (&other.arguments, other.zerofill)
            || family
                && self.is_boolean() == other.is_boolean()
                && !matches!(self.name(), "enum" | "set");
        let alike =
            arguments && (&self.name, self.unsigned) == (&other.name, other.unsigned) || json;
        alike && (self.dimensions > 0) == (other.dimensions > 0)
    }

    /// Whether a value of this type may not fit into the other one.
    #[must_use]
    pub fn narrows(&self, to: &Self) -> bool {
        // Each holds whatever the ones before it in its row do.
        const WIDER: [&[&str]; 5] = [
            &[
                "tinyint",
                "smallint",
                "mediumint",
                "int",
                "integer",
                "bigint",
                "numeric",
                "decimal",
            ],
            &["real", "float", "double", "double precision"],
            &[
                "character",
                "char",
                "character varying",
                "varchar",
                "tinytext",
                "text",
                "mediumtext",
                "longtext",
            ],
            &["tinyblob", "blob", "mediumblob", "longblob"],
            &["json", "jsonb"],
        ];
        if self.dimensions > 0 && to.dimensions == 0 {
            return true;
        }
        if matches!(to.name(), "text" | "longtext")
            && to.built_in
            && !matches!(self.name(), "longtext" | "mediumtext")
        {
            return false;
        }
        let place = |of: &Self| {
            let row = WIDER.iter().position(|row| row.contains(&of.name()))?;
            let at = WIDER[row].iter().position(|name| *name == of.name())?;
            Some((row, at))
        };
        let wider = match (place(self), place(to)) {
            (Some((row, at)), Some((other, to))) => row == other && at <= to,
            _ => self.name == to.name,
        };
        !wider || self.unsigned && !to.unsigned && self.name == to.name || self.has_more_room(to)
    }

    /// Whether length, precision or scale are larger than the other's.
    fn has_more_room(&self, to: &Self) -> bool {
        let number = |of: &Self, at: usize| {
            of.arguments
                .get(at)
                .and_then(|text| text.parse::<u32>().ok())
        };
        match (number(self, 0), number(to, 0)) {
            (_, None) => false,
            (None, Some(_)) => self.name == to.name || to.name() != "numeric",
            (Some(one), Some(other)) => {
                let (scale, other_scale) =
                    (number(self, 1).unwrap_or(0), number(to, 1).unwrap_or(0));
                scale > other_scale
                    || i64::from(one) - i64::from(scale) > i64::from(other) - i64::from(other_scale)
            }
        }
    }

    /// It in SQL.
    #[must_use]
    pub fn sql(&self, dialect: Dialect) -> String {
        let mut sql = if self.built_in {
            let name = match dialect {
                Dialect::Postgres => postgres::short(&self.name.name),
                Dialect::Sqlite | Dialect::Mysql => &self.name.name,
            };
            name.to_uppercase()
        } else {
            self.name.quoted(dialect)
        };
        if !self.arguments.is_empty() {
            sql.push_str(&format!("({})", self.arguments.join(", ")));
        }
        if self.unsigned {
            sql.push_str(" UNSIGNED");
        }
        if self.zerofill {
            sql.push_str(" ZEROFILL");
        }
        sql.push_str(&"[]".repeat(self.dimensions.into()));
        sql
    }

    /// It for people: in normal form, without quotes.
    pub(crate) fn shown(&self) -> String {
        let mut shown = self.name.to_string();
        if !self.arguments.is_empty() {
            shown.push_str(&format!("({})", self.arguments.join(", ")));
        }
        if self.unsigned {
            shown.push_str(" unsigned");
        }
        if self.zerofill {
            shown.push_str(" zerofill");
        }
        shown + &"[]".repeat(self.dimensions.into())
    }

    /// Whether it is MySQL's one-digit number, which its drivers read as a truth value.
    fn is_boolean(&self) -> bool {
        self.name.name == "tinyint" && self.arguments == ["1"]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(dialect: Dialect, text: &str) -> Type {
        Type::parse(dialect, text).unwrap()
    }

    #[test]
    fn one_type_in_several_words_is_one_type() {
        let cases = [
            (Dialect::Postgres, "INT", "int4"),
            (Dialect::Postgres, "varchar(50)", "CHARACTER VARYING(50)"),
            (Dialect::Postgres, "char", "character(1)"),
            (Dialect::Postgres, "bpchar(3)", "char(3)"),
            (Dialect::Postgres, "decimal(10)", "numeric(10, 0)"),
            (Dialect::Postgres, "float", "double precision"),
            (Dialect::Postgres, "float(24)", "real"),
            (
                Dialect::Postgres,
                "timestamp",
                "timestamp without time zone",
            ),
            (Dialect::Postgres, "timetz", "time with time zone"),
            (Dialect::Postgres, "text[]", "text[][]"),
            (Dialect::Postgres, "\"mood\"", "mood"),
            (Dialect::Postgres, "integer array", "int[]"),
            (Dialect::Mysql, "int(11)", "INTEGER"),
            (Dialect::Mysql, "bool", "tinyint(1)"),
            (Dialect::Mysql, "numeric", "decimal(10,0)"),
            (Dialect::Mysql, "int unsigned", "INT(10) UNSIGNED"),
            (Dialect::Mysql, "enum('a','b')", "ENUM( 'a', 'b' )"),
            (Dialect::Sqlite, "varchar (50)", "VARCHAR(50)"),
            (Dialect::Sqlite, "numeric(10,2)", "NUMERIC(10, 2)"),
        ];
        for (dialect, one, other) in cases {
            assert!(
                parsed(dialect, one).same(&parsed(dialect, other), dialect),
                "{one} and {other}"
            );
        }
    }

    #[test]
    fn different_types_differ() {
        let cases = [
            (Dialect::Postgres, "varchar", "varchar(30)"),
            (Dialect::Postgres, "text", "varchar"),
            (Dialect::Postgres, "json", "jsonb"),
            (Dialect::Postgres, "timestamp", "timestamptz"),
            (Dialect::Postgres, "timestamp(3)", "timestamp"),
            (Dialect::Postgres, "int", "int[]"),
            (Dialect::Postgres, "\"Mood\"", "mood"),
            (Dialect::Mysql, "tinyint", "bool"),
            (Dialect::Mysql, "int", "int unsigned"),
            (Dialect::Mysql, "json", "longtext"),
            (Dialect::Mysql, "enum('a')", "enum('A')"),
            (Dialect::Sqlite, "INTEGER", "BOOLEAN"),
            (Dialect::Sqlite, "INT", "INTEGER"),
        ];
        for (dialect, one, other) in cases {
            assert!(
                !parsed(dialect, one).same(&parsed(dialect, other), dialect),
                "{one} and {other}"
            );
        }
    }

    #[test]
    fn a_narrower_type_is_known() {
        let narrows = |one: &str, other: &str| {
            parsed(Dialect::Postgres, one).narrows(&parsed(Dialect::Postgres, other))
        };
        for (one, other) in [
            ("int", "bigint"),
            ("varchar(30)", "varchar(50)"),
            ("int", "text"),
            ("numeric(10,2)", "numeric(12,4)"),
            ("varchar(30)", "varchar"),
            ("mood", "text"),
        ] {
            assert!(!narrows(one, other), "{one} to {other}");
        }
        for (one, other) in [
            ("bigint", "int"),
            ("varchar(50)", "varchar(30)"),
            ("text", "int"),
            ("numeric(10,2)", "numeric(10,4)"),
            ("numeric(10,4)", "numeric(10,2)"),
            ("text", "varchar(3)"),
            ("text", "mood"),
            ("int[]", "int"),
        ] {
            assert!(narrows(one, other), "{one} to {other}");
        }
    }

    #[test]
    fn what_is_written_reads_back_the_same() {
        for (dialect, text) in [
            (Dialect::Postgres, "TIMESTAMPTZ(3)"),
            (Dialect::Postgres, "VARCHAR(50)[]"),
            (Dialect::Postgres, "BIT VARYING(5)"),
            (Dialect::Postgres, "NUMERIC(10, 2)"),
            (Dialect::Postgres, "\"audit\".\"Mo\"\"od\""),
            (Dialect::Postgres, "\"citext\""),
            (Dialect::Mysql, "BIGINT UNSIGNED"),
            (Dialect::Mysql, "ENUM('it''s', 'b')"),
            (Dialect::Mysql, "DOUBLE"),
            (Dialect::Mysql, "INT(5) UNSIGNED ZEROFILL"),
            (Dialect::Sqlite, "DOUBLE PRECISION"),
            (Dialect::Sqlite, "UNSIGNED BIG INT"),
        ] {
            assert_eq!(parsed(dialect, text).sql(dialect), text);
        }
    }

    #[test]
    fn a_table_block_says_no_precision_and_only_the_length_that_it_has() {
        let same = |dialect, word, length, sql| {
            let of = Type::from_diesel(dialect, word, length).unwrap();
            of.same(&parsed(dialect, sql), dialect) && parsed(dialect, sql).same(&of, dialect)
        };
        use Dialect::{Mysql, Postgres};
        assert!(same(Postgres, "Numeric", None, "numeric(10, 2)"));
        assert!(same(Postgres, "Timestamptz", None, "timestamptz(3)"));
        assert!(same(Postgres, "Varchar", None, "varchar(9)"));
        assert!(same(Postgres, "Varchar", Some(9), "varchar(9)"));
        assert!(!same(Postgres, "Varchar", Some(9), "varchar(8)"));
        assert!(!same(Postgres, "Varchar", None, "text"));
        assert!(same(Mysql, "Decimal", None, "decimal(12, 4)"));
        assert!(same(Mysql, "Datetime", None, "datetime(6)"));
        assert!(!same(Mysql, "Bool", None, "tinyint"));
        assert!(!same(Mysql, "TinyInt", None, "tinyint(1)"));
    }

    #[test]
    fn what_is_no_type_is_refused() {
        for text in ["", "(3)", "int)", "varchar(", "int; drop table x", "'a'"] {
            assert!(Type::parse(Dialect::Mysql, text).is_err(), "{text}");
        }
    }

    #[test]
    fn diesels_words_leave_lengths_open_on_mysql() {
        let word = |word| Type::from_diesel(Dialect::Mysql, word, None).unwrap();
        for (said, there) in [
            ("Varchar", "varchar(64)"),
            ("Datetime", "datetime(3)"),
            ("Decimal", "decimal(12, 3)"),
            ("Longtext", "json"),
            ("Json", "longtext"),
            ("Bool", "tinyint(1)"),
        ] {
            assert!(
                word(said).same(&parsed(Dialect::Mysql, there), Dialect::Mysql),
                "{said}"
            );
        }
        for (said, there) in [
            ("Varchar", "text"),
            ("BigInt", "bigint unsigned"),
            ("TinyInt", "tinyint(1)"),
        ] {
            assert!(
                !word(said).same(&parsed(Dialect::Mysql, there), Dialect::Mysql),
                "{said}"
            );
        }
        let short = Type::from_diesel(Dialect::Mysql, "Varchar", Some(20)).unwrap();
        assert!(!short.same(&parsed(Dialect::Mysql, "varchar(30)"), Dialect::Mysql));
    }

    #[test]
    fn a_type_and_diesels_word_for_it_agree() {
        for dialect in Dialect::ALL {
            for word in [
                "SmallInt",
                "Integer",
                "BigInt",
                "Double",
                "Text",
                "Binary",
                "Bool",
                "Date",
                "Timestamp",
            ] {
                let of = Type::from_diesel(dialect, word, None).unwrap();
                assert_eq!(of.diesel(dialect), Some(word), "{dialect}");
            }
        }
        let word = |text| parsed(Dialect::Mysql, text).diesel(Dialect::Mysql);
        assert_eq!(word("bigint unsigned"), Some("Unsigned<BigInt>"));
        assert_eq!(word("tinyint"), Some("TinyInt"));
        assert_eq!(Type::from_diesel(Dialect::Mysql, "Jsonb", None), None);
        assert_eq!(
            parsed(Dialect::Postgres, "citext").diesel(Dialect::Postgres),
            Some("Citext")
        );
    }
}
