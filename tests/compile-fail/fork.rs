//! Two revisions follow one.
//@ 2026-01-01_members follows base
//@ 2026-01-02_phones follows 20260101
//@ 2026-01-03_tags follows 20260101
use migrate_core::{Migrations, embed_migrations};

static MIGRATIONS: Migrations = embed_migrations!("fixtures/fork/migrations");

fn main() {
    println!("{}", MIGRATIONS.chain().len());
}
