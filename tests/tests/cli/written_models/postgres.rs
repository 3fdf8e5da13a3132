use diesel::prelude::*;
use migrate_core::{EnumType, Table};

pub mod sql_types {
    #[derive(diesel::query_builder::QueryId, diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "point"))]
    pub struct Point;

    #[derive(diesel::query_builder::QueryId, diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "tsvector"))]
    pub struct Tsvector;
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumType)]
pub enum Mood {
    Sad,
    #[table(rename = "so so")]
    SoSo,
}

#[derive(Table, Queryable, Selectable, Insertable)]
#[diesel(table_name = members)]
pub struct Member {
    #[table(autoincrement)]
    pub id: i32,
    #[table(sql_type = "\"email\"", diesel_type = diesel::sql_types::Varchar, unique)]
    pub email: String,
    #[table(sql_type = "\"work_email\"", diesel_type = diesel::sql_types::Varchar)]
    pub work: Option<String>,
    pub mood: Mood,
    #[table(sql_type = "\"feeling\"", diesel_type = self::Mood)]
    pub feeling: Option<Mood>,
    pub tags: Vec<Option<String>>,
    pub moods: Option<Vec<Option<Mood>>>,
    #[table(sql_type = "\"email\"[]", diesel_type = diesel::sql_types::Varchar)]
    pub others: Option<Vec<Option<String>>>,
    #[table(sql_type = "\"floor\"[]", diesel_type = diesel::sql_types::Integer)]
    pub floors: Vec<Option<i32>>,
}

// not Queryable: Diesel has no Rust type for one of its columns.
#[derive(Table)]
#[diesel(table_name = places)]
pub struct Place {
    pub id: i32,
    #[table(sql_type = "POINT", diesel_type = self::sql_types::Point)]
    pub at: String,
    #[table(sql_type = "\"words\"", diesel_type = self::sql_types::Tsvector)]
    pub words: Option<String>,
    #[table(sql_type = "TSRANGE")]
    pub area: Option<String>,
}

#[derive(Table, Queryable, Selectable)]
#[diesel(table_name = totals)]
pub struct Total {
    #[table(identity = always)]
    pub id: i32,
    pub score: i16,
    #[table(generated = "score * 2")]
    pub doubled: Option<i32>,
}

#[derive(Table, Queryable, Selectable, Insertable)]
#[diesel(table_name = visits)]
pub struct Visit {
    #[table(primary_key, sql_type = "\"floor\"", diesel_type = diesel::sql_types::Integer)]
    pub floor: i32,
    #[table(primary_key, references(members.id))]
    pub member_id: i32,
    #[table(references(members.id))]
    pub guest_id: Option<i32>,
}
