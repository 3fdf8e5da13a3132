//! A sealed revision is gone.
//@ 2026-01-01_members follows base
//@ 2026-01-02_phones follows 20260101
//@ locked
//@ sealed v1.0
//@ without 2026-01-02_phones
use migrate_core::{Migrations, embed_migrations};

static MIGRATIONS: Migrations = embed_migrations!("fixtures/sealed_vanished/migrations");

fn main() {
    println!("{}", MIGRATIONS.chain().len());
}
