//! SQLite's catalogue: the text of each statement that made something. It is all that SQLite itself reads, and one query.

use std::collections::HashSet;

use migrate_schema::{Schema, SqliteObject};

use super::InspectError;
use crate::backend::{Row, Server};

/// The tables of the main database whose name is wanted.
pub(super) fn read(
    server: &mut dyn Server,
    wanted: &dyn Fn(&str) -> bool,
) -> Result<Schema, InspectError> {
    let rows = rows(
        server,
        "the tables",
        "SELECT type, name, tbl_name, coalesce(sql, '') FROM main.sqlite_master ORDER BY rowid",
    )?;
    let objects: Vec<_> = rows
        .iter()
        .map(|row| SqliteObject {
            kind: row.text_or_empty(0),
            name: row.text_or_empty(1),
            table: row.text_or_empty(2),
            text: row.text_or_empty(3),
        })
        .collect();
    let shadows = if objects.iter().any(SqliteObject::is_virtual) {
        shadows(server)?
    } else {
        HashSet::new()
    };
    let looked_at =
        |object: &SqliteObject<'_>| !shadows.contains(object.table) && wanted(object.table);
    Ok(Schema::from_sqlite(objects.into_iter().filter(looked_at))?)
}

/// The tables in which virtual tables keep what they hold.
fn shadows(server: &mut dyn Server) -> Result<HashSet<String>, InspectError> {
    let rows = rows(
        server,
        "the virtual tables",
        "SELECT name FROM pragma_table_list WHERE \"schema\" = 'main' AND type = 'shadow'",
    )?;
    Ok(rows
        .iter()
        .map(|row| row.text_or_empty(0).to_owned())
        .collect())
}

fn rows(server: &mut dyn Server, what: &'static str, sql: &str) -> Result<Vec<Row>, InspectError> {
    server.rows(sql).map_err(|error| InspectError::Server {
        what,
        error: Box::new(error),
    })
}
