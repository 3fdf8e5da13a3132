//! A revision has no up script.
//@ 2026-01-01_members follows base
//@ without 2026-01-01_members/up.sql
use migrate_core::{Migrations, embed_migrations};

static MIGRATIONS: Migrations = embed_migrations!("fixtures/missing_up/migrations");

fn main() {
    println!("{}", MIGRATIONS.chain().len());
}
