//! Indexes that are built concurrently: they can be left behind broken.

use diesel::PgConnection;

use crate::backend::Server;
use crate::failure::ServerError;

use super::literal;

/// Whether an index is complete. `None`: there is no such index.
pub(super) fn is_valid(
    connection: &mut PgConnection,
    index: &str,
) -> Result<Option<bool>, ServerError> {
    let sql = format!(
        "SELECT indisvalid::text FROM pg_index WHERE indexrelid = to_regclass({})",
        literal(index)
    );
    Ok(connection
        .rows(&sql)?
        .first()
        .map(|row| row.text(0) == Some("true")))
}

/// A CREATE INDEX CONCURRENTLY that failed leaves an index that is not used and not complete, and with IF NOT EXISTS the next
/// try would take it for done.
pub(super) fn drop_invalid(
    connection: &mut PgConnection,
    statement: &str,
) -> Result<(), ServerError> {
    let Some(index) = created_index(statement) else {
        return Ok(());
    };
    match is_valid(connection, &index)? {
        Some(false) => connection.execute(&format!("DROP INDEX CONCURRENTLY {index}")),
        _ => Ok(()),
    }
}

/// The index that a CREATE INDEX CONCURRENTLY makes, with the schema of its table where the statement names one.
pub(super) fn created_index(statement: &str) -> Option<String> {
    let words = words(statement);
    let is = |place: usize, word: &str| {
        words
            .get(place)
            .is_some_and(|found| found.eq_ignore_ascii_case(word))
    };
    let mut place = 1;
    if !is(0, "CREATE") {
        return None;
    }
    place += usize::from(is(place, "UNIQUE"));
    if !is(place, "INDEX") || !is(place + 1, "CONCURRENTLY") {
        return None;
    }
    place += 2;
    if is(place, "IF") {
        place += 3;
    }
    let name = *words.get(place)?;
    if name.eq_ignore_ascii_case("ON") {
        return None;
    }
    let on = place + 1;
    let table = if is(on + 1, "ONLY") {
        words.get(on + 2)
    } else {
        words.get(on + 1)
    }?;
    let table = &table[..outside_quotes(table, '(').unwrap_or(table.len())];
    Some(match outside_quotes(table, '.') {
        Some(dot) => format!("{}.{name}", &table[..dot]),
        None => name.to_owned(),
    })
}

/// The index that a DROP INDEX CONCURRENTLY drops; it takes one alone.
pub(super) fn dropped_index(statement: &str) -> Option<String> {
    let words = words(statement);
    let upper: Vec<_> = words.iter().map(|word| word.to_ascii_uppercase()).collect();
    let upper: Vec<_> = upper.iter().map(String::as_str).collect();
    let place = match *upper.as_slice() {
        ["DROP", "INDEX", "CONCURRENTLY", "IF", "EXISTS", ..] => 5,
        ["DROP", "INDEX", "CONCURRENTLY", ..] => 3,
        _ => return None,
    };
    words.get(place).map(|name| (*name).to_owned())
}

/// The words of a statement. A name in quotes is one, whatever is in it.
fn words(statement: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = statement.trim_start();
    while !rest.is_empty() {
        let mut quoted = false;
        let end = rest.find(|character: char| {
            quoted ^= character == '"';
            !quoted && character.is_whitespace()
        });
        let (word, after) = rest.split_at(end.unwrap_or(rest.len()));
        words.push(word);
        rest = after.trim_start();
    }
    words
}

/// Where a character stands first, names in quotes apart.
fn outside_quotes(text: &str, wanted: char) -> Option<usize> {
    let mut quoted = false;
    text.find(|character: char| {
        quoted ^= character == '"';
        !quoted && character == wanted
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_an_index_is_found_whatever_is_in_it() {
        for (statement, name) in [
            ("CREATE INDEX CONCURRENTLY ix ON t (a)", Some("ix")),
            (
                "create unique index concurrently if not exists \"u x\" on only s.t(a)",
                Some("s.\"u x\""),
            ),
            (
                "CREATE INDEX CONCURRENTLY \"a.b \"\"c\" ON \"my s\".\"t (.\" (a)",
                Some("\"my s\".\"a.b \"\"c\""),
            ),
            ("CREATE INDEX CONCURRENTLY ON t (a)", None),
            ("CREATE INDEX ix ON t (a)", None),
        ] {
            assert_eq!(created_index(statement).as_deref(), name, "{statement}");
        }
        assert_eq!(
            dropped_index("DROP INDEX CONCURRENTLY \"u x\"").as_deref(),
            Some("\"u x\"")
        );
    }
}
