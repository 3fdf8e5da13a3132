//! A script is not UTF-8.
//@ 2026-01-01_members follows base
//@ 2026-01-01_members/up.sql: CREATE TABLE members (id INTEGER);\n-- M\xfcller\n
use migrate_core::{Migrations, embed_migrations};

static MIGRATIONS: Migrations = embed_migrations!("fixtures/not_utf8/migrations");

fn main() {
    println!("{}", MIGRATIONS.chain().len());
}
