//! `migrate lock`: writes migrate.lock anew, or says whether it is up to date.

use migrate_chain::{Lock, Problem, Project};
use migrate_core::Backends;
use serde_json::json;

use crate::author::{self, Edits};
use crate::context::{Context, Place, behind};
use crate::error::CommandError;
use crate::ui::Ui;

/// Write migrate.lock anew, or check that it is up to date
///
/// The lock holds, for each revision, what it follows and the checksums of its scripts; two branches that each add a revision
/// conflict in it. The other commands bring an existing one up to date by themselves, and with --locked they fail instead. Only
/// this one takes out what is no longer there. What a release tag seals stays in it for ever.
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  migrate lock                       write it
  migrate lock --check               exit with 3 if it is not up to date")]
pub(crate) struct Args {
    /// Write nothing, and fail with exit code 3 if it is not up to date
    #[arg(long)]
    check: bool,
}

pub(crate) fn run(ui: &mut Ui, context: &Context<'_>, args: &Args) -> Result<(), CommandError> {
    context.recover(ui)?;
    let place = context.place()?;
    let file = format!("{}/{}", place.shown, Lock::FILE);
    if args.check || context.globals.locked {
        let project = place.read_unfinished(Backends::ALL)?;
        let lock = project.lock.clone().unwrap_or_default();
        let differences = lock.differences(&Lock::of(&project));
        say(
            ui,
            &file,
            &differences,
            project.lock.is_some() && differences.is_empty(),
        );
        return match behind(&project, &file) {
            Some(error) => Err(error),
            None => {
                ui.summary(format!("{file} is up to date"));
                Ok(())
            }
        };
    }
    let (before, project) = write(context, &place)?;
    say(ui, &file, &before.differences(&Lock::of(&project)), true);
    ui.summary(format!("wrote {file}"));
    Ok(())
}

/// Writes the lock; what it said before, and the directory as it is.
fn write(context: &Context<'_>, place: &Place) -> Result<(Lock, Project), CommandError> {
    let draft = place.draft()?;
    draft
        .accept(|problem| matches!(problem, Problem::Vanished { .. }))
        .map_err(|problems| CommandError::problems(problems, &place.shown))?;
    author::finish(Edits::default(), context, place, draft.lock())?;
    let project = place.clone().read_unfinished(Backends::ALL)?;
    Ok((draft.lock().clone(), project))
}

fn say(ui: &mut Ui, file: &str, differences: &[(String, String)], current: bool) {
    for (revision, what) in differences {
        ui.result(format!("{revision} {what}"));
    }
    let differences: Vec<_> = differences
        .iter()
        .map(|(revision, what)| json!({ "revision": revision, "what": what }))
        .collect();
    ui.json(&json!({ "file": file, "current": current, "differences": differences }));
}
