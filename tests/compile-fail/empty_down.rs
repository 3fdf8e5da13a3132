//! A down script has no statement and the revision does not say why.
//@ 2026-01-01_members follows base
//@ 2026-01-01_members/down.sql: -- nothing to do\n;\n
use migrate_core::{Migrations, embed_migrations};

static MIGRATIONS: Migrations = embed_migrations!("fixtures/empty_down/migrations");

fn main() {
    println!("{}", MIGRATIONS.chain().len());
}
