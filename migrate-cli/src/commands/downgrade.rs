//! `migrate downgrade`: takes revisions back.

use migrate_core::Direction;

use super::running::{Run, RunOptions};
use crate::context::Context;
use crate::error::CommandError;
use crate::ui::Ui;

/// So many steps are listed before the question; more would push it off the screen.
const LISTED: usize = 10;

/// Take revisions back, down to a target, which stays applied
///
/// Runs the down scripts, newest first. A step that cannot be taken back is found before anything runs. What a down script drops
/// is gone: on a terminal you are asked first.
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  migrate downgrade -1               the newest revision
  migrate downgrade add_phone        everything after the revision of that name
  migrate downgrade base             everything")]
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
    let mut run = Run::prepare(ui, context, Direction::Down, &args.target, false)?;
    if !args.yes && !args.options.dry_run && ui.is_interactive() {
        let steps = run.plan(&args.options)?;
        if !steps.is_empty() && !confirmed(ui, &steps) {
            return Err(CommandError::failed("not confirmed: nothing was changed")
                .with_help("--yes goes without asking"));
        }
    }
    run.run(ui, &args.options, false)
}

fn confirmed(ui: &mut Ui, steps: &[String]) -> bool {
    for step in steps.iter().take(LISTED) {
        ui.note(format!("would revert {step}"));
    }
    if let Some(more) = steps.len().checked_sub(LISTED).filter(|more| *more > 0) {
        ui.note(format!("and {more} more"));
    }
    ui.ask("What their down scripts drop is lost. Go on?")
}
