//! The names of what can be read like a table and is none: views, and on PostgreSQL foreign tables.

use migrate_chain::Backend;
use migrate_schema::Name;

use super::{InspectError, Inspector};
use crate::connection::{AsConnection, server};

impl Inspector {
    /// The views that are there. A `table!` block may be of one: then it says nothing of a table.
    ///
    /// # Errors
    /// [`InspectError::Server`]: the server refused.
    pub fn views<C: AsConnection<M>, M>(connection: &mut C) -> Result<Vec<Name>, InspectError> {
        let server = server(connection);
        let sql = match server.backend() {
            Backend::Sqlite => "SELECT NULL, name FROM sqlite_master WHERE type = 'view'",
            Backend::Postgres => {
                "SELECT nullif(n.nspname, current_schema())::text, c.relname::text \
                 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
                 WHERE c.relkind IN ('v', 'm', 'f') AND n.nspname NOT IN ('pg_catalog', 'information_schema')"
            }
            Backend::Mysql => {
                "SELECT CAST(nullif(table_schema, database()) AS CHAR), CAST(table_name AS CHAR) \
                 FROM information_schema.views"
            }
        };
        let rows = server.rows(sql).map_err(|error| InspectError::Server {
            what: "the views",
            error: Box::new(error),
        })?;
        let name = |row: &crate::backend::Row| Name {
            schema: row.text(0).map(str::to_owned),
            name: row.text_or_empty(1).to_owned(),
        };
        Ok(rows.iter().map(name).collect())
    }
}
