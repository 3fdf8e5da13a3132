//! migrate.lock lists a revision that is not there.
//@ 2026-01-01_members follows base
//@ 2026-01-02_phones follows 20260101
//@ locked
//@ without 2026-01-02_phones
use migrate_core::{Migrations, embed_migrations};

static MIGRATIONS: Migrations = embed_migrations!("fixtures/lock_lists_what_is_gone/migrations");

fn main() {
    println!("{}", MIGRATIONS.chain().len());
}
