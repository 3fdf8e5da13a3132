//! MySQL and MariaDB's catalogues.

use migrate_schema::Schema;

use super::InspectError;
use crate::backend::Server;

/// The tables of the current schema, and of the others that are named.
pub(super) fn read(_server: &mut dyn Server, _schemas: &[String]) -> Result<Schema, InspectError> {
    Ok(Schema::default())
}

/// What is wanted, its expressions in the server's own form.
pub(super) fn normal(
    _server: &mut dyn Server,
    wanted: &Schema,
    _found: &Schema,
) -> Result<Schema, InspectError> {
    Ok(wanted.clone())
}
