//! `migrate stamp`: sets the ledger to a target without running a script.

use std::time::Duration;

use migrate_core::{Backend, Error, StampChange, StampReport};
use serde_json::json;

use super::offline;
use crate::context::{Context, Loaded, only};
use crate::error::{CommandError, Kind};
use crate::observer::Progress;
use crate::signals::Signals;
use crate::ui::Ui;
use crate::waiting::Wait;

/// Set the ledger to a target without running a script
///
/// Afterwards the database counts as having exactly the revisions up to the target, whatever it had before: missing rows are added,
/// later ones are taken out, and scripts that changed since they ran are recorded as they are now. The schema is not looked at:
/// it must be what these revisions make.
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  migrate stamp head                 the schema is there already, made by hand
  migrate stamp current              take edited scripts for what ran
  migrate stamp base                 nothing counts as applied any more
  migrate stamp add_phone --purge    revisions unknown here are taken out too
  migrate stamp head --sql           the SQL that does it")]
pub(crate) struct Args {
    /// head, base, current, an id or its beginning, a name, +N, -N, or ID-N
    #[arg(allow_negative_numbers = true)]
    target: String,

    /// Take revisions too out of the ledger that this chain does not have
    #[arg(long)]
    purge: bool,

    /// Show what would be stamped, and change nothing
    #[arg(long)]
    dry_run: bool,

    /// Print the SQL of the whole run instead, its records included; no
    /// database is asked
    #[arg(long, conflicts_with_all = ["dry_run", "wait"])]
    sql: bool,

    /// For which database --sql writes, where no URL says it
    #[arg(long, requires = "sql", value_name = "BACKEND", value_parser = offline::backends())]
    backend: Option<Backend>,

    #[command(flatten)]
    wait: Wait,

    /// How long to wait for another run to finish: 90s, 5m
    #[arg(long, value_name = "DURATION", default_value = "60s", value_parser = humantime::parse_duration)]
    lock_wait: Duration,
}

pub(crate) fn run(ui: &mut Ui, context: &Context<'_>, args: &Args) -> Result<(), CommandError> {
    if args.sql {
        return offline::print(ui, context, args.backend, |offline| {
            offline
                .purge(args.purge)
                .lock_wait(args.lock_wait)
                .stamp(&args.target)
        });
    }
    let url = context.needed_database(ui)?;
    let loaded = context.load(ui, only(url.backend()?))?;
    args.wait.until_up(ui, &url)?;
    let mut connection = if args.dry_run {
        context.connect_to_look(ui, &url)?
    } else {
        url.connect()?
    };
    let signals = Signals::listen()
        .map_err(|error| CommandError::failed(format!("cannot listen for signals: {error}")))?;
    let mut progress = Progress::new(ui, &loaded.shown, false);
    let stamped = loaded
        .migrations
        .runner()
        .tool(context.tool())
        .purge(args.purge)
        .dry_run(args.dry_run)
        .lock_wait(args.lock_wait)
        .stop(signals.stop())
        .observer(&mut progress)
        .stamp(&mut connection, &args.target);
    match (stamped, signals.received()) {
        (Ok(report), _) => {
            say(ui, &loaded, args, &report);
            Ok(())
        }
        (Err(error @ Error::Stopped { .. }), Some(signal)) => {
            Err(CommandError::core(error, &loaded.shown).with_kind(Kind::Stopped { signal }))
        }
        (Err(error), _) => Err(CommandError::core(error, &loaded.shown)),
    }
}

fn say(ui: &mut Ui, loaded: &Loaded<'_>, args: &Args, report: &StampReport) {
    for step in &report.steps {
        let name = step.directory.as_deref().unwrap_or(&step.revision);
        let change = match step.change {
            StampChange::Added => "applied",
            StampChange::Removed => "not applied",
            StampChange::Renewed => "applied, with its scripts as they are now",
        };
        ui.summary(format!("{name}: recorded as {change}"));
    }
    let current = loaded.named(report.current.as_deref());
    ui.summary(match (report.steps.is_empty(), args.dry_run) {
        (true, _) => format!("nothing to do: the database is at {current}"),
        (false, true) => "a dry run: nothing was changed".to_owned(),
        (false, false) => format!("no script ran: the database is recorded at {current}"),
    });
    let steps: Vec<_> = report
        .steps
        .iter()
        .map(|step| {
            json!({
                "revision": step.revision,
                "directory": step.directory,
                "change": step.change.name(),
            })
        })
        .collect();
    ui.json(&json!({
        "event": "stamp",
        "current": report.current,
        "steps": steps,
        "dry_run": args.dry_run,
    }));
}
