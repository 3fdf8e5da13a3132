//! What MariaDB does not have: arrays, expressions in indexes, indexes of some rows.

use diesel::prelude::*;
use migrate_core::Table;

use super::people::Mood;

#[derive(Table, Queryable, Selectable, Insertable, Clone, Debug, PartialEq)]
#[table(index(columns("lower(name)", id desc), unique, where = "name <> ''", name = "by name"))]
pub struct Calendar {
    pub id: i32,
    pub name: String,
    pub days: Vec<Mood>,
    pub nights: Option<Vec<Option<Mood>>>,
}
