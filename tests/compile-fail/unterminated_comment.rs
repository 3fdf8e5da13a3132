//! A comment never ends.
//@ 2026-01-01_members follows base
//@ ../migrate.toml: backends = ["postgres"]\n
//@ 2026-01-01_members/up.sql: CREATE TABLE members (id INTEGER); /* and\n/* so */ on\n
use migrate_core::{Migrations, embed_migrations};

static MIGRATIONS: Migrations = embed_migrations!("fixtures/unterminated_comment/migrations");

fn main() {
    println!("{}", MIGRATIONS.chain().len());
}
