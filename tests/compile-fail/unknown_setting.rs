//! migrate.toml has a key that nothing reads.
//@ 2026-01-01_members follows base
//@ ../migrate.toml: backend = ["sqlite"]\n
use migrate_core::{Migrations, embed_migrations};

static MIGRATIONS: Migrations = embed_migrations!("fixtures/unknown_setting/migrations");

fn main() {
    println!("{}", MIGRATIONS.chain().len());
}
