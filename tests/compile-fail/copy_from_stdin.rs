//! A script wants data that only a client sends.
//@ 2026-01-01_members follows base
//@ ../migrate.toml: backends = ["postgres"]\n
//@ 2026-01-01_members/up.sql: CREATE TABLE members (id INTEGER);\nCOPY members FROM stdin;\n1\n\\.\n
use migrate_core::{Migrations, embed_migrations};

static MIGRATIONS: Migrations = embed_migrations!("fixtures/copy_from_stdin/migrations");

fn main() {
    println!("{}", MIGRATIONS.chain().len());
}
