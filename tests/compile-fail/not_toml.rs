//! metadata.toml is no TOML.
//@ 2026-01-01_members follows base
//@ 2026-01-01_members/metadata.toml: down_revision = base\n
use migrate_core::{Migrations, embed_migrations};

static MIGRATIONS: Migrations = embed_migrations!("fixtures/not_toml/migrations");

fn main() {
    println!("{}", MIGRATIONS.chain().len());
}
