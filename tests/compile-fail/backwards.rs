//! A link goes backwards in version order.
//@ 2026-01-02_members follows base
//@ 2026-01-01_phones follows 20260102
use migrate_core::{Migrations, embed_migrations};

static MIGRATIONS: Migrations = embed_migrations!("fixtures/backwards/migrations");

fn main() {
    println!("{}", MIGRATIONS.chain().len());
}
