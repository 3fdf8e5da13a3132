//! PostgreSQL: through another database of the server, since nobody can make or drop the one that they are connected to.

use std::time::{Duration, Instant};

use super::address::renamed;
use super::{DatabaseError, Look, NamedDatabase, Sessions, failed, finds};
use crate::backend::Server;
use crate::backend::postgres::{identifier, literal};
use crate::connection::{AnyConnection, ConnectError, server};
use crate::failure::ErrorKind;

/// The databases that every server has; whoever may connect at all may connect to one of them.
const MAINTENANCE: [&str; 2] = ["postgres", "template1"];
const SYSTEM: [&str; 3] = ["postgres", "template0", "template1"];

/// Another process may be making a database from the same template, which takes it a moment.
const PATIENCE: Duration = Duration::from_secs(10);

pub(super) fn look(database: &NamedDatabase) -> Result<Look, DatabaseError> {
    super::look(database, maintenance, is_listed)
}

pub(super) fn create(database: &NamedDatabase) -> Result<bool, DatabaseError> {
    let Look::Missing(mut connection) = look(database)? else {
        return Ok(false);
    };
    let server = server(&mut connection);
    let began = Instant::now();
    loop {
        let sql = format!("CREATE DATABASE {}", identifier(database.name()));
        let Err(error) = server.execute(&sql) else {
            return Ok(true);
        };
        // Somebody else was faster, or is at it: that is no failure of this one.
        if is_listed(database, server)? {
            return Ok(false);
        }
        let busy = error.message.contains("is being accessed by other users");
        if !busy || began.elapsed() > PATIENCE {
            return Err(failed(database, "create", error));
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}

pub(super) fn drop(database: &NamedDatabase, sessions: Sessions) -> Result<bool, DatabaseError> {
    if SYSTEM.contains(&database.name()) {
        return Err(DatabaseError::System {
            name: database.name().to_owned(),
        });
    }
    let mut connection = maintenance(database).map_err(DatabaseError::Connect)?;
    let server = server(&mut connection);
    if !is_listed(database, server)? {
        return Ok(false);
    }
    let force = match sessions {
        Sessions::Refuse => "",
        Sessions::End => " WITH (FORCE)",
    };
    let sql = format!("DROP DATABASE {}{force}", identifier(database.name()));
    let Err(error) = server.execute(&sql) else {
        return Ok(true);
    };
    let denied = error.kind == ErrorKind::Denied;
    match users(database, server) {
        Some(by) if sessions == Sessions::Refuse && !denied => Err(DatabaseError::InUse {
            name: database.to_string(),
            by,
        }),
        _ => Err(failed(database, "drop", error)),
    }
}

/// A connection to the server, with the options of the URL but another database.
fn maintenance(database: &NamedDatabase) -> Result<AnyConnection, ConnectError> {
    let open = |name| AnyConnection::establish(&renamed(&database.url, name, true));
    let [first, second] = MAINTENANCE;
    open(first).or_else(|error| open(second).map_err(|_| error))
}

fn is_listed(database: &NamedDatabase, server: &mut dyn Server) -> Result<bool, DatabaseError> {
    let sql = format!(
        "SELECT datname::text FROM pg_database WHERE datname = {}",
        literal(database.name())
    );
    finds(database, server, &sql)
}

/// Who else is connected, where anybody is.
fn users(database: &NamedDatabase, server: &mut dyn Server) -> Option<String> {
    let sql = format!(
        "SELECT count(*)::text, string_agg(DISTINCT COALESCE(NULLIF(application_name, ''), usename::text), ', ') \
         FROM pg_stat_activity WHERE datname = {} AND pid <> pg_backend_pid()",
        literal(database.name())
    );
    let rows = server.rows(&sql).ok()?;
    let row = rows.first()?;
    match row.number::<usize>(0) {
        0 => None,
        1 => Some(format!("1 other session ({})", row.text_or_empty(1))),
        count => Some(format!("{count} other sessions ({})", row.text_or_empty(1))),
    }
}
