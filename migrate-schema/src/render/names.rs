//! How Rust calls what a database calls by any name.

use std::collections::{HashMap, HashSet};

use crate::{Name, Schema, Table};

/// Names that a module of `table!` cannot have: Rust's keywords, and what is in the module already.
const RESERVED: &[&str] = &[
    "abstract",
    "alignof",
    "as",
    "async",
    "await",
    "become",
    "bool",
    "box",
    "break",
    "columns",
    "const",
    "continue",
    "crate",
    "do",
    "dyn",
    "else",
    "enum",
    "extern",
    "false",
    "final",
    "fn",
    "for",
    "if",
    "impl",
    "in",
    "is_nullable",
    "let",
    "loop",
    "macro",
    "match",
    "mod",
    "move",
    "mut",
    "offsetof",
    "override",
    "priv",
    "proc",
    "pub",
    "pure",
    "ref",
    "return",
    "Self",
    "self",
    "sizeof",
    "static",
    "struct",
    "super",
    "table",
    "trait",
    "true",
    "try",
    "type",
    "typeof",
    "unsafe",
    "unsized",
    "use",
    "virtual",
    "where",
    "while",
    "yield",
];

/// A name as Diesel's own `print-schema` calls it in Rust, where that makes a name at all.
pub(super) fn rust_name(sql: &str) -> String {
    let reserved = RESERVED.contains(&sql) || sql.starts_with("__") && !sql.ends_with('_');
    if reserved {
        return format!("{sql}_");
    }
    if sql
        .chars()
        .all(|of| of.is_ascii_alphanumeric() || of == '_')
    {
        return begun(sql.to_owned());
    }
    let mut name = String::new();
    for of in sql.chars() {
        let of = if of.is_ascii_alphanumeric() { of } else { '_' };
        if of != '_' || !name.ends_with('_') {
            name.push(of);
        }
    }
    begun(name)
}

/// A name that begins as one may, and is more than an underscore.
fn begun(name: String) -> String {
    match name.chars().next() {
        None => "unnamed".to_owned(),
        Some(first) if first.is_ascii_digit() => format!("_{name}"),
        Some(_) if name.chars().all(|of| of == '_') => format!("{name}unnamed"),
        Some(_) => name,
    }
}

/// `user_team_role` and `userTeamRole` as `UserTeamRole`: words begin in upper case and go on in lower case.
pub(crate) fn camel(name: &str) -> String {
    let all: Vec<char> = name.chars().collect();
    let mut camel = String::new();
    let mut begins = true;
    for (at, &of) in all.iter().enumerate() {
        if !of.is_alphanumeric() {
            begins = true;
            continue;
        }
        let before = at.checked_sub(1).and_then(|at| all.get(at));
        let after_lower = before.is_some_and(|before| before.is_lowercase());
        let before_lower = before.is_some_and(|before| before.is_uppercase())
            && all.get(at + 1).is_some_and(|after| after.is_lowercase());
        if begins || of.is_uppercase() && (after_lower || before_lower) {
            camel.extend(of.to_uppercase());
        } else {
            camel.extend(of.to_lowercase());
        }
        begins = false;
    }
    match camel.chars().next() {
        None => "Unnamed".to_owned(),
        Some(first) if first.is_numeric() => format!("T{camel}"),
        Some(_) => camel,
    }
}

/// The columns of a table as Rust calls them, in their order: each its own, and none the table's.
pub(super) fn columns(table: &Table, module: &str) -> Vec<String> {
    let mut taken = HashSet::from([module.to_owned()]);
    let names = table.columns.iter().map(|column| rust_name(&column.name));
    names.map(|name| free(name, &mut taken)).collect()
}

/// The tables of a schema as Rust calls them. Two of one name in different schemas are told apart by the schema.
pub(super) fn modules(schema: &Schema) -> HashMap<&Name, String> {
    let mut taken = HashSet::new();
    let mut tables: Vec<_> = schema.tables.iter().map(|table| &table.name).collect();
    // Those of the connection's own schema have the first choice.
    tables.sort_by_key(|name| (name.schema.is_some(), *name));
    let mut modules = HashMap::new();
    for name in tables {
        let mut module = rust_name(&name.name);
        if let (Some(schema), true) = (&name.schema, taken.contains(&module)) {
            module = rust_name(&format!("{schema}_{}", name.name));
        }
        modules.insert(name, free(module, &mut taken));
    }
    modules
}

/// A name that nobody has yet.
pub(super) fn free(mut name: String, taken: &mut HashSet<String>) -> String {
    while !taken.insert(name.clone()) {
        name.push('_');
    }
    name
}
