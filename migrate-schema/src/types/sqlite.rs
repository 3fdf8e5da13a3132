//! SQLite's types are any words. Diesel reads families from them.

/// The word that `diesel print-schema` prints for a declared type.
pub(super) fn diesel(declared: &str) -> Option<&'static str> {
    let has = |part| declared.contains(part);
    Some(match declared {
        "bool" | "boolean" => "Bool",
        "int2" => "SmallInt",
        "int8" => "BigInt",
        _ if has("tiny") && has("int") => "Bool",
        _ if has("small") && has("int") => "SmallInt",
        _ if has("big") && has("int") => "BigInt",
        _ if has("int") => "Integer",
        _ if has("char") || has("clob") || has("text") => "Text",
        _ if has("blob") => "Binary",
        _ if has("float") || has("real") => "Float",
        _ if has("double") || has("num") || has("dec") => "Double",
        "timestamptz_sqlite" => "TimestamptzSqlite",
        "datetime" | "timestamp" => "Timestamp",
        "date" => "Date",
        "time" => "Time",
        "jsonb" => "Jsonb",
        "json" => "Json",
        _ => return None,
    })
}
