//! MySQL's and MariaDB's types: their aliases, and the widths that say nothing.
//! <https://dev.mysql.com/doc/refman/8.4/en/data-types.html>

use super::{Parts, Type};
use crate::Name;

/// The normal form of a type that was read.
pub(super) fn normal(mut of: Parts) -> Parts {
    of.built_in = true;
    // Without a sign goes without saying.
    of.zerofill = of.name.name.split(' ').any(|word| word == "zerofill");
    of.unsigned |= of.zerofill;
    let words: Vec<_> = of
        .name
        .name
        .split(' ')
        .filter(|word| !matches!(*word, "zerofill" | "signed"))
        .collect();
    let name = match words.join(" ").as_str() {
        "bool" | "boolean" => {
            of.arguments = vec!["1".into()];
            "tinyint"
        }
        "integer" | "int4" => "int",
        "int1" => "tinyint",
        "int2" => "smallint",
        "int3" | "middleint" => "mediumint",
        "int8" => "bigint",
        "dec" | "numeric" | "fixed" => "decimal",
        "double precision" | "real" | "float8" => "double",
        "float4" => "float",
        "character" => "char",
        "character varying" | "char varying" => "varchar",
        "long" | "long varchar" => "mediumtext",
        name => return with_defaults(of, name),
    };
    with_defaults(of, name)
}

/// The arguments that say nothing go, and those that were left out come.
fn with_defaults(mut of: Parts, name: &str) -> Parts {
    match (name, of.arguments.len()) {
        ("tinyint", 1) if of.arguments == ["1"] && !of.unsigned => {}
        ("tinyint" | "smallint" | "mediumint" | "int" | "bigint" | "year", _) if !of.zerofill => {
            of.arguments.clear()
        }
        ("decimal", 0) => of.arguments = vec!["10".into(), "0".into()],
        ("decimal", 1) => of.arguments.push("0".into()),
        ("char" | "binary" | "bit", 0) => of.arguments.push("1".into()),
        ("datetime" | "timestamp" | "time", 1) if of.arguments == ["0"] => of.arguments.clear(),
        _ => {}
    }
    of.name = Name::new(name);
    of
}

/// MariaDB's JSON is a `LONGTEXT`.
pub(super) fn is_json(of: &Type) -> bool {
    matches!(of.0.name.name.as_str(), "json" | "longtext")
}

/// A text of MySQL without its quotes.
pub(crate) fn unquoted(literal: &str) -> String {
    let inner = literal
        .strip_prefix('\'')
        .and_then(|rest| rest.strip_suffix('\''))
        .unwrap_or(literal);
    inner.replace("''", "'").replace("\\\\", "\\")
}
