//! PostgreSQL: through another database of the server, since nobody can make or drop the one that they are connected to.

use std::time::{Duration, Instant};

use super::{DatabaseError, Look, NamedDatabase, Sessions, telling, there_after_all};
use crate::backend::Server;
use crate::connection::{AnyConnection, ConnectError, server};
use crate::failure::{ErrorKind, ServerError};

/// The databases that every server has; whoever may connect at all may connect to one of them.
const MAINTENANCE: [&str; 2] = ["postgres", "template1"];
const SYSTEM: [&str; 3] = ["postgres", "template0", "template1"];

/// Another process may be making a database from the same template, which takes it a moment.
const PATIENCE: Duration = Duration::from_secs(10);

/// Who can connect needs no right to look anywhere else.
pub(super) fn look(database: &NamedDatabase) -> Result<Look, DatabaseError> {
    let own = match AnyConnection::establish(&database.url) {
        Ok(_) => return Ok(Look::There),
        Err(error) => error,
    };
    let mut connection = match maintenance(database) {
        Ok(connection) => connection,
        Err(of_server) => return Err(telling(own, of_server)),
    };
    if is_listed(database, server(&mut connection))? {
        return there_after_all(database);
    }
    Ok(Look::Missing(connection))
}

pub(super) fn create(database: &NamedDatabase) -> Result<bool, DatabaseError> {
    let Look::Missing(mut connection) = look(database)? else {
        return Ok(false);
    };
    let server = server(&mut connection);
    let began = Instant::now();
    loop {
        let sql = format!("CREATE DATABASE {}", quoted(database));
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
    let sql = format!("DROP DATABASE {}{force}", quoted(database));
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

/// A connection to the server, with the options of the URL but another database. The last `dbname` counts.
fn maintenance(database: &NamedDatabase) -> Result<AnyConnection, ConnectError> {
    let sign = if database.url.contains('?') { '&' } else { '?' };
    let open = |name| AnyConnection::establish(&format!("{}{sign}dbname={name}", database.url));
    let [first, second] = MAINTENANCE;
    open(first).or_else(|error| open(second).map_err(|_| error))
}

fn is_listed(database: &NamedDatabase, server: &mut dyn Server) -> Result<bool, DatabaseError> {
    let sql = format!(
        "SELECT datname::text FROM pg_database WHERE datname = {}",
        literal(database.name())
    );
    let rows = server.rows(&sql);
    rows.map(|rows| !rows.is_empty())
        .map_err(|error| failed(database, "look for", error))
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

fn quoted(database: &NamedDatabase) -> String {
    format!("\"{}\"", database.name().replace('"', "\"\""))
}

/// The same whatever `standard_conforming_strings` is.
fn literal(text: &str) -> String {
    format!("E'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
}

fn failed(database: &NamedDatabase, what: &'static str, error: ServerError) -> DatabaseError {
    DatabaseError::Server {
        what,
        name: database.to_string(),
        error: Box::new(error),
    }
}
