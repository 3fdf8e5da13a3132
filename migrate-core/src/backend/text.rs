//! Rows as text, whatever their columns are: the ledger and the catalogues are read this way on every backend.

use std::num::NonZeroU32;

use diesel::connection::{Connection, LoadConnection, TransactionManager};
use diesel::deserialize::FromSql;
use diesel::expression::QueryMetadata;
use diesel::query_builder::{Query, QueryFragment, QueryId, SqlQuery};
use diesel::result::{DatabaseErrorKind, Error};
use diesel::row::{Field, Row as _};
use diesel::sql_types::Text;

use crate::failure::{ErrorKind, ServerError};

/// One row: its columns as text, `None` for NULL. A catalogue of thousands of columns is read as a whole, so they stand in one text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Row {
    text: Box<str>,
    /// One more than where each ends in it.
    columns: Box<[Option<NonZeroU32>]>,
}

impl Row {
    /// The column's text; NULL and a column that is not there are both `None`.
    pub(crate) fn text(&self, column: usize) -> Option<&str> {
        let end = |end: NonZeroU32| end.get() as usize - 1;
        let last = end((*self.columns.get(column)?)?);
        let mut before = self.columns[..column].iter().rev().flatten();
        let first = before.next().map_or(0, |before| end(*before));
        self.text.get(first..last)
    }

    /// The column's text, or nothing.
    pub(crate) fn text_or_empty(&self, column: usize) -> &str {
        self.text(column).unwrap_or_default()
    }

    /// The column as a number; NULL, nothing and nonsense are 0.
    pub(crate) fn number<N: std::str::FromStr + Default>(&self, column: usize) -> N {
        self.text(column)
            .and_then(|text| text.parse().ok())
            .unwrap_or_default()
    }
}

/// Runs a query whose columns are all text, or are cast to it.
pub(super) fn load<C>(connection: &mut C, sql: &str) -> Result<Vec<Row>, Error>
where
    C: LoadConnection,
    String: FromSql<Text, C::Backend>,
    SqlQuery: Query + QueryFragment<C::Backend> + QueryId,
    C::Backend: QueryMetadata<<SqlQuery as Query>::SqlType>,
{
    let cursor = LoadConnection::load(connection, diesel::sql_query(sql))?;
    let mut rows = Vec::new();
    for row in cursor {
        let row = row?;
        let mut text = String::new();
        let mut columns = Vec::with_capacity(row.field_count());
        for number in 0..row.field_count() {
            let field = row.get(number);
            let value = field.as_ref().and_then(|field| field.value());
            let value = value.map(String::from_sql).transpose();
            let value = value.map_err(Error::DeserializationError)?;
            text += value.as_deref().unwrap_or_default();
            columns.push(value.is_some().then_some(after(&text)?));
        }
        rows.push(Row {
            text: text.into(),
            columns: columns.into(),
        });
    }
    Ok(rows)
}

/// One more than the length.
fn after(text: &str) -> Result<NonZeroU32, Error> {
    let length = u32::try_from(text.len());
    let length = length.map_err(|error| Error::DeserializationError(Box::new(error)))?;
    Ok(NonZeroU32::MIN.saturating_add(length))
}

/// Whether Diesel has a transaction open on the connection.
pub(super) fn in_transaction<C: Connection>(connection: &mut C) -> bool {
    let status = C::TransactionManager::transaction_manager_status_mut(connection);
    status
        .transaction_depth()
        .is_ok_and(|depth| depth.is_some())
}

/// What Diesel tells of an error, as ours. Diesel maps a few codes to kinds and hides the rest, so a backend refines the result by
/// the server's own words.
pub(super) fn error(error: Error) -> ServerError {
    let Error::DatabaseError(kind, information) = error else {
        let kind = match error {
            Error::BrokenTransactionManager => ErrorKind::ConnectionLost,
            _ => ErrorKind::Other,
        };
        return ServerError {
            message: error.to_string(),
            kind,
            ..ServerError::default()
        };
    };
    ServerError {
        message: information.message().trim_end().to_owned(),
        detail: information.details().map(str::to_owned),
        hint: information.hint().map(str::to_owned),
        code: None,
        position: information
            .statement_position()
            .and_then(|position| usize::try_from(position).ok()),
        kind: match kind {
            DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand => {
                ErrorKind::ConnectionLost
            }
            DatabaseErrorKind::SerializationFailure => ErrorKind::Busy,
            DatabaseErrorKind::ReadOnlyTransaction => ErrorKind::ReadOnly,
            _ => ErrorKind::Other,
        },
    }
}
