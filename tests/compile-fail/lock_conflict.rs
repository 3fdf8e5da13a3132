//! Git left a conflict in migrate.lock.
//@ 2026-01-01_members follows base
//@ locked
//@ 2026-01-02_phones follows 20260101
//@ migrate.lock: <<<<<<< HEAD\n=======\n>>>>>>> other\n
use migrate_core::{Migrations, embed_migrations};

static MIGRATIONS: Migrations = embed_migrations!("fixtures/lock_conflict/migrations");

fn main() {
    println!("{}", MIGRATIONS.chain().len());
}
