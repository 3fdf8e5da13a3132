//! `migrate create`: makes the database.

use serde_json::json;

use crate::context::Context;
use crate::database_url::DatabaseUrl;
use crate::error::CommandError;
use crate::ui::Ui;
use crate::waiting::Wait;

/// Make the database that the URL names, if it is not there
///
/// It stays empty: `upgrade` makes its tables. On MySQL its texts are utf8mb4; on PostgreSQL it has the encoding of the server's
/// template. A SQLite file is made with the directories above it.
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  migrate create
  migrate create --env test
  migrate upgrade --create           the same, and then all revisions")]
pub(crate) struct Args {
    #[command(flatten)]
    wait: Wait,
}

pub(crate) fn run(ui: &mut Ui, context: &Context<'_>, args: &Args) -> Result<(), CommandError> {
    let url = context.needed_database(ui)?;
    args.wait.until_up(ui, &url)?;
    let database = url.named()?;
    let created = create(&url)?;
    ui.summary(if created {
        format!("created {database}")
    } else {
        format!("{database} is there already")
    });
    ui.json(&json!({ "event": "create", "database": url.to_string(), "created": created }));
    Ok(())
}

/// Makes it where it is missing, and says whether it was.
pub(crate) fn create(url: &DatabaseUrl) -> Result<bool, CommandError> {
    let created = url.named()?.create();
    created.map_err(|error| CommandError::database(error, url))
}
