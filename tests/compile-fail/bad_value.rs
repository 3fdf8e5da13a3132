//! A value of metadata.toml says nothing.
//@ 2026-01-01_members follows base
//@ 2026-01-01_members/metadata.toml: down_revision = "base"\nrun_in_transaction = true\nlock_timeout = "soon"\n
use migrate_core::{Migrations, embed_migrations};

static MIGRATIONS: Migrations = embed_migrations!("fixtures/bad_value/migrations");

fn main() {
    println!("{}", MIGRATIONS.chain().len());
}
