//! `migrate wait`: blocks until the database is at head.

use std::time::Duration;

use migrate_core::{AnyConnection, Error, ErrorKind};
use serde_json::json;

use crate::context::{Context, Loaded, only};
use crate::database_url::DatabaseUrl;
use crate::error::{CommandError, Kind};
use crate::observer::milliseconds;
use crate::ui::Ui;
use crate::waiting::Patience;

/// Wait until the database is there and at head
///
/// For what must not start before the migrations are done, such as the init container of an app: it asks again and again, applies
/// nothing, and needs no more than the right to SELECT. A database that cannot come to this head by itself, because it is ahead of it
/// or diverged, ends the wait at once with exit code 5; so does a wrong password, with 1.
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  migrate wait                       for as long as it takes
  migrate wait --timeout 5m          exit with 3 if it is still behind by then")]
pub(crate) struct Args {
    /// How long to wait at most: 90s, 5m
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    timeout: Option<Duration>,
}

pub(crate) fn run(ui: &mut Ui, context: &Context<'_>, args: &Args) -> Result<(), CommandError> {
    let url = context.needed_database(ui)?;
    let loaded = context.load(ui, only(url.backend()?))?;
    let mut patience = Patience::new(args.timeout)?;
    let mut connection = None;
    loop {
        let why = match look(&url, &loaded, &mut connection) {
            Ok(()) => break,
            Err(Look::Never(error)) => return Err(error),
            Err(Look::NotYet(error)) => error,
        };
        if !patience.goes_on(ui, &why.to_string())? {
            return Err(why);
        }
    }
    let head = loaded.migrations.chain().head();
    let directory = head.map_or("base", |head| head.directory());
    ui.summary(format!("the database is at {directory} (head)"));
    ui.json(&json!({
        "database": url.to_string(),
        "current": head.map(|head| head.id()),
        "waited_ms": milliseconds(patience.waited()),
    }));
    Ok(())
}

/// Why the database is not at head.
enum Look {
    /// Time may mend it.
    NotYet(CommandError),
    Never(CommandError),
}

/// Whether the database is at head now. The connection is kept for as long as it holds.
fn look(
    url: &DatabaseUrl,
    loaded: &Loaded<'_>,
    kept: &mut Option<AnyConnection>,
) -> Result<(), Look> {
    if let Some(file) = url.missing_file() {
        let error = CommandError::failed(format!("{file} is not there yet"));
        return Err(Look::NotYet(error.with_kind(Kind::NotCurrent)));
    }
    let connection = match kept {
        Some(connection) => connection,
        None => kept.insert(connect(url)?),
    };
    let Err(error) = loaded.migrations.ensure_current(connection) else {
        return Ok(());
    };
    let look = match &error {
        Error::Behind { .. } | Error::HalfDone { .. } => Look::NotYet,
        Error::Ledger { error, .. } if error.kind == ErrorKind::Busy => Look::NotYet,
        Error::Ledger { error, .. } if error.kind == ErrorKind::ConnectionLost => {
            *kept = None;
            Look::NotYet
        }
        _ => Look::Never,
    };
    let behind = matches!(error, Error::Behind { .. } | Error::HalfDone { .. });
    let error = CommandError::core(error, &loaded.shown);
    Err(look(if behind {
        error.with_kind(Kind::NotCurrent)
    } else {
        error
    }))
}

/// A database that is still to be made is waited for too.
fn connect(url: &DatabaseUrl) -> Result<AnyConnection, Look> {
    AnyConnection::establish(&url.url).map_err(|error| {
        let look = if error.is_not_yet() || error.is_missing_database() {
            Look::NotYet
        } else {
            Look::Never
        };
        look(CommandError::connect(error, url))
    })
}
