//! The argument is a literal, and no string.
//@ 2026-01-01_members follows base
use migrate_core::{Migrations, embed_migrations};

static MIGRATIONS: Migrations = embed_migrations!(5);

fn main() {
    println!("{}", MIGRATIONS.chain().len());
}
