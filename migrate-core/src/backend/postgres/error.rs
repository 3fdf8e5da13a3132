//! What PostgreSQL's errors decide.

use crate::backend::text;
use crate::failure::{ErrorKind, ServerError};

/// Diesel tells some SQLSTATEs by their kind; the rest by the server's words, where they are English, or by asking.
pub(super) fn error(error: diesel::result::Error) -> ServerError {
    use diesel::result::{DatabaseErrorKind as Kind, Error};
    let code = match &error {
        Error::DatabaseError(Kind::UniqueViolation, _) => Some("23505"),
        Error::DatabaseError(Kind::ForeignKeyViolation, _) => Some("23503"),
        Error::DatabaseError(Kind::NotNullViolation, _) => Some("23502"),
        Error::DatabaseError(Kind::CheckViolation, _) => Some("23514"),
        Error::DatabaseError(Kind::ReadOnlyTransaction, _) => Some("25006"),
        Error::DatabaseError(Kind::SerializationFailure, _) => Some("40001"),
        _ => None,
    };
    let mut error = text::error(error);
    error.code = code.map(str::to_owned);
    let message = error.message.as_str();
    // The one hint that names the setting, in any language.
    let names_locks = |hint: &String| hint.contains("max_locks_per_transaction");
    error.kind = if error.hint.as_ref().is_some_and(names_locks) {
        ErrorKind::OutOfLocks
    } else if message.contains("canceling statement due to lock timeout")
        || message.contains("deadlock detected")
    {
        ErrorKind::Busy
    } else if message.contains("canceling statement due to statement timeout") {
        ErrorKind::TimedOut
    } else if message.contains("canceling statement due to user request") {
        ErrorKind::Canceled
    } else if message.starts_with("permission denied") || message.starts_with("must be owner") {
        ErrorKind::Denied
    } else if message.contains("does not exist")
        && (message.contains("relation") || message.contains("column"))
    {
        ErrorKind::Missing
    } else if [
        "server closed the connection",
        "terminating connection",
        "no connection to the server",
        "connection not open",
    ]
    .iter()
    .any(|words| message.contains(words))
    {
        ErrorKind::ConnectionLost
    } else {
        error.kind
    };
    error
}

/// What an SQLSTATE decides: <https://www.postgresql.org/docs/current/errcodes-appendix.html>.
pub(super) fn kind_of(code: Option<&str>) -> Option<ErrorKind> {
    match code? {
        "55P03" | "40P01" | "40001" => Some(ErrorKind::Busy),
        "42501" => Some(ErrorKind::Denied),
        "25006" => Some(ErrorKind::ReadOnly),
        "42P01" | "42703" => Some(ErrorKind::Missing),
        _ => None,
    }
}
