//! A revision says that it cannot be taken back, and has a down script.
//@ 2026-01-01_members follows base
//@ 2026-01-01_members/metadata.toml: down_revision = "base"\nrun_in_transaction = true\nirreversible = "drops the audit table"\n
use migrate_core::{Migrations, embed_migrations};

static MIGRATIONS: Migrations = embed_migrations!("fixtures/irreversible_with_down/migrations");

fn main() {
    println!("{}", MIGRATIONS.chain().len());
}
