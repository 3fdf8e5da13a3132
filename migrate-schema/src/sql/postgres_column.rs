//! A column on PostgreSQL: how it is defined, and how it becomes another one.
//! <https://www.postgresql.org/docs/current/sql-altertable.html>

use std::fmt::Write as _;

use super::postgres_name::of_sequence;
use crate::{Column, Dialect, Identity, IdentityKind, Name, Sequence, Type};

const DIALECT: Dialect = Dialect::Postgres;

fn type_sql(column: &Column) -> String {
    column
        .sql_type
        .value()
        .map(|of| of.sql(DIALECT))
        .unwrap_or_default()
}

/// A column as it stands in CREATE TABLE; `fill` is a default for this once.
pub(super) fn definition(column: &Column, fill: Option<&str>) -> String {
    let of = match column.identity.get() {
        Some(identity) if identity.kind == IdentityKind::Serial => serial(column).into(),
        _ => type_sql(column),
    };
    let mut sql = format!("{} {of}", DIALECT.quote(&column.name));
    if let Some(collation) = column.collation.get() {
        let _ = write!(sql, " COLLATE {}", DIALECT.quote(collation));
    }
    if let Some(default) = column
        .default
        .get()
        .map(ToString::to_string)
        .as_deref()
        .or(fill)
    {
        let _ = write!(sql, " DEFAULT {default}");
    }
    if let Some(generated) = column.generated.get() {
        let _ = write!(
            sql,
            " GENERATED ALWAYS AS ({}) STORED",
            generated.expression
        );
    }
    if let Some(generated) = column.identity.get().and_then(|of| identity(of)) {
        let _ = write!(sql, " {generated}");
    }
    if !column.takes_null() {
        sql.push_str(" NOT NULL");
    }
    sql
}

fn serial(column: &Column) -> &'static str {
    match column.sql_type.value().map(Type::name) {
        Some("smallint") => "SMALLSERIAL",
        Some("bigint") => "BIGSERIAL",
        _ => "SERIAL",
    }
}

/// `GENERATED ... AS IDENTITY`; nothing for a serial.
fn identity(of: &Identity) -> Option<String> {
    let kind = kind(of.kind)?;
    let options = options(&of.sequence);
    let options = if options.is_empty() {
        String::new()
    } else {
        format!(" ({})", options.join(" "))
    };
    Some(format!("GENERATED {kind} AS IDENTITY{options}"))
}

const fn kind(kind: IdentityKind) -> Option<&'static str> {
    match kind {
        IdentityKind::Always => Some("ALWAYS"),
        IdentityKind::ByDefault | IdentityKind::Auto => Some("BY DEFAULT"),
        IdentityKind::Serial => None,
    }
}

fn options(of: &Sequence) -> Vec<String> {
    let numbers = [
        ("START WITH", of.start),
        ("INCREMENT BY", of.increment),
        ("MINVALUE", of.minimum),
        ("MAXVALUE", of.maximum),
        ("CACHE", of.cache),
    ];
    let numbers = numbers
        .into_iter()
        .filter_map(|(word, number)| Some(format!("{word} {}", number?)));
    numbers.chain(of.cycle.then(|| "CYCLE".into())).collect()
}

/// Each option that differs, as ALTER COLUMN sets it.
fn changed_options(from: &Sequence, to: &Sequence) -> Vec<String> {
    let number = |word: &str, from: Option<i64>, to: Option<i64>, none: &str| {
        (from != to).then(|| {
            format!(
                "SET {}",
                to.map_or_else(|| none.into(), |to| format!("{word} {to}"))
            )
        })
    };
    let numbers = [
        number("START WITH", Some(first(from)), Some(first(to)), ""),
        number(
            "INCREMENT BY",
            from.increment,
            to.increment,
            "INCREMENT BY 1",
        ),
        number("MINVALUE", from.minimum, to.minimum, "NO MINVALUE"),
        number("MAXVALUE", from.maximum, to.maximum, "NO MAXVALUE"),
        number("CACHE", from.cache, to.cache, "CACHE 1"),
    ];
    let cycle = (from.cycle != to.cycle).then(|| {
        if to.cycle {
            "SET CYCLE"
        } else {
            "SET NO CYCLE"
        }
        .into()
    });
    numbers.into_iter().flatten().chain(cycle).collect()
}

/// Where a sequence starts: without a word at its lowest number, or at its highest where it goes down.
fn first(of: &Sequence) -> i64 {
    let end = match of.increment {
        Some(..0) => of.maximum.unwrap_or(-1),
        _ => of.minimum.unwrap_or(1),
    };
    of.start.unwrap_or(end)
}

/// The statements that make one column of another.
pub(super) fn alter(table: &Name, from: &Column, to: &Column) -> Vec<String> {
    let column = DIALECT.quote(&to.name);
    let statement = |actions: Vec<String>| {
        let each: Vec<_> = actions
            .iter()
            .map(|action| format!("ALTER COLUMN {column} {action}"))
            .collect();
        (!each.is_empty())
            .then(|| format!("ALTER TABLE {} {}", table.quoted(DIALECT), each.join(", ")))
    };
    let mut sql: Vec<String> = Vec::new();
    let (was, is) = (from.identity.get(), to.identity.get());
    let kinds = (
        was.and_then(|of| kind(of.kind)),
        is.and_then(|of| kind(of.kind)),
    );
    if was.is_some()
        && was.map(|of| of.kind) != is.map(|of| of.kind)
        && (kinds.0.is_none() || kinds.1.is_none())
    {
        sql.extend(no_longer_numbered(table, to, kinds.0.is_some(), &statement));
    }
    sql.extend(statement(actions(from, to)));
    match (was, is) {
        (Some(was), Some(is)) if kinds.0.is_some() && kinds.1.is_some() => {
            let mut set: Vec<_> = kinds
                .1
                .filter(|_| kinds.0 != kinds.1)
                .map(|kind| format!("SET GENERATED {kind}"))
                .into_iter()
                .collect();
            set.extend(changed_options(&was.sequence, &is.sequence));
            // One action with several options.
            sql.extend(
                (!set.is_empty())
                    .then(|| statement(vec![set.join(" ")]))
                    .flatten(),
            );
        }
        (was, Some(is)) if was.map(|of| of.kind) != Some(is.kind) => {
            sql.extend(numbered(table, to, is, &statement))
        }
        // The sequence of an identity takes the new type by itself; that of a serial would end where the old one does.
        (Some(_), Some(_)) if from.sql_type != to.sql_type => {
            let of = format!(" || ' AS {}'", type_sql(to));
            sql.push(on_sequence("ALTER SEQUENCE ", table, to, &of));
        }
        _ => {}
    }
    if from.comment != to.comment {
        let name = format!("{}.{column}", table.quoted(DIALECT));
        sql.push(comment_on("COLUMN", &name, to.comment.get()));
    }
    sql
}

/// What changes apart from the numbering: the default steps aside for a new type.
fn actions(from: &Column, to: &Column) -> Vec<String> {
    let mut actions = Vec::new();
    let retyped = from.sql_type != to.sql_type || from.collation != to.collation;
    let default_changed = from.default != to.default;
    if from.generated.get().is_some() && to.generated.get().is_none() {
        actions.push("DROP EXPRESSION".into());
    }
    if from.default.get().is_some() && (retyped || to.default.get().is_none()) {
        actions.push("DROP DEFAULT".into());
    }
    if retyped {
        let collation = to
            .collation
            .get()
            .map(|name| format!(" COLLATE {}", DIALECT.quote(name)));
        let collation = collation.unwrap_or_default();
        actions.push(format!(
            "TYPE {}{collation}{}",
            type_sql(to),
            using(from, to)
        ));
    }
    if let Some(default) = to.default.get().filter(|_| retyped || default_changed) {
        actions.push(format!("SET DEFAULT {default}"));
    }
    if from.nullable != to.nullable {
        actions.push(
            if to.takes_null() {
                "DROP NOT NULL"
            } else {
                "SET NOT NULL"
            }
            .into(),
        );
    }
    actions
}

/// How the old value becomes a new one, where PostgreSQL does not know by itself. A cast that is written cuts a text off without
/// a word, so a text gets none.
fn using(from: &Column, to: &Column) -> String {
    const NUMBERS: [&str; 6] = [
        "smallint",
        "integer",
        "bigint",
        "numeric",
        "real",
        "double precision",
    ];
    const TEXTS: [&str; 3] = ["text", "character varying", "character"];
    const TIMES: [&str; 3] = [
        "date",
        "timestamp without time zone",
        "timestamp with time zone",
    ];
    const JSON: [&str; 2] = ["json", "jsonb"];
    let (Some(was), Some(is)) = (from.sql_type.value(), to.sql_type.value()) else {
        return String::new();
    };
    let both = |names: &[&str]| names.contains(&was.name()) && names.contains(&is.name());
    let (was_array, is_array) = (from.is_array(), to.is_array());
    let known = was.name() == is.name() || both(&NUMBERS) || both(&TIMES) || both(&JSON);
    let to_text = TEXTS.contains(&is.name()) && is.user_name().is_none();
    if was_array == is_array && (known || to_text) {
        return String::new();
    }
    let column = DIALECT.quote(&to.name);
    let value = match (was_array, is_array) {
        // No value is no array of none.
        (false, true) if from.takes_null() => {
            format!("CASE WHEN {column} IS NOT NULL THEN ARRAY[{column}] END")
        }
        (false, true) => format!("ARRAY[{column}]"),
        (true, false) => format!("{column}[1]"),
        _ => column,
    };
    let sql = is.sql(DIALECT);
    let read = TEXTS.contains(&was.name()) || was.name() == "boolean" || is.name() == "boolean";
    if known || read && is.user_name().is_none() {
        return format!(" USING {value}::{sql}");
    }
    let brackets = if is_array { "[]" } else { "" };
    format!(" USING {value}::text{brackets}::{sql}")
}

type Clause<'a> = &'a dyn Fn(Vec<String>) -> Option<String>;

fn no_longer_numbered(
    table: &Name,
    column: &Column,
    by_identity: bool,
    statement: Clause<'_>,
) -> Vec<String> {
    if by_identity {
        return statement(vec!["DROP IDENTITY".into()])
            .into_iter()
            .collect();
    }
    let mut sql: Vec<_> = statement(vec!["DROP DEFAULT".into()]).into_iter().collect();
    sql.push(on_sequence("DROP SEQUENCE ", table, column, ""));
    sql
}

/// Whatever the sequence of a serial is called: it keeps its name when its table or column gets another one.
fn on_sequence(before: &str, table: &Name, column: &Column, after: &str) -> String {
    let found = owned_sequence(table, column);
    let body = format!("BEGIN EXECUTE '{before}' || {found}{after}; END");
    let quoted = if body.contains('$') {
        DIALECT.literal(&body)
    } else {
        format!("$$ {body} $$")
    };
    format!("DO {quoted}")
}

/// The sequence goes on after the rows that are there.
fn numbered(table: &Name, column: &Column, of: &Identity, statement: Clause<'_>) -> Vec<String> {
    let (table_sql, quoted) = (table.quoted(DIALECT), DIALECT.quote(&column.name));
    let mut sql = Vec::new();
    if let Some(generated) = identity(of) {
        sql.extend(statement(vec![format!("ADD {generated}")]));
    } else {
        let name = of_sequence(table, &column.name).quoted(DIALECT);
        sql.push(format!(
            "CREATE SEQUENCE {name} AS {} OWNED BY {table_sql}.{quoted}",
            type_sql(column)
        ));
        let next = format!("SET DEFAULT nextval({}::regclass)", DIALECT.literal(&name));
        sql.extend(statement(vec![next]));
    }
    sql.push(format!(
        "SELECT setval({}, max({quoted})) FROM {table_sql} HAVING max({quoted}) IS NOT NULL",
        owned_sequence(table, column)
    ));
    sql
}

/// How the server is asked for the name of a column's sequence.
fn owned_sequence(table: &Name, column: &Column) -> String {
    format!(
        "pg_get_serial_sequence({}, {})",
        DIALECT.literal(&table.quoted(DIALECT)),
        DIALECT.literal(&column.name)
    )
}

/// COMMENT ON something.
pub(super) fn comment_on(what: &str, name: &str, comment: Option<&String>) -> String {
    let text = comment.map_or_else(|| "NULL".into(), |text| DIALECT.literal(text));
    format!("COMMENT ON {what} {name} IS {text}")
}
