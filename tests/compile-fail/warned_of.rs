//! What a chain from before may keep is a warning; here warnings are denied.
//@ 2026-01-01_members/up.sql: BEGIN;\nCREATE TABLE members (id INTEGER);\nCOMMIT;\n
//@ 2026-01-01_members/down.sql: DROP TABLE members;\n
use migrate_core::{Migrations, embed_migrations};

#[deny(deprecated)]
static MIGRATIONS: Migrations = embed_migrations!("fixtures/warned_of/migrations");

fn main() {
    println!("{}", MIGRATIONS.chain().len());
}
