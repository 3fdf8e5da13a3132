//! Revisions follow each other in a circle.
//@ 2026-01-01_members follows base
//@ 2026-01-02_phones follows 20260103
//@ 2026-01-03_tags follows 20260102
use migrate_core::{Migrations, embed_migrations};

static MIGRATIONS: Migrations = embed_migrations!("fixtures/cycle/migrations");

fn main() {
    println!("{}", MIGRATIONS.chain().len());
}
