//! Revisions that Diesel's tools made cannot be taken back, and migrate.toml does not say that this is known.
//@ 2026-01-01_members/up.sql: CREATE TABLE members (id INTEGER);
//@ 2026-01-02_phones/up.sql: CREATE TABLE phones (id INTEGER);
//@ 2026-01-02_phones/down.sql: SELECT 1; -- not really
//@ 2026-01-03_tags/up.sql: CREATE TABLE tags (id INTEGER);
//@ 2026-01-03_tags/down.sql: -- This file should undo up.sql
use migrate_core::{Migrations, embed_migrations};

static MIGRATIONS: Migrations = embed_migrations!("fixtures/adopted_downs/migrations");

fn main() {
    println!("{}", MIGRATIONS.chain().len());
}
