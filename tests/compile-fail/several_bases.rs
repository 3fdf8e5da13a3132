//! Two revisions are the first.
//@ 2026-01-01_members follows base
//@ 2026-01-02_phones follows base
use migrate_core::{Migrations, embed_migrations};

static MIGRATIONS: Migrations = embed_migrations!("fixtures/several_bases/migrations");

fn main() {
    println!("{}", MIGRATIONS.chain().len());
}
