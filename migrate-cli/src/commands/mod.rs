//! The commands, one a file.

mod adopt;
mod attempt;
mod changes;
mod check;
mod comparing;
mod config;
mod create;
mod current;
mod diff;
mod downgrade;
mod drop;
mod edit;
mod heads;
mod history;
mod import;
mod init;
mod lock;
mod log;
mod looking;
mod offline;
mod planned;
mod rebase;
mod redo;
mod reset;
mod revision;
mod running;
mod schema;
mod seed;
mod show;
mod stamp;
mod upgrade;
mod wait;

pub(crate) use offline::meant;

use crate::context::Context;
use crate::error::CommandError;
use crate::ui::Ui;

/// What `migrate` can do. Each command's description stands with its arguments.
#[derive(clap::Subcommand, Clone, Debug)]
pub(crate) enum Verb {
    Init(init::Args),
    Revision(revision::Args),
    Edit(edit::Args),
    Rebase(rebase::Args),
    Adopt(adopt::Args),
    Import(import::Args),
    Lock(lock::Args),
    Upgrade(upgrade::Args),
    Downgrade(downgrade::Args),
    Redo(redo::Args),
    Wait(wait::Args),
    Stamp(stamp::Args),
    Check(check::Args),
    Current(current::Args),
    History(history::Args),
    Heads(heads::Args),
    Config(config::Args),
    Show(show::Args),
    Log(log::Args),
    Diff(diff::Args),
    Schema(schema::Args),
    Create(create::Args),
    Drop(drop::Args),
    Reset(reset::Args),
    Seed(seed::Args),
}

impl Verb {
    pub(crate) fn run(&self, ui: &mut Ui, context: &Context<'_>) -> Result<(), CommandError> {
        match self {
            Self::Init(args) => init::run(ui, context, args),
            Self::Revision(args) => revision::run(ui, context, args),
            Self::Edit(args) => edit::run(ui, context, args),
            Self::Rebase(args) => rebase::run(ui, context, args),
            Self::Adopt(args) => adopt::run(ui, context, args),
            Self::Import(args) => import::run(ui, context, args),
            Self::Lock(args) => lock::run(ui, context, args),
            Self::Upgrade(args) => upgrade::run(ui, context, args),
            Self::Downgrade(args) => downgrade::run(ui, context, args),
            Self::Redo(args) => redo::run(ui, context, args),
            Self::Wait(args) => wait::run(ui, context, args),
            Self::Stamp(args) => stamp::run(ui, context, args),
            Self::Check(args) => check::run(ui, context, args),
            Self::Current(args) => current::run(ui, context, args),
            Self::History(args) => history::run(ui, context, args),
            Self::Heads(args) => heads::run(ui, context, args),
            Self::Config(args) => config::run(ui, context, args),
            Self::Show(args) => show::run(ui, context, args),
            Self::Log(args) => log::run(ui, context, args),
            Self::Diff(args) => diff::run(ui, context, args),
            Self::Schema(args) => schema::run(ui, context, args),
            Self::Create(args) => create::run(ui, context, args),
            Self::Drop(args) => drop::run(ui, context, args),
            Self::Reset(args) => reset::run(ui, context, args),
            Self::Seed(args) => seed::run(ui, context, args),
        }
    }
}
