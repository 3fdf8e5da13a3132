//! MySQL and MariaDB: through a connection to the server that names no database.

use std::time::{Duration, Instant};

use super::address::renamed;
use super::{DatabaseError, Look, NamedDatabase, Sessions, failed, finds};
use crate::backend::Server;
use crate::backend::mysql::{identifier, literal};
use crate::connection::{AnyConnection, ConnectError, server};

const SYSTEM: [&str; 4] = ["mysql", "information_schema", "performance_schema", "sys"];

/// So many seconds a drop waits for a table that a statement still uses; the server's own patience is a day or a year.
const PATIENCE: u32 = 5;

const MOMENT: Duration = Duration::from_secs(1);

pub(super) fn look(database: &NamedDatabase) -> Result<Look, DatabaseError> {
    super::look(database, without_name, is_listed)
}

pub(super) fn create(database: &NamedDatabase) -> Result<bool, DatabaseError> {
    let Look::Missing(mut connection) = look(database)? else {
        return Ok(false);
    };
    let sql = format!(
        "CREATE DATABASE IF NOT EXISTS {} CHARACTER SET utf8mb4",
        identifier(database.name())
    );
    match server(&mut connection).execute(&sql) {
        Ok(()) => Ok(true),
        Err(error) => Err(failed(database, "create", error)),
    }
}

pub(super) fn drop(database: &NamedDatabase, sessions: Sessions) -> Result<bool, DatabaseError> {
    let is_it = |system: &&str| system.eq_ignore_ascii_case(database.name());
    if SYSTEM.iter().any(is_it) {
        return Err(DatabaseError::System {
            name: database.name().to_owned(),
        });
    }
    let mut connection = without_name(database).map_err(DatabaseError::Connect)?;
    let server = server(&mut connection);
    if !is_listed(database, server)? {
        return Ok(false);
    }
    let others = staying(database, server)?;
    match (&others[..], sessions) {
        ([], _) => {}
        (others, Sessions::Refuse) => {
            let count = others.len();
            let word = if count == 1 { "session" } else { "sessions" };
            return Err(DatabaseError::InUse {
                name: database.to_string(),
                by: format!("{count} other {word}"),
            });
        }
        (others, Sessions::End) => {
            for id in others {
                // One that has ended meanwhile is what was wanted.
                let _ = server.execute(&format!("KILL {id}"));
            }
        }
    }
    let sql = format!(
        "SET SESSION lock_wait_timeout = {PATIENCE}; DROP DATABASE IF EXISTS {}",
        identifier(database.name())
    );
    match server.execute(&sql) {
        Ok(()) => Ok(true),
        Err(error) => Err(failed(database, "drop", error)),
    }
}

/// A connection to the server, with the options of the URL but no database.
fn without_name(database: &NamedDatabase) -> Result<AnyConnection, ConnectError> {
    AnyConnection::establish(&renamed(&database.url, "", false))
}

fn is_listed(database: &NamedDatabase, server: &mut dyn Server) -> Result<bool, DatabaseError> {
    let sql = format!(
        "SELECT CAST(schema_name AS CHAR) FROM information_schema.schemata WHERE schema_name = {}",
        literal(database.name())
    );
    finds(database, server, &sql)
}

/// Those of the others who are still there after a moment: a connection that was closed is listed for a little longer.
fn staying(
    database: &NamedDatabase,
    server: &mut dyn Server,
) -> Result<Vec<String>, DatabaseError> {
    let began = Instant::now();
    loop {
        let others = others(database, server)?;
        if others.is_empty() || began.elapsed() > MOMENT {
            return Ok(others);
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// The numbers of the connections that others have to it, as far as this user may see them.
fn others(database: &NamedDatabase, server: &mut dyn Server) -> Result<Vec<String>, DatabaseError> {
    let sql = format!(
        "SELECT CAST(id AS CHAR) FROM information_schema.processlist WHERE db = {} AND id <> CONNECTION_ID()",
        literal(database.name())
    );
    let rows = server
        .rows(&sql)
        .map_err(|error| failed(database, "look at", error))?;
    Ok(rows
        .iter()
        .map(|row| row.text_or_empty(0).to_owned())
        .collect())
}
