//! A revision names itself.
//@ 2026-01-01_members follows base
//@ 2026-01-02_phones follows 20260102
use migrate_core::{Migrations, embed_migrations};

static MIGRATIONS: Migrations = embed_migrations!("fixtures/follows_itself/migrations");

fn main() {
    println!("{}", MIGRATIONS.chain().len());
}
