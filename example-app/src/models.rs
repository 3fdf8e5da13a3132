//! The tables, as structs: Diesel's `table!` of each is written by the derive, and `migrate revision --autogenerate` compares them
//! with the chain.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use migrate_core::Table;

#[derive(Table, Identifiable, Queryable, Selectable)]
#[diesel(table_name = organisations)]
pub(crate) struct Organisation {
    #[table(autoincrement)]
    id: i32,
    #[table(sql_type = "varchar(120)", unique)]
    pub(crate) name: String,
}

#[derive(Table, Associations, Identifiable, Queryable, Selectable)]
#[diesel(table_name = members, belongs_to(Organisation))]
#[table(index(columns(joined_at), name = "members_joined_at"))]
pub(crate) struct Member {
    #[table(autoincrement)]
    pub(crate) id: i32,
    #[table(references(organisations.id, on_delete = cascade, name = "members_organisation"))]
    organisation_id: i32,
    #[table(sql_type = "varchar(120)")]
    pub(crate) name: String,
    #[table(sql_type = "varchar(254)", unique)]
    pub(crate) email: String,
    #[table(default = "CURRENT_TIMESTAMP", sql_type = "timestamp")]
    pub(crate) joined_at: NaiveDateTime,
    #[table(sql_type = "varchar(32)")]
    pub(crate) phone: Option<String>,
    #[table(sql_type = "varchar(60)")]
    pub(crate) nickname: Option<String>,
}

#[derive(Table, Insertable)]
#[diesel(table_name = tags)]
pub(crate) struct Tag {
    /// It is its own key, so none has to be made up.
    #[table(primary_key, sql_type = "varchar(40)")]
    pub(crate) label: String,
}

#[derive(Table, Insertable, Queryable, Selectable)]
#[diesel(table_name = member_tags)]
#[table(primary_key(member_id, tag))]
pub(crate) struct MemberTag {
    #[table(references(members.id, on_delete = cascade, name = "member_tags_member"))]
    pub(crate) member_id: i32,
    #[table(
        sql_type = "varchar(40)",
        references(tags.label, on_delete = cascade, name = "member_tags_tag")
    )]
    pub(crate) tag: String,
}
