//! `migrate upgrade`: applies what is pending.

use migrate_core::Backend;

use super::offline;
use super::running::{Move, Run, RunOptions};
use crate::context::Context;
use crate::error::CommandError;
use crate::ui::Ui;

/// Apply what is pending, up to a target
///
/// Runs the up scripts between where the database is and the target, each with its record in one transaction. Runs that start at
/// the same time wait for each other. When a statement fails, its revision is rolled back and everything before it stays; where
/// there is no transaction to roll back, the next upgrade goes on at the statement that failed.
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  migrate upgrade                    everything that is pending
  migrate upgrade +1                 the next revision
  migrate upgrade add_phone          up to the revision of that name
  migrate upgrade --dry-run          what would run, and what it would destroy
  migrate upgrade --rehearse         run it, and roll it all back
  migrate upgrade --wait 60s         wait for a server that is not up yet
  migrate upgrade --sql --backend postgres > up.sql
  migrate upgrade add_phone:head --sql      from that revision on")]
pub(crate) struct Args {
    /// head, +N, an id or its beginning, a name, or ID+N
    #[arg(default_value = "head", allow_negative_numbers = true)]
    target: String,

    /// Run revisions too that were left out before the current one
    #[arg(long)]
    fill_gaps: bool,

    /// Make the database first if it is not there
    #[arg(long, conflicts_with_all = ["dry_run", "rehearse"])]
    create: bool,

    /// Print the SQL of the whole run instead, its records included; no
    /// database is asked. TARGET may be a range: A:B, A: or :B
    #[arg(long, conflicts_with_all = ["dry_run", "transaction", "in_doubt", "fill_gaps", "create", "rehearse", "statement_timeout", "wait"])]
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
            args.options.offline(offline).upgrade(&args.target)
        });
    }
    let way = Move::Upgrade {
        fill_gaps: args.fill_gaps,
        create: args.create,
    };
    Run::prepare(ui, context, (way, &args.target), &args.options)?.run(ui)
}
