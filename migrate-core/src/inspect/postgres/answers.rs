//! How the server writes expressions: each is made on an empty copy of its table, read back, and rolled back.

use std::collections::HashMap;

use migrate_schema::{Expression, Name, Renames};

use super::columns::default;
use super::questions::{Place, Question};
use super::{DIALECT, InspectError, aside, expression, own_path, refused};
use crate::backend::{Row, Server};
use crate::failure::{ErrorKind, ServerError};

/// What the catalogues say of everything whose name begins with `migrate `.
const READ_BACK: &str = "\
    WITH t AS (SELECT oid FROM pg_class WHERE relnamespace = pg_my_temp_schema() AND relname LIKE 'migrate %') \
    SELECT a.attname::text, pg_get_expr(f.adbin, f.adrelid) FROM t JOIN pg_attrdef f ON f.adrelid = t.oid \
      JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = f.adnum \
    UNION ALL SELECT o.conname::text, pg_get_expr(o.conbin, o.conrelid) \
      FROM t JOIN pg_constraint o ON o.conrelid = t.oid AND o.contype = 'c'";

/// The expressions as the server writes them, by the number of the question. `None`: this user may not make temporary tables, or
/// this database takes no writes.
pub(super) fn answers(
    server: &mut dyn Server,
    questions: &[Question<'_>],
    renames: &Renames,
) -> Result<Option<HashMap<usize, Expression>>, InspectError> {
    aside(server, |server| {
        let own = server.rows("SELECT current_schema()::text");
        let own = own.map_err(refused("the search path"))?;
        let own = own.first().map(|row| row.text_or_empty(0).to_owned());
        let own = own.unwrap_or_default();
        let mut script = String::new();
        for (number, question) in questions.iter().enumerate() {
            let before = number.checked_sub(1).map(|number| questions[number].table);
            let after = questions.get(number + 1).map(|question| question.table);
            if before != Some(question.table) {
                script.push_str(&copy(&question.found.name, &own, renames));
            }
            script.push_str(&made(number, question));
            if after != Some(question.table) {
                script.push_str(&aside_named(&question.found.name, number));
            }
        }
        match attempt(server, &script)? {
            Ok(()) => read_back(server, questions).map(Some),
            Err(error) if cannot_be_asked(&error) => Ok(None),
            Err(error) => {
                let copied = |name: &Name| copy(name, &own, renames);
                Err(culprit(server, questions, &copied, error)?)
            }
        }
    })
}

/// Runs statements; where they fail, nothing of them stays.
fn attempt(server: &mut dyn Server, script: &str) -> Result<Result<(), ServerError>, InspectError> {
    let failed = refused("how the server writes what is wanted");
    server
        .execute("SAVEPOINT migrate_question")
        .map_err(&failed)?;
    let result = server.execute(script);
    if result.is_err() {
        server
            .execute("ROLLBACK TO SAVEPOINT migrate_question")
            .map_err(&failed)?;
    }
    Ok(result)
}

fn cannot_be_asked(error: &ServerError) -> bool {
    matches!(error.kind, ErrorKind::Denied | ErrorKind::ReadOnly)
        || error.message.contains("read-only transaction")
        || error.message.contains("during recovery")
}

/// An empty table with the same columns, all under the names that they are to have.
fn copy(name: &Name, own: &str, renames: &Renames) -> String {
    let mut tables = renames.tables.iter();
    let old = tables.find(|(_, to)| to == name);
    let old = old.map_or(name, |(from, _)| from);
    let schema = old.schema.as_deref().unwrap_or(own);
    let there = Name::qualified(schema, &old.name).quoted(DIALECT);
    let quoted = DIALECT.quote(&name.name);
    let mut script = format!("CREATE TEMPORARY TABLE {quoted} (LIKE {there});\n");
    for (_, from, to) in renames.columns.iter().filter(|(of, ..)| of == name) {
        let (copy, from, to) = (copied(name), DIALECT.quote(from), DIALECT.quote(to));
        script.push_str(&format!(
            "ALTER TABLE {copy} RENAME COLUMN {from} TO {to};\n"
        ));
    }
    script
}

/// The next table may have the same name in another schema.
fn aside_named(name: &Name, number: usize) -> String {
    let name = copied(name);
    format!("ALTER TABLE {name} RENAME TO \"migrate {number} of a table\";\n")
}

fn copied(name: &Name) -> String {
    Name::qualified("pg_temp", &name.name).quoted(DIALECT)
}

/// Makes a column or a check of the expression, whose name is the question's number. A check says of any value whether it is NULL.
fn made(number: usize, question: &Question<'_>) -> String {
    let (table, text) = (copied(&question.found.name), &question.text);
    let of = question.of.map(|of| of.sql(DIALECT)).unwrap_or_default();
    let (kind, what) = match question.place {
        Place::Default(_) => ("COLUMN", format!("{of} DEFAULT ({text})")),
        Place::Generated(_) => (
            "COLUMN",
            format!("{of} GENERATED ALWAYS AS ({text}) STORED"),
        ),
        Place::Check(_) | Place::Predicate(_) => ("CONSTRAINT", format!("CHECK ({text})")),
        Place::Part(..) => ("CONSTRAINT", format!("CHECK (({text}){NOT_NULL})")),
    };
    format!("ALTER TABLE {table} ADD {kind} \"migrate {number}\" {what};\n")
}

const NOT_NULL: &str = " IS NOT NULL";

fn read_back(
    server: &mut dyn Server,
    questions: &[Question<'_>],
) -> Result<HashMap<usize, Expression>, InspectError> {
    own_path(server)?;
    let rows = server
        .rows(READ_BACK)
        .map_err(refused("how the server writes what is wanted"))?;
    let answer = |row: &Row| {
        let number: usize = row
            .text_or_empty(0)
            .strip_prefix("migrate ")?
            .parse()
            .ok()?;
        let question = questions.get(number)?;
        let text = row.text(1)?;
        let written = match (question.place, question.of) {
            (Place::Default(_), Some(of)) => default(text, of),
            (Place::Part(..), _) => {
                let whole = expression(text).to_string();
                expression(whole.strip_suffix(NOT_NULL).unwrap_or(&whole))
            }
            _ => expression(text),
        };
        Some((number, written))
    };
    Ok(rows.iter().filter_map(answer).collect())
}

/// Which of them the server does not take.
fn culprit(
    server: &mut dyn Server,
    questions: &[Question<'_>],
    copied: &dyn Fn(&Name) -> String,
    error: ServerError,
) -> Result<InspectError, InspectError> {
    for (number, question) in questions.iter().enumerate() {
        let name = &question.found.name;
        let script = copied(name) + &made(number, question) + &aside_named(name, number);
        if let Err(error) = attempt(server, &script)? {
            return Ok(InspectError::Refused {
                what: question.to_string(),
                error: Box::new(error),
            });
        }
    }
    Ok(refused("how the server writes what is wanted")(error))
}
