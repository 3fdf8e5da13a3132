//! A CREATE TABLE statement after a table or a column has another name, as SQLite itself writes it on ALTER TABLE.

use std::ops::Range;

use super::{Edits, Statement};
use crate::token::{Token, tokens};
use crate::{Dialect, Expression};

/// The text after a column of a table got another name. `own`: it is the text of that very table; else it refers to it.
pub(crate) fn renamed_column(
    text: &str,
    table: &str,
    (from, to): (&str, &str),
    own: bool,
) -> String {
    let Ok(statement) = Statement::read(text) else {
        return text.to_owned();
    };
    let mut edits = Edits::default();
    let mut rename = |place: &Range<usize>| {
        if names(&text[place.clone()], from) {
            edits.replace(place, Dialect::Sqlite.quote(to));
        }
    };
    for (_, clause) in statement.clauses() {
        if own {
            clause.own.iter().for_each(&mut rename);
        }
        if let Some((target, columns)) = &clause.target
            && names(&text[target.clone()], table)
        {
            columns.iter().for_each(&mut rename);
        }
    }
    if own {
        statement
            .columns
            .iter()
            .for_each(|column| rename(&column.place));
        let expressions = statement
            .clauses()
            .filter_map(|(_, clause)| clause.expression.as_ref());
        for place in expressions {
            let expression = Expression::from(&text[place.clone()]);
            edits.replace(
                place,
                expression.renamed(from, to, Dialect::Sqlite).as_str(),
            );
        }
    }
    edits.apply(text)
}

/// The text after a table got another name, which may be its own or one that it refers to.
pub(crate) fn renamed_table(text: &str, from: &str, to: &str) -> String {
    let Ok(statement) = Statement::read(text) else {
        return text.to_owned();
    };
    let mut edits = Edits::default();
    let targets = statement
        .clauses()
        .filter_map(|(_, clause)| clause.target.as_ref());
    for place in targets.map(|(table, _)| table).chain([&statement.name]) {
        if names(&text[place.clone()], from) {
            edits.replace(place, Dialect::Sqlite.quote(to));
        }
    }
    edits.apply(text)
}

/// Whether a token is this name.
fn names(token: &str, name: &str) -> bool {
    match tokens(token, Dialect::Sqlite).as_slice() {
        [Token::Word(word) | Token::Quoted(word) | Token::Text(word)] => {
            word.eq_ignore_ascii_case(name)
        }
        _ => false,
    }
}
