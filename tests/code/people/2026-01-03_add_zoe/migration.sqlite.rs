//! On the way up it sees what the script has done; on the way down the script sees what it has done.

use diesel::prelude::*;

pub fn up(connection: &mut SqliteConnection) -> Result<(), String> {
    let changed = diesel::sql_query("UPDATE people SET initial = 'Z' WHERE name = 'zoe'");
    match changed.execute(connection) {
        Ok(1) => Ok(()),
        Ok(rows) => Err(format!("{rows} rows, not 1")),
        Err(error) => Err(error.to_string()),
    }
}

pub fn down(connection: &mut SqliteConnection) -> QueryResult<()> {
    let changed = diesel::sql_query("UPDATE people SET initial = 'gone' WHERE name = 'zoe'");
    changed.execute(connection).map(|_| ())
}
