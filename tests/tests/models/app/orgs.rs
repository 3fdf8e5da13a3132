//! Organisations, where they are, and who is in which.

use std::borrow::Cow;

use diesel::prelude::*;
use migrate_core::Table;

#[derive(Table, Queryable, Selectable, Insertable, Identifiable, Clone, Debug, PartialEq)]
#[table(comment = "who pays", index(columns(name, owner_id desc)))]
pub struct Org {
    pub id: i32,
    #[table(unique)]
    pub name: String,
    // People reference their organisation too, and one of two tables makes both joinable.
    #[table(references(super::people::people.id, on_delete = set_null, joinable = false))]
    pub owner_id: Option<i32>,
}

#[derive(Table, Queryable, Selectable, Insertable, Identifiable, Clone, Debug, PartialEq)]
#[diesel(table_name = memberships, primary_key(org_id, person_id))]
#[table(primary_key(org_id, person_id))]
pub struct Membership<'a> {
    #[table(references(orgs, on_delete = cascade))]
    pub org_id: i32,
    #[table(references(super::people::people.id))]
    pub person_id: i32,
    #[table(default = "'member'", index)]
    pub role: Cow<'a, str>,
}

#[derive(Table, Queryable, Selectable, Insertable, Clone, Debug, PartialEq)]
#[table(
    name = "where they are",
    foreign_key(
        columns(org_id, person_id),
        references(memberships(org_id, person_id)),
        joinable = false
    )
)]
pub struct Place {
    pub id: i32,
    pub org_id: Option<i32>,
    pub person_id: Option<i32>,
    #[diesel(column_name = town)]
    #[table(name = "the town")]
    pub name: String,
}
