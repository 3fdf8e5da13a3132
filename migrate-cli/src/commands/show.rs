//! `migrate show`: one revision, its scripts, and what became of it on a database.

use migrate_core::{Attempt, Backend, Backends, Revision, Script, Status};
use serde_json::{Value, json};

use super::attempt;
use super::looking::{Look, facts, file_name};
use crate::context::Context;
use crate::error::CommandError;
use crate::known::Known;
use crate::style::{Cell, FAINT, GOOD, ID, PLAIN, STRONG, aligned, painted, styled};
use crate::ui::Ui;

/// Show a revision: what it says, both scripts, and when and by whom it was applied
///
/// Where a database is named and can be reached, it says when the revision was applied there, by whom and how long it took, and the
/// scripts are those of that database. Without one all its scripts are shown.
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  migrate show head                  the newest revision
  migrate show add_phone             the one of that name
  migrate show current               where the database is")]
pub(crate) struct Args {
    /// An id or the beginning of one, a name, head, head-1, current, -1
    #[arg(value_name = "REVISION", allow_hyphen_values = true)]
    revision: String,
}

pub(crate) fn run(ui: &mut Ui, context: &Context<'_>, args: &Args) -> Result<(), CommandError> {
    let mut look = Look::around(ui, context, false, Known::links)?;
    let id = look.revision(&args.revision)?.id().to_owned();
    let index = look.chain().index(&id).unwrap_or_default();
    look.known.read_scripts(ui, context, index..index + 1)?;
    let attempt = last_done(&mut look, &id)?;
    let backends = backends(&look);
    let revision = look.revision(&id)?;
    let next = look.chain().revisions().get(index + 1);
    let scripts = |scripts: &'_ [Script]| -> Vec<Script> {
        let shown = scripts.iter().filter(|script| {
            script
                .backends()
                .iter()
                .any(|backend| backends.contains(backend))
        });
        shown.cloned().collect()
    };
    let (ups, downs) = (scripts(revision.ups()), scripts(revision.downs()));

    ui.result(heading(&look, revision));
    for line in about(&look, revision, next, attempt.as_ref()) {
        ui.result(line);
    }
    let mut shown = Vec::new();
    for script in ups.iter().chain(&downs) {
        // A file in Rust stands for both directions.
        if shown.contains(&script.file()) {
            continue;
        }
        shown.push(script.file());
        ui.result("");
        ui.result(styled(FAINT, &format!("-- {}", file_name(script))));
        let text = script.text().trim_end();
        if script.code() == Some(script.file()) {
            ui.result(text);
        } else {
            ui.result(painted(dialect(script, backends), text));
        }
    }
    let mut value = look.json(revision);
    value.insert(
        "database".to_owned(),
        json!(look.answer.as_ref().map(|answer| answer.url.to_string())),
    );
    value.insert("followed_by".to_owned(), json!(next.map(Revision::id)));
    value.insert(
        "attempt".to_owned(),
        attempt.as_ref().map_or(Value::Null, attempt::as_json),
    );
    for (key, scripts) in [("up", &ups), ("down", &downs)] {
        value.insert(key.to_owned(), scripts.iter().map(script_json).collect());
    }
    ui.json(&Value::Object(value));
    Ok(())
}

/// The newest attempt that applied it, where the database has it.
fn last_done(look: &mut Look<'_>, id: &str) -> Result<Option<Attempt>, CommandError> {
    let has = |status: &Status| status.applied.iter().any(|applied| applied == id);
    if !look.status().is_some_and(has) {
        return Ok(None);
    }
    let attempts = look.attempts_at(id)?;
    let applies = |attempt: &Attempt| attempt.outcome == "done" && attempt.action != "downgrade";
    Ok(attempts.into_iter().rfind(applies))
}

/// The backends whose scripts are to be seen.
fn backends(look: &Look<'_>) -> Backends {
    look.answer
        .as_ref()
        .and_then(|answer| answer.url.backend().ok())
        .map_or(Backends::ALL, Backends::from)
}

fn dialect(script: &Script, wanted: Backends) -> Backend {
    let of_both = script
        .backends()
        .iter()
        .find(|backend| wanted.contains(*backend));
    of_both.unwrap_or(Backend::Sqlite)
}

/// `20261121101112  create_members (head)`.
fn heading(look: &Look<'_>, revision: &Revision) -> String {
    let marks = look.marks(revision);
    let parts = [
        styled(ID.bold(), revision.id()),
        styled(STRONG, revision.slug()),
        styled(GOOD, &marks),
    ];
    let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join("  ")
}

/// What is known of the revision, each line with a label.
fn about(
    look: &Look<'_>,
    revision: &Revision,
    next: Option<&Revision>,
    attempt: Option<&Attempt>,
) -> Vec<String> {
    let mut rows = Vec::new();
    let mut say = |label: &str, cell: Cell| rows.push(vec![Cell::new(FAINT, label), cell]);
    let shown = look.known.shown().trim_end_matches('/');
    let directory = match shown {
        "" => revision.directory().to_owned(),
        _ => format!("{shown}/{}", revision.directory()),
    };
    say("directory", Cell::new(PLAIN, &directory));
    for (label, fact) in facts(revision) {
        say(label, Cell::new(PLAIN, &fact));
        if let (true, Some(next)) = (label == "follows", next) {
            say("followed by", Cell::new(PLAIN, next.id()));
        }
    }
    if let Some((style, state)) = look.state(revision) {
        let took = attempt
            .and_then(attempt::took)
            .map(|took| format!(", took {took}"));
        say(
            "here",
            Cell::new(style, &state).and(PLAIN, &took.unwrap_or_default()),
        );
    }
    if let Some(attempt) = attempt {
        say("by", Cell::new(PLAIN, &attempt.by));
    }
    aligned(&rows, 1)
}

fn script_json(script: &Script) -> Value {
    json!({
        "file": script.file(),
        "backends": script.backends().iter().map(Backend::name).collect::<Vec<_>>(),
        "checksum": script.checksum().to_string(),
        "statements": script.statements().len(),
        "code": script.code(),
        "text": script.text(),
    })
}
