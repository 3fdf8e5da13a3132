//! The Rust type of a column.

use crate::{Column, Dialect, Type};

/// How a struct's field holds a column.
pub(super) struct FieldType {
    /// The type without `Option`.
    pub(super) rust: String,
    /// `sql_type`, where the Rust type alone does not say it.
    pub(super) sql_type: Option<String>,
    /// `diesel_type`, where the SQL type does not say it.
    pub(super) diesel_type: Option<String>,
    /// Whether Diesel can load it: else the struct is no `Queryable`.
    pub(super) loads: bool,
}

impl FieldType {
    /// The Rust type of what an array holds.
    pub(super) fn element(&self) -> &str {
        let inner = self.rust.strip_prefix("Vec<Option<");
        inner
            .and_then(|inner| inner.strip_suffix(">>"))
            .unwrap_or(&self.rust)
    }
}

/// Diesel's words and the Rust types that Diesel loads for them. The feature of Diesel that this needs is its first part.
const RUST: &[(&str, &str)] = &[
    ("Bool", "bool"),
    ("TinyInt", "i8"),
    ("SmallInt", "i16"),
    ("Integer", "i32"),
    ("Mediumint", "i32"),
    ("BigInt", "i64"),
    ("Unsigned<TinyInt>", "u8"),
    ("Unsigned<SmallInt>", "u16"),
    ("Unsigned<Integer>", "u32"),
    ("Unsigned<BigInt>", "u64"),
    ("Oid", "u32"),
    ("Float", "f32"),
    ("Double", "f64"),
    ("Numeric", "bigdecimal::BigDecimal"),
    ("Binary", "Vec<u8>"),
    ("Bytea", "Vec<u8>"),
    ("Tinyblob", "Vec<u8>"),
    ("Mediumblob", "Vec<u8>"),
    ("Longblob", "Vec<u8>"),
    ("Varbinary", "Vec<u8>"),
    ("Date", "chrono::NaiveDate"),
    ("Time", "chrono::NaiveTime"),
    ("Timestamp", "chrono::NaiveDateTime"),
    ("Datetime", "chrono::NaiveDateTime"),
    ("Timestamptz", "chrono::DateTime<chrono::Utc>"),
    ("TimestamptzSqlite", "chrono::DateTime<chrono::Utc>"),
    ("Json", "serde_json::Value"),
    ("Jsonb", "serde_json::Value"),
    ("Uuid", "uuid::Uuid"),
    ("Inet", "ipnetwork::IpNetwork"),
    ("Cidr", "ipnetwork::IpNetwork"),
    ("MacAddr", "[u8; 6]"),
    ("MacAddr8", "[u8; 8]"),
    ("CChar", "u8"),
    ("Interval", "diesel::data_types::PgInterval"),
    ("Money", "diesel::data_types::PgMoney"),
    ("Int4range", "(std::ops::Bound<i32>, std::ops::Bound<i32>)"),
    ("Int8range", "(std::ops::Bound<i64>, std::ops::Bound<i64>)"),
];

/// What Diesel has for a type that it has no word for, as far as its bytes can be read.
const OTHERS: &[(Dialect, &str, &str, &str)] = &[
    (Dialect::Mysql, "year", "SmallInt", "i16"),
    (Dialect::Mysql, "set", "Text", "String"),
    (Dialect::Mysql, "bit", "Binary", "Vec<u8>"),
];

/// The features of Diesel that a Rust type needs.
pub(super) fn feature(rust: &str) -> Option<&'static str> {
    match rust.split("::").next() {
        Some("chrono") => Some("chrono"),
        Some("bigdecimal") => Some("numeric"),
        Some("serde_json") => Some("serde_json"),
        Some("uuid") => Some("uuid"),
        Some("ipnetwork") => Some("network-address"),
        _ => None,
    }
}

/// The field for a column whose type is not the project's own enum. `sole` is whether it alone is the primary key.
pub(super) fn field_type(column: &Column, sole: bool, dialect: Dialect) -> FieldType {
    let Some(of) = column.sql_type.value() else {
        // SQLite lets a column be of no type: anything may be in it.
        return FieldType {
            rust: "Vec<u8>".to_owned(),
            sql_type: None,
            diesel_type: None,
            loads: true,
        };
    };
    let sql = of.sql(dialect);
    // A word that a `table!` may have from another crate is none of Diesel's own.
    let printed = of.printed(dialect);
    let custom = dialect == Dialect::Postgres && printed.is_some_and(|of| of.custom.is_some());
    let word = of.diesel(dialect).filter(|_| !custom);
    let rust = word.map(|word| {
        let found = RUST.iter().find(|(of, _)| *of == word);
        (
            found.map_or("String", |(_, rust)| rust),
            found.is_some() || is_text(word),
        )
    });
    let (element, diesel_type, loads) = match rust {
        Some((rust, loads)) => (rust.to_owned(), None, loads),
        None => other(of, dialect),
    };
    let rust = (0..of.dimensions().min(1)).fold(element, |rust, _| format!("Vec<Option<{rust}>>"));
    let implied = implied(&rust, sole, dialect);
    let said = implied.is_none_or(|implied| !implied.same(of, dialect)) || diesel_type.is_some();
    FieldType {
        rust,
        sql_type: said.then_some(sql),
        diesel_type,
        loads,
    }
}

fn is_text(word: &str) -> bool {
    let texts = [
        "Text",
        "Varchar",
        "Bpchar",
        "Citext",
        "Tinytext",
        "Mediumtext",
        "Longtext",
    ];
    texts.contains(&word)
}

/// The type that the Rust type makes by itself.
fn implied(rust: &str, sole: bool, dialect: Dialect) -> Option<Type> {
    if sole && rust == "i64" && dialect == Dialect::Sqlite {
        return Type::parse(dialect, "INTEGER").ok();
    }
    crate::models::implied_type(rust, dialect)
}

/// A type that Diesel has no word for: its Rust type, Diesel's type to read it by, and whether that works.
fn other(of: &Type, dialect: Dialect) -> (String, Option<String>, bool) {
    let known = OTHERS
        .iter()
        .find(|(on, name, ..)| *on == dialect && of.name() == *name);
    if let Some((_, _, word, rust)) = known {
        return (
            (*rust).to_owned(),
            Some(format!("diesel::sql_types::{word}")),
            true,
        );
    }
    match dialect {
        // Whatever was declared, SQLite gives the text or number that is there as text.
        Dialect::Sqlite => (
            "String".to_owned(),
            Some("diesel::sql_types::Text".to_owned()),
            true,
        ),
        Dialect::Mysql => (
            "Vec<u8>".to_owned(),
            Some("diesel::sql_types::Binary".to_owned()),
            true,
        ),
        Dialect::Postgres => {
            let word = of
                .printed(dialect)
                .map_or_else(String::new, |printed| printed.word);
            (
                "String".to_owned(),
                Some(format!("self::sql_types::{word}")),
                false,
            )
        }
    }
}
