//! People and how they feel.

use diesel::prelude::*;
use migrate_core::{EnumType, Table};

use super::orgs::Org;

#[derive(EnumType, Clone, Copy, Debug, PartialEq, Eq)]
#[table(name = "mood of people")]
pub enum Mood {
    Sad,
    #[table(rename = "it's so so")]
    SoSo,
    VeryHappy,
}

#[derive(Table, Queryable, Selectable, Identifiable, Associations, Clone, Debug, PartialEq)]
#[diesel(table_name = people, belongs_to(Org))]
#[table(check("score < 1000", name = "not_too_good"), index(columns(score desc, org_id)))]
pub struct Person {
    #[table(primary_key, autoincrement)]
    pub id: i32,
    #[table(references(super::orgs::orgs.id))]
    pub org_id: i32,
    #[table(references(people.id))]
    pub boss_id: Option<i32>,
    pub r#type: String,
    #[table(default = 0, check = "score >= 0")]
    pub score: i32,
    #[table(generated = "score * 2")]
    pub doubled: Option<i32>,
    pub mood: Mood,
    pub before: Option<Mood>,
    #[table(skip)]
    #[diesel(select_expression = people::boss_id.is_not_null())]
    pub has_boss: bool,
}

/// A second struct of the table, for inserts.
#[derive(Insertable)]
#[diesel(table_name = people)]
pub struct NewPerson<'a> {
    pub id: i32,
    pub org_id: i32,
    pub boss_id: Option<i32>,
    pub r#type: &'a str,
    pub mood: &'a Mood,
    pub before: Option<Mood>,
}
