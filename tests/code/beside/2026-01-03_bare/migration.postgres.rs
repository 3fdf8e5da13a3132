//! A row beside what the scripts do.

use diesel::prelude::*;

pub fn up(connection: &mut PgConnection) -> QueryResult<()> {
    diesel::sql_query("INSERT INTO marks VALUES (4)").execute(connection)?;
    Ok(())
}

pub fn down(connection: &mut PgConnection) -> QueryResult<()> {
    diesel::sql_query("DELETE FROM marks WHERE id = 4").execute(connection)?;
    Ok(())
}
