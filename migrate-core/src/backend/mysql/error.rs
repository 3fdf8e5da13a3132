//! What MySQL's errors decide.

use diesel::MysqlConnection;

use crate::backend::{Server, text};
use crate::failure::{ErrorKind, ServerError};

/// Asks for the number of the error that came last; Diesel gives its words alone.
pub(super) fn with_code(connection: &mut MysqlConnection, mut error: ServerError) -> ServerError {
    if error.code.is_none() {
        let ask = "GET DIAGNOSTICS CONDITION 1 @migrate_number = MYSQL_ERRNO, @migrate_state = RETURNED_SQLSTATE";
        let rows = connection
            .execute(ask)
            .and_then(|()| {
                connection.rows("SELECT CONCAT(@migrate_number, ' (', @migrate_state, ')')")
            })
            .unwrap_or_default();
        error.code = rows.last().and_then(|row| row.text(0)).map(str::to_owned);
    }
    error
}

/// The servers' own words: Diesel hides the numbers of errors of whole messages.
pub(super) fn error(error: diesel::result::Error) -> ServerError {
    let mut error = text::error(error);
    let has = |words: &[&str]| words.iter().any(|word| error.message.contains(word));
    error.kind = if has(&["Lock wait timeout exceeded", "Deadlock found"]) {
        ErrorKind::Busy
    } else if has(&["Lost connection", "has gone away", "Connection was killed"]) {
        ErrorKind::ConnectionLost
    } else if has(&["Unknown column"]) || (has(&["Table"]) && has(&["doesn't exist"])) {
        ErrorKind::Missing
    } else if has(&["command denied", "Access denied"]) {
        ErrorKind::Denied
    } else if has(&["read-only"]) {
        ErrorKind::ReadOnly
    } else {
        error.kind
    };
    error
}
