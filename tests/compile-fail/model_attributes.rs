//! Attributes of tables and columns that are none, and columns that are not there: each at its token.
use migrate_core::Table;

#[derive(Table)]
#[table(coment = "people", index(columns(emial)), unique(id, phone), colour = "red")]
#[table(schema = "not one word", index(column(id)), check("id > 0", nam = "ck"))]
#[table(foreign_key(columns(org), references(orgs)))]
struct Member {
    id: i32,
    #[table(refrences(orgs.id), sort)]
    org_id: i32,
    #[table(references(orgs.id, on_delete = vanish))]
    other_id: i32,
    #[table(identity = never)]
    number: i64,
    #[table(default = 'x')]
    letter: String,
    #[table(sql_type(oracle = "number"))]
    score: i32,
    #[table(references(5))]
    five: i32,
}

fn main() {}
