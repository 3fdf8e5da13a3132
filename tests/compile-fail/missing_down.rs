//! A revision has no down script and does not say why.
//@ 2026-01-01_members follows base
//@ without 2026-01-01_members/down.sql
use migrate_core::{Migrations, embed_migrations};

static MIGRATIONS: Migrations = embed_migrations!("fixtures/missing_down/migrations");

fn main() {
    println!("{}", MIGRATIONS.chain().len());
}
