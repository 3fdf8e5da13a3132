//! A script of a sealed revision changed.
//@ 2026-01-01_members follows base
//@ locked
//@ sealed v1.0
//@ 2026-01-01_members/up.sql: CREATE TABLE members (id BIGINT);
use migrate_core::{Migrations, embed_migrations};

static MIGRATIONS: Migrations = embed_migrations!("fixtures/sealed_changed/migrations");

fn main() {
    println!("{}", MIGRATIONS.chain().len());
}
