//! A database for the moment, and what the chain builds in it.

use migrate_core::{Migrations, Scratch};

use crate::database_url::DatabaseUrl;
use crate::error::{Cause, CommandError};

/// An empty one on the server that a URL names.
pub(crate) fn empty(url: &DatabaseUrl) -> Result<Scratch, CommandError> {
    Scratch::beside(&url.url).map_err(|error| CommandError::database(error, url))
}

/// One that the chain brought to a revision; without one it stays empty. `shown` is the migrations directory as the user would
/// name it.
pub(crate) fn built(
    url: &DatabaseUrl,
    migrations: &Migrations,
    revision: Option<&str>,
    shown: &str,
) -> Result<Scratch, CommandError> {
    let mut scratch = empty(url)?;
    if let Some(revision) = revision {
        let run = migrations.upgrade_to(scratch.connection(), revision);
        run.map_err(|error| broken(CommandError::core(error, shown)))?;
    }
    Ok(scratch)
}

/// A script that fails there may well run where the user's tables are.
fn broken(mut error: CommandError) -> CommandError {
    let Cause::Failure(failure, _) = &mut error.cause else {
        return error;
    };
    let told = "this happened in a temporary database, which is gone again; yours was not touched";
    failure.note = Some(match failure.note.take() {
        Some(note) => format!("{note}\n{told}"),
        None => told.to_owned(),
    });
    error.with_help("the chain must build an empty database by itself: what somebody made by hand, an extension or a type, belongs in a revision")
}
