use diesel::prelude::*;
use migrate_core::Table;

#[derive(Table, Queryable, Selectable, Insertable)]
#[diesel(table_name = members)]
#[table(check("mood IN ('sad', 'so so')"))]
pub struct Member {
    pub id: i32,
    #[table(sql_type = "VARCHAR(80)", unique)]
    pub email: String,
    pub mood: String,
    #[table(sql_type = "", diesel_type = diesel::sql_types::Text)]
    pub anything: Option<String>,
    #[table(sql_type = "GEOMETRY", diesel_type = diesel::sql_types::Text)]
    pub odd: String,
}

#[derive(Table, Queryable, Selectable)]
#[diesel(table_name = totals)]
pub struct Total {
    pub id: i32,
    pub score: i16,
    #[table(generated = "score * 2")]
    pub doubled: Option<i32>,
}

#[derive(Table, Queryable, Selectable, Insertable)]
#[diesel(table_name = visits)]
#[table(without_rowid)]
pub struct Visit {
    #[table(primary_key)]
    pub floor: i32,
    #[table(primary_key, references(members.id))]
    pub member_id: i32,
    #[table(references(members.id))]
    pub guest_id: Option<i32>,
}
