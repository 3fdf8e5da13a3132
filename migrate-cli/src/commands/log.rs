//! `migrate log`: every attempt that the database remembers, failures included.

use std::num::NonZero;

use migrate_core::{Attempt, Migrations};
use serde_json::json;

use super::attempt;
use super::looking::Look;
use crate::context::Context;
use crate::database_url::DatabaseUrl;
use crate::error::CommandError;
use crate::known::Known;
use crate::style::{FAINT, aligned, styled};
use crate::ui::Ui;

/// List every attempt at a revision, newest first, failures included
///
/// Times are in UTC. What Diesel's own tools did is not in the log; `migrate history` shows it.
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  migrate log                        all of them
  migrate log -n 10                  the newest ten
  migrate log add_phone              those at one revision
  migrate log -v                     with who it was, and errors in full")]
pub(crate) struct Args {
    /// Only those at this revision; one that the chain no longer has is named by its whole id
    #[arg(value_name = "REVISION", allow_hyphen_values = true)]
    revision: Option<String>,

    /// So many at most, the newest
    #[arg(short = 'n', long, value_name = "COUNT")]
    max_count: Option<NonZero<usize>>,
}

pub(crate) fn run(ui: &mut Ui, context: &Context<'_>, args: &Args) -> Result<(), CommandError> {
    let url = context.needed_database(ui)?;
    let most = args.max_count.map(NonZero::get);
    let attempts = match &args.revision {
        Some(revision) => at(ui, context, &url, revision)?,
        None => all(ui, context, &url, most)?,
    };
    let shown = most.unwrap_or(usize::MAX).min(attempts.len());
    let attempts = &attempts[..shown];
    if attempts.is_empty() {
        ui.note("the log has no attempt");
    }
    let rows: Vec<_> = attempts.iter().map(attempt::row).collect();
    let mut lines = aligned(&rows, 3);
    if ui.is_verbose() {
        for (line, attempt) in lines.iter_mut().zip(attempts) {
            for (label, text) in attempt::more(attempt) {
                *line += &format!("\n    {}  {text}", styled(FAINT, label));
            }
        }
    }
    ui.results(&lines);
    ui.json(&json!({
        "database": url.to_string(),
        "attempts": attempts.iter().map(attempt::as_json).collect::<Vec<_>>(),
    }));
    Ok(())
}

/// The newest attempts, without a look at the chain: it may be broken, or not be there.
fn all(
    ui: &mut Ui,
    context: &Context<'_>,
    url: &DatabaseUrl,
    count: Option<usize>,
) -> Result<Vec<Attempt>, CommandError> {
    let mut connection = context.connect_to_look(ui, url)?;
    let attempts = match count {
        Some(count) => Migrations::EMPTY.newest_attempts(&mut connection, count),
        None => Migrations::EMPTY.attempts(&mut connection).map(|mut all| {
            all.reverse();
            all
        }),
    };
    attempts.map_err(|error| CommandError::core(error, ""))
}

/// The attempts at one revision, newest first.
fn at(
    ui: &mut Ui,
    context: &Context<'_>,
    url: &DatabaseUrl,
    revision: &str,
) -> Result<Vec<Attempt>, CommandError> {
    let mut look = Look::of(ui, context, Some(url.clone()), true, Known::links)?;
    let named = look
        .revision(revision)
        .map(|revision| revision.id().to_owned());
    let mut attempts = match named {
        Ok(id) => look.attempts_at(&id)?,
        // The log remembers what other builds did, too.
        Err(error) => Some(look.attempts_at(&revision.replace('-', ""))?)
            .filter(|found| !found.is_empty())
            .ok_or(error)?,
    };
    attempts.reverse();
    Ok(attempts)
}
