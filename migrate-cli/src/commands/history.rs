//! `migrate history`: the revisions, newest first, and which of them the database has.

use std::collections::HashMap;

use migrate_core::{Backends, Chain, Direction, Revision, Status, Target};
use serde_json::{Value, json};

use crate::context::{Context, Loaded, only};
use crate::database_url::DatabaseUrl;
use crate::error::CommandError;
use crate::ui::Ui;

/// List the revisions, newest first
///
/// Where a database is named and can be reached, each revision says whether and when it was applied. Without one the chain alone
/// is shown.
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  migrate history                    all of them
  migrate history -r -2:head         the newest three, seen from the database
  migrate history -r add_phone:      from the revision of that name on
  migrate history -v                 with parents, scripts and transactions")]
pub(crate) struct Args {
    /// From one revision to another, both included; a side that is left out is the end of the chain
    #[arg(
        short,
        long = "rev-range",
        value_name = "A:B",
        allow_hyphen_values = true
    )]
    range: Option<String>,
}

/// What a database says of a chain.
struct Answer {
    status: Status,
    at: HashMap<String, String>,
}

pub(crate) fn run(ui: &mut Ui, context: &Context<'_>, args: &Args) -> Result<(), CommandError> {
    let url = context.database()?;
    let backends = match &url {
        Some(url) => url.backend().map(only)?,
        None => Backends::ALL,
    };
    let loaded = context.load_to_look(ui, backends)?;
    let answer = match &url {
        Some(url) => ask(ui, context, &loaded, url)?,
        None => {
            ui.note("no database is named: what is applied is not shown");
            None
        }
    };
    let chain = loaded.migrations.chain();
    let current = answer
        .as_ref()
        .and_then(|answer| answer.status.current.as_deref())
        .and_then(|id| chain.index(id));
    let shown = range(chain, args.range.as_deref(), current, answer.is_some())?;
    let newest_first = || shown.iter().rev();
    let width = newest_first()
        .map(|revision| revision.id().len())
        .max()
        .unwrap_or(0);
    for revision in newest_first() {
        let marks = marks(revision, chain, answer.as_ref());
        ui.result(format!(
            "{:width$}  {}{marks}",
            revision.id(),
            revision.directory()
        ));
        if ui.is_verbose() {
            details(revision)
                .iter()
                .for_each(|line| ui.result(format!("{:width$}    {line}", "")));
        }
    }
    for id in answer.iter().flat_map(|answer| &answer.status.unknown) {
        ui.result(format!("{id:width$}  unknown to this build, applied"));
    }
    let revisions: Vec<_> = newest_first()
        .map(|revision| as_json(revision, chain, answer.as_ref()))
        .collect();
    ui.json(&json!({
        "database": url.filter(|_| answer.is_some()).map(|url| url.to_string()),
        "revisions": revisions,
        "unknown": answer.map(|answer| answer.status.unknown),
    }));
    Ok(())
}

/// Asks the database. One that cannot be reached is no reason not to show the chain.
fn ask(
    ui: &mut Ui,
    context: &Context<'_>,
    loaded: &Loaded<'_>,
    url: &DatabaseUrl,
) -> Result<Option<Answer>, CommandError> {
    let mut connection = match context.connect_to_look(ui, url) {
        Ok(connection) => connection,
        Err(error) => {
            ui.note(format!("the database was not asked: {error}"));
            return Ok(None);
        }
    };
    let core = |error| CommandError::core(error, &loaded.shown);
    let status = loaded.migrations.status(&mut connection).map_err(core)?;
    let at = loaded
        .migrations
        .applied_at(&mut connection)
        .map_err(core)?;
    Ok(Some(Answer {
        status,
        at: at
            .into_iter()
            .map(|applied| (applied.revision, applied.at))
            .collect(),
    }))
}

/// The part of the chain that was asked for.
fn range<'c>(
    chain: &'c Chain,
    range: Option<&str>,
    current: Option<usize>,
    asked: bool,
) -> Result<&'c [Revision], CommandError> {
    let Some(range) = range else {
        return Ok(chain.revisions());
    };
    let (from, to) = range.split_once(':').ok_or_else(|| {
        CommandError::usage(format!("`{range}` is not a range"))
            .with_help("write A:B; a side that is left out is the end of the chain")
    })?;
    let resolve = |text: &str, default: Target| {
        let target = if text.is_empty() {
            default
        } else {
            text.parse().map_err(plan_error)?
        };
        let from_current =
            matches!(target, Target::Current | Target::Steps(_)) || text.starts_with("current");
        if from_current && !asked {
            return Err(CommandError::usage(format!(
                "`{text}` is seen from the database, which was not asked"
            )));
        }
        target.resolve(chain, current).map_err(plan_error)
    };
    // A range from base begins with the first revision.
    let from = resolve(from, Target::Base)?.unwrap_or(0);
    let end = resolve(to, Target::Head)?.map_or(0, |index| index + 1);
    if from >= end && !chain.is_empty() {
        return Err(CommandError::usage(format!(
            "`{range}` is empty: it ends before it begins"
        )));
    }
    Ok(chain.revisions().get(from..end).unwrap_or_default())
}

fn plan_error(error: migrate_core::TargetError) -> CommandError {
    CommandError::plan(error.into())
}

fn is_head(revision: &Revision, chain: &Chain) -> bool {
    chain.head().is_some_and(|head| head.id() == revision.id())
}

/// `(head, current), applied 2026-11-21 10:11:12`.
fn marks(revision: &Revision, chain: &Chain, answer: Option<&Answer>) -> String {
    let current =
        answer.is_some_and(|answer| answer.status.current.as_deref() == Some(revision.id()));
    let names: Vec<_> = [(is_head(revision, chain), "head"), (current, "current")]
        .into_iter()
        .filter_map(|(is, name)| is.then_some(name))
        .collect();
    let mut marks = if names.is_empty() {
        String::new()
    } else {
        format!(" ({})", names.join(", "))
    };
    if let Some(answer) = answer {
        marks += ", ";
        marks += &state(revision, answer);
    }
    marks
}

fn state(revision: &Revision, answer: &Answer) -> String {
    let status = &answer.status;
    let has = |ids: &[String]| ids.iter().any(|id| id == revision.id());
    let partial = status
        .partial
        .as_ref()
        .filter(|partial| partial.revision == revision.id());
    match (partial, answer.at.get(revision.id())) {
        (Some(partial), _) => format!("partial {}/{}", partial.done, partial.total),
        (None, Some(at)) if has(&status.changed) => format!("applied {at}, changed since"),
        (None, Some(at)) => format!("applied {at}"),
        (None, None) if has(&status.missing) => "missing".to_owned(),
        (None, None) => "pending".to_owned(),
    }
}

fn details(revision: &Revision) -> Vec<String> {
    let parent = revision.parent().unwrap_or("base");
    let link = if revision.linked() {
        "follows"
    } else {
        "follows, by its id,"
    };
    let scripts = revision
        .ups()
        .iter()
        .chain(revision.downs())
        .map(script_name)
        .collect::<Vec<_>>();
    let mut lines = vec![
        format!("{link} {parent}"),
        format!("scripts: {}", scripts.join(", ")),
    ];
    for (direction, word) in [(Direction::Up, "up"), (Direction::Down, "down")] {
        if !revision.transactional(direction) {
            lines.push(format!("{word} runs without a transaction"));
        }
    }
    lines.extend(
        revision
            .irreversible()
            .map(|reason| format!("irreversible: {reason}")),
    );
    lines
}

fn script_name(script: &migrate_core::Script) -> &str {
    script.file().rsplit('/').next().unwrap_or_default()
}

fn as_json(revision: &Revision, chain: &Chain, answer: Option<&Answer>) -> Value {
    let scripts: Vec<_> = revision
        .ups()
        .iter()
        .chain(revision.downs())
        .map(script_name)
        .collect();
    json!({
        "revision": revision.id(),
        "directory": revision.directory(),
        "down_revision": revision.parent(),
        "head": is_head(revision, chain),
        "current": answer.map(|answer| answer.status.current.as_deref() == Some(revision.id())),
        "applied": answer.map(|answer| answer.at.contains_key(revision.id())),
        "applied_at": answer.and_then(|answer| answer.at.get(revision.id())),
        "scripts": scripts,
        "irreversible": revision.irreversible(),
    })
}
