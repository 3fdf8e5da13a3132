//! An id does not fit into Diesel's column.
//@ 2026-01-01-000000000000000000000000000000000000000000000000_members follows base
use migrate_core::{Migrations, embed_migrations};

static MIGRATIONS: Migrations = embed_migrations!("fixtures/id_too_long/migrations");

fn main() {
    println!("{}", MIGRATIONS.chain().len());
}
