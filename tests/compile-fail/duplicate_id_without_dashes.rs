//! Two ids are one when the dashes are taken out.
//@ 2026-01-01_members follows base
//@ 2026-01-02_phones follows 20260101
//@ 20260102_tags follows 20260101
use migrate_core::{Migrations, embed_migrations};

static MIGRATIONS: Migrations = embed_migrations!("fixtures/duplicate_id_without_dashes/migrations");

fn main() {
    println!("{}", MIGRATIONS.chain().len());
}
