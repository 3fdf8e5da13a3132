//! For SQLite alone, and under a name that is for every database.

use diesel::prelude::*;

pub fn up(connection: &mut SqliteConnection) -> QueryResult<()> {
    diesel::sql_query("INSERT INTO marks VALUES (2)").execute(connection)?;
    Ok(())
}

pub fn down(connection: &mut SqliteConnection) -> QueryResult<()> {
    diesel::sql_query("DELETE FROM marks").execute(connection)?;
    Ok(())
}
