//! An id is a word that targets use.
//@ head_members follows base
use migrate_core::{Migrations, embed_migrations};

static MIGRATIONS: Migrations = embed_migrations!("fixtures/reserved_id/migrations");

fn main() {
    println!("{}", MIGRATIONS.chain().len());
}
