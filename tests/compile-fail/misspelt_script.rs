//! A file is nearly a script, so that it would never run.
//@ 2026-01-01_members follows base
//@ 2026-01-01_members/up.postgresql.sql: CREATE TABLE members (id SERIAL);
use migrate_core::{Migrations, embed_migrations};

static MIGRATIONS: Migrations = embed_migrations!("fixtures/misspelt_script/migrations");

fn main() {
    println!("{}", MIGRATIONS.chain().len());
}
