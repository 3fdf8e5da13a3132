//! Whether two constants are one and the same as the default of a SQLite column: SQLite keeps their text, and the column's affinity makes
//! `'1'` and `1` one value or two. <https://www.sqlite.org/datatype3.html#determination_of_column_affinity>

use crate::token::{Token, tokens};
use crate::{Dialect, Expression, Type};

/// What a constant is.
#[derive(Clone, Debug, PartialEq)]
enum Value {
    Null,
    Integer(i64),
    Real(f64),
    Text(String),
    /// Its hexadecimal digits in lower case.
    Blob(String),
}

/// What a column makes of a value that is put into it.
#[derive(Clone, Copy, PartialEq)]
enum Affinity {
    Text,
    Number,
    None,
}

/// Whether both are the same value in a column of a type; `None` where one of them is no constant.
pub(super) fn same(one: &Expression, other: &Expression, of: Option<&Type>) -> Option<bool> {
    let affinity = affinity(of.map_or("", Type::name));
    let value = |of: &Expression| Some(stored(constant(of)?, affinity));
    Some(value(one)? == value(other)?)
}

fn affinity(name: &str) -> Affinity {
    let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
    if has(&["int"]) {
        Affinity::Number
    } else if has(&["char", "clob", "text"]) {
        Affinity::Text
    } else if name.is_empty() || name == "any" || has(&["blob"]) {
        Affinity::None
    } else {
        Affinity::Number
    }
}

fn constant(of: &Expression) -> Option<Value> {
    let all = tokens(of.as_str(), Dialect::Sqlite);
    let mut rest = all.as_slice();
    while let [Token::Symbol(open), inner @ .., Token::Symbol(close)] = rest
        && (open.as_str(), close.as_str()) == ("(", ")")
    {
        rest = inner;
    }
    match rest {
        [Token::Symbol(sign), Token::Number(digits)] if sign == "-" => {
            number(&format!("-{digits}"))
        }
        [Token::Symbol(sign), Token::Number(digits)] if sign == "+" => number(digits),
        [Token::Number(digits)] => number(digits),
        [Token::Text(text)] => Some(Value::Text(text.clone())),
        [Token::Word(x), Token::Text(hex)] if x.eq_ignore_ascii_case("x") => {
            Some(Value::Blob(hex.to_lowercase()))
        }
        [Token::Word(word)] => match word.to_lowercase().as_str() {
            "null" => Some(Value::Null),
            "true" => Some(Value::Integer(1)),
            "false" => Some(Value::Integer(0)),
            _ => None,
        },
        _ => None,
    }
}

fn number(text: &str) -> Option<Value> {
    let unsigned = text.trim_start_matches('-');
    if let Some(hex) = unsigned
        .strip_prefix("0x")
        .or_else(|| unsigned.strip_prefix("0X"))
    {
        let number = i64::from_str_radix(hex, 16).ok()?;
        return Some(Value::Integer(if text.starts_with('-') {
            -number
        } else {
            number
        }));
    }
    let whole = text.parse().map(Value::Integer);
    whole.or_else(|_| text.parse().map(Value::Real)).ok()
}

fn stored(value: Value, affinity: Affinity) -> Value {
    match (value, affinity) {
        (Value::Integer(number), Affinity::Text) => Value::Text(number.to_string()),
        (Value::Text(text), Affinity::Number) => match number(text.trim()) {
            Some(number) => stored(number, affinity),
            None => Value::Text(text),
        },
        // A whole number is the same number with a point.
        #[allow(clippy::cast_precision_loss)]
        (Value::Integer(number), Affinity::Number) => Value::Real(number as f64),
        (value, _) => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(one: &str, other: &str, of: &str) -> Option<bool> {
        let of = Type::parse(Dialect::Sqlite, of).unwrap();
        super::same(&one.into(), &other.into(), Some(&of))
    }

    #[test]
    fn constants_are_compared_as_the_column_stores_them() {
        for (one, other, of) in [
            ("1", "'1'", "INTEGER"),
            ("1", "'1'", "VARCHAR(3)"),
            ("1.0", "1", "NUMERIC"),
            ("TRUE", "1", "BOOLEAN"),
            ("(0)", "false", "BOOLEAN"),
            ("1e3", "1000", "REAL"),
            ("+0x10", "16", "BIGINT"),
            ("x'AB'", "X'ab'", "BLOB"),
            ("(('a'))", "'a'", "TEXT"),
        ] {
            assert_eq!(
                same(one, other, of),
                Some(true),
                "{one} and {other} as {of}"
            );
        }
        for (one, other, of) in [
            ("1", "'1'", "BLOB"),
            ("1", "'1'", ""),
            ("'01'", "1", "TEXT"),
            ("1.0", "1", "TEXT"),
            ("'a'", "'A'", "TEXT"),
            ("NULL", "'null'", "TEXT"),
        ] {
            assert_eq!(
                same(one, other, of),
                Some(false),
                "{one} and {other} as {of}"
            );
        }
        assert_eq!(same("1 + 1", "2", "INTEGER"), None);
    }
}
