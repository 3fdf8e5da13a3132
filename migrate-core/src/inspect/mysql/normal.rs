//! Expressions in the server's own form: a temporary table has them for a moment, and the server is asked to write it down.

use std::collections::HashMap;

use migrate_schema::{
    Check, Column, Dialect, Difference, Expression, Facet, Fills, Index, IndexKey, IndexPart, Name,
    Renames, Schema, Table,
};

use super::InspectError;
use crate::backend::Server;
use crate::failure::{ErrorKind, ServerError};

const DIALECT: Dialect = Dialect::Mysql;

/// Nobody else's table is called so, and a temporary one is seen by this session alone.
const TEMPORARY: &str = "__migrate_normal";

/// What is wanted, its expressions in the server's own form where they are not so already.
pub(in crate::inspect) fn normal(
    server: &mut dyn Server,
    wanted: &Schema,
    found: &Schema,
) -> Result<Schema, InspectError> {
    let mut wanted = wanted.clone();
    let there: HashMap<&Name, &Table> = found
        .tables
        .iter()
        .map(|table| (&table.name, table))
        .collect();
    let renamed = found
        .tables
        .iter()
        .any(|table| wanted.table(&table.name).is_none());
    for table in &mut wanted.tables {
        match there.get(&table.name) {
            Some(found) if differs(table, found) => rewrite(server, table, found)?,
            // It may be one of those that are there under another name.
            None if renamed => rewrite(server, table, &Table::unknown(table.name.clone()))?,
            _ => {}
        }
    }
    Ok(wanted)
}

/// Where in a table an expression stands.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Place {
    Default(usize),
    Generated(usize),
    Check(usize),
    Index(usize, usize),
}

/// Every expression of a table.
fn expressions(table: &mut Table) -> Vec<(Place, &mut Expression)> {
    let mut all = Vec::new();
    for (at, column) in table.columns.iter_mut().enumerate() {
        if let Facet::Known(Some(default)) = &mut column.default {
            all.push((Place::Default(at), default));
        }
        if let Facet::Known(Some(generated)) = &mut column.generated {
            all.push((Place::Generated(at), &mut generated.expression));
        }
    }
    if let Facet::Known(checks) = &mut table.checks {
        let each = checks.iter_mut().enumerate();
        all.extend(each.map(|(at, check)| (Place::Check(at), &mut check.expression)));
    }
    if let Facet::Known(indexes) = &mut table.indexes {
        for (at, index) in indexes.iter_mut().enumerate() {
            for (of, part) in index.parts.iter_mut().enumerate() {
                if let IndexKey::Expression(expression) = &mut part.key {
                    all.push((Place::Index(at, of), expression));
                }
            }
        }
    }
    all
}

/// Whether an expression of the one is not among those of the other.
fn differs(wanted: &Table, found: &Table) -> bool {
    let (mut wanted, mut found) = (wanted.clone(), found.clone());
    let names = |table: &Table| -> Vec<_> {
        table
            .columns
            .iter()
            .map(|column| column.name.clone())
            .collect()
    };
    let (ours, theirs) = (names(&wanted), names(&found));
    let place = |place: &Place, names: &[String]| match place {
        Place::Default(at) => (0, names.get(*at).cloned()),
        Place::Generated(at) => (1, names.get(*at).cloned()),
        Place::Check(_) => (2, None),
        Place::Index(..) => (3, None),
    };
    let there = expressions(&mut found);
    expressions(&mut wanted).iter().any(|(at, expression)| {
        let at = place(at, &ours);
        !there
            .iter()
            .any(|(of, other)| place(of, &theirs) == at && expression.same(other, DIALECT))
    })
}

/// Puts every expression of a table in the server's form.
fn rewrite(server: &mut dyn Server, table: &mut Table, found: &Table) -> Result<(), InspectError> {
    let Some(bare) = bare(table, found) else {
        return Ok(());
    };
    let written = match written(server, &with(&bare, table, |_| true)) {
        Ok(written) => written,
        Err(error) => return Err(refused(server, &bare, table, error)),
    };
    for (place, expression) in expressions(table) {
        if let Some(text) = written.get(&key(&place)) {
            *expression = text.as_str().into();
        }
    }
    Ok(())
}

/// The table's columns and nothing else of it. `None`: the type of one is not known.
fn bare(table: &Table, found: &Table) -> Option<Table> {
    let mut bare = Table::new(TEMPORARY);
    for column in &table.columns {
        let there = found.column(&column.name).map(|column| &column.sql_type);
        let known = column.sql_type.value().or_else(|| there?.value())?;
        bare = bare.with(Column::new(&column.name, known.clone()).nullable());
    }
    Some(bare)
}

/// The bare table with those expressions of the other one that are asked for.
fn with(bare: &Table, table: &Table, wanted: impl Fn(&Place) -> bool) -> Table {
    let (mut made, mut table) = (bare.clone(), table.clone());
    let stored: Vec<_> = table
        .columns
        .iter()
        .map(|column| column.generated.get().is_some_and(|of| of.stored))
        .collect();
    for (place, expression) in expressions(&mut table) {
        if !wanted(&place) {
            continue;
        }
        let expression = expression.clone();
        match place {
            Place::Default(at) => made.columns[at].default = Facet::Known(Some(expression)),
            Place::Generated(at) => {
                made.columns[at].generated = Facet::Known(Some(migrate_schema::Generated {
                    expression,
                    stored: stored[at],
                }));
            }
            Place::Check(_) => made = made.check(Check::that(expression).named(key(&place))),
            Place::Index(..) => {
                made =
                    made.index(Index::on([IndexPart::expression(expression)]).named(key(&place)));
            }
        }
    }
    made
}

/// A name for a place: those of columns are found by their number.
fn key(place: &Place) -> String {
    match place {
        Place::Default(at) => format!("default_{at}"),
        Place::Generated(at) => format!("generated_{at}"),
        Place::Check(at) => format!("check_{at}"),
        Place::Index(at, of) => format!("index_{at}_{of}"),
    }
}

/// Makes the table for a moment, and reads how the server writes it.
fn written(server: &mut dyn Server, table: &Table) -> Result<HashMap<String, String>, ServerError> {
    let difference = Difference::between(
        &Schema::default(),
        &Schema::default().with(table.clone()),
        DIALECT,
        &Renames::default(),
    );
    let statements = difference
        .statements(&Fills::default())
        .unwrap_or_else(|_| unreachable!("every type is known"));
    let name = DIALECT.quote(TEMPORARY);
    let drop = format!("DROP TEMPORARY TABLE IF EXISTS {name}");
    let mut made = server.execute(&drop);
    for statement in &statements {
        // A temporary table ends no transaction.
        let sql = statement
            .sql
            .replacen("CREATE TABLE", "CREATE TEMPORARY TABLE", 1);
        made = made.and_then(|()| server.execute(&sql));
    }
    let rows = made.and_then(|()| server.rows(&format!("SHOW CREATE TABLE {name}")));
    let dropped = server.execute(&drop);
    let rows = rows?;
    dropped?;
    let text = rows.first().map(|row| row.text_or_empty(1).to_owned());
    Ok(parts(&text.unwrap_or_default()))
}

/// The expressions of a table that the server has written down, a line each.
fn parts(text: &str) -> HashMap<String, String> {
    let mut found = HashMap::new();
    let lines = text
        .lines()
        .skip(1)
        .map(|line| line.trim().trim_end_matches(','));
    for (at, line) in lines.enumerate() {
        if let Some(rest) = line.strip_prefix("CONSTRAINT `") {
            let (name, rest) = rest.split_once('`').unwrap_or_default();
            let inner = after(rest, "CHECK ").unwrap_or_default();
            found.insert(name.to_owned(), inner.to_owned());
        } else if let Some(rest) = line.strip_prefix("KEY `") {
            let (name, rest) = rest.split_once('`').unwrap_or_default();
            let inner = rest
                .trim()
                .strip_prefix('(')
                .and_then(|rest| rest.strip_suffix(')'));
            found.insert(name.to_owned(), inner.unwrap_or_default().to_owned());
        } else if let Some(rest) = after(line, " GENERATED ALWAYS AS ") {
            let inner = rest
                .trim_end_matches(" STORED")
                .trim_end_matches(" VIRTUAL");
            found.insert(key(&Place::Generated(at)), inner.to_owned());
        } else if let Some(rest) = after(line, " DEFAULT ") {
            // The check that makes a LONGTEXT a JSON of MariaDB follows.
            let end =
                after(rest, " CHECK (").map_or(rest.len(), |check| rest.len() - check.len() - 8);
            let rest = &rest[..end];
            // Where a change alone gives a value, a NULL stands before it.
            let alone = rest
                .strip_prefix("NULL ")
                .filter(|rest| rest.starts_with("ON UPDATE"));
            found.insert(key(&Place::Default(at)), alone.unwrap_or(rest).to_owned());
        }
    }
    found
}

/// What follows some words that stand outside quotes.
fn after<'a>(line: &'a str, words: &str) -> Option<&'a str> {
    let mut quote = None;
    let mut escaped = false;
    for (at, character) in line.char_indices() {
        match quote {
            _ if escaped => escaped = false,
            Some('\'') if character == '\\' => escaped = true,
            Some(open) if open == character => quote = None,
            Some(_) => {}
            None if matches!(character, '\'' | '`') => quote = Some(character),
            None if line[at..].starts_with(words) => return Some(&line[at + words.len()..]),
            None => {}
        }
    }
    None
}

/// The error that names the expression that the server does not take.
fn refused(
    server: &mut dyn Server,
    bare: &Table,
    table: &Table,
    error: ServerError,
) -> InspectError {
    if matches!(
        error.kind,
        ErrorKind::Denied | ErrorKind::ReadOnly | ErrorKind::ConnectionLost
    ) {
        return InspectError::Server {
            what: "how the server writes what the models say (that takes the right CREATE TEMPORARY TABLES)",
            error: Box::new(error),
        };
    }
    let mut each = table.clone();
    for (place, expression) in expressions(&mut each) {
        let of = match &place {
            Place::Default(at) => {
                format!("the default of {}.{}", table.name, table.columns[*at].name)
            }
            Place::Generated(at) => {
                format!(
                    "what {}.{} is computed from",
                    table.name, table.columns[*at].name
                )
            }
            Place::Check(_) => format!("a check of {}", table.name),
            Place::Index(..) => format!("an index of {}", table.name),
        };
        if let Err(error) = written(server, &with(bare, table, |other| *other == place)) {
            return InspectError::Refused {
                what: format!("{of}, `{expression}`"),
                error: Box::new(error),
            };
        }
    }
    InspectError::Refused {
        what: format!("the expressions of {}", table.name),
        error: Box::new(error),
    }
}
