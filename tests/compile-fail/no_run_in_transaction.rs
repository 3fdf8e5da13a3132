//! metadata.toml lacks the key that Diesel needs.
//@ 2026-01-01_members follows base
//@ 2026-01-01_members/metadata.toml: down_revision = "base"\n
use migrate_core::{Migrations, embed_migrations};

static MIGRATIONS: Migrations = embed_migrations!("fixtures/no_run_in_transaction/migrations");

fn main() {
    println!("{}", MIGRATIONS.chain().len());
}
