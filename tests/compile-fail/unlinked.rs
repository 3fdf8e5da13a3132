//! A revision made by Diesel's tools stands after the first linked one.
//@ 2026-01-01_members follows base
//@ 2026-01-02_phones/up.sql: CREATE TABLE phones (id INTEGER);
//@ 2026-01-02_phones/down.sql: DROP TABLE phones;
use migrate_core::{Migrations, embed_migrations};

static MIGRATIONS: Migrations = embed_migrations!("fixtures/unlinked/migrations");

fn main() {
    println!("{}", MIGRATIONS.chain().len());
}
