//! What was found as new revisions: one that has all of it, or with --online one for each step.

use migrate_core::Backend;
use migrate_schema::{SqlError, Step};
use serde_json::json;

use super::part::{Metadata, Part};
use super::{Found, hints};
use crate::error::CommandError;
use crate::ui::Ui;

/// A step of each database that has one there.
type Row<'a> = Vec<(Backend, &'a Step)>;

impl Found {
    /// The revisions to write, in order.
    pub(in crate::commands::revision) fn parts(
        &self,
        online: bool,
    ) -> Result<Vec<Part>, CommandError> {
        let steps = self.steps(online)?;
        let rows = rows(&steps);
        let several = rows.len() > 1;
        let part = |(at, row): (usize, &Row<'_>)| Part {
            place: several.then_some((at + 1, rows.len())),
            ..self.part(row)
        };
        Ok(rows.iter().enumerate().map(part).collect())
    }

    fn steps(&self, online: bool) -> Result<Vec<(Backend, Vec<Step>)>, CommandError> {
        let values = hints::values(&self.fills);
        let steps = self.sides.iter().map(|(backend, compared)| {
            let steps = match online {
                true => compared.difference.online(&values)?,
                false => compared.difference.step(&values)?.into_iter().collect(),
            };
            Ok((*backend, steps))
        });
        steps.collect::<Result<_, _>>().map_err(cannot)
    }

    fn part(&self, row: &Row<'_>) -> Part {
        let written = |of: fn(&Step) -> &String| {
            let sides = self.sides.iter();
            let text = |backend: Backend| {
                let step = row.iter().find(|(other, _)| *other == backend);
                step.map(|(_, step)| of(step).clone()).unwrap_or_default()
            };
            sides
                .map(|(backend, _)| (*backend, text(*backend)))
                .collect()
        };
        let scripts = [
            files_of("up", written(|step| &step.up)),
            files_of("down", written(|step| &step.down)),
        ];
        let first = row.first().map(|(_, step)| *step);
        Part {
            title: first.map(|step| step.title.clone()).unwrap_or_default(),
            scripts: scripts.concat(),
            metadata: first.map(metadata).unwrap_or_default(),
            place: None,
        }
    }
}

fn is_usual(step: &Step) -> bool {
    step.in_transaction && step.revert_in_transaction
}

/// What a step needs. Whoever else is in its revision needs nothing.
fn metadata(step: &Step) -> Metadata {
    Metadata {
        transactions: (!is_usual(step))
            .then_some((step.in_transaction, step.revert_in_transaction)),
        lock_timeout: step.lock_timeout,
    }
}

/// The steps of all databases beside each other: those of the one that has an online form, each a revision. All of another database is
/// in the one that has what is quick there, as it would be without --online; or in one ahead, where nothing is quick.
fn rows(steps: &[(Backend, Vec<Step>)]) -> Vec<Row<'_>> {
    let leads = |steps: &[Step]| (!steps.iter().all(is_usual), steps.len());
    let Some((leader, most)) = steps.iter().max_by_key(|(_, steps)| leads(steps)) else {
        return Vec::new();
    };
    let mut rows: Vec<Row<'_>> = most.iter().map(|step| vec![(*leader, step)]).collect();
    for (backend, steps) in steps.iter().filter(|(backend, _)| backend != leader) {
        for step in steps {
            let is_quick = |row: &Row<'_>| row.iter().all(|(_, other)| other.title.is_empty());
            let at = rows.iter().position(is_quick).unwrap_or_else(|| {
                rows.insert(0, Vec::new());
                0
            });
            rows[at].push((*backend, step));
        }
    }
    rows
}

/// Shows the scripts that would be written.
pub(super) fn preview(ui: &mut Ui, found: &Found, online: bool) -> Result<(), CommandError> {
    let parts = found.parts(online)?;
    let backend = found.sides.first();
    let backend = backend.map_or(Backend::Sqlite, |(backend, _)| *backend);
    parts.iter().for_each(|part| part.shown(ui, backend));
    let mut value = json!({ "revision": null, "compared": found.as_json() });
    match &parts[..] {
        [part] if !online => value["scripts"] = part.scripts_as_json(),
        parts => value["parts"] = parts.iter().map(Part::as_json).collect(),
    }
    ui.json(&value);
    Ok(())
}

/// Says what has no form that lets others read and write.
pub(super) fn tell_rewrites(ui: &mut Ui, found: &Found) -> Result<(), CommandError> {
    for (_, steps) in found.steps(true)? {
        for change in steps.iter().flat_map(|step| &step.rewrites) {
            ui.note(format!(
                "{change}: keeps others from the table while its rows are written anew, and has no other form"
            ));
        }
    }
    Ok(())
}

fn cannot(error: SqlError) -> CommandError {
    CommandError::failed(error.to_string()).with_help(
        "a struct names it: #[table(sql_type = \"...\")]; a table! block has one of Diesel's types, or one that a sql_types module declares",
    )
}

/// One direction's files. Words that several databases share are everybody's, unless one has its own.
fn files_of(word: &str, written: Vec<(Backend, String)>) -> Vec<(String, String)> {
    let sharing = |text: &String| written.iter().filter(|(_, other)| other == text).count();
    let shared = written.iter().map(|(_, text)| text);
    // The first of those that most share.
    let shared = shared.rev().max_by_key(|text| sharing(text)).cloned();
    let shared = shared.filter(|text| written.len() == 1 || sharing(text) > 1);
    let mut files = Vec::new();
    for (backend, text) in written {
        let name = if shared.as_ref() == Some(&text) {
            format!("{word}.sql")
        } else {
            format!("{word}.{backend}.sql")
        };
        if files.iter().any(|(other, _)| *other == name) {
            continue;
        }
        // A script without a statement would be taken for one that is still to be written.
        let text = if text.is_empty() {
            "SELECT 1;\n".to_owned()
        } else {
            text
        };
        files.push((name, text));
    }
    files
}
