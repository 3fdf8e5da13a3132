//! PostgreSQL's types: the aliases that its parser knows, and which names are its own.
//! <https://www.postgresql.org/docs/current/datatype.html>

use super::Parts;
use crate::Name;

/// The types of the catalogue, as `format_type` writes them. Any other name is a user's type.
const BUILT_IN: &[&str] = &[
    "bigint",
    "bit",
    "bit varying",
    "boolean",
    "box",
    "bytea",
    "character",
    "character varying",
    "cidr",
    "circle",
    "date",
    "datemultirange",
    "daterange",
    "double precision",
    "inet",
    "int4multirange",
    "int4range",
    "int8multirange",
    "int8range",
    "integer",
    "interval",
    "json",
    "jsonb",
    "jsonpath",
    "line",
    "lseg",
    "macaddr",
    "macaddr8",
    "money",
    "name",
    "numeric",
    "nummultirange",
    "numrange",
    "oid",
    "path",
    "pg_lsn",
    "point",
    "polygon",
    "real",
    "regclass",
    "regproc",
    "regtype",
    "smallint",
    "text",
    "tid",
    "time with time zone",
    "time without time zone",
    "timestamp with time zone",
    "timestamp without time zone",
    "tsmultirange",
    "tsquery",
    "tsrange",
    "tstzmultirange",
    "tstzrange",
    "tsvector",
    "txid_snapshot",
    "uuid",
    "xid",
    "xml",
];

/// The normal form of a type that was read.
pub(super) fn normal(mut of: Parts) -> Parts {
    if of.name.schema.as_deref() == Some("pg_catalog") {
        of.name.schema = None;
        of.built_in = true;
    }
    if !of.built_in {
        return of;
    }
    let (name, array) = match of.name.name.strip_prefix('_') {
        Some(element) if is_built_in(alias(element)) => (element.to_owned(), 1),
        _ => (of.name.name.clone(), 0),
    };
    of.dimensions += array;
    let name = alias(&name);
    let name = match (name, of.arguments.as_slice()) {
        ("float", [digits]) if digits.parse().is_ok_and(|digits: u8| digits < 25) => "real",
        ("float", _) => "double precision",
        (name, _) => name,
    };
    match (name, of.arguments.len()) {
        ("real" | "double precision", _) => of.arguments.clear(),
        ("numeric", 1) => of.arguments.push("0".into()),
        // Its own name is `bpchar`, and that one has no length of its own.
        ("character" | "bit", 0) if of.name.name != "bpchar" => of.arguments.push("1".into()),
        _ => {}
    }
    of.built_in = is_built_in(name);
    of.name = Name::new(name);
    of
}

/// An interval may say which of its fields it has: `interval day to second`.
fn is_built_in(name: &str) -> bool {
    BUILT_IN.contains(&name) || name.starts_with("interval ")
}

/// The name in the catalogue of what a script may call otherwise.
fn alias(name: &str) -> &str {
    match name {
        "int" | "int4" | "serial" | "serial4" => "integer",
        "int2" | "smallserial" | "serial2" => "smallint",
        "int8" | "bigserial" | "serial8" => "bigint",
        "bool" => "boolean",
        "varchar" | "char varying" => "character varying",
        "char" | "bpchar" => "character",
        "decimal" | "dec" => "numeric",
        "float4" => "real",
        "float8" => "double precision",
        "timestamp" => "timestamp without time zone",
        "timestamptz" => "timestamp with time zone",
        "time" => "time without time zone",
        "timetz" => "time with time zone",
        "varbit" => "bit varying",
        name => name,
    }
}

/// The word that people write.
pub(super) fn short(name: &str) -> &str {
    match name {
        "character varying" => "varchar",
        "character" => "char",
        "timestamp without time zone" => "timestamp",
        "timestamp with time zone" => "timestamptz",
        "time without time zone" => "time",
        "time with time zone" => "timetz",
        name => name,
    }
}
