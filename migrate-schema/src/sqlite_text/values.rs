//! What a statement says, as values.

use super::clause::{Clause, Says};
use super::reader::Reader;
use super::statement::{ColumnText, Statement};
use crate::{
    Check, Column, Facet, ForeignKey, IdentityKind, Index, IndexPart, Name, PrimaryKey, Table,
    Type, Unique,
};

/// The table that a statement makes. What it refers to is as it stands there: a foreign key may name no column.
pub(crate) fn table(text: &str, statement: &Statement) -> Table {
    let mut table = Table::new(Name::new(statement.table.as_str()));
    table.strict = Facet::Known(statement.strict);
    table.without_rowid = Facet::Known(statement.without_rowid);
    table.columns = statement
        .columns
        .iter()
        .map(|column| {
            Column::new(column.name.as_str(), sql_type(&text[column.of.clone()])).nullable()
        })
        .collect();
    for (at, clause) in statement.clauses() {
        table = with(table, at, clause);
    }
    once(&mut table.uniques);
    once(&mut table.checks);
    table.text = Some(text.to_owned());
    table
}

/// What a statement says twice in the same words, a table has once. Of foreign keys that can be told when it is known what they refer to.
pub(crate) fn once<T: PartialEq>(list: &mut Facet<Vec<T>>) {
    let Some(all) = list.value_mut() else {
        return;
    };
    let mut kept = Vec::with_capacity(all.len());
    for one in all.drain(..) {
        if !kept.contains(&one) {
            kept.push(one);
        }
    }
    *all = kept;
}

/// A type that cannot be read is one all the same: SQLite takes any words.
fn sql_type(text: &str) -> Type {
    let dialect = crate::Dialect::Sqlite;
    Type::parse(dialect, text).unwrap_or_else(|_| Type::user(Name::new(text)))
}

fn with(mut table: Table, at: Option<&ColumnText>, clause: &Clause) -> Table {
    let name = clause.name.clone().map_or(Facet::Unknown, Facet::Known);
    let all = |columns: &[String]| match at {
        Some(column) => vec![column.name.clone()],
        None => columns.iter().map(|name| declared(&table, name)).collect(),
    };
    match &clause.says {
        Says::PrimaryKey { columns, numbered } => {
            let columns = all(columns);
            if *numbered && let Some(column) = of(&mut table, columns.first()) {
                column.identity = Facet::Known(Some(IdentityKind::Auto.into()));
            }
            table.primary_key = Facet::Known(Some(PrimaryKey { name, columns }));
        }
        Says::Unique(columns) => {
            let columns = all(columns);
            let unique = Unique::on(columns);
            table = table.unique(Unique { name, ..unique });
        }
        Says::Check(expression) => {
            let expression = expression.clone();
            table = table.check(Check {
                name,
                ..Check::that(expression)
            });
        }
        Says::References(key) => {
            let columns = all(&key.columns);
            let key = key.clone();
            table = table.foreign_key(ForeignKey {
                name,
                columns,
                ..key
            });
        }
        Says::NotNull | Says::Default(_) | Says::Collate(_) | Says::Generated(_) => {
            if let Some(column) = of(&mut table, at.map(|column| &column.name)) {
                say(column, &clause.says);
            }
        }
        Says::Nothing => {}
    }
    table
}

fn say(column: &mut Column, says: &Says) {
    match says {
        Says::NotNull => column.nullable = Facet::Known(false),
        Says::Default(expression) => column.default = Facet::Known(Some(expression.clone())),
        Says::Collate(name) => column.collation = collation(name),
        Says::Generated(generated) => column.generated = Facet::Known(Some(generated.clone())),
        _ => {}
    }
}

/// `BINARY` is what a column has that says nothing, and names of collations are alike in either case.
fn collation(name: &str) -> Facet<Option<String>> {
    let name = name.to_uppercase();
    Facet::Known((name != "BINARY").then_some(name))
}

fn of<'a>(table: &'a mut Table, name: Option<&String>) -> Option<&'a mut Column> {
    let name = name?;
    table.columns.iter_mut().find(|column| column.name == *name)
}

/// A column's name as its own line writes it: SQLite takes it in either case.
pub(crate) fn declared(table: &Table, name: &str) -> String {
    let same = |column: &&Column| column.name.eq_ignore_ascii_case(name);
    let found = table
        .column(name)
        .or_else(|| table.columns.iter().find(same));
    found.map_or_else(|| name.to_owned(), |column| column.name.clone())
}

/// The table's name and the index that a CREATE INDEX statement makes, or the place up to which it could be read.
pub(super) fn index(text: &str) -> Result<(String, Index), usize> {
    let mut reader = Reader::new(text);
    index_of(&mut reader, text).ok_or_else(|| reader.start())
}

fn index_of(reader: &mut Reader<'_>, text: &str) -> Option<(String, Index)> {
    if !reader.take(&["create"]) {
        return None;
    }
    let unique = reader.take(&["unique"]);
    if !reader.take(&["index"]) {
        return None;
    }
    reader.take(&["if", "not", "exists"]);
    let (mut name, _) = reader.name()?;
    if reader.symbol(".").is_some() {
        (name, _) = reader.name()?;
    }
    if !reader.take(&["on"]) {
        return None;
    }
    let (table, _) = reader.name()?;
    reader.symbol("(")?;
    let mut index = Index::default().named(name);
    index.unique = unique;
    loop {
        let place = reader.until_comma()?;
        index.parts.push(part(&text[place]));
        if reader.symbol(")").is_some() {
            break;
        }
        reader.symbol(",")?;
    }
    if reader.take(&["where"]) {
        let place = reader.rest();
        index.predicate = Some(text[place].trim_end_matches([';', ' ']).into());
    }
    reader.is_at_end().then_some((table, index))
}

/// A column or an expression, its collation and its order.
fn part(text: &str) -> IndexPart {
    let mut rest = text;
    let mut descending = false;
    if let Some(before) = without_word(rest, "desc") {
        (descending, rest) = (true, before);
    } else if let Some(before) = without_word(rest, "asc") {
        rest = before;
    }
    let (body, collation) = collated(rest);
    let mut reader = Reader::new(body);
    let mut part = match reader.name() {
        Some((name, _)) if reader.is_at_end() => IndexPart::column(name),
        _ => IndexPart::expression(body),
    };
    part.descending = descending;
    part.collation = collation;
    part
}

/// The text before its last word, if that is this one.
fn without_word<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let mut reader = Reader::new(text);
    while !reader.is_at_end() {
        let end = reader.end();
        if reader.take(&[word]) {
            if reader.is_at_end() && end > 0 {
                return Some(&text[..end]);
            }
        } else {
            reader.skip();
        }
    }
    None
}

/// The text before `COLLATE name` at its end, and the name.
fn collated(text: &str) -> (&str, Option<String>) {
    let mut reader = Reader::new(text);
    while !reader.is_at_end() {
        let end = reader.end();
        if reader.take(&["collate"]) {
            let name = reader.name().filter(|_| reader.is_at_end());
            if let Some((name, _)) = name {
                return (&text[..end], Some(name.to_uppercase()));
            }
        } else {
            reader.skip();
        }
    }
    (text, None)
}
