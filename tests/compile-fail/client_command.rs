//! A script has a command of the psql client.
//@ 2026-01-01_members follows base
//@ ../migrate.toml: backends = ["postgres"]\n
//@ 2026-01-01_members/up.sql: \\set ON_ERROR_STOP on\nCREATE TABLE members (id INTEGER);\n
use migrate_core::{Migrations, embed_migrations};

static MIGRATIONS: Migrations = embed_migrations!("fixtures/client_command/migrations");

fn main() {
    println!("{}", MIGRATIONS.chain().len());
}
