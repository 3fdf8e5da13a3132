//! `migrate downgrade`: takes revisions back.

use migrate_core::Backend;

use super::offline;
use super::running::{Move, Run, RunOptions};
use crate::context::Context;
use crate::error::CommandError;
use crate::ui::Ui;

/// Take revisions back, down to a target, which stays applied
///
/// Runs the down scripts, newest first. A step that cannot be taken back is found before anything runs. What a down script drops
/// is gone: on a terminal you are asked first, and elsewhere --yes must be there. Revisions that a newer build applied are taken back
/// by the scripts that the ledger kept of them; they are shown first.
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  migrate downgrade -1               the newest revision
  migrate downgrade -1 --dry-run     what that would destroy
  migrate downgrade add_phone        everything after the revision of that name
  migrate downgrade base --yes       everything, without asking
  migrate downgrade head             what this build does not know
  migrate downgrade head:-1 --sql    the SQL of the newest revision's down")]
pub(crate) struct Args {
    /// -N, base, an id or its beginning, a name, or ID-N
    #[arg(allow_negative_numbers = true)]
    target: String,

    /// Do not ask
    #[arg(short, long)]
    yes: bool,

    /// Print the SQL of the whole run instead, its records included; no
    /// database is asked. TARGET is a range: B:A, B: or :A
    #[arg(long, conflicts_with_all = ["dry_run", "transaction", "in_doubt", "rehearse", "statement_timeout", "wait"])]
    sql: bool,

    /// For which database --sql writes, where no URL says it
    #[arg(long, requires = "sql", value_name = "BACKEND", value_parser = offline::backends())]
    backend: Option<Backend>,

    #[command(flatten)]
    options: RunOptions,
}

pub(crate) fn run(ui: &mut Ui, context: &Context<'_>, args: &Args) -> Result<(), CommandError> {
    if args.sql {
        return offline::print(ui, context, args.backend, |offline| {
            args.options.offline(offline).downgrade(&args.target)
        });
    }
    let mut run = Run::prepare(ui, context, (Move::Downgrade, &args.target), &args.options)?;
    run.confirm(ui, args.yes)?;
    run.run(ui)
}
