//! Diesel's words for types: the one table from which both directions are read.

use crate::Dialect;

/// A row: Diesel's own word and its other words; the type in SQLite, PostgreSQL and MySQL, empty where there is none.
type Row = (&'static [&'static str], [&'static str; 3]);

/// The first row that fits is taken, so a database's type that several words name belongs to the first of them.
const ROWS: &[Row] = &[
    (
        &["SmallInt", "Smallint", "Int2"],
        ["smallint", "smallint", "smallint"],
    ),
    (&["Integer", "Int4", "Int"], ["integer", "integer", "int"]),
    (
        &["BigInt", "Bigint", "Int8"],
        ["bigint", "bigint", "bigint"],
    ),
    (&["Float", "Float4"], ["float", "real", "float"]),
    (
        &["Double", "Float8"],
        ["double", "double precision", "double"],
    ),
    (&["Numeric", "Decimal"], ["numeric", "numeric", "decimal"]),
    (&["Bool", "Boolean"], ["boolean", "boolean", "tinyint(1)"]),
    (&["Varchar", "VarChar"], ["text", "varchar", "varchar(255)"]),
    (&["Text"], ["text", "text", "text"]),
    (&["Bpchar", "Char"], ["text", "bpchar", "char"]),
    (&["Binary", "Blob"], ["blob", "bytea", "blob"]),
    (&["Bytea"], ["", "bytea", ""]),
    (&["Date"], ["date", "date", "date"]),
    (&["Time"], ["time", "time", "time"]),
    (&["Timestamp"], ["timestamp", "timestamp", "timestamp"]),
    (&["Timestamptz"], ["", "timestamptz", ""]),
    (&["TimestamptzSqlite"], ["timestamptz_sqlite", "", ""]),
    (&["Datetime"], ["", "", "datetime"]),
    (&["Json"], ["json", "json", "json"]),
    (&["Jsonb"], ["jsonb", "jsonb", ""]),
    (&["Interval"], ["", "interval", ""]),
    (&["Uuid"], ["", "uuid", ""]),
    (&["Inet"], ["", "inet", ""]),
    (&["Cidr"], ["", "cidr", ""]),
    (&["MacAddr"], ["", "macaddr", ""]),
    (&["MacAddr8"], ["", "macaddr8", ""]),
    (&["Money"], ["", "money", ""]),
    (&["Oid"], ["", "oid", ""]),
    (&["PgLsn"], ["", "pg_lsn", ""]),
    (&["CChar"], ["", "\"char\"", ""]),
    (&["Int4range"], ["", "int4range", ""]),
    (&["Int8range"], ["", "int8range", ""]),
    (&["Numrange"], ["", "numrange", ""]),
    (&["Tsrange"], ["", "tsrange", ""]),
    (&["Tstzrange"], ["", "tstzrange", ""]),
    (&["Daterange"], ["", "daterange", ""]),
    (&["Int4multirange"], ["", "int4multirange", ""]),
    (&["Int8multirange"], ["", "int8multirange", ""]),
    (&["Nummultirange"], ["", "nummultirange", ""]),
    (&["Tsmultirange"], ["", "tsmultirange", ""]),
    (&["Tstzmultirange"], ["", "tstzmultirange", ""]),
    (&["Datemultirange"], ["", "datemultirange", ""]),
    (&["Tsvector", "TsVector"], ["", "tsvector", ""]),
    (&["Tsquery", "TsQuery"], ["", "tsquery", ""]),
    (&["Citext"], ["", "citext", ""]),
    (&["TinyInt", "Tinyint"], ["", "", "tinyint"]),
    (&["Mediumint"], ["", "", "mediumint"]),
    (&["Tinytext"], ["", "", "tinytext"]),
    (&["Mediumtext"], ["", "", "mediumtext"]),
    (&["Longtext"], ["", "", "longtext"]),
    (&["Tinyblob"], ["", "", "tinyblob"]),
    (&["Mediumblob"], ["", "", "mediumblob"]),
    (&["Longblob"], ["", "", "longblob"]),
    (&["Varbinary"], ["", "", "varbinary(255)"]),
];

/// The SQL of one of Diesel's words.
pub(super) fn sql(dialect: Dialect, word: &str) -> Option<&'static str> {
    ROWS.iter()
        .find(|(words, _)| words.contains(&word))
        .map(|(_, sql)| sql[dialect as usize])
        .filter(|sql| !sql.is_empty())
}

/// Diesel's own word for a type in normal form, without its arguments.
pub(super) fn word(dialect: Dialect, name: &str) -> Option<&'static str> {
    let bare = |sql: &str| {
        super::Type::parse(dialect, sql).is_ok_and(|of| of.name() == name && !of.is_boolean())
    };
    ROWS.iter()
        .find(|(_, sql)| bare(sql[dialect as usize]))
        .and_then(|(words, _)| words.first().copied())
        .or_else(|| matches!((dialect, name), (Dialect::Mysql, "binary")).then_some("Binary"))
}

/// Diesel's word for a number without a sign.
pub(super) fn unsigned(name: &str) -> Option<&'static str> {
    Some(match name {
        "tinyint" => "Unsigned<TinyInt>",
        "smallint" => "Unsigned<SmallInt>",
        "mediumint" | "int" => "Unsigned<Integer>",
        "bigint" => "Unsigned<BigInt>",
        _ => return None,
    })
}

/// Diesel's word for a type that is written like a user's.
pub(super) fn extension(name: &str) -> Option<&'static str> {
    match name {
        "citext" => Some("Citext"),
        // In quotes it is PostgreSQL's one-byte type, and no `character`.
        "char" => Some("CChar"),
        _ => None,
    }
}
