//! The statement that makes a SQLite table which is there already: its author's own, with what changes changed. So whatever no value
//! holds stays: `ON CONFLICT`, the order of a key, comments, layout.

use super::clauses;
use super::sqlite::{DIALECT, definition, key_of, numbered, options};
use crate::diff::pairs;
use crate::sqlite_text::{Clause, ColumnText, Edits, Says, Statement, declared, once, table};
use crate::{
    Check, Column, Constraint, Difference, Expression, Facet, ForeignKey, Renames, Schema, Table,
    Unique,
};

/// The text of a table that is there after a change, if there is one that says exactly that: the one that it came with, or the one that
/// was there before, edited.
pub(super) fn text_of(after: &Table, before: Option<&Table>) -> Option<String> {
    let right = |text: &String| says(text, after);
    let own = || {
        after
            .text
            .as_deref()
            .map(|text| under(text, &after.name.name))
    };
    let edited = || {
        let before = before?.text.as_deref()?;
        extended(&reduced(before, after)?, after)
    };
    own().filter(right).or_else(|| edited().filter(right))
}

/// The same statement for a table of another name, which its expressions do not speak of.
pub(super) fn under(text: &str, name: &str) -> String {
    let Ok(statement) = Statement::read(text) else {
        return text.to_owned();
    };
    let mut edits = Edits::default();
    edits.replace(&statement.name, DIALECT.quote(name));
    if statement.table != name {
        for place in statement
            .clauses()
            .filter_map(|(_, clause)| clause.expression.as_ref())
        {
            let expression = Expression::from(&text[place.clone()]);
            let alone = expression.unqualified(&statement.table, DIALECT);
            edits.replace(place, alone.as_str());
        }
    }
    edits.apply(text)
}

/// Whether a statement makes this table and no other one.
fn says(text: &str, wanted: &Table) -> bool {
    let Some(mut made) = read(text, wanted) else {
        return false;
    };
    made.indexes.clone_from(&wanted.indexes);
    let of = |table: &Table| Schema::default().with(table.clone());
    let differ = |one: &Table, other: &Table| {
        !Difference::between(&of(one), &of(other), DIALECT, &Renames::default()).is_empty()
    };
    made.name == wanted.name && !differ(&made, wanted) && !differ(wanted, &made)
}

/// What a statement says, its foreign keys in the words of the wanted ones.
fn read(text: &str, wanted: &Table) -> Option<Table> {
    let statement = Statement::read(text).ok()?;
    let mut made = table(text, &statement);
    if let Facet::Known(keys) = &mut made.foreign_keys {
        for key in keys {
            let same = wanted.foreign_keys.all().iter().find(|of| refers(key, of));
            if let Some(same) = same {
                key.table.clone_from(&same.table);
                key.referenced.clone_from(&same.referenced);
            }
        }
    }
    once(&mut made.foreign_keys);
    Some(made)
}

/// Whether a foreign key, as it is written, refers to where the other one does.
fn refers(written: &ForeignKey, key: &ForeignKey) -> bool {
    let alike = |one: &[String], other: &[String]| {
        one.len() == other.len()
            && one
                .iter()
                .zip(other)
                .all(|(one, other)| one.eq_ignore_ascii_case(other))
    };
    written.columns == key.columns
        && written.table.name.eq_ignore_ascii_case(&key.table.name)
        && (written.referenced.is_empty() || alike(&written.referenced, &key.referenced))
}

/// The text without what is no longer wanted, types and expressions changed where they stand.
fn reduced(text: &str, after: &Table) -> Option<String> {
    let statement = Statement::read(text).ok()?;
    let before = table(text, &statement);
    let mut edits = Edits::default();
    let mut kept = Vec::new();
    for column in &statement.columns {
        let wanted = after.column(&column.name);
        if let Some(wanted) = wanted {
            change(&mut edits, column, &before, wanted, after);
        }
        kept.push(wanted.is_some());
    }
    for clause in &statement.constraints {
        kept.push(wanted(clause, None, &before, after));
    }
    let items = statement.items();
    for at in (0..items.len()).filter(|&at| !kept[at]) {
        // The comma before it goes with it, and the one after it where it was the first.
        edits.remove(if kept[..at].contains(&true) {
            items[at - 1].end..items[at].end
        } else {
            items[at].start..items.get(at + 1).map_or(items[at].end, |next| next.start)
        });
    }
    Some(edits.apply(text))
}

fn change(
    edits: &mut Edits,
    line: &ColumnText,
    before: &Table,
    wanted_column: &Column,
    after: &Table,
) {
    let was = before.column(&line.name).map(|column| &column.sql_type);
    let to = wanted_column
        .sql_type
        .value()
        .map(|of| of.sql(DIALECT))
        .unwrap_or_default();
    if was.and_then(Facet::value) != wanted_column.sql_type.value() {
        let space = if line.of.start == line.place.end {
            " "
        } else {
            ""
        };
        edits.replace(&line.of, format!("{space}{to}"));
    }
    let mut end = if line.of.is_empty() {
        line.place.end
    } else {
        line.of.end
    };
    for clause in &line.clauses {
        if !wanted(clause, Some(line), before, after) {
            match said_otherwise(clause, wanted_column) {
                Some(text) => edits.replace(&clause.span, text),
                None => edits.remove(end..clause.span.end),
            }
        }
        end = clause.span.end;
    }
}

/// Whether a clause says what is wanted.
fn wanted(clause: &Clause, at: Option<&ColumnText>, before: &Table, after: &Table) -> bool {
    let column = at.and_then(|line| after.column(&line.name));
    let all = |columns: &[String]| match at {
        Some(line) => vec![line.name.clone()],
        None => columns.iter().map(|name| declared(before, name)).collect(),
    };
    match &clause.says {
        Says::PrimaryKey {
            columns,
            numbered: counts,
        } => {
            let key = after.primary_key.get();
            key.is_some_and(|key| key.columns == all(columns))
                && *counts == numbered(after).is_some()
        }
        Says::Unique(columns) => {
            let columns = all(columns);
            after.uniques.all().iter().any(|of| of.columns == columns)
        }
        Says::Check(expression) => {
            let mut checks = after.checks.all().iter();
            checks.any(|of| of.expression.same(expression, DIALECT))
        }
        Says::References(key) => {
            let mut key = key.clone();
            key.columns = all(&key.columns);
            let rules = |of: &ForeignKey| (of.on_delete, of.on_update, of.deferrable);
            let mut keys = after.foreign_keys.all().iter();
            keys.any(|of| refers(&key, of) && rules(&key) == rules(of))
        }
        Says::NotNull => column.is_some_and(|column| !column.takes_null()),
        Says::Default(default) => {
            let is = column.and_then(|column| column.default.get());
            is.is_some_and(|is| is.same(default, DIALECT))
        }
        Says::Collate(name) => {
            let is = column.and_then(|column| column.collation.get());
            is.is_some_and(|is| is.eq_ignore_ascii_case(name))
        }
        Says::Generated(generated) => {
            let is = column.and_then(|column| column.generated.get());
            is.is_some_and(|is| {
                is.stored == generated.stored && is.expression.same(&generated.expression, DIALECT)
            })
        }
        Says::Nothing => true,
    }
}

/// What stands in the place of a clause that says something else.
fn said_otherwise(clause: &Clause, column: &Column) -> Option<String> {
    match &clause.says {
        Says::Default(_) => Some(default(column)?.trim_start().to_owned()),
        Says::Collate(_) => Some(collation(column)?.trim_start().to_owned()),
        Says::Generated(_) => Some(generated(column)?.trim_start().to_owned()),
        _ => None,
    }
}

fn default(column: &Column) -> Option<String> {
    let default = clauses::default(column.default.get()?, DIALECT);
    Some(format!(" DEFAULT {default}"))
}

fn collation(column: &Column) -> Option<String> {
    Some(format!(
        " COLLATE {}",
        DIALECT.quote(column.collation.get()?)
    ))
}

fn generated(column: &Column) -> Option<String> {
    column.generated.get().map(clauses::generated)
}

/// The text with what it lacks.
fn extended(text: &str, after: &Table) -> Option<String> {
    let statement = Statement::read(text).ok()?;
    let have = read(text, after)?;
    let mut edits = Edits::default();
    let inline = |column: &Column| {
        let counts = numbered(after).is_some_and(|of| of.name == column.name);
        counts
            .then(|| key_of(after))
            .filter(|_| have.primary_key.get().is_none())
    };
    for line in &statement.columns {
        let (is, was) = (after.column(&line.name)?, have.column(&line.name)?);
        let null = (!is.takes_null() && was.takes_null()).then(|| " NOT NULL".to_owned());
        let more = [
            inline(is),
            null,
            default(is).filter(|_| was.default.get().is_none()),
            collation(is).filter(|_| was.collation.get().is_none()),
            generated(is).filter(|_| was.generated.get().is_none()),
        ];
        edits.insert(
            line.span.end,
            more.into_iter().flatten().collect::<String>(),
        );
    }
    let last = statement.columns.last()?.span.end;
    let new = after
        .columns
        .iter()
        .filter(|column| have.column(&column.name).is_none());
    for column in new {
        let line = definition(column, inline(column).as_deref());
        edits.insert(last, format!(",\n    {line}"));
    }
    let end = statement.items().last()?.end;
    for constraint in missing(&have, after) {
        let line = clauses::constraint(&constraint, DIALECT)?;
        edits.insert(end, format!(",\n    {line}"));
    }
    if (statement.strict, statement.without_rowid)
        != (is_set(&after.strict), is_set(&after.without_rowid))
    {
        edits.replace(&statement.options, options(after));
    }
    Some(edits.apply(text))
}

fn is_set(option: &Facet<bool>) -> bool {
    option.value() == Some(&true)
}

/// The constraints that have no line yet.
fn missing(have: &Table, after: &Table) -> Vec<Constraint> {
    let key = after
        .primary_key
        .get()
        .filter(|_| have.primary_key.get().is_none());
    let key = key.filter(|_| numbered(after).is_none());
    let mut found: Vec<_> = key
        .cloned()
        .map(Constraint::PrimaryKey)
        .into_iter()
        .collect();
    let uniques = pairs::<Unique>(have.uniques.all(), after.uniques.all(), DIALECT).new;
    let checks = pairs::<Check>(have.checks.all(), after.checks.all(), DIALECT).new;
    let keys = pairs::<ForeignKey>(have.foreign_keys.all(), after.foreign_keys.all(), DIALECT).new;
    found.extend(uniques.into_iter().map(Constraint::Unique));
    found.extend(checks.into_iter().map(Constraint::Check));
    found.extend(keys.into_iter().map(Constraint::ForeignKey));
    found
}
