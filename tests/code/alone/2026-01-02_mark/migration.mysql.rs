//! Has no transaction around it: the first call keeps its mark and fails, the second one does not.

use diesel::prelude::*;

pub fn up(connection: &mut MysqlConnection) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let marks = diesel::sql_query("UPDATE marks SET id = 1").execute(connection)?;
    diesel::sql_query("INSERT INTO marks VALUES (2)").execute(connection)?;
    match marks {
        0 => Err("called for the first time".into()),
        _ => Ok(()),
    }
}
