//! `migrate current`: where the database is.

use migrate_core::{Attempt, Chain, Error, Status};
use serde_json::json;

use super::attempt;
use super::looking::named;
use crate::context::{Context, Loaded, only};
use crate::database_url::DatabaseUrl;
use crate::error::{CommandError, Kind};
use crate::style::{Cell, FAINT, GOOD, ODD, PLAIN, aligned};
use crate::ui::Ui;
use crate::waiting::Wait;

/// Show where the database is
///
/// It only reads, and needs no more than the right to SELECT. A revision that this chain does not have is shown as
/// unknown; a step that was left half done is shown as partial, with how many of its statements are done.
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  migrate current                    the newest applied revision
  migrate current -v                 what is pending, the last attempt
  migrate current --check-heads      exit with 3 unless it is the head")]
pub(crate) struct Args {
    /// Fail with exit code 3 unless the database is at head, with 5 if it diverged
    #[arg(long)]
    check_heads: bool,

    #[command(flatten)]
    wait: Wait,
}

pub(crate) fn run(ui: &mut Ui, context: &Context<'_>, args: &Args) -> Result<(), CommandError> {
    let url = context.needed_database(ui)?;
    let connecting = args.wait.begin(&url);
    let loaded = context.load_to_look(ui, only(url.backend()?))?;
    args.wait.until_up(ui, &url)?;
    let mut connection = context.finish_to_look(ui, connecting)?;
    let core = |error| CommandError::core(error, &loaded.shown);
    let status = loaded.migrations.status(&mut connection).map_err(core)?;
    let last = if ui.is_verbose() {
        loaded
            .migrations
            .newest_attempts(&mut connection, 1)
            .map_err(core)?
            .pop()
    } else {
        None
    };
    let chain = loaded.migrations.chain();
    for line in lines(&status, chain) {
        ui.result(line);
    }
    if ui.is_verbose() {
        for line in more(&status, chain, last.as_ref()) {
            ui.result(line);
        }
    }
    ui.json(&as_json(&status, &loaded, &url, last.as_ref()));
    if args.check_heads {
        check(&status)
    } else {
        Ok(())
    }
}

/// The revision, then a line for whatever is not as it should be.
fn lines(status: &Status, chain: &Chain) -> Vec<String> {
    let current = match status.current.as_deref() {
        None => Cell::new(PLAIN, "base"),
        Some(id) if status.current == status.head => {
            named(chain, id).and(PLAIN, " ").and(GOOD, "(head)")
        }
        Some(id) => named(chain, id),
    };
    let mut cells = vec![current];
    if let Some(partial) = &status.partial {
        cells.push(Cell::new(ODD, &partial.to_string()));
    }
    let odd = [
        (&status.unknown, ": unknown to this build"),
        (&status.missing, ": not applied, although a later one is"),
        (&status.changed, ": changed since it was applied"),
    ];
    for (ids, what) in odd {
        cells.extend(ids.iter().map(|id| named(chain, id).and(ODD, what)));
    }
    let rows: Vec<_> = cells.into_iter().map(|cell| vec![cell]).collect();
    aligned(&rows, 0)
}

/// The head, how much is applied, what is pending, and what happened last, each with a label.
fn more(status: &Status, chain: &Chain, last: Option<&Attempt>) -> Vec<String> {
    let mut rows = Vec::new();
    let mut say = |label: &str, cell: Cell| rows.push(vec![Cell::new(FAINT, label), cell]);
    let head = status.head.as_deref().map(|head| named(chain, head));
    say("head", head.unwrap_or_else(|| Cell::new(PLAIN, "base")));
    let (applied, pending) = (status.applied.len(), status.pending.len());
    say("applied", Cell::new(PLAIN, &applied.to_string()));
    say(
        "pending",
        Cell::new(if pending == 0 { PLAIN } else { ODD }, &pending.to_string()),
    );
    for id in &status.pending {
        say("", named(chain, id));
    }
    if let Some(last) = last {
        let line = aligned(&[attempt::row(last)], 3).concat();
        say("last attempt", Cell::new(PLAIN, &line));
        for (label, text) in attempt::more(last) {
            say(
                "",
                Cell::new(FAINT, label).and(PLAIN, "  ").and(PLAIN, &text),
            );
        }
    }
    aligned(&rows, 1)
}

fn as_json(
    status: &Status,
    loaded: &Loaded<'_>,
    url: &DatabaseUrl,
    last: Option<&Attempt>,
) -> serde_json::Value {
    let chain = loaded.migrations.chain();
    let directory = status
        .current
        .as_deref()
        .and_then(|id| chain.get(id))
        .map(|revision| revision.directory());
    json!({
        "database": url.to_string(),
        "current": status.current,
        "directory": directory,
        "head": status.head,
        "is_head": status.is_current(),
        "applied": status.applied,
        "pending": status.pending,
        "unknown": status.unknown,
        "missing": status.missing,
        "changed": status.changed,
        "partial": status.partial.as_ref().map(|partial| json!({
            "revision": partial.revision,
            "direction": partial.direction.name(),
            "done": partial.done,
            "of": partial.total,
            "in_doubt": partial.running,
        })),
        "last_attempt": last.map(attempt::as_json),
    })
}

/// The same words as an app's start-up check.
fn check(status: &Status) -> Result<(), CommandError> {
    if !status.unknown.is_empty() {
        return Err(CommandError::core(
            Error::Ahead {
                unknown: status.unknown.clone(),
            },
            "",
        ));
    }
    if let (Some(_), Some(current)) = (status.missing.first(), &status.current) {
        let gap = migrate_core::PlanError::Gap {
            missing: status.missing.clone(),
            current: current.clone(),
        };
        return Err(CommandError::plan(gap));
    }
    if let Some(partial) = &status.partial {
        let error = Error::HalfDone {
            partial: partial.clone(),
        };
        return Err(CommandError::core(error, "").with_kind(Kind::NotCurrent));
    }
    if let Some(id) = status.changed.first() {
        return Err(
            CommandError::failed(format!("{id} was changed after it was applied"))
                .with_help(
                    "put its files back as they were, and write the change as a new revision",
                )
                .with_kind(Kind::Diverged),
        );
    }
    if !status.pending.is_empty() {
        let (current, pending) = (status.current.clone(), status.pending.clone());
        let of = status.applied.len() + pending.len();
        return Err(CommandError::core(
            Error::Behind {
                current,
                pending,
                of,
            },
            "",
        ));
    }
    Ok(())
}
