//! migrate.toml is wrong, and the chain is too.
//@ 2026-01-01_members follows base
//@ 2026-01-02_phones follows 20260101
//@ 2026-01-03_tags follows 20260101
//@ 2026-01-03_tags/up.sql: CREATE FUNCTION f() RETURNS int AS $$ SELECT '; $$ LANGUAGE sql;
//@ ../migrate.toml: backend = ["postgres"]\n
use migrate_core::{Migrations, embed_migrations};

static MIGRATIONS: Migrations = embed_migrations!("fixtures/settings_and_chain/migrations");

fn main() {
    println!("{}", MIGRATIONS.chain().len());
}
