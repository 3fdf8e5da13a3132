//! A script has a NUL.
//@ 2026-01-01_members follows base
//@ 2026-01-01_members/up.sql: CREATE TABLE members (id INTEGER);\nSELECT '\0';\n
use migrate_core::{Migrations, embed_migrations};

static MIGRATIONS: Migrations = embed_migrations!("fixtures/nul/migrations");

fn main() {
    println!("{}", MIGRATIONS.chain().len());
}
