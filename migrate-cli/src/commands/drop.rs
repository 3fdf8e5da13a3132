//! `migrate drop`: drops the database.

use migrate_core::Sessions;
use serde_json::json;

use crate::context::Context;
use crate::error::CommandError;
use crate::protection;
use crate::ui::Ui;
use crate::waiting::Wait;

/// Drop the database, with all that is in it
///
/// On a terminal you are asked first; elsewhere it needs --yes. A database that migrate.toml marks `protected` is refused, however
/// it is named, and so are those that a server needs for itself and files that are no SQLite database.
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  migrate drop                       asks, with the names of database and server
  migrate drop --yes --env test      in a script
  migrate drop --force               also where others are connected")]
pub(crate) struct Args {
    #[command(flatten)]
    options: DropOptions,
}

/// What `drop` and `reset` share.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct DropOptions {
    /// Do not ask
    #[arg(short, long)]
    pub(crate) yes: bool,

    /// End the connections that others have to it
    #[arg(long)]
    pub(crate) force: bool,

    #[command(flatten)]
    pub(crate) wait: Wait,
}

pub(crate) fn run(ui: &mut Ui, context: &Context<'_>, args: &Args) -> Result<(), CommandError> {
    let url = context.needed_database(ui)?;
    let database = url.named()?;
    protection::check(context, &database)?;
    args.options.wait.until_up(ui, &url)?;
    let failed = |error| CommandError::database(error, &url);
    // What is not there need not be asked about.
    if database.exists().map_err(failed)? {
        ui.confirm(args.options.yes, &question(&database.to_string()))?;
    }
    let dropped = database.drop(args.options.sessions()).map_err(failed)?;
    ui.summary(if dropped {
        format!("dropped {database}")
    } else {
        format!("{database} is not there")
    });
    ui.json(&json!({ "event": "drop", "database": url.to_string(), "dropped": dropped }));
    Ok(())
}

pub(crate) fn question(database: &str) -> String {
    format!("This drops {database} and all that is in it. Go on?")
}

impl DropOptions {
    pub(crate) fn sessions(&self) -> Sessions {
        if self.force {
            Sessions::End
        } else {
            Sessions::Refuse
        }
    }
}
