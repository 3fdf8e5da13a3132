//! The word that `diesel print-schema` prints for a type: the database's own, in Diesel's spelling.

use super::{Type, unquoted};
use crate::Dialect;
use crate::render::camel;

/// A type as a `table!` block has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Printed {
    /// Its word, without what is around it: `Int4`, `Varchar`, `Mood`.
    pub(crate) word: String,
    /// Its name in the database, for a type that Diesel does not have. Of another schema with that.
    pub(crate) custom: Option<crate::Name>,
    pub(crate) unsigned: bool,
    pub(crate) array: bool,
    pub(crate) length: Option<u32>,
}

impl Type {
    /// What `diesel print-schema` makes of it; `None` for a type of SQLite that Diesel cannot read.
    pub(crate) fn printed(&self, dialect: Dialect) -> Option<Printed> {
        let name = self.0.name.name.as_str();
        let (word, known) = match dialect {
            Dialect::Sqlite => (
                super::sqlite::diesel(&name.to_lowercase())?.to_owned(),
                true,
            ),
            Dialect::Postgres => postgres(self),
            Dialect::Mysql => mysql(self),
        };
        Some(Printed {
            word,
            custom: (!known).then(|| {
                let sql = if dialect == Dialect::Postgres && self.0.built_in {
                    catalogue(name)
                } else {
                    name
                };
                self.0.name.sibling(sql)
            }),
            unsigned: self.0.unsigned,
            array: self.0.dimensions > 0,
            length: self.length(dialect),
        })
    }

    /// `#[max_length]`, which texts have on the servers.
    fn length(&self, dialect: Dialect) -> Option<u32> {
        if dialect == Dialect::Mysql && matches!(self.name(), "enum" | "set") {
            return self.longest_value();
        }
        let limited = match dialect {
            Dialect::Sqlite => false,
            Dialect::Postgres => {
                self.0.built_in
                    && matches!(
                        self.0.name.name.as_str(),
                        "character varying" | "character" | "bit" | "bit varying"
                    )
            }
            Dialect::Mysql => matches!(
                self.0.name.name.as_str(),
                "varchar" | "char" | "varbinary" | "binary"
            ),
        };
        (limited && self.0.dimensions == 0)
            .then(|| self.0.arguments.first()?.parse().ok())
            .flatten()
    }

    /// The longest that a column of MySQL's `ENUM` holds, or all that one of its `SET` does, with the commas between.
    fn longest_value(&self) -> Option<u32> {
        let values = self.arguments().iter();
        let lengths = values.map(|value| unquoted(value).chars().count());
        let longest = match self.name() {
            "enum" => lengths.max()?,
            _ => lengths
                .map(|length| length + 1)
                .sum::<usize>()
                .checked_sub(1)?,
        };
        u32::try_from(longest).ok()
    }
}

fn postgres(of: &Type) -> (String, bool) {
    let name = of.0.name.name.as_str();
    if !of.0.built_in {
        return match super::diesel::extension(name) {
            Some(word) => (word.to_owned(), true),
            None => (camel(name), false),
        };
    }
    let word = camel(catalogue(name));
    // Diesel has these under other names, or not at all.
    let known = super::diesel::word(Dialect::Postgres, name).is_some()
        && !matches!(name, "tsvector" | "tsquery");
    (word, known)
}

/// The name that PostgreSQL's catalogue has for a type in its normal form.
fn catalogue(name: &str) -> &str {
    match name {
        "bigint" => "int8",
        "bit varying" => "varbit",
        "boolean" => "bool",
        "character" => "bpchar",
        "character varying" => "varchar",
        "double precision" => "float8",
        "integer" => "int4",
        "real" => "float4",
        "smallint" => "int2",
        "time with time zone" => "timetz",
        "time without time zone" => "time",
        "timestamp with time zone" => "timestamptz",
        "timestamp without time zone" => "timestamp",
        name => name,
    }
}

fn mysql(of: &Type) -> (String, bool) {
    let name = of.0.name.name.as_str();
    if of.is_boolean() {
        return ("Bool".to_owned(), true);
    }
    let word = match name {
        "int" => "Integer".to_owned(),
        name => camel(name),
    };
    let known = super::diesel::word(Dialect::Mysql, name).is_some() && name != "mediumint";
    (word, known || name == "bit")
}
