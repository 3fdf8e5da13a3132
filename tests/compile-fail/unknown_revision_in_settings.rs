//! migrate.toml accepts the down of a revision that is not there.
//@ 2026-01-01_members follows base
//@ ../migrate.toml: irreversible = ["20260102"]\n
use migrate_core::{Migrations, embed_migrations};

static MIGRATIONS: Migrations = embed_migrations!("fixtures/unknown_revision_in_settings/migrations");

fn main() {
    println!("{}", MIGRATIONS.chain().len());
}
