//! A script that runs in a transaction has one of its own.
//@ 2026-01-01_members follows base
//@ 2026-01-01_members/up.sql: BEGIN;\nCREATE TABLE members (id INTEGER);\nCOMMIT;\n
use migrate_core::{Migrations, embed_migrations};

static MIGRATIONS: Migrations = embed_migrations!("fixtures/transaction_control/migrations");

fn main() {
    println!("{}", MIGRATIONS.chain().len());
}
