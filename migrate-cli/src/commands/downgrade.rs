//! `migrate downgrade`: takes revisions back.

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
  migrate downgrade head             what this build does not know")]
pub(crate) struct Args {
    /// -N, base, an id or its beginning, a name, or ID-N
    #[arg(allow_negative_numbers = true)]
    target: String,

    /// Do not ask
    #[arg(short, long)]
    yes: bool,

    #[command(flatten)]
    options: RunOptions,
}

pub(crate) fn run(ui: &mut Ui, context: &Context<'_>, args: &Args) -> Result<(), CommandError> {
    let mut run = Run::prepare(ui, context, (Move::Downgrade, &args.target), &args.options)?;
    run.confirm(ui, args.yes)?;
    run.run(ui)
}
