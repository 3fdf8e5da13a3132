//! The commands, one a file.

mod current;
mod downgrade;
mod heads;
mod history;
mod init;
mod revision;
mod running;
mod upgrade;

use crate::context::Context;
use crate::error::CommandError;
use crate::ui::Ui;

/// What `migrate` can do.
#[derive(clap::Subcommand, Clone, Debug)]
pub enum Commands {
    /// Make migrations/, migrate.toml and migrate.lock, or take over a Diesel project
    Init(init::Args),
    /// Make a new revision after the head
    Revision(revision::Args),
    /// Apply what is pending, up to a target
    Upgrade(upgrade::Args),
    /// Take revisions back, down to a target
    Downgrade(downgrade::Args),
    /// Show where the database is
    Current(current::Args),
    /// List the revisions, newest first
    History(history::Args),
    /// Show the head of the chain
    Heads(heads::Args),
}

impl Commands {
    pub(crate) fn run(&self, ui: &mut Ui, context: &Context<'_>) -> Result<(), CommandError> {
        match self {
            Self::Init(args) => init::run(ui, context, args),
            Self::Revision(args) => revision::run(ui, context, args),
            Self::Upgrade(args) => upgrade::run(ui, context, args),
            Self::Downgrade(args) => downgrade::run(ui, context, args),
            Self::Current(args) => current::run(ui, context, args),
            Self::History(args) => history::run(ui, context, args),
            Self::Heads(args) => heads::run(ui, context, args),
        }
    }
}
