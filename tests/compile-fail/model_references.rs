//! A reference to a table that is not there.
use migrate_core::Table;

#[derive(Table)]
struct Member {
    id: i32,
    #[table(references(orgs.id))]
    org_id: i32,
}

fn main() {}
