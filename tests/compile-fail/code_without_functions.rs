//! A migration.rs has nothing that could be called.
//@ 2026-01-01_members follows base
//@ 2026-01-01_members/migration.rs: fn up() {}\n
//@ 2026-01-02_orders follows 20260101
//@ 2026-01-02_orders/migration.rs: // Nothing yet.\n
use migrate_core::{Migrations, embed_migrations};

static MIGRATIONS: Migrations = embed_migrations!("fixtures/code_without_functions/migrations");

fn main() {
    println!("{}", MIGRATIONS.chain().len());
}
