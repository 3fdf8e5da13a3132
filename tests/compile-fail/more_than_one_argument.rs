//! Something stands after the directory.
//@ 2026-01-01_members follows base
use migrate_core::{Migrations, embed_migrations};

static MIGRATIONS: Migrations = embed_migrations!("fixtures/more_than_one_argument/migrations", "again");

fn main() {
    println!("{}", MIGRATIONS.chain().len());
}
