//! What is wanted in the words of what is there, where the server says that both mean the same.

use std::collections::HashMap;

use migrate_schema::{Difference, Expression, Renames, Schema};

use super::answers::answers;
use super::questions::{Question, place, questions};
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
    let mut open = Vec::new();
    for (number, question) in questions.iter().enumerate() {
        let same = |there: &&&Expression| match &answers {
            Some(answers) => answers.get(&number) == Some(**there),
            None => there.alike(&question.text, DIALECT),
        };
        match question.there.iter().find(same) {
            Some(there) => put(&mut wanted, question, there),
            None => open.push(number),
        }
    }
    if let Some(answers) = &answers {
        let open: Vec<_> = open
            .into_iter()
            .filter_map(|number| Some((&questions[number], answers.get(&number)?)))
            .collect();
        for (question, there) in once_more(server, &open, by_text.renames())? {
            put(&mut wanted, question, there);
        }
    }
    Ok(wanted)
}

/// What the server writes it writes otherwise once it has read it again: `IN ('a', 'b')` on a `varchar` has another form in the
/// database where somebody wrote it than in one that was made from the first. So it is asked for what is there, too.
fn once_more<'q, 'a>(
    server: &mut dyn Server,
    open: &[(&'q Question<'a>, &Expression)],
    renames: &Renames,
) -> Result<Vec<(&'q Question<'a>, &'a Expression)>, InspectError> {
    let pairs: Vec<_> = open
        .iter()
        .flat_map(|(question, answer)| {
            let each = question.there.iter();
            each.map(move |there| (*question, *answer, *there))
        })
        .collect();
    let questions: Vec<_> = pairs
        .iter()
        .map(|(question, _, there)| question.about(there))
        .collect();
    if questions.is_empty() {
        return Ok(Vec::new());
    }
    let written = match answers(server, &questions, renames) {
        Ok(written) => written.unwrap_or_default(),
        // What is there may stand on what this user may not call.
        Err(InspectError::Refused { .. }) => HashMap::new(),
        Err(error) => return Err(error),
    };
    let same = pairs.into_iter().enumerate();
    let same = same.filter(|(number, (_, answer, _))| written.get(number) == Some(*answer));
    Ok(same
        .map(|(_, (question, _, there))| (question, there))
        .collect())
}

fn put(wanted: &mut Schema, question: &Question<'_>, there: &Expression) {
    let table = wanted.tables.get_mut(question.table);
    if let Some(text) = table.and_then(|table| place(table, question.place)) {
        text.clone_from(there);
    }
}
