//! The parts of statements that all three databases write alike.

use crate::token::{Token, tokens};
use crate::{
    Check, Constraint, Dialect, Expression, ForeignKey, Generated, Index, IndexKey, IndexPart,
    PrimaryKey, Table, Unique,
};

/// A constraint as it stands in CREATE TABLE and after ALTER TABLE ADD; nothing for an index, which is a statement.
pub(super) fn constraint(of: &Constraint, dialect: Dialect) -> Option<String> {
    let body = match of {
        Constraint::PrimaryKey(key) => primary_key(key, dialect),
        Constraint::ForeignKey(key) => foreign_key(key, dialect),
        Constraint::Unique(unique) => self::unique(unique, dialect),
        Constraint::Check(Check { expression, .. }) => format!("CHECK ({expression})"),
        Constraint::Index(_) => return None,
    };
    Some(match of.name() {
        Some(name) => format!("CONSTRAINT {} {body}", dialect.quote(name)),
        None => body,
    })
}

fn primary_key(key: &PrimaryKey, dialect: Dialect) -> String {
    format!("PRIMARY KEY ({})", dialect.quote_all(&key.columns))
}

fn unique(unique: &Unique, dialect: Dialect) -> String {
    let nulls = if unique.nulls_not_distinct {
        " NULLS NOT DISTINCT"
    } else {
        ""
    };
    let columns = dialect.quote_all(&unique.columns);
    format!("UNIQUE{nulls} ({columns}){}", unique.deferrable.sql())
}

fn foreign_key(key: &ForeignKey, dialect: Dialect) -> String {
    let columns = dialect.quote_all(&key.columns);
    format!("FOREIGN KEY ({columns}) {}", references(key, dialect))
}

/// What a foreign key says after its columns.
pub(super) fn references(key: &ForeignKey, dialect: Dialect) -> String {
    let mut sql = format!("REFERENCES {}", key.table.quoted(dialect));
    if !key.referenced.is_empty() {
        sql.push_str(&format!(" ({})", dialect.quote_all(&key.referenced)));
    }
    for (action, when) in [(key.on_delete, "DELETE"), (key.on_update, "UPDATE")] {
        if action != crate::Action::NoAction {
            sql.push_str(&format!(" ON {when} {}", action.sql()));
        }
    }
    sql + key.deferrable.sql()
}

/// CREATE TABLE, given its columns' lines; `options` is what follows the closing parenthesis.
pub(super) fn create_table(
    table: &Table,
    columns: Vec<String>,
    key: bool,
    options: &str,
    dialect: Dialect,
) -> String {
    let mut lines = columns;
    if key {
        lines.extend(
            table
                .primary_key
                .get()
                .and_then(|key| constraint(&Constraint::PrimaryKey(key.clone()), dialect)),
        );
    }
    let uniques = table.uniques.all().iter().cloned().map(Constraint::Unique);
    let checks = table.checks.all().iter().cloned().map(Constraint::Check);
    let keys = table
        .foreign_keys
        .all()
        .iter()
        .cloned()
        .map(Constraint::ForeignKey);
    lines.extend(
        uniques
            .chain(checks)
            .chain(keys)
            .filter_map(|of| constraint(&of, dialect)),
    );
    let name = table.name.quoted(dialect);
    format!(
        "CREATE TABLE {name} (\n    {}\n){options}",
        lines.join(",\n    ")
    )
}

/// The parts of an index between its parentheses.
pub(super) fn parts(index: &Index, dialect: Dialect) -> String {
    let parts: Vec<_> = index.parts.iter().map(|of| part(of, dialect)).collect();
    parts.join(", ")
}

fn part(of: &IndexPart, dialect: Dialect) -> String {
    let mut sql = match (&of.key, of.prefix) {
        (IndexKey::Column(name), None) => dialect.quote(name),
        (IndexKey::Column(name), Some(length)) => format!("{}({length})", dialect.quote(name)),
        // SQLite takes an expression in parentheses for another one than without.
        (IndexKey::Expression(expression), _) if dialect == Dialect::Sqlite => {
            expression.to_string()
        }
        (IndexKey::Expression(expression), _) => wrapped(expression),
    };
    if let Some(collation) = &of.collation {
        sql.push_str(&format!(" COLLATE {}", dialect.quote(collation)));
    }
    if let Some(class) = &of.operator_class {
        sql.push_str(&format!(" {class}"));
    }
    if of.descending {
        sql.push_str(" DESC");
    }
    match of.nulls_first {
        Some(true) => sql + " NULLS FIRST",
        Some(false) => sql + " NULLS LAST",
        None => sql,
    }
}

/// An expression in one pair of parentheses.
pub(super) fn wrapped(expression: &Expression) -> String {
    format!("({expression})")
}

/// A default as SQLite and MySQL take it: anything but a constant stands in parentheses.
pub(super) fn default(expression: &Expression, dialect: Dialect) -> String {
    if is_constant(expression, dialect) || is_current_time(expression, dialect) {
        return expression.to_string();
    }
    let all = tokens(expression.as_str(), dialect);
    match (all.first(), all.last()) {
        (Some(first), Some(last))
            if *first == Token::symbol("(") && *last == Token::symbol(")") =>
        {
            expression.to_string()
        }
        _ => wrapped(expression),
    }
}

/// Whether an expression is a number, a text, NULL or a truth value.
pub(super) fn is_constant(expression: &Expression, dialect: Dialect) -> bool {
    let all = tokens(expression.as_str(), dialect);
    let unsigned = match all.split_first() {
        Some((Token::Symbol(sign), rest)) if sign == "-" || sign == "+" => rest,
        _ => &all[..],
    };
    match unsigned {
        [Token::Number(_) | Token::Text(_)] => true,
        [Token::Word(word)] => ["null", "true", "false"].contains(&word.to_lowercase().as_str()),
        // A blob: x'00'.
        [Token::Word(word), Token::Text(_)] => word.eq_ignore_ascii_case("x"),
        _ => false,
    }
}

/// `CURRENT_TIMESTAMP` and its like, which stand alone everywhere.
fn is_current_time(expression: &Expression, dialect: Dialect) -> bool {
    const NAMES: [&str; 3] = ["current_timestamp", "current_date", "current_time"];
    let all = tokens(expression.as_str(), dialect);
    // MySQL takes a number of digits: `CURRENT_TIMESTAMP(3)`.
    let alone = all.len() == 1 || dialect == Dialect::Mysql;
    alone
        && matches!(all.first(), Some(Token::Word(word)) if NAMES.contains(&word.to_lowercase().as_str()))
}

/// What makes a column a generated one, where the server knows both kinds.
pub(super) fn generated(of: &Generated) -> String {
    let kind = if of.stored { "STORED" } else { "VIRTUAL" };
    format!(" GENERATED ALWAYS AS ({}) {kind}", of.expression)
}
