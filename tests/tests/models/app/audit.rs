//! A table in another schema.

use diesel::prelude::*;
use migrate_core::Table;

#[derive(Table, Queryable, Selectable, Insertable, Clone, Debug, PartialEq)]
#[table(schema = "audit")]
#[diesel(table_name = entries)]
pub struct Entry {
    pub id: i64,
    pub note: Option<String>,
}
