//! `migrate reset`: the database anew.

use serde_json::json;

use super::drop;
use super::running::{Limits, Move, Run, RunOptions};
use super::seed::Seeds;
use crate::context::{Context, only};
use crate::error::CommandError;
use crate::protection;
use crate::ui::Ui;

/// Drop the database, make it anew, apply all revisions and run the seeds
///
/// What would keep it from being made anew is found before it is dropped: a chain that is not valid, a seed that cannot be read. It
/// asks and refuses as `migrate drop` does.
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  migrate reset                      asks, with the names of database and server
  migrate reset --yes --env test     a test database, in a script
  migrate reset --no-seed            without the seeds")]
pub(crate) struct Args {
    #[command(flatten)]
    drop: drop::DropOptions,

    #[command(flatten)]
    limits: Limits,

    /// Leave the seeds out
    #[arg(long)]
    no_seed: bool,
}

pub(crate) fn run(ui: &mut Ui, context: &Context<'_>, args: &Args) -> Result<(), CommandError> {
    let url = context.needed_database(ui)?;
    let database = url.named()?;
    protection::check(context, &database)?;
    let loaded = context.load(ui, only(url.backend()?))?;
    let place = Seeds::find(context)?;
    let seeds = if args.no_seed {
        None
    } else {
        place.read(url.backend()?)?
    };
    args.drop.wait.until_up(ui, &url)?;
    let failed = |error| CommandError::database(error, &url);
    if database.exists().map_err(failed)? {
        ui.confirm(args.drop.yes, &drop::question(&database.to_string()))?;
    }
    let dropped = database.drop(args.drop.sessions()).map_err(failed)?;
    if dropped {
        ui.note(format!("dropped {database}"));
    }
    ui.json(&json!({ "event": "reset", "database": url.to_string(), "dropped": dropped }));
    let options = RunOptions::within(args.limits.clone());
    let way = Move::Upgrade {
        fill_gaps: false,
        create: true,
    };
    Run::prepare(ui, context, (way, "head"), &options)?.run(ui)?;
    match seeds {
        // A connection of its own: what a script did to the session of the run is over.
        Some(seeds) => {
            let mut connection = url.connect()?;
            place.run(
                ui,
                (&url, &mut connection),
                &loaded.migrations,
                (&seeds, false),
            )
        }
        None => Ok(()),
    }
}
