use diesel::prelude::*;
use migrate_core::{EnumType, Table};

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumType)]
pub enum MemberMood {
    Sad,
    #[table(rename = "so so")]
    SoSo,
}

#[derive(Table, Queryable, Selectable, Insertable)]
#[diesel(table_name = members)]
pub struct Member {
    #[table(autoincrement)]
    pub id: i32,
    #[table(sql_type = "VARCHAR(80)", unique)]
    pub email: String,
    pub mood: MemberMood,
    pub feeling: Option<MemberMood>,
    #[table(sql_type = "SET('read', 'write')", diesel_type = diesel::sql_types::Text)]
    pub rights: String,
    #[table(sql_type = "YEAR", diesel_type = diesel::sql_types::SmallInt)]
    pub born: Option<i16>,
    pub is_here: bool,
    pub size: u64,
}

#[derive(Table, Queryable, Selectable)]
#[diesel(table_name = totals)]
pub struct Total {
    pub id: i32,
    pub score: i16,
    #[table(generated = "`score` * 2")]
    pub doubled: Option<i32>,
}

#[derive(Table, Queryable, Selectable, Insertable)]
#[diesel(table_name = visits)]
#[table(index(columns(guest_id), name = "guest_id"), index(columns(member_id), name = "member_id"))]
pub struct Visit {
    #[table(primary_key)]
    pub floor: i32,
    #[table(primary_key, references(members.id))]
    pub member_id: i32,
    #[table(references(members.id))]
    pub guest_id: Option<i32>,
}
