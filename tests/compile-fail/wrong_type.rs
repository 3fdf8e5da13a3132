//! A value of metadata.toml has the wrong type.
//@ 2026-01-01_members follows base
//@ 2026-01-01_members/metadata.toml: down_revision = "base"\nrun_in_transaction = "yes"\n
use migrate_core::{Migrations, embed_migrations};

static MIGRATIONS: Migrations = embed_migrations!("fixtures/wrong_type/migrations");

fn main() {
    println!("{}", MIGRATIONS.chain().len());
}
