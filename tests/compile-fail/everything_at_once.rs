//! Every problem is reported, not the first alone.
//@ 2026-01-01_members follows base
//@ 2026-01-02_phones follows 20260101
//@ 2026-01-03_tags follows 20260101
//@ without 2026-01-03_tags/down.sql
//@ 2026-01-04_notes follows 20260199
//@ 2026-01-04_notes/up.sql: SELECT 'a;
//@ 2026-01-04_notes/metadata.toml: down_revision = "20260199"\nrun_in_transaction = true\nlock_timout = "5s"\n
use migrate_core::{Migrations, embed_migrations};

static MIGRATIONS: Migrations = embed_migrations!("fixtures/everything_at_once/migrations");

fn main() {
    println!("{}", MIGRATIONS.chain().len());
}
