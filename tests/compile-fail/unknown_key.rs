//! metadata.toml has a key that nothing reads.
//@ 2026-01-01_members follows base
//@ 2026-01-01_members/metadata.toml: down_revison = "base"\nrun_in_transaction = true\n
use migrate_core::{Migrations, embed_migrations};

static MIGRATIONS: Migrations = embed_migrations!("fixtures/unknown_key/migrations");

fn main() {
    println!("{}", MIGRATIONS.chain().len());
}
