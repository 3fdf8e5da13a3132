//! `migrate history`: the revisions, newest first, and which of them the database has.

use std::ops::Range;

use migrate_core::Revision;
use serde_json::json;

use super::looking::{Look, facts};
use crate::context::Context;
use crate::error::CommandError;
use crate::known::{Known, Read};
use crate::style::{Cell, FAINT, ID, ODD, aligned, styled};
use crate::ui::Ui;

/// List the revisions, newest first
///
/// Where a database is named and can be reached, each revision says whether and when it was applied. Without one the chain alone
/// is shown.
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  migrate history                    all of them
  migrate history -r -2:head         from two before the current one on
  migrate history -r current:        the current one and what is pending
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

    /// Fail where the database cannot be asked, instead of showing the chain alone
    #[arg(short, long)]
    indicate_current: bool,
}

pub(crate) fn run(ui: &mut Ui, context: &Context<'_>, args: &Args) -> Result<(), CommandError> {
    let scripts = ui.is_verbose() || ui.is_json();
    let read: Read<'_> = match args.range {
        None if scripts => Known::whole,
        _ => Known::links,
    };
    let mut look = Look::around(ui, context, args.indicate_current, read)?;
    let range = range(&look, args.range.as_deref())?;
    if scripts {
        look.known.read_scripts(ui, context, range.clone())?;
    }
    let shown: Vec<_> = look.chain().revisions()[range].iter().rev().collect();
    let mut rows: Vec<_> = shown.iter().map(|revision| look.row(revision)).collect();
    // What the chain does not have is newer than all of it, for all that is known.
    let unknown = look.status().map(|status| &status.unknown);
    for id in unknown.into_iter().flatten().rev() {
        let row = vec![
            Cell::new(ID, id),
            Cell::default(),
            Cell::new(ODD, "applied, unknown to this build"),
        ];
        rows.insert(0, row);
    }
    let mut lines = aligned(&rows, 1);
    if ui.is_verbose() {
        let first = lines.len() - shown.len();
        for (line, revision) in lines[first..].iter_mut().zip(&shown) {
            for detail in details(revision) {
                *line += &format!("\n{detail}");
            }
        }
    }
    ui.results(&lines);
    if ui.is_json() {
        let revisions: Vec<_> = shown.iter().map(|revision| look.json(revision)).collect();
        ui.json(&json!({
            "database": look.answer.as_ref().map(|answer| answer.url.to_string()),
            "revisions": revisions,
            "unknown": unknown,
        }));
    }
    Ok(())
}

/// The part of the chain that was asked for.
fn range(look: &Look<'_>, range: Option<&str>) -> Result<Range<usize>, CommandError> {
    let chain = look.chain();
    let Some(range) = range else {
        return Ok(0..chain.len());
    };
    let (from, to) = range.split_once(':').ok_or_else(|| {
        CommandError::usage(format!("`{range}` is not a range"))
            .with_help("write A:B; a side that is left out is the end of the chain")
    })?;
    let or = |text: &str, default: &str| look.resolve(if text.is_empty() { default } else { text });
    // A range from base begins with the first revision.
    let from = or(from, "base")?.unwrap_or(0);
    let end = or(to, "head")?.map_or(0, |index| index + 1);
    if from >= end && !chain.is_empty() {
        return Err(CommandError::usage(format!(
            "`{range}` is empty: it ends before it begins"
        )));
    }
    Ok(from.min(end)..end)
}

/// The facts of a revision, below its line.
pub(super) fn details(revision: &Revision) -> Vec<String> {
    facts(revision)
        .iter()
        .map(|(label, fact)| format!("    {}  {fact}", styled(FAINT, label)))
        .collect()
}
