//! A database for the moment, and what the chain builds in it.

use std::sync::{Mutex, MutexGuard, PoisonError};

use migrate_core::{AnyConnection, Migrations, NamedDatabase, Scratch, Sessions};

use crate::database_url::DatabaseUrl;
use crate::error::{Cause, CommandError};
use crate::signals::Signals;

/// Those on servers that are there now; `None` before the first.
static THERE: Mutex<Option<Vec<NamedDatabase>>> = Mutex::new(None);

/// One that goes with the value, and with a signal that ends the process.
pub(crate) struct Temporary(Option<Scratch>);

impl Temporary {
    /// An empty one on the server that a URL names. A signal waits until it is known to be there.
    pub(crate) fn beside(url: &DatabaseUrl) -> Result<Self, CommandError> {
        let mut there = there();
        if there.is_none() {
            Signals::listen()?.end_after(drop_all);
        }
        let all = there.get_or_insert_default();
        let scratch = Scratch::beside(&url.url);
        let scratch = scratch.map_err(|error| CommandError::database(error, url))?;
        all.extend(scratch.database().cloned());
        Ok(Self(Some(scratch)))
    }

    pub(crate) fn connection(&mut self) -> &mut AnyConnection {
        match &mut self.0 {
            Some(scratch) => scratch.connection(),
            None => unreachable!("it is there until the value is dropped"),
        }
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let mut there = there();
        if let (Some(all), Some(scratch)) = (&mut *there, self.0.take()) {
            let name = scratch.database().map(ToString::to_string);
            drop(scratch);
            all.retain(|one| Some(one.to_string()) != name);
        }
    }
}

fn there() -> MutexGuard<'static, Option<Vec<NamedDatabase>>> {
    THERE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn drop_all() {
    for database in there().iter().flatten() {
        // The process ends: nobody is left who could be told.
        let _ = database.drop(Sessions::End);
    }
}

/// One that the chain brought to a revision; without one it stays empty. `shown` is the migrations directory as the user would
/// name it.
pub(crate) fn built(
    url: &DatabaseUrl,
    migrations: &Migrations,
    revision: Option<&str>,
    shown: &str,
) -> Result<Temporary, CommandError> {
    let mut scratch = Temporary::beside(url)?;
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
