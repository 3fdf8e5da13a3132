//! A revision follows one that is not there, and another id is near.
//@ 2026-01-01_members follows base
//@ 2026-01-02_phones follows 20260110
use migrate_core::{Migrations, embed_migrations};

static MIGRATIONS: Migrations = embed_migrations!("fixtures/missing_parent/migrations");

fn main() {
    println!("{}", MIGRATIONS.chain().len());
}
