//! `migrate redo`: takes revisions back and applies them again.

use super::running::{Move, Run, RunOptions};
use crate::context::Context;
use crate::error::CommandError;
use crate::ui::Ui;

/// Take revisions back and apply them again
///
/// For a revision that is still being written: its down script runs, and then its up script as it is now, in one run under one lock.
/// A step that cannot be taken back is found before anything runs. When a script fails, the database stays between: mend the script
/// and upgrade.
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  migrate redo                       the newest revision
  migrate redo -2                    the last two
  migrate redo add_phone             that revision and everything after it
  migrate redo base                  everything
  migrate redo --rehearse            the same, and then roll it back")]
pub(crate) struct Args {
    /// -N, or the oldest revision to redo: an id or its beginning, or a name; base is all
    #[arg(default_value = "-1", allow_negative_numbers = true)]
    target: String,

    /// Do not ask
    #[arg(short, long)]
    yes: bool,

    #[command(flatten)]
    options: RunOptions,
}

pub(crate) fn run(ui: &mut Ui, context: &Context<'_>, args: &Args) -> Result<(), CommandError> {
    let mut run = Run::prepare(ui, context, (Move::Redo, &args.target), &args.options)?;
    run.confirm(ui, args.yes)?;
    run.run(ui)
}
