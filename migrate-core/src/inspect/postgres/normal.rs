//! What is wanted in the words of what is there, where the server says that both mean the same.

use migrate_schema::{Difference, Expression, Schema};

use super::answers::answers;
use super::questions::{place, questions};
use super::{DIALECT, InspectError};
use crate::backend::Server;

/// What is wanted; an expression that means the same as one that is there is that one. Where the user may not make temporary tables,
/// or the database takes no writes, what looks alike counts as the same.
pub(in crate::inspect) fn normal(
    server: &mut dyn Server,
    wanted: &Schema,
    by_text: &Difference,
) -> Result<Schema, InspectError> {
    let questions = questions(wanted, by_text.renamed());
    let mut wanted = wanted.clone();
    if questions.is_empty() {
        return Ok(wanted);
    }
    let answers = answers(server, &questions, by_text.renames())?;
    for (number, question) in questions.iter().enumerate() {
        let same = |there: &&&Expression| match &answers {
            Some(answers) => answers.get(&number) == Some(**there),
            None => there.alike(&question.text, DIALECT),
        };
        let Some(there) = question.there.iter().find(same) else {
            continue;
        };
        let table = wanted.tables.get_mut(question.table);
        if let Some(text) = table.and_then(|table| place(table, question.place)) {
            *text = (*there).clone();
        }
    }
    Ok(wanted)
}
