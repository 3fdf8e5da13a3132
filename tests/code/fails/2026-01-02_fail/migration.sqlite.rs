//! Fails in the way that the first note says, after it has written something.

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Text;

pub fn up(connection: &mut SqliteConnection) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    connection.batch_execute("INSERT INTO notes VALUES (11, 'of the code')")?;
    let how: String = diesel::select(sql::<Text>("(SELECT text FROM notes WHERE id = 1)"))
        .get_result(connection)?;
    match how.as_str() {
        "error" => Err("there is no luck today".into()),
        "server" => Ok(connection.batch_execute("INSERT INTO nowhere VALUES (1)")?),
        "panic" => connection.transaction(|_| panic!("on purpose")),
        "open" => Ok(AnsiTransactionManager::begin_transaction(connection)?),
        "close" => Ok(AnsiTransactionManager::commit_transaction(connection)?),
        _ => Ok(()),
    }
}
