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
    error.message = without_what_follows(&error.message);
    let has = |words: &[&str]| words.iter().any(|word| error.message.contains(word));
    error.kind = if has(&["Lock wait timeout exceeded", "Deadlock found"]) {
        ErrorKind::Busy
    } else if has(&[
        "max_statement_time exceeded",
        "maximum statement execution time exceeded",
    ]) {
        ErrorKind::TimedOut
    } else if has(&["Query execution was interrupted"]) {
        ErrorKind::Canceled
    } else if has(&["Lost connection", "has gone away", "Connection was killed"]) {
        ErrorKind::ConnectionLost
    } else if has(&["Unknown column"]) || (has(&["Table"]) && has(&["doesn't exist"])) {
        ErrorKind::Missing
    } else if has(&["command denied", "Access denied"]) {
        ErrorKind::Denied
    } else if has(&["read-only"]) {
        ErrorKind::ReadOnly
    } else {
        if has(&["No database selected"]) {
            error.hint = Some("name one in the URL: mysql://user@host/NAME".into());
        }
        error.kind
    };
    error
}

/// The server quotes the rest of the message from the error on; what comes after the statement, such as our records, nobody wrote.
fn without_what_follows(message: &str) -> String {
    let quoted = message
        .find("near '")
        .map(|start| start + 6)
        .zip(message.rfind("' at line "))
        .and_then(|(start, end)| Some((start, end, message.get(start..end)?.find(";\n")?)));
    match quoted {
        Some((start, end, cut)) => format!("{}{}", &message[..start + cut], &message[end..]),
        None => message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_quotes_the_statement_alone() {
        assert_eq!(
            without_what_follows("syntax to use near 'BAD words;\nUPDATE `x`.`y` SE' at line 1"),
            "syntax to use near 'BAD words' at line 1"
        );
        assert_eq!(
            without_what_follows("near 'it's' at line 1"),
            "near 'it's' at line 1"
        );
        assert_eq!(
            without_what_follows("Unknown table 'a'"),
            "Unknown table 'a'"
        );
    }
}
